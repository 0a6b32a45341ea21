//! The session as an extractor.

use super::{Refusal, Session};
use axum_core::{
    body::Body,
    extract::FromRequestParts,
    response::{IntoResponse, Response},
};
use http::{StatusCode, request::Parts};

/// What a guard has found. A route without one is the program's mistake: 500, and the handler is not called.
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

/// [`Refusal::response`].
impl IntoResponse for Refusal {
    fn into_response(self) -> Response {
        self.response().map(Body::new)
    }
}
