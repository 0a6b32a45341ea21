//! Each mode says where tokens travel, and they travel in one place.

use super::client::{Client, Keeps, facade};
use authflow::{
    outcome::Event,
    testkit::{HeaderList, World},
    web::Modes,
};
use serde_json::Value;

/// Each kind of request, with its headers.
fn kinds() -> [(&'static str, HeaderList); 6] {
    let list = |headers: &[(&str, &str)]| HeaderList::from_iter(headers.iter().copied());
    [
        ("an app", list(&[("X-Device-Fingerprint", "f")])),
        ("a browser's fetch", list(&[("Sec-Fetch-Site", "same-origin")])),
        ("an older browser's fetch", list(&[("X-Requested-By", "x"), ("Origin", "https://id.example.com")])),
        ("another site's form", list(&[("Sec-Fetch-Site", "cross-site")])),
        ("an older browser's form", list(&[("Origin", "https://evil.example")])),
        (
            "a browser with a fingerprint",
            list(&[("Sec-Fetch-Site", "same-origin"), ("X-Device-Fingerprint", "f")]),
        ),
    ]
}

#[test]
fn a_first_request_is_a_browsers_where_a_browser_sent_it() {
    let mut world = World::new();
    for (modes, expected) in [
        (Modes::Cookie, ["refused", "cookie", "cookie", "refused", "refused", "cookie"]),
        (Modes::Bearer, ["bearer", "unbound", "unbound", "unbound", "unbound", "bearer"]),
        (Modes::Either, ["bearer", "cookie", "cookie", "refused", "refused", "cookie"]),
    ] {
        for ((kind, headers), expected) in kinds().into_iter().zip(expected) {
            let mut client = Client::browser(World::new());
            client.web = facade(&world, modes);
            let body = serde_json::json!({ "identifier": "alice", "password": "Correct-Horse-7" });
            let answer = client.send_with("POST", "/v1/sign-in", &headers, &body);
            let told = match (answer.status, answer.body["session_token"].is_string(), answer.cookies().len())
            {
                (200, true, 0) => "bearer",
                (200, false, 3) => "cookie",
                (403, false, 0) => "refused",
                (400, false, 0) => "unbound",
                other => panic!("{modes:?}, {kind}: {other:?}"),
            };
            assert_eq!(told, expected, "{modes:?}, {kind}");
            world.clock.pass(1);
        }
    }
}

/// A cookie and a bearer's token at once are refused at every call, whether both are good and of the same person or one of
/// them is nonsense.
#[test]
fn tokens_in_two_places_are_refused() {
    let world = World::new();
    let mut app = Client::app(world.clone());
    app.sign_in("alice");
    let Keeps::Token { token: Some(token), .. } = &app.keeps else { panic!() };
    for modes in [Modes::Cookie, Modes::Bearer, Modes::Either] {
        for authorization in [format!("Bearer {token}"), "bearer x".into(), format!("BEARER  {token}")] {
            for kept in ["__Host-session", "__Host-state", "__Host-device"] {
                let mut browser = Client::browser(world.clone());
                browser.sign_in("alice");
                browser.web = facade(&world, modes);
                let value = browser.jar().get(kept).cloned().unwrap_or("x".into());
                let headers = browser.headers.clone().and("Cookie", format!("{kept}={value}"));
                let headers = headers
                    .and("Authorization", &authorization)
                    .and("X-Device-Fingerprint", "156aysdna213sac");
                for (method, path) in
                    [("GET", "/v1/session"), ("POST", "/v1/sign-in"), ("DELETE", "/v1/session")]
                {
                    let answer = browser.send_with(method, path, &headers, &Value::Null);
                    assert_eq!(
                        (answer.status, answer.problem()),
                        (400, "tokens-misplaced"),
                        "{modes:?} {kept}"
                    );
                    assert!(answer.cookies().is_empty() && browser.world.host.ended.is_empty());
                    assert_eq!(browser.outcome.as_ref().unwrap().events, [Event::MisplacedTokensRefused]);
                }
            }
        }
    }
}

/// A page of another origin, which holds its token itself.
#[test]
fn a_bearers_token_in_a_browser_is_a_bearers_where_both_are_taken() {
    let world = World::new();
    let mut app = Client::app(world);
    app.sign_in("alice");
    app.web = facade(&app.world, Modes::Either);
    app.headers =
        HeaderList::from_iter([("Sec-Fetch-Site", "cross-site"), ("Origin", "https://app.example.com")]);
    assert_eq!(app.send("GET", "/v1/session", &Value::Null).status, 200);
    let renewed = app.send("POST", "/v1/session/refresh", &Value::Null);
    assert!(renewed.body["session_token"].is_string() && renewed.cookies().is_empty());
}

#[test]
fn a_token_counts_only_where_the_service_takes_it() {
    let world = World::new();
    let mut app = Client::app(world.clone());
    app.sign_in("alice");
    app.web = facade(&app.world, Modes::Cookie);
    let answer = app.send("GET", "/v1/session", &Value::Null);
    assert_eq!((answer.status, answer.problem()), (400, "tokens-misplaced"));

    let mut browser = Client::browser(world);
    browser.sign_in("alice");
    browser.web = facade(&browser.world, Modes::Bearer);
    browser.headers = browser.headers.clone().and("X-Device-Fingerprint", "f");
    let answer = browser.send("GET", "/v1/session", &Value::Null);
    assert_eq!((answer.status, answer.problem()), (401, "session-invalid"));
}

/// The order of the two headers does not matter.
#[test]
fn a_bearers_token_is_found_among_other_schemes() {
    let mut browser = Client::browser(World::new());
    browser.sign_in("alice");
    for schemes in [["Basic x", "Bearer y"], ["Bearer y", "Basic x"]] {
        let headers =
            schemes.iter().fold(browser.shown(), |headers, value| headers.and("Authorization", value));
        let answer = browser.send_with("GET", "/v1/session", &headers, &Value::Null);
        assert_eq!(answer.problem(), "tokens-misplaced");
    }
}

/// A proxy before a site under construction asks browsers for a password.
#[test]
fn another_scheme_is_nobodys_token() {
    let mut browser = Client::browser(World::new());
    browser.headers = browser.headers.clone().and("Authorization", "Basic dXNlcg==");
    assert_eq!(browser.sign_in("alice").state(), "signed_in");
    assert_eq!(browser.send("GET", "/v1/session", &Value::Null).status, 200);
}

#[test]
fn what_a_401_wants_is_told_by_mode() {
    let mut browser = Client::browser(World::new());
    let answer = browser.send("GET", "/v1/session", &Value::Null);
    assert_eq!(answer.header("www-authenticate"), Some(r#"Cookie cookie-name="__Host-session""#));
    let mut app = Client::app(World::new());
    assert_eq!(app.send("GET", "/v1/session", &Value::Null).header("www-authenticate"), Some("Bearer"));
    app.headers = HeaderList::from_iter([("Authorization", "Bearer LGTx")]);
    let answer = app.send("GET", "/v1/session", &Value::Null);
    assert_eq!(answer.header("www-authenticate"), Some(r#"Bearer error="invalid_token""#));
}
