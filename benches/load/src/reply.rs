//! Replies in the family's form.

use axum::{
    body::Bytes,
    http::{StatusCode, header},
    response::{IntoResponse as _, Response},
};

pub(crate) fn ok(body: impl Into<Bytes>) -> Response {
    json(StatusCode::OK, body.into())
}

pub(crate) fn refused(code: &str, message: &str) -> Response {
    let body = serde_json::json!({ "error_code": code, "error_msg": message });
    json(StatusCode::BAD_REQUEST, body.to_string().into())
}

pub(crate) fn busy() -> Response {
    let body = r#"{"error_code":"IDAAS.TENANT.COM.0002","error_msg":"System busy, please try again later"}"#;
    json(StatusCode::INTERNAL_SERVER_ERROR, Bytes::from_static(body.as_bytes()))
}

fn json(status: StatusCode, body: Bytes) -> Response {
    let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
    (status, headers, body).into_response()
}
