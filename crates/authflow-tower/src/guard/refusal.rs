//! The reasons why a guard does not pass a request on, and the answers to the client.

use authflow::factor::Factor;
use bytes::Bytes;
use http::{HeaderValue, Response, StatusCode, header};
use http_body_util::Full;

/// Why a request is not passed on to its route.
///
/// ```
/// use authflow::{
///     ClientId, Moment,
///     testkit::{Call, MemoryHost, Setup, demo},
/// };
/// use authflow_tower::{Login, Refusal};
/// use std::sync::{Arc, Mutex};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), authflow::InvalidId> {
/// let (api, host) =
///     (Setup::default().api(demo::ring()), Arc::new(Mutex::new(MemoryHost::demo()))); // yours
/// let guard = Login::new(api, host, Moment::now).require_session(ClientId::new("web")?);
///
/// // This is for another kind of middleware.
/// let nobodys = Call::get("/orders");
/// let refusal = guard.session(&nobodys.request()).await.unwrap_err();
/// assert_eq!((refusal, refusal.status().as_u16()), (Refusal::Unauthenticated, 401));
/// assert_eq!(refusal.to_string(), "a session is required");
/// # Ok(()) }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum Refusal {
    /// The request shows no live session on this device for this application. All such cases get the same answer, so the client does not learn which
    /// case it is.
    #[error("a session is required")]
    Unauthenticated,
    /// The subject's last proof of who they are is older than the route allows.
    #[error("a sign-in within {minutes} minutes is required")]
    NotRecent {
        /// The time in minutes that the route allows.
        minutes: u16,
    },
    /// The subject has not proved a factor that the route demands.
    #[error("a sign-in with the factor {} is required", factor.as_str())]
    FactorMissing {
        /// The factor.
        factor: Factor,
    },
    /// The request bears cookies and may change something, but does not show that it comes from this site.
    #[error("a request of this site's own is required")]
    CrossSite,
    /// The host could not answer who made the request.
    #[error("the system is busy")]
    Unavailable,
}

impl Refusal {
    /// The status: 401 if another sign-in would help, 403 for [`CrossSite`](Self::CrossSite), 503 for [`Unavailable`](Self::Unavailable).
    pub fn status(&self) -> StatusCode {
        match self {
            Self::Unauthenticated | Self::NotRecent { .. } | Self::FactorMissing { .. } => {
                StatusCode::UNAUTHORIZED
            }
            Self::CrossSite => StatusCode::FORBIDDEN,
            Self::Unavailable => StatusCode::SERVICE_UNAVAILABLE,
        }
    }

    /// The challenge of a 401 (RFC 9110 §11.6.1). It asks for a step-up in the form of RFC 9470 §3.
    fn challenge(&self) -> Option<String> {
        let step_up = r#"Bearer error="insufficient_user_authentication""#;
        match self {
            Self::Unauthenticated => Some("Bearer".into()),
            Self::NotRecent { minutes } => {
                let seconds = u32::from(*minutes).saturating_mul(60);
                Some(format!(r#"{step_up}, error_description="{self}", max_age="{seconds}""#))
            }
            Self::FactorMissing { .. } => Some(format!(r#"{step_up}, error_description="{self}""#)),
            Self::CrossSite | Self::Unavailable => None,
        }
    }

    /// The response, with a problem document (RFC 9457) that no cache keeps.
    ///
    /// ```
    /// let response = authflow_tower::Refusal::NotRecent { minutes: 5 }.response();
    /// assert_eq!(response.status(), 401);
    /// assert_eq!(
    ///     response.headers()["www-authenticate"],
    ///     r#"Bearer error="insufficient_user_authentication", error_description="a sign-in within 5 minutes is required", max_age="300""#
    /// );
    /// ```
    pub fn response(&self) -> Response<Full<Bytes>> {
        let status = self.status();
        let title = status.canonical_reason().unwrap_or_default();
        let problem = format!(
            r#"{{"type":"about:blank","title":"{title}","status":{},"detail":"{self}"}}"#,
            status.as_u16()
        );
        let mut response = Response::new(Full::from(problem));
        *response.status_mut() = status;
        let headers = response.headers_mut();
        headers.insert(header::CONTENT_TYPE, HeaderValue::from_static("application/problem+json"));
        headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
        if let Some(challenge) = self.challenge().and_then(|text| HeaderValue::try_from(text).ok()) {
            headers.insert(header::WWW_AUTHENTICATE, challenge);
        }
        response
    }
}
