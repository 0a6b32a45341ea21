//! Routes: the family's calls to the library, and the health check.

use crate::{
    calls::{Calls, InProgress},
    client::Client,
    clock::Clock,
    host::ServerHost,
    outliving::Outliving,
};
use authflow::{
    facade::{Reply, Request},
    sdk::Api,
};
use axum::{
    Extension, Router,
    body::{Body, HttpBody as _},
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    response::{IntoResponse as _, Response},
    routing::get,
};
use http_body_util::BodyExt as _;
use std::{
    future::pending,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{select, time::timeout};

/// A little more than the library takes, so that it refuses a body that is too long in the family's own words. What
/// follows after that is left unread, and the connection is closed.
const MOST_OF_A_BODY: usize = 20 * 1024;
const LONGEST_BODY_READ: Duration = Duration::from_secs(10);
/// Once it has begun. Longer than the waits for a core, for the writer and for the database's lock; as long as what ends a call waits for the
/// writer (`Waits::DEFAULT`).
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(20);
const LONGEST_HEALTH_CHECK: Duration = Duration::from_secs(2);

pub(crate) struct Service {
    pub(crate) api: Api,
    pub(crate) host: ServerHost,
    pub(crate) clock: Clock,
    pub(crate) calls: Calls,
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

async fn call(
    State(service): State<Arc<Service>>,
    Extension(client): Extension<Arc<Client>>,
    request: HttpRequest,
) -> Response {
    let (mut parts, body) = request.into_parts();
    // What outlives the connection does not keep it open.
    parts.extensions.clear();
    let body = match timeout(LONGEST_BODY_READ, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return hang_up(StatusCode::BAD_REQUEST, "the body must be as long as it says\n"),
        Err(_) => return hang_up(StatusCode::REQUEST_TIMEOUT, "the body must be there within 10 seconds\n"),
    };
    let parts = Arc::new(parts);
    let busy = || service.api.busy(&Request::from_http(&parts, &[]));
    let reply = match service.calls.begin(&client).await {
        Some(in_progress) => {
            let answer = answer(Arc::clone(&service), Arc::clone(&parts), body, in_progress);
            let answer = Outliving::new(answer);
            let has_written = answer.has_written();
            let turned_away = async {
                service.calls.turned_away(&client).await;
                if has_written() {
                    pending().await
                }
            };
            select! {
                biased;
                reply = timeout(LONGEST_CALL, answer) => reply.unwrap_or_else(|_| busy()),
                () = turned_away => busy(),
            }
        }
        None => busy(),
    };
    response(reply)
}

async fn answer(service: Arc<Service>, parts: Arc<Parts>, body: Vec<u8>, _: InProgress) -> Reply {
    let Service { api, host, clock, .. } = &*service;
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

/// Refuses, and reads nothing more of the connection.
pub(crate) fn hang_up(status: StatusCode, reason: &'static str) -> Response {
    (status, [(header::CONNECTION, "close")], reason).into_response()
}
