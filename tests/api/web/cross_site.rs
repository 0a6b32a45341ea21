//! Requests that another site makes a browser send.

use super::{client::Client, schema};
use authflow::{
    outcome::{Event, Fault, Verdict},
    testkit::{HeaderList, World, demo},
    web::openapi,
};
use serde_json::{Value, json};

/// The headers that a browser of another site would send, and those that ours sends.
const SITES: [(&[(&str, &str)], bool); 9] = [
    (&[], false),
    (&[("Sec-Fetch-Site", "cross-site")], false),
    (&[("Sec-Fetch-Site", "same-site")], false),
    (&[("Sec-Fetch-Site", "none")], false),
    (&[("Origin", "https://id.example.com")], false),
    (&[("X-Requested-By", "")], false),
    (&[("Sec-Fetch-Site", "same-origin")], true),
    (&[("X-Requested-By", "orders")], true),
    (&[("Sec-Fetch-Site", "cross-site"), ("X-Requested-By", "orders")], true),
];

/// Makes every call that changes something, with every cookie, before and after a sign-in.
#[test]
fn nothing_is_changed_by_another_site() {
    let mut signed_in = Client::browser(World::new());
    signed_in.sign_in("alice");
    let mut pending = Client::browser(World::new());
    pending.sign_in("erin");
    let document = openapi();
    let mut tried = 0;
    for client in [signed_in, pending, Client::browser(World::new())] {
        for (path, methods) in document["paths"].as_object().unwrap() {
            for method in methods.as_object().unwrap().keys().map(|method| method.to_ascii_uppercase()) {
                for (headers, is_own) in SITES {
                    let mut client = client.clone();
                    client.headers = HeaderList::from_iter(headers.iter().copied());
                    client.world.host.asked.clear();
                    let before = format!("{:?}", client.world.host);
                    let answer = client.send(&method, path, &body(path));
                    if method == "GET" || is_own {
                        assert!(answer.status == 200 || answer.problem() != "cross-site", "{method} {path}");
                        continue;
                    }
                    assert_eq!(
                        (answer.status, answer.problem()),
                        (403, "cross-site"),
                        "{method} {path} {headers:?}"
                    );
                    assert!(answer.cookies().is_empty());
                    assert!(client.world.host.asked.is_empty(), "nothing is even asked");
                    assert_eq!(before, format!("{:?}", client.world.host), "nothing is counted");
                    let outcome = client.outcome.unwrap();
                    assert!(matches!(outcome.verdict, Verdict::Refused(Fault::CrossSite)));
                    assert_eq!(outcome.events, [Event::CrossSiteRefused]);
                    tried += 1;
                }
            }
        }
    }
    assert_eq!(tried, 3 * 6 * (schema::operations().len() - 3), "all but three GETs");
}

fn body(path: &str) -> Value {
    if path == "/v1/sign-in" {
        json!({ "identifier": "alice", "password": demo::PASSWORD })
    } else {
        json!({ "code": "000000", "new_password": "Battery-Staple-8", "mobile": demo::MOBILE, "email": demo::EMAIL })
    }
}

/// A form of another site could sign a visitor in to an account of that site, and the visitor would not notice.
#[test]
fn nobody_is_signed_in_unawares() {
    let mut client = Client::browser(World::new());
    client.headers =
        HeaderList::from_iter([("Sec-Fetch-Site", "cross-site"), ("Origin", "https://evil.example")]);
    let answer = client.sign_in("alice");
    assert_eq!(answer.problem(), "cross-site");
    assert!(client.jar().is_empty() && client.world.host.sessions.is_empty());
}

/// `GET` changes nothing, so it needs no such header. A form cannot make it do more.
#[test]
fn a_link_from_elsewhere_finds_its_session() {
    let mut client = Client::browser(World::new());
    client.sign_in("alice");
    client.headers = HeaderList::from_iter([("Sec-Fetch-Site", "cross-site")]);
    assert_eq!(client.send("GET", "/v1/session", &Value::Null).status, 200);
    for path in ["/v1/session/refresh", "/v1/sign-in/password/skip"] {
        let answer = client.send("GET", path, &Value::Null);
        assert_eq!((answer.status, answer.header("allow")), (405, Some("POST")));
    }
}

/// Only the app sends its token.
#[test]
fn an_app_says_no_site() {
    let mut client = Client::app(World::new());
    client.headers = HeaderList::from_iter([("Sec-Fetch-Site", "cross-site")]);
    assert_eq!(client.sign_in("alice").state(), "signed_in");
    assert_eq!(client.send("DELETE", "/v1/session", &Value::Null).status, 200);
}
