//! Routes: the family's calls to the library, and the health check.

use crate::{clock::Clock, host::ServerHost, outliving::Outliving};
use authflow::sdk::{Api, Reply, Request};
use axum::{
    Router,
    body::{Body, HttpBody as _},
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::get,
};
use http_body_util::BodyExt as _;
use std::{
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::time::timeout;

/// A little more than the library takes, so that it refuses a body that is too long in the family's own words. What
/// follows after that is left unread, and the connection is closed.
const MOST_OF_A_BODY: usize = 20 * 1024;
const LONGEST_BODY_READ: Duration = Duration::from_secs(10);
/// Longer than the waits for a core, for the writer and for the database's lock. What ends a call is not shed before this.
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(20);
const LONGEST_HEALTH_CHECK: Duration = Duration::from_secs(2);

pub(crate) struct Service {
    pub(crate) api: Api,
    pub(crate) host: ServerHost,
    pub(crate) clock: Clock,
}

pub(crate) fn router(service: Service) -> Router {
    Router::new()
        .route("/healthz", get(healthz))
        .route("/openapi.json", get(openapi))
        .route("/.well-known/jwks.json", get(jwks))
        .fallback(call)
        .with_state(Arc::new(service))
}

/// The public keys of id tokens (RFC 7517): none where the library signs them, with a key that is shared.
async fn jwks(State(service): State<Arc<Service>>) -> Response {
    let keys = match &service.host.signer {
        Some(keys) => keys.jwks(service.clock.now()),
        None => serde_json::json!({ "keys": [] }),
    };
    ([(header::CONTENT_TYPE, "application/jwk-set+json")], keys.to_string()).into_response()
}

/// The family's calls, as the library describes them.
async fn openapi() -> Response {
    static DOCUMENT: LazyLock<String> = LazyLock::new(|| authflow::sdk::openapi().to_string());
    ([(header::CONTENT_TYPE, "application/json")], DOCUMENT.as_str()).into_response()
}

async fn healthz(State(service): State<Arc<Service>>) -> Response {
    match timeout(LONGEST_HEALTH_CHECK, service.host.store.check()).await {
        Ok(Ok(())) => "ok\n".into_response(),
        Ok(Err(error)) => {
            tracing::error!(%error, "the database does not answer");
            StatusCode::SERVICE_UNAVAILABLE.into_response()
        }
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn call(State(service): State<Arc<Service>>, request: HttpRequest) -> Response {
    let (parts, body) = request.into_parts();
    let body = match timeout(LONGEST_BODY_READ, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return hang_up(StatusCode::BAD_REQUEST),
        Err(_) => return hang_up(StatusCode::REQUEST_TIMEOUT),
    };
    let parts = Arc::new(parts);
    // A client that hangs up in the middle does not leave its guess reserved and never settled.
    let answer = Outliving::new(answer(Arc::clone(&service), Arc::clone(&parts), body));
    let answered = timeout(LONGEST_CALL, answer).await;
    response(answered.unwrap_or_else(|_| service.api.busy(&Request::from_http(&parts, &[]))))
}

async fn answer(service: Arc<Service>, parts: Arc<Parts>, body: Vec<u8>) -> Reply {
    let Service { api, host, clock } = &*service;
    let request: Request<'_, HeaderMap> = Request::from_http(&parts, &body);
    let moment = match clock.moment() {
        Ok(moment) => moment,
        Err(error) => {
            tracing::error!(%error, "a request was refused");
            return api.busy(&request);
        }
    };
    api.serve(&request, moment, host).await
}

async fn read(mut body: Body) -> Result<Vec<u8>, axum::Error> {
    let announced = usize::try_from(body.size_hint().lower()).unwrap_or(usize::MAX);
    let mut bytes = Vec::with_capacity(announced.min(MOST_OF_A_BODY));
    while let Some(frame) = body.frame().await {
        let Ok(data) = frame?.into_data() else { continue };
        bytes.extend_from_slice(&data);
        if bytes.len() >= MOST_OF_A_BODY {
            break;
        }
    }
    Ok(bytes)
}

fn response(reply: Reply) -> Response {
    let mut response = Response::builder().status(reply.status());
    for (name, value) in reply.headers() {
        response = response.header(name, value);
    }
    let response = response.body(Body::from(reply.into_body()));
    response.unwrap_or_else(|_| StatusCode::INTERNAL_SERVER_ERROR.into_response())
}

fn hang_up(status: StatusCode) -> Response {
    (status, [(header::CONNECTION, "close")]).into_response()
}
