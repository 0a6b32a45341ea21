//! Request bodies, read a second time from the wire contract's words: which are good, and what they say.

use crate::{
    json::Shape,
    model::{self, HeaderList},
};
use authflow::device::Header;
use serde_json::Value;
use std::{collections::BTreeMap, net::IpAddr};

/// What a member of a body may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    UserName,
    Password,
    Mobile,
    Email,
    Code,
    /// What a code is for, by this way.
    Type(Channel),
    Captcha,
    /// Any text: what it may be is judged later.
    Text,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    Sms,
    Email,
}

/// A member: its name, what it may be, and whether a body must have it.
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
pub const CALLS: [(&str, &[Member]); 18] = [
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
    // It takes none, so any is as good as none.
    ("/api/v2/sdk/logout", &[]),
];

/// The types of code that some call takes, in some dialect, by the way they are sent.
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

/// What a body says, by the names of its members.
pub type Body = BTreeMap<&'static str, String>;

/// Reads the body of a call; `None` where it is not what the call takes.
pub fn read(members: &[Member], headers: &HeaderList, body: &[u8]) -> Option<Body> {
    let content_type = model::value(headers, Header::ContentType).ok()?;
    let is_json = content_type.split(';').next()?.trim().eq_ignore_ascii_case("application/json");
    if !is_json || body.len() > 16 * 1024 {
        return None;
    }
    let Value::Object(object) = serde_json::from_slice(body).ok()? else { return None };
    if !Shape::of(std::str::from_utf8(body).ok()?).is_good() {
        return None;
    }
    let mut read = Body::new();
    for (name, kind, is_required) in members {
        match object.get(*name) {
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
            Self::UserName => {
                (1..=256).contains(&text.trim().len()) && !text.trim().contains(char::is_control)
            }
            Self::Password => (1..=1024).contains(&length),
            Self::Code => (1..=64).contains(&length),
            Self::Captcha => length <= 4096,
            Self::Type(channel) => TYPES.contains(&(text, channel)),
            Self::Mobile => digits(text).is_some(),
            Self::Email => address(text).is_some(),
            Self::Text => true,
        }
    }
}

/// A mobile number in its one spelling: a `+` or none, and 5 to 20 digits, of which single hyphens and spaces stood between.
pub fn digits(text: &str) -> Option<String> {
    let text = text.trim();
    let mut digits = String::new();
    let mut before = '-';
    for (at, letter) in text.char_indices() {
        match letter {
            '+' if at == 0 => {
                digits.push('+');
                continue;
            }
            '0'..='9' => digits.push(letter),
            '-' | ' ' if before.is_ascii_digit() => {}
            _ => return None,
        }
        before = letter;
    }
    let count = digits.trim_start_matches('+').len();
    (before.is_ascii_digit() && (5..=20).contains(&count) && text.len() <= 32).then_some(digits)
}

/// An e-mail address in its one spelling.
pub fn address(text: &str) -> Option<String> {
    let text = text.trim();
    let sides: Vec<_> = text.split('@').collect();
    let is_good = sides.len() == 2 && sides.iter().all(|side| !side.is_empty()) && text.len() <= 254;
    let is_foreign = |letter: char| letter.is_whitespace() || letter.is_control();
    (is_good && !text.contains(is_foreign)).then(|| text.to_lowercase())
}

/// Whether the members that describe a device are what its headers would have to be.
pub fn describes_device(body: &Body) -> bool {
    let text = |name| body.get(name).map_or("", String::as_str);
    let headers = [
        ("X-operating-sys-version", text("operating_sys_version")),
        ("X-device-fingerprint", text("device_fingerprint")),
        ("X-agent", text("agent")),
        ("X-client-id", "any"),
    ];
    let headers = headers.map(|(name, value)| (name.to_string(), value.as_bytes().to_vec()));
    let ip = text("device_ip").trim();
    model::faults(&headers).is_empty() && (ip.is_empty() || ip.parse::<IpAddr>().is_ok())
}
