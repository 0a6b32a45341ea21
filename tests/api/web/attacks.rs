//! The attempts of a thief who has some of a client's tokens, cookies and headers.

use super::client::{Answer, Client, Keeps, NEW_PASSWORD};
use authflow::{
    ClientId,
    testkit::{World, demo},
    web::{Modes, Web},
};
use serde_json::{Value, json};

/// A call with a fitting body.
type Call = (&'static str, &'static str, fn() -> Value);

/// Every call that takes a state token.
const PENDING: [Call; 10] = [
    ("POST", "/v1/sign-in/password/skip", || Value::Null),
    (
        "POST",
        "/v1/sign-in/password",
        || json!({ "old_password": demo::PASSWORD, "new_password": NEW_PASSWORD }),
    ),
    ("POST", "/v1/sign-in/password/by-sms", || json!({ "code": "000000", "new_password": NEW_PASSWORD })),
    ("POST", "/v1/sign-in/password/by-sms/send", || Value::Null),
    ("POST", "/v1/sign-in/password/by-email", || json!({ "code": "000000", "new_password": NEW_PASSWORD })),
    ("POST", "/v1/sign-in/password/by-email/send", || Value::Null),
    ("POST", "/v1/sign-in/factor/totp", || json!({ "code": "000000" })),
    ("POST", "/v1/sign-in/factor/sms", || json!({ "code": "000000" })),
    ("POST", "/v1/sign-in/factor/sms/send", || Value::Null),
    ("POST", "/v1/sign-in/factor/email/send", || Value::Null),
];

/// Every call that takes a session token, except the one that gives it up.
const SIGNED_IN: [Call; 3] = [
    ("GET", "/v1/session", || Value::Null),
    ("POST", "/v1/session/refresh", || Value::Null),
    (
        "POST",
        "/v1/session/password",
        || json!({ "old_password": demo::PASSWORD, "new_password": NEW_PASSWORD }),
    ),
];

/// Asserts that every call is refused like nonsense. Nothing is written, and nothing is sent.
fn withstands(thief: &Client, problem: &str) {
    let is_pending = problem == "state-invalid";
    for (method, path, body) in if is_pending { &PENDING[..] } else { &SIGNED_IN } {
        let mut nonsense = thief.clone();
        match &mut nonsense.keeps {
            Keeps::Cookies(jar) => {
                jar.insert(
                    if is_pending { "__Host-state" } else { "__Host-session" }.into(),
                    "nonsense".into(),
                );
            }
            Keeps::Token { token, .. } => *token = Some("nonsense".into()),
        }
        let expected = nonsense.send(method, path, &body());
        let mut thief = thief.clone();
        let before = (
            thief.world.host.sessions.clone(),
            thief.world.host.accounts.len(),
            thief.world.host.outbox.len(),
        );
        let answer = thief.send(method, path, &body());
        assert_eq!(answer, expected, "{path}");
        assert_eq!((answer.status, answer.problem()), (401, problem), "{path}");
        let after = (
            thief.world.host.sessions.clone(),
            thief.world.host.accounts.len(),
            thief.world.host.outbox.len(),
        );
        assert_eq!(before, after, "{path}");
        assert!(thief.world.host.claims.is_empty(), "{path}");
    }
}

/// Two pending logins in separate worlds. In one or the other, the step of each call is open.
fn pending(kind: fn(World) -> Client) -> [Client; 2] {
    ["eve", "erin"].map(|user_name| {
        let mut client = kind(World::new());
        let begun = client.sign_in(user_name);
        assert_eq!(begun.status, 200);
        client
    })
}

#[test]
fn a_state_cookie_of_another_browser_is_nothing() {
    for victim in pending(Client::browser) {
        let state = victim.cookie("__Host-state").to_string();
        let mut thief = Client::browser(victim.world.clone());
        thief.world.clock.pass(1);
        thief.sign_in("nobody");
        thief.jar().insert("__Host-state".into(), state.clone());
        withstands(&thief, "state-invalid");
        thief.jar().remove("__Host-device");
        withstands(&thief, "state-invalid");
    }
}

#[test]
fn a_session_cookie_without_that_of_its_browser_is_nothing() {
    let mut victim = Client::browser(World::new());
    victim.sign_in("alice");
    let mut thief = victim.clone();
    thief.jar().remove("__Host-device");
    withstands(&thief, "session-invalid");
    thief.jar().insert("__Host-device".into(), "MDEyMzQ1Njc4OWFiY2RlZg".into());
    withstands(&thief, "session-invalid");
}

/// A browser's token does not work for an app, nor an app's token for a browser. The kinds of their bindings differ, even if the fingerprint is
/// spelt like the cookie.
#[test]
fn a_token_stays_in_its_mode() {
    let mut browser = Client::browser(World::new());
    browser.sign_in("alice");
    let (device, session) =
        (browser.cookie("__Host-device").to_string(), browser.cookie("__Host-session").to_string());
    let mut app = Client::app(browser.world.clone());
    app.keeps = Keeps::Token { token: Some(session), fingerprint: Some(device) };
    withstands(&app, "session-invalid");

    let fingerprint = "MDEyMzQ1Njc4OWFiY2RlZg";
    let mut app = Client::app(World::new());
    app.keeps = Keeps::Token { token: None, fingerprint: Some(fingerprint.into()) };
    app.sign_in("alice");
    let Keeps::Token { token: Some(token), .. } = app.keeps else { panic!() };
    let mut browser = Client::browser(app.world);
    browser.jar().insert("__Host-device".into(), fingerprint.into());
    browser.jar().insert("__Host-session".into(), token);
    withstands(&browser, "session-invalid");
}

#[test]
fn an_apps_token_on_another_device_is_nothing() {
    for mut thief in pending(Client::app) {
        let Keeps::Token { fingerprint, .. } = &mut thief.keeps else { panic!() };
        *fingerprint = Some("another".into());
        withstands(&thief, "state-invalid");
    }
    let mut thief = Client::app(World::new());
    thief.sign_in("alice");
    let Keeps::Token { fingerprint, .. } = &mut thief.keeps else { panic!() };
    *fingerprint = Some("another".into());
    withstands(&thief, "session-invalid");
}

#[test]
fn one_kind_of_token_is_not_another() {
    for kind in [Client::browser as fn(World) -> Client, Client::app] {
        let mut client = kind(World::new());
        client.sign_in("alice");
        swap(&mut client, "__Host-session", "__Host-state");
        withstands(&client, "state-invalid");
        let mut client = kind(World::new());
        client.sign_in("erin");
        swap(&mut client, "__Host-state", "__Host-session");
        withstands(&client, "session-invalid");
        let mut app = Client::app(World::new());
        let id_token = app.sign_in("alice").body["id_token"].as_str().unwrap().to_string();
        app.keeps = Keeps::Token { token: Some(id_token), fingerprint: Some("156aysdna213sac".into()) };
        withstands(&app, "session-invalid");
    }
}

fn swap(client: &mut Client, from: &str, to: &str) {
    if let Keeps::Cookies(jar) = &mut client.keeps {
        let token = jar.remove(from).unwrap();
        jar.insert(to.into(), token);
    }
}

#[test]
fn a_session_of_another_application_is_nothing() {
    for mut client in Client::both(&World::new()) {
        client.sign_in("alice");
        let other = ClientId::new(demo::ORDINARY).unwrap();
        let modes = if matches!(client.keeps, Keeps::Cookies(_)) { Modes::Cookie } else { Modes::Bearer };
        client.web = Web::new(client.world.api.engine().clone(), other, modes);
        withstands(&client, "session-invalid");
        let out = client.send("DELETE", "/v1/session", &Value::Null);
        assert_eq!(out.problem(), "session-invalid");
        assert!(client.world.host.ended.is_empty());
    }
}

#[test]
fn a_step_is_done_once() {
    for client in Client::both(&World::new()) {
        let mut client = client;
        client.sign_in("erin");
        let before = client.shown();
        assert_eq!(client.send("POST", "/v1/sign-in/password/skip", &Value::Null).state(), "signed_in");
        let again: Answer = client.send_with("POST", "/v1/sign-in/password/skip", &before, &Value::Null);
        assert_eq!(again.problem(), "state-invalid");
        assert_eq!(client.world.host.sessions.len(), 1);
    }
}

#[test]
fn a_recovered_password_takes_the_browser_that_asked_for_the_code() {
    let mut world = World::new();
    world.change("alice", demo::make_reachable);
    let mobile = world.account("alice").mobile.clone().unwrap().as_str().to_string();
    let mut victim = Client::browser(world);
    assert_eq!(victim.send("POST", "/v1/recovery/by-sms/send", &json!({ "mobile": mobile })).status, 200);
    let mut thief = Client::browser(victim.world.clone());
    thief.world.clock.pass(1);
    let typed = json!({ "mobile": mobile, "code": victim.world.code(), "new_password": NEW_PASSWORD });
    assert_eq!(thief.send("POST", "/v1/recovery/by-sms", &typed).problem(), "code-invalid");
    assert_eq!(victim.send("POST", "/v1/recovery/by-sms", &typed).status, 200);
}
