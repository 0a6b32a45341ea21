//! Cookies: which are set, with what attributes, and which are taken away.

use super::client::{Answer, Client, NEW_PASSWORD};
use authflow::testkit::{World, demo};
use serde_json::{Value, json};

const ATTRIBUTES: &str = "; Path=/; Secure; HttpOnly; SameSite=";

/// The lifetime of a cookie that the answer sets.
fn seconds(answer: &Answer, name: &str) -> u64 {
    let (_, rest) = answer.cookies()[name].split_once("; Max-Age=").unwrap();
    rest.split_once(';').unwrap().0.parse().unwrap()
}

#[test]
fn no_cookie_goes_without_its_protection() {
    let mut client = Client::browser(World::new());
    let (begun, out) = {
        let begun = client.sign_in("erin");
        let signed_in = client.follow(&begun, "skip_password", &Value::Null);
        let renewed = client.follow(&signed_in, "refresh_session", &Value::Null);
        assert_eq!(
            signed_in.cookies().keys().collect::<Vec<_>>(),
            [&"__Host-device", &"__Host-session", &"__Host-state"]
        );
        assert_eq!(renewed.cookies().keys().collect::<Vec<_>>(), [&"__Host-session"]);
        assert_eq!(seconds(&signed_in, "__Host-session"), 43_200);
        assert_eq!(
            (seconds(&signed_in, "__Host-state"), seconds(&signed_in, "__Host-device")),
            (0, 31_536_000)
        );
        let out = client.follow(&renewed, "sign_out", &Value::Null);
        for answer in [&signed_in, &renewed] {
            for (name, line) in answer.cookies() {
                let same_site = if name == "__Host-state" { "Strict" } else { "Lax" };
                assert!(
                    line.starts_with("__Host-") && line.ends_with(&format!("{ATTRIBUTES}{same_site}")),
                    "{line}"
                );
            }
        }
        (begun, out)
    };
    assert_eq!(begun.cookies().keys().collect::<Vec<_>>(), [&"__Host-device", &"__Host-state"]);
    assert!(
        begun.cookies()["__Host-state"].ends_with("; Max-Age=600; Path=/; Secure; HttpOnly; SameSite=Strict")
    );
    assert_eq!((seconds(&out, "__Host-session"), seconds(&out, "__Host-state")), (0, 0));
    assert!(out.cookies()["__Host-session"].starts_with("__Host-session=; "));
    assert_eq!(client.jar().keys().collect::<Vec<_>>(), ["__Host-device"], "the browser stays known");
}

/// Nothing that a script can read holds a token.
#[test]
fn a_browser_gets_no_token_to_read() {
    for user_name in ["alice", "erin", "mona"] {
        let mut client = Client::browser(World::new());
        let answers = [client.sign_in(user_name), client.send("POST", "/v1/session/refresh", &Value::Null)];
        for answer in answers {
            for name in ["__Host-state", "__Host-session", "__Host-device"] {
                let token = client.jar().get(name).cloned().unwrap_or("no such token".into());
                assert!(!answer.body.to_string().contains(&token));
            }
            let names = answer.body.as_object().unwrap().keys();
            assert!(names.clone().all(|name| !name.ends_with("token")), "{names:?}");
        }
    }
}

#[test]
fn an_app_gets_no_cookie() {
    let mut client = Client::app(World::new());
    let begun = client.sign_in("erin");
    let signed_in = client.follow(&begun, "skip_password", &Value::Null);
    let out = client.follow(&signed_in, "sign_out", &Value::Null);
    for answer in [begun, signed_in, out] {
        assert!(answer.cookies().is_empty());
    }
}

/// A browser gets its cookie before it is known whether the subject gets in, and whatever comes of that. A `GET` never
/// sets it.
#[test]
fn a_browser_is_recognised_from_the_first_call_that_begins_something() {
    let mut client = Client::browser(World::new());
    assert!(client.send("GET", "/v1/sign-in", &Value::Null).cookies().is_empty());
    assert!(client.send("GET", "/v1/session", &Value::Null).cookies().is_empty());
    assert!(client.send("POST", "/v1/sign-in/password/skip", &Value::Null).cookies().is_empty());
    let begins = [
        ("/v1/sign-in", json!({ "identifier": "alice", "password": "wrong" })),
        ("/v1/sign-in", Value::Null),
        ("/v1/sign-in/by-sms", json!({ "mobile": demo::MOBILE, "code": "000000" })),
        ("/v1/sign-in/by-sms/send", json!({ "mobile": demo::MOBILE })),
        ("/v1/recovery/by-sms/send", json!({ "mobile": demo::MOBILE })),
        ("/v1/recovery/by-sms", json!({ "mobile": demo::MOBILE, "code": "0", "new_password": NEW_PASSWORD })),
    ];
    let mut drawn = Vec::new();
    for (seconds, (path, body)) in (1..).zip(begins) {
        let mut client = client.clone();
        client.world.clock.pass(seconds);
        let answer = client.send("POST", path, &body);
        assert_eq!(answer.cookies().keys().collect::<Vec<_>>(), [&"__Host-device"], "{path}");
        drawn.push(client.cookie("__Host-device").to_string());
        let again = client.send("POST", path, &body);
        assert!(again.cookies().is_empty(), "it is known already");
    }
    drawn.sort();
    drawn.dedup();
    assert_eq!(drawn.len(), 6, "each browser has one of its own");
}

#[test]
fn a_cookie_that_is_none_is_replaced_when_something_begins() {
    for broken in ["", "short", "MDEyMzQ1Njc4OWFiY2RlZh", "\u{fffd}"] {
        let mut client = Client::browser(World::new());
        client.jar().insert("__Host-device".into(), broken.into());
        assert_eq!(client.sign_in("alice").state(), "signed_in");
        assert_eq!(client.cookie("__Host-device").len(), 22);
        assert_eq!(client.send("GET", "/v1/session", &Value::Null).status, 200);
    }
}

#[test]
fn a_login_that_ends_in_a_denial_is_forgotten() {
    let mut client = Client::browser(World::new());
    client.sign_in("erin");
    client.world.host.denied = true;
    let denied = client.send("POST", "/v1/sign-in/password/skip", &Value::Null);
    assert_eq!((denied.problem(), denied.cookies().len()), ("access-denied", 1));
    assert_eq!(client.jar().keys().collect::<Vec<_>>(), ["__Host-device"]);
}

/// Two windows share one jar, and the other window may have gone on.
#[test]
fn a_refusal_takes_no_cookie_away_but_from_whoever_signs_out() {
    let mut client = Client::browser(World::new());
    client.jar().insert("__Host-session".into(), "LGTx".into());
    client.jar().insert("__Host-state".into(), "x".into());
    for (method, path) in [
        ("GET", "/v1/session"),
        ("POST", "/v1/session/refresh"),
        ("POST", "/v1/sign-in/password/skip"),
        ("POST", "/v1/sign-in/factor/sms/send"),
    ] {
        let answer = client.send(method, path, &Value::Null);
        assert_eq!((answer.status, answer.cookies().len()), (401, 0), "{path}");
    }
    let out = client.send("DELETE", "/v1/session", &Value::Null);
    assert_eq!((out.status, out.cookies().len()), (401, 2));
    assert!(client.jar().is_empty());
}

#[test]
fn cookies_come_in_several_headers_and_among_others() {
    let mut client = Client::browser(World::new());
    client.sign_in("alice");
    let jar = client.jar().clone();
    let (device, session) = (&jar["__Host-device"], &jar["__Host-session"]);
    let fetch = || client.headers.clone();
    let taken = [
        fetch()
            .and("cookie", format!("__Host-device={device}"))
            .and("Cookie", format!("__Host-session={session}")),
        fetch().and("Cookie", format!(";; a=b=c;__Host-session={session};x;  __Host-device={device} ;")),
    ];
    let refused = [
        fetch().and("Cookie", format!("__host-session={session}; __Host-device={device}")),
        fetch().and("Cookie", format!("__Host-session={session}, __Host-device={device}")),
        fetch().and("Cookie", format!("__Host-session=\"{session}\"; __Host-device={device}")),
        fetch().and(
            "Cookie",
            format!("__Host-session={session}; __Host-session={session}; __Host-device={device}"),
        ),
        fetch().and("Cookie", format!("__Host-session={session}; __Host-session=; __Host-device={device}")),
        fetch().and(
            "Cookie",
            format!("__Host-session={session}; __Host-device={device}; __Host-device={device}"),
        ),
    ];
    for headers in taken {
        assert_eq!(client.send_with("GET", "/v1/session", &headers, &Value::Null).status, 200);
    }
    for headers in refused {
        let answer = client.send_with("GET", "/v1/session", &headers, &Value::Null);
        assert_eq!(answer.problem(), "session-invalid");
    }
}
