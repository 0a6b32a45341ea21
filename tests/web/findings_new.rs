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
    let jar: Vec<_> = ["__Host-session", "__Host-device"].map(|name| format!("{name}={}", client.cookie(name))).into();
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
