//! The routes of a test double, and the world that they work on.

use super::{Codes, accounts, attempts, clock, codes, problem::Problem, request::from_this_machine};
use crate::{clock::ClockHand, config::ServerConfig, operations::Current, store::Store};
use authflow::sealing::SealingKeys;
use authflow_argon2::Argon2Hasher;
use axum::{
    Router,
    http::{Method, StatusCode, Uri, header},
    middleware,
    response::{IntoResponse, Response},
    routing::{any, delete, get, post},
};
use serde_json::Value;
use std::sync::Arc;

/// The world between two resets.
pub(super) struct World {
    pub(super) config: ServerConfig,
    pub(super) store: Store,
    pub(super) hasher: Argon2Hasher,
    pub(super) sealing_keys: SealingKeys,
    pub(super) clock: ClockHand,
    pub(super) codes: Codes,
}

/// JSON, which no cache keeps.
pub(super) struct Answer(pub(super) StatusCode, pub(super) Value);

impl IntoResponse for Answer {
    fn into_response(self) -> Response {
        let headers = [(header::CONTENT_TYPE, "application/json"), (header::CACHE_CONTROL, "no-store")];
        (self.0, headers, self.1.to_string()).into_response()
    }
}

/// All routes but the reset, which makes another world.
pub(super) fn routes(world: World) -> Router<Arc<Current>> {
    Router::new()
        .route("/dev/accounts", post(accounts::make))
        .route("/dev/attempts/{user}", delete(attempts::forget))
        .route("/dev/clock", post(clock::turn))
        .route("/dev/codes/last", get(codes::last))
        .route("/dev/", any(not_here))
        .route("/dev/{*rest}", any(not_here))
        .method_not_allowed_fallback(other_method)
        .layer(middleware::from_fn(from_this_machine))
        .with_state(Arc::new(world))
}

async fn not_here(uri: Uri) -> Problem {
    Problem::not_found(format!("there is no {} here: see /openapi.json", uri.path()))
}

pub(super) async fn other_method(method: Method, uri: Uri) -> Problem {
    let told = format!("{} does not take {method}: see /openapi.json", uri.path());
    Problem::new(StatusCode::METHOD_NOT_ALLOWED, told)
}
