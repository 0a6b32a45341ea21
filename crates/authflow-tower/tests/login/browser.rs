//! A browser with cookies: the neutral calls of `/v1`, and a route of your own behind a guard.

use crate::demo::{answer, login};
use authflow::{
    ClientId,
    parts::{NoCourier, NoSigner, Parts, Rules},
    step::{AccessDecision, DecideAccess},
    testkit::{Answer, MemoryHost, PlainHasher, Setup, demo},
    web::{Modes, Web},
};
use authflow_tower::Session;
use axum::{Router, extract::ConnectInfo, routing::get};
use http::{Request, header::SET_COOKIE};
use http_body_util::Full;
use std::{
    convert::Infallible,
    error::Error,
    net::{IpAddr, SocketAddr},
    sync::{Arc, Mutex},
};
use tower::ServiceExt as _;

/// Allows every access, and notes the address that it came from.
#[derive(Clone, Default)]
struct Noting(Arc<Mutex<Vec<Option<IpAddr>>>>);

impl Rules for Noting {
    type Error = Infallible;

    async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Infallible> {
        self.0.lock().unwrap().push(ask.device.ip());
        Ok(AccessDecision::Allow)
    }
}

async fn orders(session: Session) -> String {
    format!("orders of {}", session.subject.id)
}

fn app(noting: Noting) -> Router {
    let memory: &'static _ = Box::leak(Box::new(Mutex::new(MemoryHost::demo())));
    let log = |_: &'static str, _: &dyn Error| {};
    let host = Parts {
        store: memory,
        hasher: PlainHasher,
        rules: noting,
        courier: NoCourier,
        signer: NoSigner,
        log,
    };
    let application = ClientId::new(demo::ISV).unwrap();
    let engine = Setup::default().api(demo::ring()).engine().clone();
    let web = Web::new(engine, application, Modes::Cookie).for_tenant(demo::tenant());
    let login = login(web, host).0;
    let login = login.with_peers(|parts| Some(parts.extensions.get::<ConnectInfo<SocketAddr>>()?.0.ip()));
    Router::new()
        .route("/orders", get(orders).post(orders))
        .route_layer(login.require_session(application))
        .layer(login.layer())
}

async fn send(app: &Router, method: &str, path: &str, headers: &[(&str, &str)]) -> (Answer, String) {
    let mut request = Request::builder().method(method).uri(path);
    for (name, value) in headers {
        request = request.header(*name, *value);
    }
    request = request.extension(ConnectInfo(SocketAddr::from(([192, 0, 2, 7], 1))));
    let body: &[u8] = br#"{"identifier":"alice","password":"Correct-Horse-7"}"#;
    let response = app.clone().oneshot(request.body(Full::from(body)).unwrap()).await.unwrap();
    let set = response.headers().get_all(SET_COOKIE).iter();
    let kept =
        set.map(|line| line.to_str().unwrap().split(';').next().unwrap()).collect::<Vec<_>>().join("; ");
    (answer(response).await, kept)
}

const OWN: (&str, &str) = ("sec-fetch-site", "same-origin");
const JSON: (&str, &str) = ("content-type", "application/json");

#[tokio::test]
async fn a_session_in_cookies_goes_on_and_another_site_sends_nothing_that_changes_anything() {
    let app = app(Noting::default());
    let (signed_in, cookies) = send(&app, "POST", "/v1/sign-in", &[JSON, OWN]).await;
    assert_eq!((signed_in.status, signed_in.text("state")), (200, "signed_in"));
    let cookie = ("cookie", &*cookies);

    for headers in [&[cookie][..], &[cookie, OWN], &[cookie, ("sec-fetch-site", "cross-site")]] {
        assert_eq!(send(&app, "GET", "/orders", headers).await.0.bytes, b"orders of id-alice");
    }
    for own in [OWN, ("x-requested-by", "orders")] {
        assert_eq!(send(&app, "POST", "/orders", &[cookie, own]).await.0.status, 200);
    }
    for other in
        [&[cookie][..], &[cookie, ("sec-fetch-site", "same-site")], &[cookie, ("sec-fetch-site", "none")]]
    {
        let (refused, _) = send(&app, "POST", "/orders", other).await;
        assert_eq!(
            (refused.status, refused.text("detail")),
            (403, "a request of this site's own is required")
        );
    }

    let (_, device) = cookies.split_once("__Host-device=").unwrap();
    let device = format!("__Host-device={}", device.split(';').next().unwrap());
    for stranger in
        [&[OWN][..], &[OWN, ("cookie", &device)], &[OWN, ("cookie", &cookies.replace("__Host-device", "x"))]]
    {
        assert_eq!(send(&app, "POST", "/orders", stranger).await.0.status, 401);
    }
    assert_eq!(send(&app, "DELETE", "/v1/session", &[cookie, OWN]).await.0.status, 200);
    assert_eq!(send(&app, "GET", "/orders", &[cookie]).await.0.status, 401);
}

#[tokio::test]
async fn the_facade_hears_where_a_request_comes_from() {
    let noting = Noting::default();
    send(&app(noting.clone()), "POST", "/v1/sign-in", &[JSON, OWN]).await;
    assert_eq!(*noting.0.lock().unwrap(), [Some([192, 0, 2, 7].into())]);
}
