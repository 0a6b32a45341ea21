//! Request bodies: the members that each call takes, and their meanings. A name is trimmed, but a password never is. A null member counts as absent,
//! and so does an empty optional member.

pub(super) use crate::facade::member::Member;
use crate::{
    ChangeProof, CodeCredentials, CodeRequest, ContactChange, ContactCodeRequest, Credentials,
    FactorResponse, OwnPasswordChange, PasswordChange, PasswordReset, Registrant,
    account::Identifier,
    code::CodePurpose,
    contact::Channel,
    device::RequestHeaders,
    facade::{
        member::{self, Read, needed, optional, password, recipient, required, texts, user_name},
        object::{members, with_texts},
    },
};

const MOBILE: Member = required("mobile", "A mobile number");
const EMAIL: Member = required("email", "An e-mail address");
const SENT_CODE: Member = required("code", "The code that was sent");
const NEW_PASSWORD: Member = required("new_password", "The new password, 1 to 1,024 bytes");
const CAPTCHA_TOKEN: Member = optional(
    "captcha_token",
    "Proof against robots, where the application demands one. Passed over elsewhere",
);

const IDENTIFIER: Member =
    required("identifier", "Who signs in: a user name, mobile number or e-mail address");
const PASSWORD: Member = required("password", "The password, 1 to 1,024 bytes");
const ONE_TIME_PASSWORD: Member = required("code", "The one-time password");
const OLD_PASSWORD: Member = required("old_password", "The present password");

pub(super) const CREDENTIALS: [Member; 2] = [IDENTIFIER, PASSWORD];
pub(super) const SMS_CREDENTIALS: [Member; 2] = [MOBILE, SENT_CODE];
pub(super) const EMAIL_CREDENTIALS: [Member; 2] = [EMAIL, SENT_CODE];
pub(super) const SMS_REQUEST: [Member; 2] = [MOBILE, CAPTCHA_TOKEN];
pub(super) const EMAIL_REQUEST: [Member; 2] = [EMAIL, CAPTCHA_TOKEN];
pub(super) const TOTP: [Member; 1] = [ONE_TIME_PASSWORD];
pub(super) const CODE: [Member; 1] = [SENT_CODE];
pub(super) const PASSWORD_CHANGE: [Member; 2] = [OLD_PASSWORD, NEW_PASSWORD];
pub(super) const CODE_CHANGE: [Member; 2] = [SENT_CODE, NEW_PASSWORD];
pub(super) const SMS_RECOVERY: [Member; 3] = [MOBILE, SENT_CODE, NEW_PASSWORD];
pub(super) const EMAIL_RECOVERY: [Member; 3] = [EMAIL, SENT_CODE, NEW_PASSWORD];
pub(super) const OWN_CHANGE: [Member; 2] =
    [optional("old_password", "The present password, where one is set"), NEW_PASSWORD];

pub(super) const NEW_MOBILE: [Member; 2] = [MOBILE, SENT_CODE];
pub(super) const NEW_EMAIL: [Member; 2] = [EMAIL, SENT_CODE];
const CHOSEN_NAME: Member = optional("user_name", "A user name of one's choice");
const CHOSEN_PASSWORD: Member = optional(
    "new_password",
    "The password, 1 to 1,024 bytes; needed where one does not sign in by a code to this contact",
);
const PROFILE: Member = texts(
    "profile",
    "What one says of oneself: at most 32 texts of at most 1,024 bytes, as the service asks for",
);

pub(super) const SMS_REGISTRATION: [Member; 5] = [MOBILE, SENT_CODE, CHOSEN_NAME, CHOSEN_PASSWORD, PROFILE];
pub(super) const EMAIL_REGISTRATION: [Member; 5] = [EMAIL, SENT_CODE, CHOSEN_NAME, CHOSEN_PASSWORD, PROFILE];

pub(super) fn registrant(headers: &RequestHeaders<'_>, body: &[u8], channel: Channel) -> Read<Registrant> {
    let wanted = match channel {
        Channel::Sms => &SMS_REGISTRATION,
        Channel::Email => &EMAIL_REGISTRATION,
    };
    let ([named, typed, user_name, chosen, _], said) = with_texts(headers, body, wanted)?;
    Ok(Registrant {
        recipient: recipient(named, channel, addressed_by(channel))?,
        code: member::code(typed, SENT_CODE)?,
        user_name,
        password: chosen.map(|chosen| password(Some(chosen), CHOSEN_PASSWORD)).transpose()?,
        members: member::profile(said.iter().map(|(name, text)| (&**name, text.expose())), PROFILE)?,
    })
}

pub(super) fn credentials(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<Credentials> {
    let [name, secret] = members(headers, body, &CREDENTIALS)?;
    let identifier = Identifier::of_any(user_name(name, IDENTIFIER)?);
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
    let recipient = recipient(named, channel, addressed_by(channel))?;
    Ok(CodeCredentials { recipient, code: member::code(typed, SENT_CODE)? })
}

/// A request within a pending login has no body, because the recipient is the account's own.
pub(super) fn code_request(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    purpose: CodePurpose,
    channel: Channel,
) -> Read<CodeRequest> {
    if purpose.is_of_pending_login() {
        return Ok(CodeRequest { purpose, channel, recipient: None, captcha_token: None });
    }
    let wanted = match channel {
        Channel::Sms => &SMS_REQUEST,
        Channel::Email => &EMAIL_REQUEST,
    };
    let [named, captcha_token] = members(headers, body, wanted)?;
    let recipient = Some(needed(named, addressed_by(channel))?);
    let captcha_token = member::captcha_token(captcha_token, CAPTCHA_TOKEN)?;
    Ok(CodeRequest { purpose, channel, recipient, captcha_token })
}

pub(super) fn totp_response(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<FactorResponse> {
    let [typed] = members(headers, body, &TOTP)?;
    Ok(FactorResponse::Totp { code: member::code(typed, ONE_TIME_PASSWORD)? })
}

pub(super) fn code_response(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<FactorResponse> {
    let [typed] = members(headers, body, &CODE)?;
    Ok(FactorResponse::Code { channel, recipient: None, code: member::code(typed, SENT_CODE)? })
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
    let proof = ChangeProof::Code { channel, code: member::code(typed, SENT_CODE)? };
    Ok(PasswordChange { proof, new_password: password(new, NEW_PASSWORD)? })
}

pub(super) fn recovery(headers: &RequestHeaders<'_>, body: &[u8], channel: Channel) -> Read<PasswordReset> {
    let wanted = match channel {
        Channel::Sms => &SMS_RECOVERY,
        Channel::Email => &EMAIL_RECOVERY,
    };
    let [named, typed, new] = members(headers, body, wanted)?;
    let recipient = recipient(named, channel, addressed_by(channel))?;
    let code = member::code(typed, SENT_CODE)?;
    Ok(PasswordReset { recipient, code, new_password: password(new, NEW_PASSWORD)? })
}

pub(super) fn own_change(headers: &RequestHeaders<'_>, body: &[u8]) -> Read<OwnPasswordChange> {
    let [old, new] = members(headers, body, &OWN_CHANGE)?;
    let old_password = old.map(|old| password(Some(old), OLD_PASSWORD)).transpose()?;
    Ok(OwnPasswordChange { old_password, new_password: password(new, NEW_PASSWORD)? })
}

/// The recipient of a code that will be the account's new contact.
pub(super) fn new_contact(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<ContactCodeRequest> {
    let wanted = addressed_by(channel);
    let [named, captcha_token] = members(headers, body, &[wanted, CAPTCHA_TOKEN])?;
    let captcha_token = member::captcha_token(captcha_token, CAPTCHA_TOKEN)?;
    Ok(ContactCodeRequest { contact: recipient(named, channel, wanted)?, captcha_token })
}

pub(super) fn contact_change(
    headers: &RequestHeaders<'_>,
    body: &[u8],
    channel: Channel,
) -> Read<ContactChange> {
    let wanted = addressed_by(channel);
    let [named, typed] = members(headers, body, &[wanted, SENT_CODE])?;
    let contact = recipient(named, channel, wanted)?;
    Ok(ContactChange { contact, code: member::code(typed, SENT_CODE)? })
}

/// The member that names the recipient of a code of this channel.
const fn addressed_by(channel: Channel) -> Member {
    match channel {
        Channel::Sms => MOBILE,
        Channel::Email => EMAIL,
    }
}
