//! Request bodies: which members each call takes, and what they mean. A name is trimmed, but a password never is. A member that is null counts as
//! missing, and so does an optional one that is empty.

use super::captcha_body;
pub(super) use crate::facade::member::Member;
use crate::{
    CaptchaSolution, ChangeProof, ClientId, CodeCredentials, CodeRequest, ContactChange, ContactCodeRequest,
    Credentials, FactorResponse, LinkProof, MobilePasswordUpdate, MobileToken, NamedIdentity, NewcomerProof,
    OwnPasswordChange, OwnPasswordCodeChange, PasswordChange, Secret, SocialCode, TenantClient,
    account::{Identifier, UserName},
    code::CodePurpose,
    contact::{Channel, Mobile, Recipient},
    device::{Device, Header, HeaderFault, Language, Problem, RequestHeaders, read_address},
    facade::{
        form,
        member::{self, Read, needed, optional, password, recipient, required, user_name},
        object::members,
    },
    outcome::MemberProblem,
    social::{CodeProof, MobileSource, SocialSource},
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
const PENDING_MOBILE: Member = optional(
    "mobile",
    "A mobile number; with a state token, the account's own or its mask, or nothing; for UPDATE_MOBILE_SMS, the new one",
);
const PENDING_EMAIL: Member =
    optional("email", "An e-mail address; with a state token, the account's own or its mask, or nothing");
const TYPE: Member = required("type", "What the code is for");
const CAPTCHA_TOKEN: Member = optional(
    "captcha_token",
    "Proof against robots: what captcha/verify answers, or of another captcha; without a state token, where the application demands one. Passed over elsewhere",
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
pub(super) const OWN_CODE_CHANGE: [Member; 2] = [VERIFY_CODE, required("password", "The new password")];
pub(super) const NEW_MOBILE: [Member; 2] =
    [required("mobile", "The new mobile number, which the code was sent to"), VERIFY_CODE];
pub(super) const TICKET_REQUEST: [Member; 5] =
    of_device(required("session_token", "The session token to make a ticket for"));
pub(super) const TICKET_REDEMPTION: [Member; 5] = of_device(required("sso_ticket", "The ticket"));

/// The agent may be missing here, but the address may not.
pub(super) const TENANT_REFRESH: [Member; 5] = [
    required("session_token", "The session token"),
    required("operating_sys_version", "Operating system and version of the device"),
    required("device_fingerprint", "Fingerprint of the device, as at sign-in"),
    optional("agent", "User agent of the device"),
    required("device_ip", "IP address of the device"),
];
/// The members of a form (RFC 6749 §4.4.2).
pub(super) const CLIENT_CREDENTIALS: [Member; 3] = [GRANT_TYPE, CLIENT_ID, CLIENT_SECRET];
const GRANT_TYPE: Member = required("grant_type", "client_credentials");
const CLIENT_ID: Member = required("client_id", "The id of the client");
const CLIENT_SECRET: Member = required("client_secret", "The secret of the client, 1 to 1,024 bytes");
pub(super) const CAPTCHA_SOLUTION: [Member; 3] = [
    required(
        "point_json",
        "Where the piece is: a text that holds JSON, {\"x\":237.0,\"y\":5.0}; or encrypted, as the host opens it",
    ),
    required("token", "The token of the picture"),
    required("sender", "The mobile number or e-mail address that the code will go to"),
];
pub(super) const SOCIAL_CODE: [Member; 1] =
    [required("code", "The code that the provider has given to the client")];
pub(super) const CARRIER_TOKEN: [Member; 1] =
    [required("access_token", "The token of the carrier, which vouches for the mobile")];
pub(super) const SOCIAL_BIND: [Member; 3] = [
    optional("mobile", "The mobile number of the account; this or email"),
    optional("email", "The e-mail address of the account; this or mobile"),
    VERIFY_CODE,
];
pub(super) const WECHAT_MOBILE: [Member; 2] = [
    optional("wechat_code", "The code of WeChat that vouches for the mobile"),
    optional("wchat_code", "The same by its other spelling, where that stands instead"),
];
pub(super) const ALIPAY_MOBILE: [Member; 1] =
    [required("alipay_encrypt", "What Alipay has sealed, which vouches for the mobile")];
pub(super) const LINK_ID: [Member; 1] = [required("id", "The id of the bound account, from the list")];
pub(super) const LINKED_IDENTITY: [Member; 2] =
    [required("social_uid", "The provider's id of the person"), required("social_type", "The provider")];

/// The member of a token, and those that describe the device.
const fn of_device(token: Member) -> [Member; 5] {
    [
        token,
        required("operating_sys_version", "Operating system and version of the device"),
        required("device_fingerprint", "Fingerprint of the device, as at sign-in"),
        required("agent", "User agent of the device"),
        optional("device_ip", "IP address of the device"),
    ]
}

/// Reads credentials with the kind of name that the call takes.
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

pub(super) fn own_code_change(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<OwnPasswordCodeChange> {
    let [typed, new] = members(headers, body, &OWN_CODE_CHANGE)?;
    let code = member::code(typed, VERIFY_CODE)?;
    Ok(OwnPasswordCodeChange { channel, code, new_password: password(new, PASSWORD)? })
}

pub(super) fn new_mobile(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<ContactChange> {
    let [named, typed] = members(headers, body, &NEW_MOBILE)?;
    let contact = recipient(named, Channel::Sms, MOBILE)?;
    Ok(ContactChange { contact, code: member::code(typed, VERIFY_CODE)? })
}

/// The request for a code to a recipient that will become a contact.
pub(super) fn new_contact(request: CodeRequest) -> Read<ContactCodeRequest> {
    let CodeRequest { purpose: _, channel, recipient: named, captcha_token } = request;
    let wanted = match channel {
        Channel::Sms => MOBILE,
        Channel::Email => EMAIL,
    };
    Ok(ContactCodeRequest { contact: recipient(named, channel, wanted)?, captcha_token })
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

/// The purpose of each type of code. The family has more types, for calls that this library does not have. The dialect of an application says which
/// of these it takes ([`routes::meant`](super::routes::meant)).
pub(super) const CODE_TYPES: [(&str, Channel, CodePurpose); 14] = [
    ("LOGIN_SMS", Channel::Sms, CodePurpose::SignIn),
    ("LOGIN_EMS", Channel::Email, CodePurpose::SignIn),
    ("MFA_AUTH_SMS", Channel::Sms, CodePurpose::SecondFactor),
    ("OTP_REST_SMS", Channel::Sms, CodePurpose::SecondFactor),
    ("MFA_AUTH_EMS", Channel::Email, CodePurpose::SecondFactor),
    ("CHANGE_PWD_SMS", Channel::Sms, CodePurpose::ChangePassword),
    ("CHANGE_PWD_EMS", Channel::Email, CodePurpose::ChangePassword),
    ("FORGET_PWD_SMS", Channel::Sms, CodePurpose::ForgottenPassword),
    ("UPDATE_PWD_SMS", Channel::Sms, CodePurpose::UpdatePassword),
    ("REGISTER_SMS", Channel::Sms, CodePurpose::Register),
    ("REGISTER_EMS", Channel::Email, CodePurpose::Register),
    ("UPDATE_MOBILE_SMS", Channel::Sms, CodePurpose::UpdateContact),
    ("BIND_MOBILE_SMS", Channel::Sms, CodePurpose::LinkIdentity),
    ("BIND_EMAIL_EMS", Channel::Email, CodePurpose::LinkIdentity),
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

pub(super) fn captcha_solution(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<CaptchaSolution> {
    let [point, token, sender] = members(headers, body, &CAPTCHA_SOLUTION)?;
    let [of_point, of_token, of_sender] = CAPTCHA_SOLUTION;
    let point = member::captcha_point(point, of_point)?;
    let token = needed(token, of_token)?;
    let picture = captcha_body::read(token.expose()).ok_or(MemberProblem::Malformed.of(of_token.name))?;
    let sender = needed(sender, of_sender)?;
    let of_channel = |channel| Recipient::new(channel, sender.expose());
    let recipient = of_channel(Channel::Sms).or_else(|_| of_channel(Channel::Email));
    let recipient = recipient.map_err(|_| MemberProblem::Malformed.of(of_sender.name))?;
    Ok(CaptchaSolution { picture, point, recipient })
}

/// A session token or ticket, and the device that it belongs to.
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

/// The same, where the address must be there but the agent need not.
pub(super) fn tenant_refresh(
    headers: &RequestHeaders<'_>,
    body: &[u8],
) -> Read<(Result<Device, HeaderFault>, Option<Secret>)> {
    let [token, os, fingerprint, agent, ip] = members(headers, body, &TENANT_REFRESH)?;
    fn text(member: &Option<Secret>) -> &str {
        member.as_ref().map_or("", Secret::expose)
    }
    let device = if text(&ip).trim().is_empty() {
        Err(HeaderFault { header: Header::Ip, problem: Problem::Missing })
    } else {
        Device::without_agent_if_none(text(&os), text(&fingerprint), text(&agent), read_address(text(&ip)))
    };
    Ok((device, token))
}

/// The server of a tenant that wants a token.
pub(super) fn tenant_client(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    language: Option<Language>,
) -> Read<TenantClient> {
    let [grant_type, client_id, client_secret] = form::members(headers, body, &CLIENT_CREDENTIALS)?;
    if needed(grant_type, GRANT_TYPE)?.expose() != "client_credentials" {
        return Err(MemberProblem::NotClientCredentials.of(GRANT_TYPE.name));
    }
    let client_id = ClientId::new(needed(client_id, CLIENT_ID)?.expose());
    let client_id = client_id.map_err(|_| MemberProblem::Malformed.of(CLIENT_ID.name))?;
    Ok(TenantClient { client_id, client_secret: password(client_secret, CLIENT_SECRET)?, language })
}

pub(super) fn social_code(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    source: SocialSource,
) -> Read<SocialCode> {
    let [code] = members(headers, body, &SOCIAL_CODE)?;
    // The family's calls have no member for a proof, and none is made up.
    Ok(SocialCode { source, code: member::foreign(code, SOCIAL_CODE[0])?, proof: CodeProof::Nothing })
}

pub(super) fn carrier_token(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<MobileToken> {
    let [token] = members(headers, body, &CARRIER_TOKEN)?;
    Ok(MobileToken { source: MobileSource::Carrier, token: member::foreign(token, CARRIER_TOKEN[0])? })
}

/// A code to a mobile or to an address, whichever of the two is given.
fn code_to_either(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<CodeCredentials> {
    let [mobile, email, typed] = members(headers, body, &SOCIAL_BIND)?;
    let [of_mobile, of_email, _] = SOCIAL_BIND;
    let recipient = match (mobile, email) {
        (mobile, None) => recipient(mobile, Channel::Sms, of_mobile)?,
        (None, email) => recipient(email, Channel::Email, of_email)?,
        (Some(_), Some(_)) => return Err(MemberProblem::NotTaken.of(of_email.name)),
    };
    Ok(CodeCredentials { recipient, code: member::code(typed, VERIFY_CODE)? })
}

pub(super) fn link_by_code(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<LinkProof> {
    code_to_either(headers, body).map(LinkProof::Code)
}

pub(super) fn newcomer_by_code(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<NewcomerProof> {
    code_to_either(headers, body).map(NewcomerProof::Code)
}

/// Reads the member in either spelling.
fn wechat_mobile(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<MobileToken> {
    let [code, spelt_so] = members(headers, body, &WECHAT_MOBILE)?;
    let token = member::foreign(code.or(spelt_so), WECHAT_MOBILE[0])?;
    Ok(MobileToken { source: MobileSource::Wechat, token })
}

pub(super) fn link_by_wechat_mobile(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<LinkProof> {
    wechat_mobile(headers, body).map(LinkProof::Mobile)
}

pub(super) fn newcomer_by_wechat_mobile(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<NewcomerProof> {
    wechat_mobile(headers, body).map(NewcomerProof::Mobile)
}

pub(super) fn link_by_alipay_mobile(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<LinkProof> {
    let [sealed] = members(headers, body, &ALIPAY_MOBILE)?;
    let token = member::foreign(sealed, ALIPAY_MOBILE[0])?;
    Ok(LinkProof::Mobile(MobileToken { source: MobileSource::Alipay, token }))
}

pub(super) fn link_id(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<NamedIdentity> {
    let [id] = members(headers, body, &LINK_ID)?;
    Ok(NamedIdentity::Link(member::foreign(id, LINK_ID[0])?))
}

pub(super) fn linked_identity(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<NamedIdentity> {
    let [uid, provider] = members(headers, body, &LINKED_IDENTITY)?;
    let [of_uid, of_provider] = LINKED_IDENTITY;
    Ok(NamedIdentity::Identity {
        provider: member::foreign(provider, of_provider)?,
        uid: member::foreign(uid, of_uid)?,
    })
}

fn mobile(text: &Secret) -> Read<Mobile> {
    Mobile::new(text.expose()).map_err(|_| MemberProblem::NotAMobile.of(MOBILE.name))
}

#[cfg(test)]
#[path = "body_tests.rs"]
mod tests;
