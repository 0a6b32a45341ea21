//! `Session` in an axum handler.

use crate::demo::{Demo, answer, request};
use authflow::{
    ClientId,
    factor::Factor,
    testkit::{Answer, Call, demo},
};
use authflow_tower::{Refusal, Session};
use axum::{Router, routing::get};
use std::sync::atomic::{AtomicUsize, Ordering};
use tower::ServiceExt as _;

static CALLS: AtomicUsize = AtomicUsize::new(0);

async fn orders(session: Session) -> String {
    CALLS.fetch_add(1, Ordering::Relaxed);
    format!("orders of {}", session.subject.id)
}

async fn pay(session: Session) -> Result<String, Refusal> {
    session.recent(5)?;
    Ok(format!("paid by {}", session.subject.id))
}

async fn send(app: &Router, call: &Call) -> Answer {
    answer(app.clone().oneshot(request(call)).await.unwrap()).await
}

#[tokio::test]
async fn behind_a_guard_it_says_whose_request_it_is_and_without_one_no_handler_is_called() {
    let demo = Demo::new();
    let guard = demo.login.require_session(ClientId::new(demo::ISV).unwrap());
    let app = Router::new()
        .route("/orders", get(orders))
        .route("/pay", get(pay))
        .route_layer(guard)
        .route("/forgotten", get(orders))
        .layer(demo.login.layer());
    let alice = send(&app, &Call::login("alice", demo::PASSWORD)).await;
    let call = |path: &str| Call::get(path).bearing(alice.id_token());

    assert_eq!(send(&app, &call("/orders")).await.bytes, b"orders of id-alice");
    assert_eq!(send(&app, &Call::get("/orders")).await.status, 401);
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    assert_eq!(send(&app, &call("/forgotten")).await.status, 500);
    assert_eq!(CALLS.load(Ordering::Relaxed), 1);
    assert_eq!(send(&app, &call("/elsewhere")).await.status, 404);

    assert_eq!(send(&app, &call("/pay")).await.bytes, b"paid by id-alice");
    demo.clock.lock().unwrap().pass(300);
    let refused = send(&app, &call("/pay")).await;
    assert_eq!((refused.status, refused.text("detail")), (401, "a sign-in within 5 minutes is required"));
    assert_eq!(send(&app, &call("/orders")).await.status, 200);
}

/// The router of the package's README.
#[tokio::test]
async fn a_route_may_demand_more_than_another_of_the_same_router() {
    let demo = Demo::new();
    let guard = demo.login.require_session(ClientId::new(demo::ISV).unwrap());
    let payments =
        Router::new().route("/payments", get(pay)).route_layer(guard.clone().recent(5).with(Factor::Totp));
    let app = Router::new()
        .route("/orders", get(async |session: Session| session.subject.id.to_string()))
        .route_layer(guard)
        .merge(payments)
        .layer(demo.login.layer());
    for (path, status) in
        [("/orders", 401), ("/payments", 401), ("/api/v2/sdk/login", 405), ("/elsewhere", 404)]
    {
        assert_eq!(send(&app, &Call::get(path)).await.status, status, "{path}");
    }
    let alice = send(&app, &Call::login("alice", demo::PASSWORD)).await;
    for (path, status) in [("/orders", 200), ("/payments", 401)] {
        assert_eq!(send(&app, &Call::get(path).bearing(alice.id_token())).await.status, status, "{path}");
    }
}
