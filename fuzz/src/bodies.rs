//! A second reading of request bodies, from the wire contract's words: whether they are good, and their values.

use crate::{
    json::Shape,
    model::{self, HeaderList},
    point,
};
use authflow::{
    account::UserName,
    contact::{EmailAddress, Mobile},
    device::Header,
};
use serde_json::Value;
use std::collections::BTreeMap;
use unicode_normalization::UnicodeNormalization as _;

/// The kinds of a body's members.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    UserName,
    Password,
    Mobile,
    Email,
    Code,
    /// The purpose of a code that is sent by this channel.
    Type(Channel),
    Captcha,
    /// The place of a picture's piece.
    Point,
    /// The id of a picture.
    Picture,
    /// A number or an address.
    Sender,
    /// A text that another party has made, and the host reads.
    Foreign,
    /// Any text. It is judged later.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Sms,
    Email,
}

/// A member: its name, its kind, and whether a body must have it.
pub type Member = (&'static str, Kind, bool);

const TICKET: [Member; 5] = of_device("sso_ticket");
const SESSION: [Member; 5] = of_device("session_token");

const fn of_device(token: &'static str) -> [Member; 5] {
    [
        (token, Kind::Text, false),
        ("operating_sys_version", Kind::Text, false),
        ("device_fingerprint", Kind::Text, false),
        ("agent", Kind::Text, false),
        ("device_ip", Kind::Text, false),
    ]
}

/// Every call that takes a body, with its members.
#[rustfmt::skip]
pub const CALLS: [(&str, &[Member]); 25] = [
    ("/api/v2/sdk/login", &[("user_name", Kind::UserName, true), ("password", Kind::Password, true)]),
    ("/api/v2/sdk/login/auth", &[("user_name", Kind::UserName, true), ("password", Kind::Password, true)]),
    ("/api/v2/sdk/login/mobile-pwd", &[("mobile", Kind::Mobile, true), ("password", Kind::Password, true)]),
    ("/api/v2/sdk/login/mobile-verify-code", &[("mobile", Kind::Mobile, true), ("verify_code", Kind::Code, true)]),
    ("/api/v2/sdk/login/email-verify-code", &[("email", Kind::Email, true), ("verify_code", Kind::Code, true)]),
    ("/api/v2/sdk/pwd/update", &[("old_password", Kind::Password, true), ("new_password", Kind::Password, true)]),
    ("/api/v2/sdk/after-login/pwd/update-by-mobile", &[("verify_code", Kind::Code, true), ("new_password", Kind::Password, true)]),
    ("/api/v2/sdk/after-login/pwd/update-by-email", &[("verify_code", Kind::Code, true), ("new_password", Kind::Password, true)]),
    ("/api/v2/sdk/sms/send", &[("mobile", Kind::Text, false), ("type", Kind::Type(Channel::Sms), true), ("captcha_token", Kind::Captcha, false)]),
    ("/api/v2/sdk/email/send", &[("email", Kind::Text, false), ("type", Kind::Type(Channel::Email), true), ("captcha_token", Kind::Captcha, false)]),
    ("/api/v2/sdk/mfa/sms", &[("mobile", Kind::Text, false), ("verify_code", Kind::Code, true)]),
    ("/api/v2/sdk/mfa/email", &[("email", Kind::Text, false), ("verify_code", Kind::Code, true)]),
    ("/api/v2/sdk/mfa/totp", &[("verify_code", Kind::Code, true)]),
    ("/api/v2/sdk/pwd/change", &[("old_password", Kind::Password, false), ("new_password", Kind::Password, true)]),
    ("/api/v2/sdk/pwd/update-by-mobile", &[("mobile", Kind::Mobile, false), ("verify_code", Kind::Code, true), ("password", Kind::Password, true)]),
    ("/api/v2/tenant/sso/session-token/sso-ticket", &SESSION),
    ("/api/v2/tenant/sso/sso-ticket/verify", &TICKET),
    ("/api/v2/sdk/captcha/verify", &[("point_json", Kind::Point, true), ("token", Kind::Picture, true), ("sender", Kind::Sender, true)]),
    ("/api/v2/sdk/login/wechat", &[("code", Kind::Foreign, true)]),
    ("/api/v2/sdk/login/wechat-miniprogram", &[("code", Kind::Foreign, true)]),
    ("/api/v3/sdk/login/alipay", &[("code", Kind::Foreign, true)]),
    ("/api/v2/sdk/login/aliyun-mobile-auth", &[("access_token", Kind::Foreign, true)]),
    ("/api/v2/sdk/social/unbind-account", &[("id", Kind::Foreign, true)]),
    ("/api/v2/sdk/social/unbind", &[("social_uid", Kind::Foreign, true), ("social_type", Kind::Foreign, true)]),
    // It takes no members, so any body is as good as none.
    ("/api/v2/sdk/logout", &[]),
];

/// The types of code that a call takes in any dialect, with the channel of each.
const TYPES: [(&str, Channel); 9] = [
    ("LOGIN_SMS", Channel::Sms),
    ("MFA_AUTH_SMS", Channel::Sms),
    ("OTP_REST_SMS", Channel::Sms),
    ("CHANGE_PWD_SMS", Channel::Sms),
    ("FORGET_PWD_SMS", Channel::Sms),
    ("UPDATE_PWD_SMS", Channel::Sms),
    ("LOGIN_EMS", Channel::Email),
    ("MFA_AUTH_EMS", Channel::Email),
    ("CHANGE_PWD_EMS", Channel::Email),
];

/// The values of a body, by the names of its members.
pub type Body = BTreeMap<&'static str, String>;

/// Reads the body of a call. Returns `None` if the call does not take it.
pub fn read(members: &[Member], headers: &HeaderList, body: &[u8]) -> Option<Body> {
    let content_type = model::value(headers, Header::ContentType).ok()?;
    if !is_json(content_type) || body.len() > 16 * 1024 {
        return None;
    }
    let body = unmarked(body);
    let Value::Object(object) = serde_json::from_slice(body).ok()? else { return None };
    if !Shape::of(std::str::from_utf8(body).ok()?).is_good() {
        return None;
    }
    let mut read = Body::new();
    for (name, kind, is_required) in members {
        let is_empty = |value: &Value| !is_required && value.as_str() == Some("");
        match object.get(*name).filter(|value| !value.is_null() && !is_empty(value)) {
            None if *is_required => return None,
            None => {}
            Some(value) => drop(read.insert(name, value.as_str().filter(|text| kind.is_good(text))?.into())),
        }
    }
    Some(read)
}

impl Kind {
    fn is_good(self, text: &str) -> bool {
        let length = text.len();
        match self {
            Self::UserName => user_name(text).is_some(),
            Self::Password => (1..=1024).contains(&length),
            Self::Code => (1..=64).contains(&length),
            Self::Captcha => length <= 4096,
            Self::Type(channel) => TYPES.contains(&(text, channel)),
            Self::Point => point::read(text).is_some(),
            Self::Picture => is_picture(text),
            Self::Sender => is_mobile(text) || address(text).is_some(),
            Self::Mobile => is_mobile(text),
            Self::Email => address(text).is_some(),
            Self::Foreign => (1..=4096).contains(&length),
            Self::Text => true,
        }
    }
}

/// 32 hexadecimal digits, without capitals.
fn is_picture(text: &str) -> bool {
    text.len() == 32 && text.chars().all(|letter| "0123456789abcdef".contains(letter))
}

pub fn is_mobile(text: &str) -> bool {
    Mobile::new(text).is_ok()
}

/// A mobile number in its one spelling. A number without a country belongs to nobody, since no tenant here has a plan
/// of numbers.
pub fn digits(text: &str) -> Option<String> {
    let mobile = Mobile::new(text).ok()?;
    Some(mobile.normalised().to_owned()).filter(|number| number.starts_with('+'))
}

/// An e-mail address in its one spelling.
pub fn address(text: &str) -> Option<String> {
    EmailAddress::new(text).ok().map(|email| email.normalised().into())
}

/// A user name in its one spelling.
pub fn user_name(text: &str) -> Option<String> {
    UserName::new(text).ok().map(|name| name.normalised().into())
}

/// A password in its one spelling (RFC 8265 §4.2).
pub fn password(text: &str) -> String {
    let space = |letter: char| if letter.is_whitespace() && !is_line_end(letter) { ' ' } else { letter };
    text.chars().map(space).nfc().collect()
}

/// White space that is not a space, and so stays in a password.
fn is_line_end(letter: char) -> bool {
    letter.is_control() || matches!(letter, '\u{2028}' | '\u{2029}')
}

/// The six digits of a code, within ASCII. A text with other characters may or may not be a code.
pub fn code(text: &str) -> Option<String> {
    let is_between = |letter: char| letter.is_ascii_whitespace() || letter == '-';
    let digits: String = text.chars().filter(|letter| !is_between(*letter)).collect();
    (digits.len() == 6 && digits.bytes().all(|digit| digit.is_ascii_digit())).then_some(digits)
}

/// Whether a content type is JSON's, or JSON's joined with itself.
pub fn is_json(content_type: &str) -> bool {
    let is_json = |one: &str| one.split(';').next().unwrap().trim().eq_ignore_ascii_case("application/json");
    content_type.split(',').all(is_json)
}

/// A body without a byte order mark.
pub fn unmarked(body: &[u8]) -> &[u8] {
    body.strip_prefix(b"\xef\xbb\xbf").unwrap_or(body)
}

/// Whether the members that describe a device are as good as its headers must be.
pub fn describes_device(body: &Body) -> bool {
    let text = |name| body.get(name).map_or("", String::as_str);
    let headers = [
        ("X-operating-sys-version", text("operating_sys_version")),
        ("X-device-fingerprint", text("device_fingerprint")),
        ("X-agent", text("agent")),
        ("X-client-id", "any"),
    ];
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    model::faults(&headers).is_empty()
}
