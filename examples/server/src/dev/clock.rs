//! The clock of a test double, which a test moves.

use super::{
    problem::Problem,
    request,
    routes::{Answer, World},
};
use crate::clock::LATEST;
use axum::{
    extract::{Request, State},
    http::StatusCode,
};
use serde::Deserialize;
use serde_json::json;
use std::sync::Arc;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Move {
    set: Option<u64>,
    advance: Option<i64>,
}

/// `POST /dev/clock`
pub(super) async fn turn(State(world): State<Arc<World>>, request: Request) -> Result<Answer, Problem> {
    let hand = world.clock;
    let moved = match request::json(request).await? {
        Move { set: Some(now), advance: None } => hand.set(now),
        Move { set: None, advance: Some(seconds) } => hand.advance(seconds),
        Move { .. } => return Err(Problem::bad_request("the body must have either set or advance")),
    };
    if moved.is_err() {
        return Err(Problem::bad_request(format!(
            "the clock must stay within 0 and {LATEST} seconds since 1970"
        )));
    }
    let body = json!({ "now": hand.clock().now().as_unix(), "offset": hand.offset() });
    Ok(Answer(StatusCode::OK, body))
}
