//! A browser's sign-ins and registrations, by the library's own routes.

use super::{
    calls::{Call, F, Purpose, Request},
    cast::{APPS, DEVICES, Shown, TENANTS},
    wire::Spelt,
};
use authflow::{
    ClientId, Moment, TenantId,
    device::DeviceCookie,
    facade::{self, Facade as _},
    sdk::Api,
    step::Step,
    testkit::HeaderList,
    web::{Modes, Web},
};
use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde_json::{Value, json};

/// The route of a call, and the factor that it proves.
fn route(call: &Call) -> Option<(&'static str, F)> {
    let (by_sms, by_email, by) = match call {
        Call::SignInByCode { by, .. } => ("/v1/sign-in/by-sms", "/v1/sign-in/by-email", *by),
        Call::Register { by, .. } => ("/v1/registration/by-sms", "/v1/registration/by-email", *by),
        Call::Send { purpose: Purpose::SignIn, token: None, to: Some(_), by, .. } => {
            ("/v1/sign-in/by-sms/send", "/v1/sign-in/by-email/send", *by)
        }
        Call::Send { purpose: Purpose::Register, token: None, to: Some(_), by, .. } => {
            ("/v1/registration/by-sms/send", "/v1/registration/by-email/send", *by)
        }
        _ => return None,
    };
    Some((if by == F::Sms { by_sms } else { by_email }, by))
}

const MEMBERS: [(&str, &str); 5] = [
    ("verify_code", "code"),
    ("user_name", "user_name"),
    ("pwd", "new_password"),
    ("captcha_token", "captcha_token"),
    ("mobile", "mobile"),
];

/// The first step of a browser's request, if there is a route for it.
pub fn begin(api: &Api, request: &Request, sent: &Spelt, moment: Moment) -> Result<Step, Moment> {
    let Shown::Cookie(bits) = DEVICES[request.caller.device] else { return Err(moment) };
    let Some((path, by)) = route(&request.call) else { return Err(moment) };
    let said: Value = serde_json::from_str(&sent.body).unwrap_or_default();
    let mut body = json!({});
    for (family, ours) in MEMBERS {
        // By e-mail, the address names the person. A newcomer by mobile gives an address too, which nobody has proved, and which is left out here.
        let is_there = family != "mobile" || by == F::Sms;
        if let Some(value) = said.get(family).filter(|value| is_there && !value.is_null()) {
            body[ours] = value.clone();
        }
    }
    if by == F::Email {
        body["email"] = said["email"].clone();
    }
    let cookie = BASE64_URL_SAFE_NO_PAD.encode(bits);
    let headers = HeaderList::new()
        .with("Sec-Fetch-Site", "same-origin")
        .with("Content-Type", "application/json")
        .with("User-Agent", "agent")
        .with("Cookie", format!("{}={}", DeviceCookie::NAME, cookie));
    let body = body.to_string().into_bytes();
    let request_line = facade::Request { method: "POST", path, headers: &headers, body: &body, peer: None };
    let application = ClientId::new(APPS[request.caller.app]).unwrap();
    let web = Web::new(api.engine().clone(), application, Modes::Cookie);
    let web = web.for_tenant(TenantId::new(TENANTS[request.caller.tenant]).unwrap());
    Ok(web.handle(&request_line, moment).0)
}
