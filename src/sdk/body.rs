//! Request bodies: which members each call takes, and what they mean. A name is trimmed, a password never. A member that is null, and an optional
//! one that is empty, is not there.

pub(super) use crate::facade::member::Member;
use crate::{
    ChangeProof, CodeCredentials, CodeRequest, Credentials, FactorResponse, MobilePasswordUpdate,
    OwnPasswordChange, PasswordChange, Secret,
    account::{Identifier, UserName},
    code::CodePurpose,
    contact::{Channel, Mobile},
    device::{Device, HeaderFault, RequestHeaders, read_address},
    facade::{
        member::{self, Read, needed, optional, password, recipient, required, user_name},
        object::members,
    },
    outcome::MemberProblem,
};

const USER_NAME: Member = required("user_name", "Who signs in");
const PASSWORD: Member = required("password", "The password, 1 to 1,024 bytes");
const MOBILE: Member = required("mobile", "A mobile number");
const EMAIL: Member = required("email", "An e-mail address");
pub(super) const VERIFY_CODE: Member = required("verify_code", "The code that was sent");
const OLD_PASSWORD: Member = required("old_password", "The present password");
const NEW_PASSWORD: Member = required("new_password", "The new password");
const OWN_MOBILE: Member = optional("mobile", "The account's mobile number, or its mask");
const OWN_EMAIL: Member = optional("email", "The account's e-mail address, or its mask");
const PENDING_MOBILE: Member =
    optional("mobile", "A mobile number; with a state token, the account's own or its mask, or nothing");
const PENDING_EMAIL: Member =
    optional("email", "An e-mail address; with a state token, the account's own or its mask, or nothing");
const TYPE: Member = required("type", "What the code is for");
const CAPTCHA_TOKEN: Member = optional(
    "captcha_token",
    "Proof against robots; without a state token, where the application demands one. Passed over elsewhere",
);

pub(super) const CREDENTIALS: [Member; 2] = [USER_NAME, PASSWORD];
pub(super) const MOBILE_CREDENTIALS: [Member; 2] = [MOBILE, PASSWORD];
pub(super) const SMS_CREDENTIALS: [Member; 2] = [MOBILE, VERIFY_CODE];
pub(super) const EMAIL_CREDENTIALS: [Member; 2] = [EMAIL, VERIFY_CODE];
pub(super) const PASSWORD_CHANGE: [Member; 2] = [OLD_PASSWORD, NEW_PASSWORD];
pub(super) const CODE_CHANGE: [Member; 2] = [VERIFY_CODE, NEW_PASSWORD];
pub(super) const SMS_REQUEST: [Member; 3] = [PENDING_MOBILE, TYPE, CAPTCHA_TOKEN];
pub(super) const EMAIL_REQUEST: [Member; 3] = [PENDING_EMAIL, TYPE, CAPTCHA_TOKEN];
pub(super) const SMS_RESPONSE: [Member; 2] = [OWN_MOBILE, VERIFY_CODE];
pub(super) const EMAIL_RESPONSE: [Member; 2] = [OWN_EMAIL, VERIFY_CODE];
pub(super) const TOTP_RESPONSE: [Member; 1] = [required("verify_code", "The one-time password")];
pub(super) const OWN_CHANGE: [Member; 2] =
    [optional("old_password", "The present password, where one is set"), NEW_PASSWORD];
pub(super) const MOBILE_UPDATE: [Member; 3] = [
    optional("mobile", "Whose password it is (EIAM, OneAccess, where the policy has a recovery by SMS)"),
    VERIFY_CODE,
    required("password", "The new password"),
];
pub(super) const TICKET_REQUEST: [Member; 5] =
    of_device(required("session_token", "The session token to make a ticket for"));
pub(super) const TICKET_REDEMPTION: [Member; 5] = of_device(required("sso_ticket", "The ticket"));

/// A member, and those that describe the device.
const fn of_device(token: Member) -> [Member; 5] {
    [
        token,
        required("operating_sys_version", "Operating system and version of the device"),
        required("device_fingerprint", "Fingerprint of the device, as at sign-in"),
        required("agent", "User agent of the device"),
        optional("device_ip", "IP address of the device"),
    ]
}

/// With the kind of name that the call takes.
pub(super) fn credentials(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    kind: fn(UserName) -> Identifier,
) -> Read<Credentials> {
    let [name, secret] = members(headers, body, &CREDENTIALS)?;
    let name = user_name(name, USER_NAME)?;
    Ok(Credentials { identifier: kind(name), password: password(secret, PASSWORD)? })
}

pub(super) fn mobile_credentials(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<Credentials> {
    let [named, secret] = members(headers, body, &MOBILE_CREDENTIALS)?;
    let identifier = mobile(&needed(named, MOBILE)?)?.into();
    Ok(Credentials { identifier, password: password(secret, PASSWORD)? })
}

pub(super) fn code_credentials(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<CodeCredentials> {
    let wanted = match channel {
        Channel::Sms => &SMS_CREDENTIALS,
        Channel::Email => &EMAIL_CREDENTIALS,
    };
    let [named, typed] = members(headers, body, wanted)?;
    let recipient = recipient(named, channel, wanted[0])?;
    Ok(CodeCredentials { recipient, code: member::code(typed, VERIFY_CODE)? })
}

pub(super) fn password_change(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<PasswordChange> {
    let [old, new] = members(headers, body, &PASSWORD_CHANGE)?;
    let proof = ChangeProof::OldPassword(password(old, OLD_PASSWORD)?);
    Ok(PasswordChange { proof, new_password: password(new, NEW_PASSWORD)? })
}

pub(super) fn code_change(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<PasswordChange> {
    let [typed, new] = members(headers, body, &CODE_CHANGE)?;
    let proof = ChangeProof::Code { channel, code: member::code(typed, VERIFY_CODE)? };
    Ok(PasswordChange { proof, new_password: password(new, NEW_PASSWORD)? })
}

pub(super) fn own_change(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<OwnPasswordChange> {
    let [old, new] = members(headers, body, &OWN_CHANGE)?;
    let old_password = old.map(|old| password(Some(old), OLD_PASSWORD)).transpose()?;
    Ok(OwnPasswordChange { old_password, new_password: password(new, NEW_PASSWORD)? })
}

pub(super) fn mobile_update(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<MobilePasswordUpdate> {
    let [named, typed, new] = members(headers, body, &MOBILE_UPDATE)?;
    let mobile = named.as_ref().map(mobile).transpose()?;
    Ok(MobilePasswordUpdate {
        mobile,
        code: member::code(typed, VERIFY_CODE)?,
        new_password: password(new, PASSWORD)?,
    })
}

pub(super) fn code_request(headers: &RequestHeaders<'_>, body: &[u8], channel: Channel) -> Read<CodeRequest> {
    let wanted = match channel {
        Channel::Sms => &SMS_REQUEST,
        Channel::Email => &EMAIL_REQUEST,
    };
    let [recipient, of_type, captcha_token] = members(headers, body, wanted)?;
    let purpose = purpose(channel, needed(of_type, TYPE)?.expose());
    let purpose = purpose.ok_or(MemberProblem::NotTaken.of(TYPE.name))?;
    let captcha_token = member::captcha_token(captcha_token, CAPTCHA_TOKEN)?;
    Ok(CodeRequest { purpose, channel, recipient, captcha_token })
}

/// What each type of code is for. The family has more types, for calls that are not here. Which of these an application takes says its
/// dialect ([`routes::takes`](super::routes::takes)).
pub(super) const CODE_TYPES: [(&str, Channel, CodePurpose); 9] = [
    ("LOGIN_SMS", Channel::Sms, CodePurpose::SignIn),
    ("LOGIN_EMS", Channel::Email, CodePurpose::SignIn),
    ("MFA_AUTH_SMS", Channel::Sms, CodePurpose::SecondFactor),
    ("OTP_REST_SMS", Channel::Sms, CodePurpose::SecondFactor),
    ("MFA_AUTH_EMS", Channel::Email, CodePurpose::SecondFactor),
    ("CHANGE_PWD_SMS", Channel::Sms, CodePurpose::ChangePassword),
    ("CHANGE_PWD_EMS", Channel::Email, CodePurpose::ChangePassword),
    ("FORGET_PWD_SMS", Channel::Sms, CodePurpose::ForgottenPassword),
    ("UPDATE_PWD_SMS", Channel::Sms, CodePurpose::UpdatePassword),
];

fn purpose(channel: Channel, of_type: &str) -> Option<CodePurpose> {
    let known = CODE_TYPES.into_iter().find(|(name, of, _)| *name == of_type && *of == channel);
    known.map(|(.., purpose)| purpose)
}

pub(super) fn code_response(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<FactorResponse> {
    let wanted = match channel {
        Channel::Sms => &SMS_RESPONSE,
        Channel::Email => &EMAIL_RESPONSE,
    };
    let [recipient, typed] = members(headers, body, wanted)?;
    Ok(FactorResponse::Code { channel, recipient, code: member::code(typed, VERIFY_CODE)? })
}

pub(super) fn totp_response(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<FactorResponse> {
    let [typed] = members(headers, body, &TOTP_RESPONSE)?;
    Ok(FactorResponse::Totp { code: member::code(typed, VERIFY_CODE)? })
}

/// A session token or ticket, and the device that it is of.
pub(super) fn of_tenant(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    wanted: &[Member; 5],
) -> Read<(Result<Device, HeaderFault>, Option<Secret>)> {
    let [token, os, fingerprint, agent, ip] = members(headers, body, wanted)?;
    fn text(member: &Option<Secret>) -> &str {
        member.as_ref().map_or("", Secret::expose)
    }
    let ip = read_address(text(&ip));
    Ok((Device::new(text(&os), text(&fingerprint), text(&agent), ip), token))
}

fn mobile(text: &Secret) -> Read<Mobile> {
    Mobile::new(text.expose()).map_err(|_| MemberProblem::NotAMobile.of(MOBILE.name))
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
