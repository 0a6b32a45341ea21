//! The service answers with the façade's replies.

use crate::demo::{Demo, answer, request, stuck};
use authflow::testkit::{Call, World, demo};
use authflow_tower::Login;
use std::{sync::Arc, time::Duration};
use tokio::time::Instant;
use tower::ServiceExt as _;

#[tokio::test]
async fn the_main_road() {
    let demo = Demo::new();
    let warned = demo.signed_in("erin").await;
    assert_eq!((warned.status, warned.text("status")), (200, "PASSWORD_WARN"));
    let skip = Call::skip(warned.state_token());
    assert_eq!(demo.send(&skip).await.text("status"), "SUCCESS");
    assert_eq!(demo.send(&skip).await.text("error_msg"), "Invalid state token");
    assert_eq!(demo.memory().sessions.len(), 1);
}

#[tokio::test]
async fn status_and_headers_are_the_facades() {
    let demo = Demo::new();
    let response = demo.login.service().oneshot(request(&Call::get("/api/v2/sdk/login"))).await.unwrap();
    assert_eq!(response.status(), 405);
    assert_eq!(response.headers()["allow"], "POST");
    assert_eq!(response.headers()["cache-control"], "no-store");
    assert_eq!(response.headers()["content-type"], "application/json");
    let answered = answer(response).await;
    assert_eq!(answered, World::new().send(&Call::get("/api/v2/sdk/login")));
    let unknown = Call::get("/elsewhere");
    assert_eq!(demo.send(&unknown).await, World::new().send(&unknown));
}

#[tokio::test]
async fn without_a_moment_the_system_is_busy_and_nothing_is_asked() {
    let Demo { login, .. } = &Demo::new();
    let demo = Demo::new();
    let host = Arc::clone(demo.login.host());
    let blind = Login::new(login.facade().clone(), host, || Err("no entropy"));
    let call = Call::login("alice", demo::PASSWORD);
    let answered = answer(blind.service().oneshot(request(&call)).await.unwrap()).await;
    assert_eq!((answered.status, answered.text("error_code")), (500, "IDAAS.TENANT.COM.0002"));
    assert!(demo.memory().asked.is_empty());
}

#[tokio::test(start_paused = true)]
async fn a_host_that_does_not_answer_is_busy_after_twenty_seconds() {
    let login = stuck();
    let began = Instant::now();
    let call = Call::login("alice", demo::PASSWORD);
    let answered = answer(login.service().oneshot(request(&call)).await.unwrap()).await;
    assert_eq!((answered.status, answered.text("error_code")), (500, "IDAAS.TENANT.COM.0002"));
    assert_eq!(began.elapsed().as_secs(), Duration::from_secs(20).as_secs());
}

#[tokio::test]
async fn a_host_that_panics_is_busy() {
    let demo = Demo::new();
    demo.gate.close();
    let answered = demo.signed_in("alice").await;
    assert_eq!((answered.status, answered.text("error_code")), (500, "IDAAS.TENANT.COM.0002"));
}
