//! A request in logs and counters: its id, its route, its status, and how long it took.

use super::Metrics;
use authflow::sdk::Api;
use axum::{
    extract::{MatchedPath, Request, State},
    http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode},
    middleware::Next,
    response::Response,
};
use std::{fmt, future::Future, sync::Arc, time::Instant};
use tokio::task_local;
use tracing::{Instrument as _, Span};

/// The header in which a proxy sends a request's id, and an answer returns it.
const HEADER: HeaderName = HeaderName::from_static("x-request-id");
const LONGEST_ID: usize = 64;
/// The route of a request that no route matches: a client can choose any raw path.
const NO_ROUTE: &str = "none";

task_local! {
    static ID: Option<RequestId>;
}

/// The id of a request in every line about it: letters, digits, `.`, `_` and `-`, 64 at most.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct RequestId(Arc<str>);

impl RequestId {
    /// The client's id, if it has the right form and comes once. Otherwise it is drawn. It names a line of a log and
    /// protects nothing.
    fn of(headers: &HeaderMap) -> Self {
        let mut given = headers.get_all(HEADER).into_iter();
        match (given.next(), given.next()) {
            (Some(one), None) => one.to_str().ok().and_then(Self::given).unwrap_or_else(Self::drawn),
            _ => Self::drawn(),
        }
    }

    fn given(text: &str) -> Option<Self> {
        let is_known = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'_' | b'-');
        let is_id = (1..=LONGEST_ID).contains(&text.len()) && text.bytes().all(is_known);
        is_id.then(|| Self(text.into()))
    }

    fn drawn() -> Self {
        Self(format!("{:032x}", fastrand::u128(..)).into())
    }

    /// The id of the request that is being answered.
    pub(crate) fn current() -> Option<Self> {
        ID.try_with(Clone::clone).ok().flatten()
    }

    pub(crate) fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Display for RequestId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Work that outlives its request, and is logged with the request's id.
pub(crate) fn of_this_request<F: Future>(work: F) -> impl Future<Output = F::Output> {
    ID.scope(RequestId::current(), work.in_current_span())
}

/// Follows a request from its headers to its answer.
pub(crate) async fn follow(State(metrics): State<Metrics>, request: Request, next: Next) -> Response {
    let id = RequestId::of(request.headers());
    // The span has the highest level, so that every line has the id, whatever its level.
    let span = tracing::error_span!("request", request_id = %id);
    let mut followed = Followed {
        span: span.clone(),
        metrics,
        method: method(request.method()),
        route: route(&request),
        began: Instant::now(),
        status: None,
    };
    let answer = ID.scope(Some(id.clone()), next.run(request));
    let mut response = answer.instrument(span).await;
    followed.status = Some(response.status());
    if let Ok(value) = HeaderValue::from_str(id.as_str()) {
        response.headers_mut().insert(HEADER, value);
    }
    response
}

/// A request that is logged and counted when this is dropped. So a client that hangs up is seen too.
struct Followed {
    span: Span,
    metrics: Metrics,
    method: &'static str,
    route: &'static str,
    began: Instant,
    status: Option<StatusCode>,
}

impl Drop for Followed {
    fn drop(&mut self) {
        let Self { method, route, .. } = *self;
        let took = self.began.elapsed();
        let status = self.status.map_or("none", word);
        self.metrics.request(route, status, took);
        let milliseconds = u64::try_from(took.as_millis()).unwrap_or(u64::MAX);
        let _entered = self.span.enter();
        tracing::info!(event = "request_ended", method, route, status, duration_ms = milliseconds);
    }
}

/// The pattern of the route.
fn route(request: &Request) -> &'static str {
    let own = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    match own {
        Some("/healthz") => "/healthz",
        Some("/openapi.json") => "/openapi.json",
        Some("/.well-known/jwks.json") => "/.well-known/jwks.json",
        Some(path) if path.starts_with("/dev/") => "/dev",
        // A demonstration's page has many files, so they share one name.
        Some(_) => "/demo",
        None => Api::route(request.uri().path()).unwrap_or(NO_ROUTE),
    }
}

fn method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::HEAD => "HEAD",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::DELETE => "DELETE",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}

/// The statuses that this server answers with.
fn word(status: StatusCode) -> &'static str {
    match status.as_u16() {
        200 => "200",
        201 => "201",
        204 => "204",
        400 => "400",
        401 => "401",
        403 => "403",
        404 => "404",
        405 => "405",
        408 => "408",
        409 => "409",
        413 => "413",
        415 => "415",
        429 => "429",
        500 => "500",
        501 => "501",
        503 => "503",
        _ => "other",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(values: &[&str]) -> RequestId {
        let mut headers = HeaderMap::new();
        for value in values {
            headers.append(HEADER, HeaderValue::from_bytes(value.as_bytes()).unwrap());
        }
        RequestId::of(&headers)
    }

    #[test]
    fn an_id_of_the_client_is_taken_if_it_is_well_formed_and_drawn_otherwise() {
        let longest = "a".repeat(LONGEST_ID);
        for good in ["7b3f", "0190f5c2-7b3f-7c1e-9a51-5b6d1c2e3f40", "a.b_c-D9", &longest] {
            assert_eq!(of(&[good]).as_str(), good);
        }
        let too_long = "a".repeat(LONGEST_ID + 1);
        let bad: [&[&str]; 7] =
            [&[], &[""], &["a b"], &["a\tlevel=error"], &["\"},{\""], &[&too_long], &["a", "b"]];
        for values in bad {
            let id = of(values);
            assert!(id.as_str().len() == 32 && id.as_str().bytes().all(|byte| byte.is_ascii_hexdigit()));
            assert_ne!(id, of(values), "{values:?}");
        }
    }
}
