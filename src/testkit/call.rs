//! The family's calls, in the form in which an app makes them.

use super::{HeaderList, answer, demo};
use crate::{
    device::{Header, Headers},
    facade::Request,
};
use alloc::{
    format,
    string::{String, ToString as _},
    vec::Vec,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use serde_json::{Value, json};

/// One request as a value. It comes from the [demo device](demo::device) unless [`on`](Self::on) gives another device.
///
/// It may hold passwords and tokens, so there is no `Debug`.
///
/// ```
/// use authflow::testkit::{Call, World};
///
/// let another = Call::login("alice", "Correct-Horse-7").with_header("X-L", "zh");
/// assert_eq!(World::new().send(&another).status, 200);
/// ```
#[derive(Clone)]
pub struct Call {
    /// The method.
    pub method: String,
    /// The path.
    pub path: String,
    /// The headers.
    pub headers: HeaderList,
    /// The body.
    pub body: Vec<u8>,
}

impl Call {
    /// A copy of a request that came from elsewhere.
    pub fn of<H: Headers + ?Sized>(request: &Request<'_, H>) -> Self {
        let mut headers = HeaderList::new();
        request.headers.for_each(&mut |name, value| headers = core::mem::take(&mut headers).and(name, value));
        Self { method: request.method.into(), path: request.path.into(), headers, body: request.body.into() }
    }

    /// A request without a body.
    pub fn new(method: &str, path: &str) -> Self {
        Self { method: method.into(), path: path.into(), headers: demo::device(), body: Vec::new() }
    }

    /// A `GET`.
    pub fn get(path: &str) -> Self {
        Self::new("GET", path)
    }

    /// A `POST` of a JSON body.
    pub fn post(path: &str, body: &Value) -> Self {
        Self::new("POST", path).with_body(body.to_string()).with_header("Content-Type", "application/json")
    }

    /// `login`.
    pub fn login(user_name: &str, password: &str) -> Self {
        Self::post("/api/v2/sdk/login", &json!({ "user_name": user_name, "password": password }))
    }

    /// `pwd/skip-update`.
    pub fn skip(state_token: &str) -> Self {
        Self::get("/api/v2/sdk/pwd/skip-update").pending(state_token)
    }

    /// `pwd/update`.
    pub fn update(state_token: &str, old_password: &str, new_password: &str) -> Self {
        let body = json!({ "old_password": old_password, "new_password": new_password });
        Self::post("/api/v2/sdk/pwd/update", &body).pending(state_token)
    }

    /// `mfa/totp`.
    pub fn prove_totp(state_token: &str, code: &str) -> Self {
        Self::post("/api/v2/sdk/mfa/totp", &json!({ "verify_code": code })).pending(state_token)
    }

    /// `pwd/check-exist`.
    pub fn check_exist(id_token: &str) -> Self {
        Self::get("/api/v2/sdk/pwd/check-exist").bearing(id_token)
    }

    /// `sso/session-token/id-token`.
    pub fn refresh(session_token: &str) -> Self {
        Self::new("POST", "/api/v2/sdk/sso/session-token/id-token").in_session(session_token)
    }

    /// `logout`.
    pub fn sign_out(session_token: &str) -> Self {
        Self::get("/api/v2/sdk/logout").in_session(session_token)
    }

    /// A call of the tenant's server about a session on the demo's device. The call bears the credential. Its body has the values that a device
    /// sends in headers, and one token under the name `member`.
    pub fn of_tenant(path: &str, member: &str, token: &str) -> Self {
        let headers = HeaderList::new().with("Content-Type", "application/json");
        let call = Self::post(path, &Self::tenant_body(member, token));
        Self { headers, ..call }.bearing(demo::CREDENTIAL)
    }

    /// The body of a call of the tenant's server.
    pub fn tenant_body(member: &str, token: &str) -> Value {
        let device = demo::device();
        let said = |header: Header| device.text(header.name());
        json!({
            member: token,
            "operating_sys_version": said(Header::Os),
            "device_fingerprint": said(Header::Fingerprint),
            "agent": said(Header::Agent),
            "device_ip": said(Header::Ip),
        })
    }

    /// `sso-ticket`: the tenant's server asks for a ticket.
    pub fn issue_ticket(session_token: &str) -> Self {
        Self::of_tenant("/api/v2/tenant/sso/session-token/sso-ticket", "session_token", session_token)
    }

    /// `sso-ticket/verify`: the tenant's server redeems a ticket.
    pub fn redeem_ticket(ticket: &str) -> Self {
        Self::of_tenant("/api/v2/tenant/sso/sso-ticket/verify", "sso_ticket", ticket)
    }

    /// `token`: the tenant's server asks for the token that it shows instead of its secret.
    pub fn tenant_token(client_id: &str, client_secret: &str) -> Self {
        let headers = HeaderList::new().with("Content-Type", "application/x-www-form-urlencoded");
        let form =
            format!("grant_type=client_credentials&client_id={client_id}&client_secret={client_secret}");
        Self { headers, ..Self::new("POST", "/api/v2/tenant/token").with_body(form) }
    }

    /// `session-token/refresh`: the tenant's server renews the tokens of a session.
    pub fn refresh_for_tenant(session_token: &str) -> Self {
        Self::of_tenant("/api/v2/tenant/sso/session-token/refresh", "session_token", session_token)
    }

    /// Sends the call from a device with these headers. They replace the headers of the demo device and those of the same names.
    #[must_use]
    pub fn on(mut self, device: &HeaderList) -> Self {
        for (name, _) in demo::device().iter().chain(device.iter()) {
            self.headers = self.headers.without(name);
        }
        for (name, value) in device.iter() {
            self.headers = self.headers.and(name, value);
        }
        self
    }

    /// Adds a header, or replaces its value.
    #[must_use]
    pub fn with_header(self, name: &str, value: impl AsRef<[u8]>) -> Self {
        Self { headers: self.headers.with(name, value), ..self }
    }

    /// Removes a header.
    #[must_use]
    pub fn without_header(self, name: &str) -> Self {
        Self { headers: self.headers.without(name), ..self }
    }

    /// Sends the call from a device with this fingerprint. It goes into the header or, in a call of the tenant's server, into the body.
    #[must_use]
    pub fn with_fingerprint(mut self, fingerprint: &str) -> Self {
        if let Some(Value::Object(mut body)) = answer::read(&self.body)
            && let Some(said) = body.get_mut("device_fingerprint")
        {
            *said = fingerprint.into();
            self.body = Value::Object(body).to_string().into_bytes();
            return self;
        }
        self.with_header(Header::Fingerprint.name(), fingerprint)
    }

    /// Replaces the body.
    #[must_use]
    pub fn with_body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    /// Sends the state token of a pending login.
    #[must_use]
    pub fn pending(self, state_token: &str) -> Self {
        self.with_header("X-state-token", state_token)
    }

    /// Sends the token of a session.
    #[must_use]
    pub fn in_session(self, session_token: &str) -> Self {
        self.with_header("X-session-token", session_token)
    }

    /// Signs the call with this session token, this time in milliseconds and this nonce, [sealed](super::stand_in_sealed) under the demo's key.
    #[must_use]
    pub fn signed(self, session_token: &str, milliseconds: u64, nonce: &str) -> Self {
        self.signed_as(&format!("session_token={session_token}&timestamp={milliseconds}&nonce={nonce}"))
    }

    /// Signs the call with any text.
    #[must_use]
    pub fn signed_as(self, text: &str) -> Self {
        let sealed = super::stand_in_sealed(demo::call_key().id(), text);
        self.with_header(Header::Signature.name(), BASE64_STANDARD.encode(sealed))
    }

    /// Bears the token of a signed-in subject or of a tenant's server.
    #[must_use]
    pub fn bearing(self, token: &str) -> Self {
        self.with_header("Authorization", format!("Bearer {token}"))
    }

    /// The request that [`Api::handle`](crate::sdk::Api::handle) takes.
    pub fn request(&self) -> Request<'_, HeaderList> {
        let Self { method, path, headers, body } = self;
        Request { method, path, headers, body, peer: None }
    }
}
