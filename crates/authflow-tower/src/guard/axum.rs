//! The session as an extractor.

use super::{Refusal, Session};
use axum_core::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

/// The session that a guard has found. A route without a guard is a mistake of the program: the answer is 500, and the handler is not called.
impl<S: Sync> FromRequestParts<S> for Session {
    type Rejection = StatusCode;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, StatusCode> {
        parts.extensions.get().cloned().ok_or_else(|| {
            tracing::error!(
                path = parts.uri.path(),
                "a handler takes a `Session`, and its route has no `RequireSession`"
            );
            StatusCode::INTERNAL_SERVER_ERROR
        })
    }
}

/// The answer is [`Refusal::response`].
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response().map(Body::new)
    }
}
