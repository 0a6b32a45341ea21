//! Requests as the family spells them, and what its replies say.

use super::{
    calls::{Call, F, FORGED, Proof, Purpose, Request, Response, Said},
    cast::{APPS, DEVICES, NAMES, Shown, TENANTS, email, mobile, password, totp_code},
    host::Host,
    observed::Observed,
    rules::TOTP_STEP,
    spelling::Way,
};
use authflow::testkit::{Answer, demo::CREDENTIAL};
use serde_json::{Value, json};

pub struct Spelt {
    pub method: &'static str,
    pub path: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The token as text.
    pub token: Option<String>,
    /// Whatever in it is a secret.
    pub secrets: Vec<String>,
}

pub fn spell(host: &Host, request: &Request) -> Spelt {
    let caller = request.caller;
    let way = Way(host.world.host.asked.len());
    let code = |number: usize| match host.codes.get(number).cloned().flatten() {
        Some(code) => way.code(&code),
        None => "wrong".into(),
    };
    let password = |number: usize| way.password(password(number));
    let token = request.call.token();
    let token = token.map(|number| match number {
        FORGED => host.ledger.latest_id.as_deref().map_or("nonsense".into(), with_another_signature),
        _ => host.texts.get(number).cloned().unwrap_or_else(|| "nonsense".into()),
    });
    let mut secrets: Vec<String> = token.iter().cloned().collect();
    let mut body = Value::Null;
    let mut bears = "X-state-token";
    // What shows none comes by a route of the host's own, without any of this.
    let fingerprint = match DEVICES[caller.device] {
        Shown::Fingerprint(fingerprint) => fingerprint,
        Shown::Cookie(_) | Shown::Nothing => "",
    };
    let path = match &request.call {
        Call::SignIn { who, said, password: typed } => {
            let (path, member, name) = match said {
                Said::Name => ("/api/v2/sdk/login", "user_name", way.name(NAMES[*who])),
                Said::AnyName => ("/api/v2/sdk/login/auth", "user_name", way.name(NAMES[*who])),
                Said::AnyMobile => ("/api/v2/sdk/login/auth", "user_name", way.number(&mobile(*who))),
                Said::AnyEmail => ("/api/v2/sdk/login/auth", "user_name", way.name(&email(*who))),
                Said::Mobile => ("/api/v2/sdk/login/mobile-pwd", "mobile", way.number(&mobile(*who))),
            };
            body = json!({ member: name, "password": password(*typed) });
            path
        }
        Call::SignInByCode { by, to, code: typed } => {
            body = json!({ "verify_code": code(*typed) });
            contact(&mut body, way, *by, Some(*to));
            if *by == F::Sms {
                "/api/v2/sdk/login/mobile-verify-code"
            } else {
                "/api/v2/sdk/login/email-verify-code"
            }
        }
        Call::Send { purpose, by, to, human, .. } => {
            body = json!({ "type": kind(*purpose, *by) });
            if *human {
                body["captcha_token"] = "human".into();
            }
            contact(&mut body, way, *by, *to);
            if *by == F::Sms { "/api/v2/sdk/sms/send" } else { "/api/v2/sdk/email/send" }
        }
        Call::Skip { .. } => "/api/v2/sdk/pwd/skip-update",
        Call::Change { proof: Proof::Old(old), new, .. } => {
            body = json!({ "old_password": password(*old), "new_password": password(*new) });
            "/api/v2/sdk/pwd/update"
        }
        Call::Change { proof: Proof::Code(by, typed), new, .. } => {
            body = json!({ "verify_code": code(*typed), "new_password": password(*new) });
            if *by == F::Sms {
                "/api/v2/sdk/after-login/pwd/update-by-mobile"
            } else {
                "/api/v2/sdk/after-login/pwd/update-by-email"
            }
        }
        Call::Prove { response: Response::Code { by, named, code: typed }, .. } => {
            body = json!({ "verify_code": code(*typed) });
            contact(&mut body, way, *by, *named);
            if *by == F::Sms { "/api/v2/sdk/mfa/sms" } else { "/api/v2/sdk/mfa/email" }
        }
        Call::Prove { response: Response::Totp { of, steps }, .. } => {
            let step = (host.world.clock.now.as_unix() / TOTP_STEP).wrapping_add_signed(*steps);
            body = json!({ "verify_code": way.code(&totp_code(*of, step)) });
            "/api/v2/sdk/mfa/totp"
        }
        Call::IsSet { .. } => {
            bears = "Authorization";
            "/api/v2/sdk/pwd/check-exist"
        }
        // No call of the family's: the host takes the token by itself.
        Call::Authenticate { .. } => {
            bears = "";
            "/a/route/of/the/hosts"
        }
        Call::OwnChange { old, new, .. } => {
            bears = "Authorization";
            body = json!({ "new_password": password(*new) });
            if let Some(old) = old {
                body["old_password"] = password(*old).into();
            }
            "/api/v2/sdk/pwd/change"
        }
        Call::OwnChangeByCode { code: typed, new, .. } => {
            bears = "Authorization";
            body = json!({ "verify_code": code(*typed), "password": password(*new) });
            "/api/v2/sdk/pwd/update-by-mobile"
        }
        Call::Recover { to, code: typed, new } => {
            body = json!({ "verify_code": code(*typed), "password": password(*new) });
            contact(&mut body, way, F::Sms, Some(*to));
            "/api/v2/sdk/pwd/update-by-mobile"
        }
        Call::Refresh { .. } | Call::SignOut { .. } => {
            bears = "X-session-token";
            if matches!(request.call, Call::Refresh { .. }) {
                "/api/v2/sdk/sso/session-token/id-token"
            } else {
                "/api/v2/sdk/logout"
            }
        }
        Call::IssueTicket { credential, .. } | Call::Redeem { credential, .. } => {
            let issues = matches!(request.call, Call::IssueTicket { .. });
            body = json!({
                "operating_sys_version": "Android 10", "device_fingerprint": fingerprint, "agent": "agent",
            });
            body[if issues { "session_token" } else { "sso_ticket" }] =
                token.clone().unwrap_or_default().into();
            let credential = format!("Bearer {}", [CREDENTIAL, "another", "nobody's"][*credential]);
            let headers = [("Authorization", credential.as_str()), ("Content-Type", "application/json")];
            let path = if issues {
                "/api/v2/tenant/sso/session-token/sso-ticket"
            } else {
                "/api/v2/tenant/sso/sso-ticket/verify"
            };
            let headers = headers.map(|(name, value)| (name.into(), value.into())).into();
            return Spelt { method: "POST", path, headers, body: body.to_string(), token, secrets };
        }
    };
    let mut headers = vec![
        ("X-operating-sys-version", "Android 10".into()),
        ("X-device-fingerprint", fingerprint.into()),
        ("X-agent", "agent".into()),
        ("X-client-id", APPS[caller.app].into()),
        ("X-tenant-id", TENANTS[caller.tenant].into()),
    ];
    if let Some(token) = token.as_ref().filter(|_| !bears.is_empty()) {
        let is_bearer = bears == "Authorization";
        headers.push((bears, if is_bearer { format!("Bearer {token}") } else { token.clone() }));
    }
    let method = if matches!(request.call, Call::IsSet { .. }) { "GET" } else { "POST" };
    for member in ["password", "old_password", "new_password", "verify_code"] {
        let secret = body.get(member).and_then(Value::as_str).filter(|text| text.len() > 5);
        secrets.extend(secret.map(String::from));
    }
    let body = if body.is_null() { String::new() } else { body.to_string() };
    if !body.is_empty() {
        headers.push(("Content-Type", "application/json".into()));
    }
    let headers = headers.into_iter().map(|(name, value): (&str, String)| (name.into(), value)).collect();
    Spelt { method, path, headers, body, token, secrets }
}

/// Another character at its beginning: the last one may stand for no whole byte.
fn with_another_signature(token: &str) -> String {
    let (signed, signature) = token.rsplit_once('.').expect("a signature");
    let other = if signature.starts_with('A') { 'B' } else { 'A' };
    format!("{signed}.{other}{}", &signature[1..])
}

fn contact(body: &mut Value, way: Way, by: F, to: Option<usize>) {
    match (by, to) {
        (_, None) => {}
        (F::Sms, Some(to)) => body["mobile"] = way.number(&mobile(to)).into(),
        (_, Some(to)) => body["email"] = way.name(&email(to)).into(),
    }
}

fn kind(purpose: Purpose, by: F) -> &'static str {
    match (purpose, by) {
        (Purpose::SignIn, F::Sms) => "LOGIN_SMS",
        (Purpose::SignIn, _) => "LOGIN_EMS",
        (Purpose::Second, F::Sms) => "MFA_AUTH_SMS",
        (Purpose::Second, _) => "MFA_AUTH_EMS",
        (Purpose::Change, F::Sms) => "CHANGE_PWD_SMS",
        (Purpose::Change, _) => "CHANGE_PWD_EMS",
        (Purpose::Update, F::Sms) => "UPDATE_PWD_SMS",
        (Purpose::Update, _) => "UPDATE_PWD_EMS",
        (Purpose::Forgotten, F::Sms) => "FORGET_PWD_SMS",
        (Purpose::Forgotten, _) => "FORGET_PWD_EMS",
    }
}

/// What a reply says, and the tokens in it in the order of the model's.
pub fn read(answer: &Answer, seen: &mut Observed) {
    let text = |member: &str| answer.body.get(member).and_then(Value::as_str);
    let is_set =
        answer.body.get("is_set_pwd").map(|is_set| if *is_set == json!(true) { "true" } else { "false" });
    let wrapped = answer.body.get("data").and_then(|data| data.get("id")).and_then(Value::as_str);
    let named = text("error_code").or(text("status")).or(text("id")).or(wrapped).or(is_set);
    let by_token = text("sso_ticket").map(|_| "ticket").or(text("session_token").map(|_| "session"));
    seen.reply = (answer.status, named.or(by_token).unwrap_or_default().into());
    seen.bytes = answer.bytes.clone();
    let members = ["state_token", "session_token", "id_token", "sso_ticket"];
    seen.minted = members.into_iter().filter_map(text).map(String::from).collect();
}
