//! The façade answers its own paths, and the layer passes every other request on.

use crate::{
    bodies::Chunks,
    demo::{Demo, answer, request, request_with},
};
use authflow::testkit::Call;
use bytes::Bytes;
use http::{Request, Response};
use http_body_util::{BodyExt as _, Full};
use std::sync::{
    Arc, Mutex,
    atomic::{AtomicUsize, Ordering},
};
use tower::{Layer as _, ServiceExt as _, service_fn};

#[tokio::test]
async fn paths_of_the_facade_are_answered_whatever_the_method_and_no_others() {
    let demo = Demo::new();
    let seen = Arc::new(Mutex::new(Vec::new()));
    let inner = service_fn(|request: Request<Full<Bytes>>| {
        seen.lock().unwrap().push(request.uri().to_string());
        async { Ok::<_, &str>(Response::builder().status(418).body(Full::<Bytes>::default()).unwrap()) }
    });
    let service = demo.login.layer().layer(inner);
    for (call, status) in [
        (Call::login("alice", "Correct-Horse-7"), 200),
        (Call::post("/api/v2/sdk/login?from=here", &serde_json::json!({})), 400),
        (Call::get("/api/v2/sdk/login"), 405),
        (Call::get("/"), 418),
        (Call::get("/api/v2/sdk/login/"), 418),
        (Call::get("/api/v2/sdk/orders?x=1"), 418),
    ] {
        let response = service.clone().oneshot(request(&call)).await.unwrap();
        assert_eq!(response.status(), status, "{}", call.path);
    }
    assert_eq!(*seen.lock().unwrap(), ["/", "/api/v2/sdk/login/", "/api/v2/sdk/orders?x=1"]);
}

#[tokio::test]
async fn a_request_goes_on_with_its_body_unread() {
    let demo = Demo::new();
    let body = Chunks::new(vec![7; 100_000]);
    let read = Arc::clone(&body.read);
    let at_inner = Arc::new(AtomicUsize::new(usize::MAX));
    let inner = service_fn(|request: Request<Chunks>| {
        at_inner.store(read.load(Ordering::Relaxed), Ordering::Relaxed);
        async {
            Ok::<_, std::io::Error>(Response::new(Full::from(
                request.into_body().collect().await?.to_bytes(),
            )))
        }
    });
    let service = demo.login.layer().layer(inner);
    let response = service.oneshot(request_with(&Call::post("/upload", &7.into()), body)).await.unwrap();
    assert_eq!(at_inner.load(Ordering::Relaxed), 0);
    assert_eq!(answer(response).await.bytes, vec![7; 100_000]);
}

#[tokio::test]
async fn what_the_inner_service_fails_with_is_what_comes_out() {
    let inner = service_fn(|_: Request<Full<Bytes>>| async { Err::<Response<Full<Bytes>>, _>("broken") });
    let service = Demo::new().login.layer().layer(inner);
    assert_eq!(service.oneshot(request(&Call::get("/"))).await.unwrap_err(), "broken");
}
