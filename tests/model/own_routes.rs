//! The same calls at routes of the host's own: for browsers, which show a cookie, and for whoever shows nothing.

use super::{
    calls::{Call, Caller, F, Proof, Purpose, Request, Response, Said},
    cast::{APPS, DEVICES, Shown, TENANTS},
    wire::Spelt,
};
use authflow::{
    ChangeProof, ClientId, CodeCredentials, CodeRequest, Credentials, FactorResponse, MobilePasswordUpdate,
    Moment, OwnPasswordChange, PasswordChange, PasswordReset, PresentedToken, Secret, TenantCaller, TenantId,
    account::{Identifier, UserName},
    code::CodePurpose,
    contact::{Channel, Mobile, Recipient},
    device::{self, Device, DeviceCookie},
    sdk::Api,
    step::Step,
    token::Untrusted,
};
use serde_json::Value;

/// What calls.
pub fn device(number: usize) -> Device {
    match DEVICES[number] {
        Shown::Fingerprint(fingerprint) => Device::new("Android 10", fingerprint, "agent", None),
        Shown::Cookie(bits) => Device::with_cookie(&DeviceCookie::from_bytes(bits), "agent", None),
        Shown::Nothing => Device::unbound("agent", None),
    }
    .unwrap()
}

pub fn caller(caller: Caller) -> device::Caller {
    device::Caller {
        device: device(caller.device),
        client_id: ClientId::new(APPS[caller.app]).unwrap(),
        tenant: TenantId::new(TENANTS[caller.tenant]).ok(),
        language: None,
    }
}

/// What the guard before a route is shown.
pub fn authenticate(api: &Api, request: &Request, sent: &Spelt, by_session: bool, moment: Moment) -> Step {
    let text = sent.token.as_deref().unwrap_or_default();
    let presented = if by_session {
        PresentedToken::Session(Untrusted::new(text))
    } else {
        PresentedToken::Bearer(Untrusted::new(text))
    };
    api.engine().authenticate(caller(request.caller), presented, moment)
}

fn channel(by: F) -> Channel {
    if by == F::Email { Channel::Email } else { Channel::Sms }
}

pub fn begin(api: &Api, request: &Request, sent: &Spelt, moment: Moment) -> Step {
    let (engine, who) = (api.engine(), caller(request.caller));
    let body: Value = serde_json::from_str(&sent.body).unwrap_or_default();
    let text = |member: &str| body.get(member).and_then(Value::as_str);
    let secret = |member: &str| Secret::new(text(member).unwrap_or_default());
    let recipient = |by: F| {
        let to = text(if by == F::Email { "email" } else { "mobile" }).unwrap_or_default();
        Recipient::new(channel(by), to).unwrap()
    };
    let token = sent.token.as_deref().unwrap_or_default();
    let server = |credential: Option<&str>| TenantCaller {
        credential: Secret::new(credential.unwrap_or_default()),
        device: device(request.caller.device),
        language: None,
    };
    let credential = sent.headers.iter().find_map(|(_, value)| value.strip_prefix("Bearer "));
    match &request.call {
        Call::SignIn { said, .. } => {
            let name = |member: &str| UserName::new(text(member).unwrap_or_default()).unwrap();
            let identifier = match said {
                Said::Name => Identifier::of_user_name(name("user_name")),
                Said::Mobile => Mobile::new(text("mobile").unwrap_or_default()).unwrap().into(),
                Said::AnyName | Said::AnyMobile | Said::AnyEmail => Identifier::of_any(name("user_name")),
            };
            engine.sign_in(who, Credentials { identifier, password: secret("password") }, moment)
        }
        Call::SignInByCode { by, .. } => {
            let credentials = CodeCredentials { recipient: recipient(*by), code: secret("verify_code") };
            engine.sign_in_with_code(who, credentials, moment)
        }
        Call::Send { purpose, by, to, .. } => {
            let purpose = match purpose {
                Purpose::SignIn => CodePurpose::SignIn,
                Purpose::Second => CodePurpose::SecondFactor,
                Purpose::Change => CodePurpose::ChangePassword,
                Purpose::Update => CodePurpose::UpdatePassword,
                Purpose::Forgotten => CodePurpose::ForgottenPassword,
            };
            let request = CodeRequest {
                purpose,
                channel: channel(*by),
                recipient: to.map(|_| secret(if *by == F::Email { "email" } else { "mobile" })),
                captcha_token: text("captcha_token").map(Secret::new),
            };
            engine.send_code(who, Untrusted::new(token), request, moment)
        }
        Call::Skip { .. } => engine.skip_password(who, Untrusted::new(token), moment),
        Call::Change { proof, .. } => {
            let proof = match proof {
                Proof::Old(_) => ChangeProof::OldPassword(secret("old_password")),
                Proof::Code(by, _) => {
                    ChangeProof::Code { channel: channel(*by), code: secret("verify_code") }
                }
            };
            let change = PasswordChange { proof, new_password: secret("new_password") };
            engine.change_password(who, Untrusted::new(token), change, moment)
        }
        Call::Prove { response, .. } => {
            let response = match response {
                Response::Code { by, named, .. } => FactorResponse::Code {
                    channel: channel(*by),
                    recipient: named.map(|_| secret(if *by == F::Email { "email" } else { "mobile" })),
                    code: secret("verify_code"),
                },
                Response::Totp { .. } => FactorResponse::Totp { code: secret("verify_code") },
            };
            engine.prove_factor(who, Untrusted::new(token), response, moment)
        }
        Call::IsSet { .. } => engine.password_is_set(who, Untrusted::new(token), moment),
        Call::Authenticate { by_session, .. } => authenticate(api, request, sent, *by_session, moment),
        Call::OwnChange { .. } => {
            let old_password = text("old_password").map(Secret::new);
            let change = OwnPasswordChange { old_password, new_password: secret("new_password") };
            engine.change_own_password(who, PresentedToken::Bearer(Untrusted::new(token)), change, moment)
        }
        Call::OwnChangeByCode { .. } => {
            let (code, new_password) = (secret("verify_code"), secret("password"));
            let update = MobilePasswordUpdate { mobile: None, code, new_password };
            engine.update_password_by_mobile(who, Untrusted::new(token), update, moment)
        }
        Call::Recover { .. } => {
            let (code, new_password) = (secret("verify_code"), secret("password"));
            let reset = PasswordReset { recipient: recipient(F::Sms), code, new_password };
            engine.reset_password(who, reset, moment)
        }
        Call::Refresh { .. } => engine.refresh_session(who, Untrusted::new(token), moment),
        Call::SignOut { .. } => engine.sign_out(who, Untrusted::new(token), moment),
        Call::IssueTicket { .. } => engine.issue_ticket(server(credential), Untrusted::new(token), moment),
        Call::Redeem { .. } => engine.redeem_ticket(server(credential), Untrusted::new(token), moment),
    }
}
