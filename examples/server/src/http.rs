//! Routes: the family's calls to the library, and the health check.

use crate::{
    calls::{Calls, InProgress},
    client::Client,
    clock::Clock,
    host::ServerHost,
    loopback_provider::{Asked, LoopbackProvider},
    operations::{self, Current, Load, Metrics},
    outliving::Outliving,
};
use authflow::{
    facade::{Reply, Request},
    sdk::Api,
};
use axum::{
    Extension, Router,
    body::{Body, Bytes, HttpBody as _},
    extract::{Request as HttpRequest, State},
    http::{HeaderMap, StatusCode, header, request::Parts},
    middleware::from_fn_with_state,
    response::{IntoResponse as _, Response},
    routing::{get, post},
};
use http_body_util::BodyExt as _;
use std::{
    future::pending,
    sync::{Arc, LazyLock},
    time::Duration,
};
use tokio::{select, time::timeout};

/// A little more than the library takes, so that the library refuses a body that is too long in the family's own words. The rest of a longer
/// body is not read, and the connection is closed.
pub(crate) const MOST_OF_A_BODY: usize = 20 * 1024;
pub(crate) const LONGEST_BODY_READ: Duration = Duration::from_secs(10);
/// The longest time of a call that has begun. It is longer than the waits for a core, for the writer and for the database's lock. It is as long
/// as the wait for the writer of a question that ends a call (`Waits::DEFAULT`).
pub(crate) const LONGEST_CALL: Duration = Duration::from_secs(20);
const LONGEST_HEALTH_CHECK: Duration = Duration::from_secs(2);

pub(crate) struct Service {
    pub(crate) api: Api,
    pub(crate) host: ServerHost,
    pub(crate) clock: Clock,
    pub(crate) calls: Calls,
    /// The description of the calls (OpenAPI). All readers share it, even slow ones.
    pub(crate) description: fn() -> Bytes,
}

impl Service {
    /// Whether the database answers, or the reason that it does not.
    pub(crate) async fn check(&self) -> Result<(), &'static str> {
        match timeout(LONGEST_HEALTH_CHECK, self.host.store.check()).await {
            Ok(Ok(())) => Ok(()),
            Ok(Err(error)) => {
                tracing::error!(event = "database_unavailable", %error, "the database does not answer");
                Err("the database does not answer\n")
            }
            Err(_) => Err("the database does not answer in 2 seconds\n"),
        }
    }

    /// The load of the service.
    pub(crate) fn load(&self) -> Load {
        let (calls, most_calls) = self.calls.load();
        Load { calls, most_calls, hasher: self.host.hasher.load() }
    }
}

/// All routes, with the additional ones of a demonstration.
pub(crate) fn router(current: Arc<Current>, metrics: Metrics, besides: Router<Arc<Current>>) -> Router {
    besides
        .route("/healthz", get(healthz))
        .route("/openapi.json", get(openapi))
        .route("/.well-known/jwks.json", get(jwks))
        .fallback(call)
        .layer(from_fn_with_state(metrics, operations::follow))
        .with_state(current)
}

/// The route of a demonstration's provider.
pub(crate) fn provider(provider: Arc<LoopbackProvider>) -> Router<Arc<Current>> {
    Router::new().route("/demo/provider", post(vouch)).with_state(provider)
}

/// Gives out a code of an identity, or a token of a mobile.
async fn vouch(State(provider): State<Arc<LoopbackProvider>>, body: Body) -> Response {
    let body = match timeout(LONGEST_BODY_READ, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) | Err(_) => return hang_up(StatusCode::BAD_REQUEST, "the body must be there\n"),
    };
    let Ok(asked) = serde_json::from_slice::<Asked>(&body) else {
        return (StatusCode::BAD_REQUEST, "it must be source and uid, or source and mobile\n")
            .into_response();
    };
    match provider.vouch(&asked) {
        Ok(code) => {
            ([(header::CONTENT_TYPE, "application/json")], format!(r#"{{"code":"{code}"}}"#)).into_response()
        }
        Err(error) => (StatusCode::BAD_REQUEST, format!("{error}\n")).into_response(),
    }
}

/// The public keys of id tokens (RFC 7517), which the family's own path also serves. There are none if the library signs, because its key
/// is shared.
async fn jwks(State(current): State<Arc<Current>>) -> Response {
    let service = current.service();
    let keys = service.api.engine().public_keys(service.clock.now());
    match serde_json::to_string(&keys) {
        Ok(keys) => ([(header::CONTENT_TYPE, "application/jwk-set+json")], keys).into_response(),
        Err(_) => StatusCode::INTERNAL_SERVER_ERROR.into_response(),
    }
}

/// The description of the family's calls.
pub(crate) fn description() -> Bytes {
    static DESCRIPTION: LazyLock<Bytes> = LazyLock::new(|| authflow::sdk::openapi().to_string().into());
    DESCRIPTION.clone()
}

async fn openapi(State(current): State<Arc<Current>>) -> Response {
    ([(header::CONTENT_TYPE, "application/json")], (current.service().description)()).into_response()
}

async fn healthz(State(current): State<Arc<Current>>) -> Response {
    match current.service().check().await {
        Ok(()) => "ok\n".into_response(),
        Err(_) => StatusCode::SERVICE_UNAVAILABLE.into_response(),
    }
}

async fn call(
    State(current): State<Arc<Current>>,
    Extension(client): Extension<Arc<Client>>,
    request: HttpRequest,
) -> Response {
    let (mut parts, body) = request.into_parts();
    // Extensions hold the connection open, and the call may outlive it.
    parts.extensions.clear();
    let body = match timeout(LONGEST_BODY_READ, read(body)).await {
        Ok(Ok(body)) => body,
        Ok(Err(_)) => return hang_up(StatusCode::BAD_REQUEST, "the body must be as long as it says\n"),
        Err(_) => return hang_up(StatusCode::REQUEST_TIMEOUT, "the body must be there within 10 seconds\n"),
    };
    let (parts, service) = (Arc::new(parts), current.service());
    let busy = || service.api.busy(&Request::from_http(&parts, &[]));
    let reply = match service.calls.begin(&client).await {
        Some(in_progress) => {
            // The future is large, and each layer around it would move it.
            let answer = Box::pin(answer(Arc::clone(&service), Arc::clone(&parts), body, in_progress));
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
            tracing::error!(event = "no_entropy", %error, "a request was refused");
            return api.busy(&request);
        }
    };
    let step = api.handle(&request, moment);
    api.reply(&operations::drive(step, host, &host.log.metrics).await)
}

pub(crate) async fn read(mut body: Body) -> Result<Vec<u8>, axum::Error> {
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
