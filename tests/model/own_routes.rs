//! The same calls at routes of the host's own: for browsers, which show a cookie, and for callers that show nothing.

use super::{
    calls::{Call, Caller, F, LinkProof, Proof, Purpose, Request, Response, Said},
    cast::{APPS, DEVICES, Shown, TENANTS},
    wire::{Spelt, picture_id, signature},
};
use authflow::{
    CaptchaSolution, ChangeProof, ClientId, CodeCredentials, CodeRequest, ContactChange, ContactCodeRequest,
    Credentials, FactorResponse, MobilePasswordUpdate, MobileToken, Moment, NamedIdentity, NewcomerProof,
    OwnPasswordChange, PasswordChange, PasswordReset, PresentedSession, PresentedToken, Registrant, Secret,
    SocialCode, TenantCaller, TenantId,
    account::{Identifier, ProfileMembers, UserName},
    captcha::PresentedPoint,
    code::CodePurpose,
    contact::{Channel, Mobile, Recipient},
    device::{self, Device, DeviceCookie},
    sdk::Api,
    signed_call::CallSignature,
    social::{CodeProof, MobileSource, SocialSource},
    step::Step,
    token::Untrusted,
};
use serde_json::Value;

/// The device of a caller.
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

/// The request that the guard of a route sees.
pub fn authenticate(api: &Api, request: &Request, sent: &Spelt, by_session: bool, moment: Moment) -> Step {
    let text = sent.token.as_deref().unwrap_or_default();
    let signature = signature(request, sent.token.as_deref());
    let presented = if let Some(text) = &signature {
        PresentedToken::Signed(CallSignature::new(text))
    } else if by_session {
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
    let signature = signature(request, sent.token.as_deref());
    let (bearer, session) = match &signature {
        Some(text) => (
            PresentedToken::Signed(CallSignature::new(text)),
            PresentedSession::Signed(CallSignature::new(text)),
        ),
        None => {
            (PresentedToken::Bearer(Untrusted::new(token)), PresentedSession::Token(Untrusted::new(token)))
        }
    };
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
        Call::Picture => engine.issue_captcha(who, moment),
        Call::Solve { by, .. } => {
            let solution = CaptchaSolution {
                picture: picture_id(text("token").unwrap()).unwrap(),
                point: PresentedPoint::read(text("point_json").unwrap()).unwrap(),
                recipient: Recipient::new(channel(*by), text("sender").unwrap()).unwrap(),
            };
            engine.verify_captcha(who, solution, moment)
        }
        Call::Social { bound, .. } => {
            // The host accepts any text as the state that it gave to this device.
            let proof = if *bound { CodeProof::State(secret("code")) } else { CodeProof::Nothing };
            let code = SocialCode { source: SocialSource::Wechat, code: secret("code"), proof };
            engine.sign_in_with_social_code(who, code, moment)
        }
        Call::Link { proof, .. } => {
            let proof = match proof {
                LinkProof::Password(..) => authflow::LinkProof::Password(Credentials {
                    identifier: Identifier::of_user_name(UserName::new(text("user_name").unwrap()).unwrap()),
                    password: secret("password"),
                }),
                LinkProof::Code(by, ..) => authflow::LinkProof::Code(CodeCredentials {
                    recipient: recipient(*by),
                    code: secret("verify_code"),
                }),
                LinkProof::Vouched(..) => authflow::LinkProof::Mobile(MobileToken {
                    source: MobileSource::Wechat,
                    token: secret("wechat_code"),
                }),
            };
            engine.link_identity(who, Untrusted::new(token), proof, moment)
        }
        Call::RegisterLinked { by, .. } => {
            let code = CodeCredentials { recipient: recipient(*by), code: secret("verify_code") };
            engine.register_and_link(who, Untrusted::new(token), NewcomerProof::Code(code), moment)
        }
        Call::RegisterVouched { .. } => {
            let word = MobileToken { source: MobileSource::Wechat, token: secret("wechat_code") };
            engine.register_and_link(who, Untrusted::new(token), NewcomerProof::Mobile(word), moment)
        }
        Call::Identities { .. } => engine.list_identities(who, bearer, moment),
        Call::Unlink { .. } => {
            let which =
                NamedIdentity::Identity { provider: secret("social_type"), uid: secret("social_uid") };
            engine.unlink_identity(who, bearer, which, moment)
        }
        Call::Send { purpose: Purpose::NewContact, by, .. } => {
            let captcha_token = text("captcha_token").map(Secret::new);
            let request = ContactCodeRequest { contact: recipient(*by), captcha_token };
            engine.send_contact_code(who, bearer, request, moment)
        }
        Call::NewContact { by, .. } => {
            let change = ContactChange { contact: recipient(*by), code: secret("verify_code") };
            engine.change_contact(who, bearer, change, moment)
        }
        Call::Send { purpose, by, to, .. } => {
            let purpose = match purpose {
                Purpose::SignIn => CodePurpose::SignIn,
                Purpose::Second => CodePurpose::SecondFactor,
                Purpose::Change => CodePurpose::ChangePassword,
                Purpose::Update => CodePurpose::UpdatePassword,
                Purpose::Forgotten => CodePurpose::ForgottenPassword,
                Purpose::Register => CodePurpose::Register,
                Purpose::Link => CodePurpose::LinkIdentity,
                Purpose::NewContact => CodePurpose::UpdateContact,
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
        Call::IsSet { .. } => engine.password_is_set(who, bearer, moment),
        Call::Authenticate { by_session, .. } => authenticate(api, request, sent, *by_session, moment),
        Call::OwnChange { .. } => {
            let old_password = text("old_password").map(Secret::new);
            let change = OwnPasswordChange { old_password, new_password: secret("new_password") };
            engine.change_own_password(who, bearer, change, moment)
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
        Call::Register { by, .. } => {
            let registrant = Registrant {
                recipient: recipient(*by),
                code: secret("verify_code"),
                user_name: text("user_name").map(Secret::new),
                password: text("pwd").map(Secret::new),
                members: ProfileMembers::default(),
            };
            engine.register(who, registrant, moment)
        }
        Call::Refresh { .. } => match &signature {
            Some(_) => engine.refresh_id_token(who, session, moment),
            None => engine.refresh_session(who, session, moment),
        },
        Call::SignOut { .. } => engine.sign_out(who, session, moment),
        Call::TenantRefresh { .. } => {
            engine.refresh_session_for_tenant(server(credential), Untrusted::new(token), moment)
        }
        Call::TenantToken { .. } => unreachable!("no device calls it"),
        Call::IssueTicket { .. } => engine.issue_ticket(server(credential), Untrusted::new(token), moment),
        Call::Redeem { .. } => engine.redeem_ticket(server(credential), Untrusted::new(token), moment),
    }
}
