//! Each shows a fault that is there: it fails until that is mended.

use super::client::Client;
use authflow::{
    device::Headers,
    facade::{Facade, Request, may_be_cross_site},
    outcome::Verdict,
    testkit::{HeaderList, World},
};

/// A page of a neighbour (`same-site`) opens a WebSocket to a route behind the guard. It is a GET, it bears the cookies, CORS does not ask, and
/// what is said over it changes things.
#[test]
fn a_neighbour_opens_no_socket_with_the_cookies_of_a_session() {
    let mut client = Client::browser(World::new());
    client.sign_in("alice");
    let jar: Vec<_> =
        ["__Host-session", "__Host-device"].map(|name| format!("{name}={}", client.cookie(name))).into();
    let headers = HeaderList::new()
        .with("Cookie", &jar.join("; "))
        .with("Connection", "Upgrade")
        .with("Upgrade", "websocket")
        .with("Origin", "https://neighbour.example.com")
        .with("Sec-Fetch-Site", "same-site")
        .with("Sec-Fetch-Mode", "websocket");
    let request = Request { method: "GET", path: "/socket", headers: &headers, body: b"", peer: None };
    let moment = client.world.moment();
    let (step, _) = client.web.authenticate(&request, moment);
    let outcome = client.world.run(step);
    assert!(!matches!(outcome.verdict, Verdict::Authenticated(_)), "the guard lets it on");
    fn asked(headers: &impl Headers) -> bool {
        may_be_cross_site("GET", headers)
    }
    assert!(asked(&headers));
}

/// A policy that binds logins to addresses binds nothing where nobody has said the address, and nobody is told: `authflow_tower::Login` says none
/// unless it has `with_peers`.
#[test]
fn a_login_that_is_to_be_bound_to_an_address_has_one() {
    use authflow::{
        device::{Binding, Bindings},
        policy::Policy,
        testkit::demo,
    };
    let bindings = Bindings { ip: Binding::Refuse, ..Bindings::default() };
    let mut client = Client::browser(World::with_policy(Policy { bindings, ..demo::policy() }));
    let body = serde_json::json!({ "identifier": "erin", "password": demo::PASSWORD }).to_string();
    let mut statuses = Vec::new();
    for (path, body) in [("/v1/sign-in", body.as_str()), ("/v1/sign-in/password/skip", "")] {
        let headers = client.shown().with("Content-Type", "application/json");
        let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
        let answer = client.answer(&request);
        for (name, line) in answer.cookies() {
            let value = line.split_once(';').unwrap().0.split_once('=').unwrap().1.to_owned();
            client.jar().insert(name.to_owned(), value);
        }
        statuses.push(answer.status);
    }
    assert_ne!(statuses, [200, 200], "nothing is bound, and nobody is told");
}
