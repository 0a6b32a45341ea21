//! The calls of both services, as requests that are handed to their routers in process. Nothing of HTTP is parsed or sent.

use axum::{
    Router,
    body::Body,
    http::{HeaderMap, Request, StatusCode, header},
};
use http_body_util::BodyExt as _;
use serde_json::{Value, json};
use tower::ServiceExt as _;

pub(crate) const PASSWORD: &str = "Correct-Horse-7";
pub(crate) const ROUTE: &str = "/orders";

/// Whose password is new.
pub(crate) fn fresh(number: usize) -> String {
    format!("fresh-{number}")
}

/// Whose password is about to expire.
pub(crate) fn expiring(number: usize) -> String {
    format!("expiring-{number}")
}

pub(crate) struct Answer {
    pub(crate) status: StatusCode,
    headers: HeaderMap,
    body: Vec<u8>,
}

impl Answer {
    /// A member of a body in JSON.
    pub(crate) fn member(&self, name: &str) -> String {
        let body: Value = serde_json::from_slice(&self.body).expect("JSON");
        body[name].as_str().unwrap_or_else(|| panic!("{name} in {body}")).to_owned()
    }

    /// What is sent back of its cookie.
    pub(crate) fn cookie(&self) -> String {
        let line = self.headers.get(header::SET_COOKIE).expect("a cookie").to_str().expect("text");
        line.split(';').next().expect("a cookie").to_owned()
    }
}

pub(crate) async fn send(router: &Router, request: Request<Body>) -> Answer {
    let (parts, body) = router.clone().oneshot(request).await.expect("an answer").into_parts();
    let body = body.collect().await.expect("a body").to_bytes().to_vec();
    Answer { status: parts.status, headers: parts.headers, body }
}

/// With a device that authflow binds tokens to; the peer passes it over.
pub(crate) fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("X-Device-Fingerprint", "one of this benchmark's")
}

pub(crate) fn sign_in(name: &str, password: &str) -> Request<Body> {
    let body = json!({ "identifier": name, "password": password }).to_string();
    let request = request("POST", "/v1/sign-in").header(header::CONTENT_TYPE, "application/json");
    request.body(body.into()).expect("a request")
}

pub(crate) fn skip(state_token: &str) -> Request<Body> {
    let request = request("POST", "/v1/sign-in/password/skip");
    request
        .header(header::AUTHORIZATION, format!("Bearer {state_token}"))
        .body(Body::empty())
        .expect("a request")
}
