//! One run for all frameworks: each serves on its own port, and is asked over real HTTP.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by a panic")]

use authflow::{
    facade::MOST_OF_A_BODY,
    testkit::{Answer, Call, World, demo::PASSWORD, invalid_state_token},
};
use authflow_frameworks::{actix_web, axum, demo, hyper, poem, rocket, tiny_http};
use std::{
    future::Future,
    io::{self, Cursor},
    net::{Ipv4Addr, SocketAddr, TcpListener},
    sync::mpsc,
    thread,
};
use ureq::{
    Agent, AsSendBody, SendBody,
    http::{HeaderMap, Request},
};

struct Client {
    agent: Agent,
    server: SocketAddr,
}

impl Client {
    fn new(server: SocketAddr) -> Self {
        Self { agent: Agent::config_builder().http_status_as_error(false).build().into(), server }
    }

    fn send(&self, call: &Call) -> Answer {
        self.see(call).0
    }

    fn see(&self, call: &Call) -> (Answer, HeaderMap) {
        if call.method == "GET" { self.see_body(call, ()) } else { self.see_body(call, &call.body) }
    }

    fn see_body(&self, call: &Call, body: impl AsSendBody) -> (Answer, HeaderMap) {
        let mut request =
            Request::builder().method(&*call.method).uri(format!("http://{}{}", self.server, call.path));
        for (name, value) in call.headers.iter() {
            request = request.header(name, value);
        }
        let response = self.agent.run(request.body(body).unwrap()).unwrap();
        let (parts, mut body) = response.into_parts();
        (Answer::new(parts.status.as_u16(), body.read_to_vec().unwrap()), parts.headers)
    }
}

/// A login whose body has this many bytes.
fn login_of(length: usize) -> Call {
    let call = Call::login("alice", PASSWORD);
    let mut body = call.body.clone();
    body.resize(length, b' ');
    call.with_body(body)
}

/// The behaviour that every client sees, whichever framework serves it.
fn conforms(server: SocketAddr) {
    let client = Client::new(server);

    // Sign in, be warned, skip, and do not skip twice.
    let (warned, headers) = client.see(&Call::login("erin", PASSWORD));
    assert_eq!((warned.status, warned.text("status")), (200, "PASSWORD_WARN"));
    assert_eq!(
        (&headers["content-type"], &headers["cache-control"]),
        (&"application/json".parse().unwrap(), &"no-store".parse().unwrap())
    );
    let skip = Call::skip(warned.state_token());
    assert_eq!(client.send(&skip).text("status"), "SUCCESS");
    assert_eq!(client.send(&skip).parts(), invalid_state_token());

    // A protected route, with a session, without one, and with one that has ended.
    let alice = client.send(&Call::login("alice", PASSWORD));
    assert_eq!((alice.status, alice.text("status")), (200, "SUCCESS"));
    let orders = Call::get("/orders");
    for call in [orders.clone().bearing(alice.id_token()), orders.clone().in_session(alice.session_token())] {
        let seen = client.send(&call);
        assert_eq!((seen.status, &*seen.bytes), (200, &b"orders of id-alice"[..]));
    }
    assert_eq!(client.send(&orders).status, 401);
    assert_eq!(
        client.send(&orders.clone().bearing(alice.id_token()).with_fingerprint("another")).status,
        401
    );
    assert_eq!(client.send(&Call::sign_out(alice.session_token())).status, 200);
    assert_eq!(client.send(&orders.bearing(alice.id_token())).status, 401);

    // The longest body, and a body of one byte more, with and without its length announced.
    assert_eq!(client.send(&login_of(MOST_OF_A_BODY)).status, 200);
    let longer = login_of(MOST_OF_A_BODY + 1);
    let refused = World::new().send(&longer);
    assert_eq!(refused.status, 400);
    assert_eq!(client.send(&longer), refused);
    let in_chunks = SendBody::from_owned_reader(Cursor::new(longer.body.clone()));
    assert_eq!(client.see_body(&longer, in_chunks).0, refused);

    // Unknown paths and a wrong method.
    assert_eq!(client.send(&Call::get("/elsewhere")).status, 404);
    assert_eq!(client.send(&Call::get("/api/v2/sdk/elsewhere")).status, 404);
    let wrong = Call::get("/api/v2/sdk/login");
    let (refused, headers) = client.see(&wrong);
    assert_eq!((refused, &headers["allow"]), (World::new().send(&wrong), &"POST".parse().unwrap()));
}

fn on_a_port(serve: impl FnOnce(TcpListener) + Send + 'static) -> SocketAddr {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).unwrap();
    let server = listener.local_addr().unwrap();
    thread::spawn(|| serve(listener));
    server
}

fn on_tokio<F: Future<Output = io::Result<()>>>(
    serve: impl FnOnce(tokio::net::TcpListener, demo::DemoLogin) -> F + Send + 'static,
) -> SocketAddr {
    on_a_port(|listener| {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build().unwrap();
        listener.set_nonblocking(true).unwrap();
        runtime
            .block_on(async {
                serve(tokio::net::TcpListener::from_std(listener).unwrap(), demo::login()).await
            })
            .unwrap();
    })
}

#[test]
fn axum_conforms() {
    conforms(on_tokio(axum::serve));
}

#[test]
fn hyper_conforms() {
    conforms(on_tokio(hyper::serve));
}

#[test]
fn poem_conforms() {
    conforms(on_tokio(poem::serve));
}

#[test]
fn actix_web_conforms() {
    conforms(on_a_port(|listener| actix_web::serve(listener, demo::login()).unwrap()));
}

#[test]
fn tiny_http_conforms() {
    conforms(on_a_port(|listener| tiny_http::serve(listener, &demo::api(), &demo::host()).unwrap()));
}

/// Rocket takes no listener. It reports its port when it starts.
#[test]
fn rocket_conforms() {
    let (says, hears) = mpsc::channel();
    thread::spawn(|| {
        let quiet = ::rocket::Config {
            port: 0,
            log_level: ::rocket::config::LogLevel::Off,
            ..::rocket::Config::debug_default()
        };
        let lift_off = ::rocket::fairing::AdHoc::on_liftoff("port", |rocket| {
            Box::pin(async move { says.send(rocket.config().port).unwrap() })
        });
        let rocket = rocket::rocket(demo::login()).configure(quiet).attach(lift_off);
        ::rocket::execute(rocket.launch()).unwrap();
    });
    conforms((Ipv4Addr::LOCALHOST, hears.recv().unwrap()).into());
}
