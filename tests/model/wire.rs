//! Requests in the family's spelling, and the content of its replies.

use super::{
    calls::{
        Call, F, FORGED, Human, LinkProof, NOBODY, Proof, Purpose, Reply, Request, Response, Said, Seal,
    },
    cast::{APPS, DEVICES, NAMES, Shown, TENANTS, email, mobile, password, totp_code, uid},
    host::Host,
    observed::Observed,
    rules::TOTP_STEP,
    spelling::Way,
};
use authflow::captcha::PictureId;
use authflow::testkit::{Answer, demo, demo::CREDENTIAL, stand_in_sealed};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

pub struct Spelt {
    pub method: &'static str,
    pub path: &'static str,
    pub headers: Vec<(String, String)>,
    pub body: String,
    /// The token as text.
    pub token: Option<String>,
    /// All secrets in it.
    pub secrets: Vec<String>,
}

pub fn spell(host: &Host, request: &Request) -> Spelt {
    let caller = request.caller;
    let way = Way(host.spelt);
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
    // A caller that shows no fingerprint calls a route of the host's own, without any of this.
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
            if *purpose == Purpose::NewContact {
                bears = "Authorization";
            }
            body = json!({ "type": kind(*purpose, *by) });
            body["captcha_token"] = match human {
                Human::No => Value::Null,
                Human::Yes => "human".into(),
                Human::Solved(number) => {
                    host.captchas.get(*number).cloned().unwrap_or_else(|| "nonsense".into()).into()
                }
            };
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
        // This is no call of the family's. The host takes the token itself.
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
        Call::Register { by, to, code: typed, name, password: chosen, .. } => {
            body = json!({ "verify_code": code(*typed) });
            contact(&mut body, way, *by, Some(*to));
            if let Some(name) = name {
                body["user_name"] = NAMES[*name].into();
            }
            // This is a member like any other, which nobody has proved.
            if *by == F::Sms {
                body["email"] = email(NOBODY).into();
            }
            if let Some(chosen) = chosen {
                body["pwd"] = password(*chosen).into();
            }
            if *by == F::Sms {
                "/api/v2/sdk/register/mobile-verify-code"
            } else {
                "/api/v2/sdk/register/email-verify-code"
            }
        }
        Call::Picture => "/api/v2/sdk/captcha",
        Call::Solve { picture, right, by, to } => {
            let place = host.place(*picture);
            let x = if *right { place } else { place.wrapping_add(99) };
            let sender = if *by == F::Sms { way.number(&mobile(*to)) } else { way.name(&email(*to)) };
            let token = host.pictures.get(*picture).cloned().unwrap_or_else(|| "0".repeat(32));
            let point = format!(r#"{{"x":{x}.0,"y":5.0}}"#);
            body = json!({ "token": token, "sender": sender, "point_json": point });
            "/api/v2/sdk/captcha/verify"
        }
        Call::Social { .. } => {
            body = json!({ "code": format!("word-{}", host.spelt) });
            "/api/v2/sdk/login/wechat"
        }
        Call::Link { proof: LinkProof::Password(who, typed), .. } => {
            body = json!({ "user_name": way.name(NAMES[*who]), "password": password(*typed) });
            "/api/v2/sdk/social/username-password-bind"
        }
        Call::Link { proof: LinkProof::Code(by, to, typed), .. }
        | Call::RegisterLinked { by, to, code: typed, .. } => {
            body = json!({ "verify_code": code(*typed) });
            contact(&mut body, way, *by, Some(*to));
            if matches!(request.call, Call::Link { .. }) {
                "/api/v2/sdk/social/bind"
            } else {
                "/api/v2/sdk/social/register-bind"
            }
        }
        Call::Link { proof: LinkProof::Vouched(..), .. } => {
            body = json!({ "wechat_code": format!("word-{}", host.spelt) });
            "/api/v2/sdk/social/wechat-mobile-bind"
        }
        Call::RegisterVouched { .. } => {
            body = json!({ "wechat_code": format!("word-{}", host.spelt) });
            "/api/v2/sdk/social/wechat-mobile-register-bind"
        }
        Call::Identities { .. } => {
            bears = "Authorization";
            "/api/v2/sdk/social"
        }
        Call::Unlink { identity, .. } => {
            bears = "Authorization";
            body = json!({ "social_uid": uid(*identity), "social_type": "weixin" });
            "/api/v2/sdk/social/unbind"
        }
        Call::NewContact { by, to, code: typed, .. } => {
            bears = "Authorization";
            body = json!({ "verify_code": code(*typed) });
            contact(&mut body, way, *by, Some(*to));
            if *by == F::Sms {
                "/api/v2/sdk/profile/update-mobile"
            } else {
                "/api/v2/sdk/profile/update-email"
            }
        }
        Call::Refresh { .. } | Call::SignOut { .. } => {
            bears = "X-session-token";
            if matches!(request.call, Call::Refresh { .. }) && host.life.signed && request.seal.is_some() {
                "/api/v2/sdk/session-token/refresh-id-token"
            } else if matches!(request.call, Call::Refresh { .. }) {
                "/api/v2/sdk/sso/session-token/id-token"
            } else {
                "/api/v2/sdk/logout"
            }
        }
        Call::TenantToken { client, secret } => {
            let secret = [CREDENTIAL, "another", "nobody's"][*secret];
            let body =
                format!("grant_type=client_credentials&client_id={}&client_secret={secret}", APPS[*client]);
            let headers = vec![("Content-Type".into(), "application/x-www-form-urlencoded".into())];
            let (path, secrets) = ("/api/v2/tenant/token", vec![CREDENTIAL.into()]);
            return Spelt { method: "POST", path, headers, body, token, secrets };
        }
        Call::IssueTicket { credential, .. }
        | Call::Redeem { credential, .. }
        | Call::TenantRefresh { credential, .. } => {
            let issues = !matches!(request.call, Call::Redeem { .. });
            body = json!({
                "operating_sys_version": "Android 10", "device_fingerprint": fingerprint, "agent": "agent",
                "device_ip": "10.0.0.1",
            });
            body[if issues { "session_token" } else { "sso_ticket" }] =
                token.clone().unwrap_or_default().into();
            let credential = match credential.checked_sub(3) {
                Some(number) => host.servers.get(number).map_or("tenantToken-nonsense", String::as_str),
                None => [CREDENTIAL, "another", "nobody's"][*credential],
            };
            let credential = format!("Bearer {credential}");
            let headers = [("Authorization", credential.as_str()), ("Content-Type", "application/json")];
            let path = if matches!(request.call, Call::TenantRefresh { .. }) {
                "/api/v2/tenant/sso/session-token/refresh"
            } else if issues {
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
    if let Some(signature) = signature(request, token.as_deref()).filter(|_| !bears.is_empty()) {
        headers.push(("X-signature", signature));
    } else if let Some(token) = token.as_ref().filter(|_| !bears.is_empty()) {
        let is_bearer = bears == "Authorization";
        headers.push((bears, if is_bearer { format!("Bearer {token}") } else { token.clone() }));
    }
    let method = if matches!(request.call, Call::IsSet { .. } | Call::Identities { .. } | Call::Picture) {
        "GET"
    } else {
        "POST"
    };
    for member in ["password", "pwd", "old_password", "new_password", "verify_code"] {
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

/// A sealed token, with a time and a nonce.
pub fn signature(request: &Request, token: Option<&str>) -> Option<String> {
    let Seal { at, nonce } = request.seal?;
    // Only a session token has room.
    let token = token.unwrap_or_default();
    let token = token.get(..130).unwrap_or(token);
    let text = format!("session_token={token}&timestamp={}&nonce={nonce}", at * 1000);
    Some(BASE64_STANDARD.encode(stand_in_sealed(demo::call_key().id(), &text)))
}

/// A picture's id, as it is spelt: 32 hexadecimal digits.
pub fn picture_id(text: &str) -> Option<PictureId> {
    let number = u128::from_str_radix(text, 16).ok()?;
    Some(PictureId::from_bytes(number.to_be_bytes()))
}

/// A provider's code, as it was spelt.
pub fn word(sent: &Spelt) -> String {
    let body: Value = serde_json::from_str(&sent.body).unwrap_or_default();
    let word = body.get("code").or(body.get("wechat_code")).and_then(Value::as_str);
    word.unwrap_or_default().into()
}

/// Changes the first character of the signature, because the last one may not stand for a whole byte.
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
        (Purpose::Link, F::Sms) => "BIND_MOBILE_SMS",
        (Purpose::Link, _) => "BIND_EMAIL_EMS",
        (Purpose::NewContact, F::Sms) => "UPDATE_MOBILE_SMS",
        (Purpose::NewContact, _) => "UPDATE_EMAIL_EMS",
        (Purpose::Register, F::Sms) => "REGISTER_SMS",
        (Purpose::Register, _) => "REGISTER_EMS",
    }
}

/// Reads a reply, and the tokens in it in the model's order.
pub fn read(answer: &Answer, seen: &mut Observed) {
    let text = |member: &str| answer.body.get(member).and_then(Value::as_str);
    let is_set =
        answer.body.get("is_set_pwd").map(|is_set| if *is_set == json!(true) { "true" } else { "false" });
    let linked = answer.body.get("social").and_then(Value::as_array);
    let linked = linked.map(|linked| Reply::LINKED[linked.len()].1);
    seen.picture = text("originalImageBase64").and(text("token")).map(String::from);
    seen.solved = text("captcha_token").map(String::from);
    let of_picture = seen.picture.as_ref().map(|_| Reply::PICTURE.1);
    let of_picture = of_picture.or(seen.solved.as_ref().map(|_| Reply::SOLVED.1));
    let wrapped = answer.body.get("data").and_then(|data| data.get("id")).and_then(Value::as_str);
    let named =
        text("error_code").or(text("status")).or(text("id")).or(wrapped).or(is_set).or(linked).or(of_picture);
    let by_token = text("sso_ticket").map(|_| "ticket").or(text("session_token").map(|_| "session"));
    let by_token = by_token.or(text("id_token").map(|_| "id token"));
    seen.server = text("access_token").map(String::from);
    let by_token = by_token.or(seen.server.as_ref().map(|_| "tenant token"));
    let said = named.or(by_token).unwrap_or_default();
    seen.reply = (answer.status, if answer.status == 404 { Reply::NO_SUCH_CALL.1 } else { said }.into());
    seen.bytes = answer.bytes.clone();
    let members = ["state_token", "session_token", "id_token", "sso_ticket"];
    seen.minted = members.into_iter().filter_map(text).map(String::from).collect();
}
