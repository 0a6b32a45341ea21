//! The trait of asynchronous answers, and the future that runs the loop.

use authflow::testkit::{
    HeaderList, World,
    demo::{self, PASSWORD},
};
use authflow::{
    Host,
    account::{Account, AccountKey, FindAccount, UserName},
    facade::{Reply, Request},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    outcome::{Event, Outcome},
    password::{PasswordMatch, VerifyPassword},
    step::{AccessDecision, Commit, Committed, DecideAccess},
};
use std::{
    future::Future,
    pin::pin,
    sync::Mutex,
    task::{Context, Poll, Waker},
};

/// A host that answers only for sign-in and skip. Every other question has its default answer.
struct Small {
    world: World,
    /// The question at which the database is down.
    down: Option<&'static str>,
    failures: Mutex<Vec<(&'static str, Down)>>,
    observed: Mutex<Vec<Event>>,
}

#[derive(Debug, PartialEq)]
struct Down;

impl Small {
    fn new() -> Self {
        Self { world: World::new(), down: None, failures: Mutex::default(), observed: Mutex::default() }
    }

    fn up(&self, question: &'static str) -> Result<(), Down> {
        if self.down == Some(question) { Err(Down) } else { Ok(()) }
    }
}

impl Host for Small {
    type Error = Down;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, Down> {
        self.up("FindAccount")?;
        let found = self.world.host.accounts.iter().find(|account| match &ask.key {
            AccountKey::Identifier(typed) => {
                typed.names().any(|(_, text)| account.user_name == UserName::new(text).ok())
            }
            AccountKey::Id(id) => *id == account.id,
            AccountKey::Identity(_) => false,
        });
        Ok(found.cloned())
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Down> {
        Ok(ask.reserve(None))
    }

    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, Down> {
        let right = ask.verifier.as_ref().is_some_and(|known| known.expose() == ask.presented.expose());
        Ok(if right { PasswordMatch::Matches } else { PasswordMatch::Differs })
    }

    async fn settle_attempt(&self, _: &SettleAttempt) -> Result<(), Down> {
        Ok(())
    }

    async fn decide_access(&self, _: &DecideAccess) -> Result<AccessDecision, Down> {
        Ok(AccessDecision::Allow)
    }

    async fn commit(&self, _: &Commit) -> Result<Committed, Down> {
        self.up("Commit")?;
        Ok(Committed::Done)
    }

    fn failed(&self, question: &'static str, error: Down) {
        self.failures.lock().unwrap().push((question, error));
    }

    fn observe(&self, outcome: &Outcome) {
        self.observed.lock().unwrap().extend(outcome.events.iter().cloned());
    }
}

/// Runs a future that is always ready, and proves on the way that it may move between threads.
fn run<T>(future: impl Future<Output = T> + Send) -> T {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(value) => value,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn serve(host: &mut Small, method: &str, path: &str, headers: &HeaderList, body: &str) -> Reply {
    let moment = host.world.moment();
    let request = Request { method, path, headers: &headers, body: body.as_bytes(), peer: None };
    run(host.world.api.serve(&request, moment, host))
}

fn login(host: &mut Small, name: &str) -> Reply {
    let headers = demo::device().with("Content-Type", "application/json");
    let body = serde_json::json!({ "user_name": name, "password": PASSWORD }).to_string();
    serve(host, "POST", "/api/v2/sdk/login", &headers, &body)
}

fn member(reply: &Reply, name: &str) -> String {
    let body: serde_json::Value = serde_json::from_slice(reply.body()).unwrap();
    body[name].as_str().unwrap().to_string()
}

#[test]
fn six_methods_are_a_login_and_a_skip() {
    let mut host = Small::new();
    let warned = login(&mut host, "erin");
    assert_eq!(member(&warned, "status"), "PASSWORD_WARN");
    let headers = demo::device().with("X-state-token", member(&warned, "state_token"));
    let signed_in = serve(&mut host, "GET", "/api/v2/sdk/pwd/skip-update", &headers, "");
    assert_eq!(member(&signed_in, "status"), "SUCCESS");
    let events = host.observed.lock().unwrap();
    let [Event::LoginPending { .. }, Event::PasswordSkipped { skips_left: 2, .. }, Event::SignedIn { .. }] =
        events[..]
    else {
        panic!("{events:?}")
    };
}

#[test]
fn an_error_is_handed_back_and_the_reply_is_busy() {
    for question in ["FindAccount", "Commit"] {
        let mut host = Small::new();
        host.down = Some(question);
        assert_eq!(login(&mut host, "alice").status(), 500);
        assert_eq!(*host.failures.lock().unwrap(), [(question, Down)]);
    }
}

/// The default answer refuses every session, because this host keeps none.
#[test]
fn the_default_answer_about_sessions_refuses() {
    let mut host = Small::new();
    let signed_in = login(&mut host, "alice");
    let headers = demo::device().with("Authorization", format!("Bearer {}", member(&signed_in, "id_token")));
    let answer = serve(&mut host, "GET", "/api/v2/sdk/pwd/check-exist", &headers, "");
    assert_eq!((answer.status(), &*member(&answer, "error_code")), (400, "IDAAS.SDK.PARAM.0016"));
}

/// A host refuses those calls of the family for which it implements nothing.
#[test]
fn what_a_host_does_not_answer_is_refused() {
    let mut host = Small::new();
    let warned = login(&mut host, "erin");
    let headers = demo::device().with("Content-Type", "application/json");
    let pending = headers.clone().with("X-state-token", member(&warned, "state_token"));
    let change =
        serde_json::json!({ "old_password": PASSWORD, "new_password": "Battery-Staple-8" }).to_string();
    let mut code = |path, headers: &HeaderList, body: &str| {
        let reply = serve(&mut host, "POST", path, headers, body);
        (reply.status(), member(&reply, "error_code"))
    };
    let refused = |code: &str| (400, code.to_string());
    assert_eq!(code("/api/v2/sdk/pwd/update", &pending, &change), refused("IDAAS.SDK.PWD.0101"));
    let tenants =
        HeaderList::from_iter([("Content-Type", "application/json"), ("Authorization", "Bearer x")]);
    let body = serde_json::json!({
        "session_token": "x", "operating_sys_version": "x", "device_fingerprint": "x", "agent": "x",
    });
    let ticket = "/api/v2/tenant/sso/session-token/sso-ticket";
    assert_eq!(code(ticket, &tenants, &body.to_string()), refused("IDAAS.TENANT.COM.0101"));
    let by_code = serde_json::json!({ "mobile": "+86-13800000000", "verify_code": "123456" }).to_string();
    let sign_in = "/api/v2/sdk/login/mobile-verify-code";
    assert_eq!(code(sign_in, &headers, &by_code), refused("IDAAS.SDK.CAPTCHA.0007"));
}
