//! A host that fails or contradicts itself. The reply is "system busy", nothing is issued, and nothing is spent needlessly.

use authflow::testkit::{
    Call, HeaderList, HostFault, World,
    demo::{self, PASSWORD},
};
use authflow::{
    AccountId, Application, ClientId, Engine, TenantId,
    facade::Request,
    outcome::{Event, Verdict},
    password::VerifyPassword,
    sdk::Api,
    step::{CommitRefusal, Committed, Step},
};
use serde_json::json;
use std::{
    ops::ControlFlow::{self, Break, Continue},
    sync::Arc,
};

fn busy(world: &World) -> &Event {
    let outcome = world.outcome.as_ref().unwrap();
    assert!(matches!(outcome.verdict, Verdict::Busy), "{outcome:?}");
    outcome.events.last().unwrap()
}

#[test]
fn unavailable_at_any_question_is_busy_and_issues_and_spends_nothing() {
    let message =
        br#"{"error_code":"IDAAS.TENANT.COM.0002","error_msg":"System busy, please try again later"}"#;
    for question in ["FindAccount", "ReserveAttempt", "VerifyPassword", "DecideAccess", "Commit"] {
        let mut world = World::new();
        world.host.fault = Some(HostFault::Unavailable(question));
        let answer = world.login("alice");
        assert_eq!((answer.status, &answer.bytes[..]), (500, &message[..]), "{question}");
        assert_eq!(*busy(&world), Event::Unavailable { question });
        assert!(world.host.sessions.is_empty());
        world.host.fault = None;
        assert_eq!(world.login("alice").text("status"), "SUCCESS");
    }
    for question in ["FindAccount", "DecideAccess", "Commit"] {
        let mut world = World::new();
        let warned = world.login("erin");
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.skip(warned.state_token()).status, 500, "{question}");
        assert_eq!(*busy(&world), Event::Unavailable { question });
        assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
        world.host.fault = None;
        assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
    }
    for question in ["CheckSession", "FindAccount"] {
        let mut world = World::new();
        let alice = world.login("alice");
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.check_exist(alice.text("id_token")).status, 500, "{question}");
        assert_eq!(*busy(&world), Event::Unavailable { question });
    }
}

/// If the hasher is down, no guess is counted. If the store is down while it settles a wrong guess, that guess is counted.
#[test]
fn a_guess_that_could_not_be_judged_is_given_back() {
    let mut world = World::new();
    world.host.fault = Some(HostFault::Unavailable("VerifyPassword"));
    for _ in 0..10 {
        assert_eq!(world.login("alice").status, 500);
        assert_eq!(world.host.asked, ["FindAccount", "ReserveAttempt", "VerifyPassword", "SettleAttempt"]);
    }
    world.host.fault = None;
    let wrong = |world: &mut World| {
        world.send(&Call::login("alice", "wrong"));
        world.outcome.as_ref().unwrap().facts.attempts_left
    };
    assert_eq!(wrong(&mut world), Some(4));
    // A wrong guess still counts, with the same reply, if the host could not store its result.
    world.host.fault = Some(HostFault::Unavailable("SettleAttempt"));
    assert_eq!(wrong(&mut world), Some(3));
    let events = &world.outcome.as_ref().unwrap().events;
    assert!(matches!(
        events[..],
        [Event::ProofRefused { .. }, Event::Unavailable { question: "SettleAttempt" }]
    ));
    world.host.fault = None;
    assert_eq!(wrong(&mut world), Some(2));
}

/// A guess that was not wrong is given back, however its request ends. A request that was not carried out locks nobody out.
#[test]
fn a_right_guess_that_comes_to_nothing_is_given_back() {
    for question in ["VerifyPassword", "DecideAccess"] {
        let mut world = World::new();
        world.host.fault = Some(HostFault::Unavailable(question));
        for _ in 0..10 {
            assert_eq!(world.login("alice").status, 500, "{question}");
            assert_eq!(world.host.asked.last(), Some(&"SettleAttempt"), "{question}");
        }
        world.host.fault = None;
        assert_eq!(world.login("alice").text("status"), "SUCCESS", "{question}");
    }
    // The account changes between the proof and the write, again and again.
    let mut world = World::new();
    for _ in 0..10 {
        let step = world.begin(&Call::login("alice", PASSWORD));
        let step = world.until_commit(step);
        world.change("alice", |_| ());
        assert_eq!(world.finish(step).status, 400);
    }
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
}

/// A host crashes before it has settled a guess. After 30 seconds the guess counts as wrong.
#[test]
fn what_a_crash_leaves_reserved_is_contended_and_then_wrong() {
    let mut world = World::new();
    for _ in 0..5 {
        let step = world.begin(&Call::login("alice", PASSWORD));
        drop(world.until::<VerifyPassword>(step));
    }
    world.clock.pass(29);
    assert_eq!(world.login("alice").status, 500);
    let account = world.account("alice").id;
    assert_eq!(*busy(&world), Event::GuessContended { account: Some(account) });
    world.clock.pass(1);
    assert_eq!(world.login("alice").status, 400, "locked by what was never told");
    world.clock.pass(270);
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
}

/// If the hasher is down too, locked, unknown and open accounts ask the same questions.
#[test]
fn a_lock_does_not_show_when_the_hasher_is_down() {
    let asked = |prepare: &dyn Fn(&mut World), name: &str| {
        let mut world = World::new();
        prepare(&mut world);
        world.host.fault = Some(HostFault::Unavailable("VerifyPassword"));
        let answer = world.login(name);
        (answer.bytes, world.host.asked)
    };
    let lock = |world: &mut World| {
        for _ in 0..5 {
            world.send(&Call::login("alice", "wrong"));
        }
    };
    let open = asked(&|_| (), "alice");
    assert_eq!(asked(&lock, "alice"), open);
    assert_eq!(asked(&|_| (), "nobody"), open);
    assert_eq!(asked(&|_| (), "dora"), open);
}

/// Drives a request to its first question of a kind, and answers it with `answer`.
fn answered(
    world: &mut World,
    headers: &HeaderList,
    path: &str,
    answer: impl Fn(Step) -> ControlFlow<Step, Step>,
) {
    let body = serde_json::json!({ "user_name": "alice", "password": PASSWORD }).to_string();
    let headers = headers.clone().with("Content-Type", "application/json");
    let moment = world.moment();
    let method = if path.ends_with("login") { "POST" } else { "GET" };
    let request = Request { method, path, headers: &headers, body: body.as_bytes(), peer: None };
    let mut step = world.api.handle(&request, moment);
    let outcome = loop {
        step = match answer(step) {
            Break(next) => break world.run(next),
            Continue(step) => world.host.answer(step).unwrap(),
        }
    };
    world.outcome = Some(outcome);
}

#[test]
fn an_account_of_another_tenant_or_id_is_a_contradiction() {
    let mut world = World::new();
    let foreign = {
        let mut account = world.account("alice").clone();
        account.tenant = Some(TenantId::new("other").unwrap());
        account
    };
    answered(&mut world, &demo::device(), "/api/v2/sdk/login", |step| match step {
        Step::FindAccount(ask) => Break(ask.answer(Some(foreign.clone()))),
        other => Continue(other),
    });
    assert_eq!(*busy(&world), Event::Contradiction { question: "FindAccount" });

    let warned = world.login("erin");
    let other = world.account("alice").clone();
    let headers = demo::device().with("X-state-token", warned.state_token());
    answered(&mut world, &headers, "/api/v2/sdk/pwd/skip-update", |step| match step {
        Step::FindAccount(ask) => Break(ask.answer(Some(other.clone()))),
        other => Continue(other),
    });
    assert_eq!(*busy(&world), Event::Contradiction { question: "FindAccount" });
    assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
}

#[test]
fn a_reservation_of_another_slot_is_a_contradiction() {
    let mut world = World::new();
    // Take a reservation from one request and answer another account's question with it.
    let taken = std::cell::RefCell::new(None);
    let mut donor = World::new();
    donor.account("alice").id = AccountId::new("donor").unwrap();
    answered(&mut donor, &demo::device(), "/api/v2/sdk/login", |step| match step {
        Step::ReserveAttempt(ask) => {
            taken.replace(Some(ask.reserve(None)));
            Break(ask.unavailable())
        }
        step => Continue(step),
    });
    answered(&mut world, &demo::device(), "/api/v2/sdk/login", |step| match step {
        Step::ReserveAttempt(ask) => Break(ask.answer(taken.take().unwrap())),
        step => Continue(step),
    });
    assert_eq!(*busy(&world), Event::Contradiction { question: "ReserveAttempt" });
    assert!(world.host.sessions.is_empty());
}

#[test]
fn a_commit_that_answers_nonsense_issues_nothing() {
    for nonsense in [Committed::Replayed { opened: None }, Committed::Refused(CommitRefusal::SkipsSpent)] {
        let mut world = World::new();
        answered(&mut world, &demo::device(), "/api/v2/sdk/login", |step| match step {
            Step::Commit(ask) => Break(ask.answer(nonsense.clone())),
            step => Continue(step),
        });
        assert_eq!(*busy(&world), Event::Contradiction { question: "Commit" });
    }
}

#[test]
fn an_engine_without_a_list_asks_for_the_application() {
    use authflow::{Applications, Config};
    let mut world = World::new();
    let config = Config::new(demo::issuer(), demo::ring(), Applications::Asked);
    world.api = Api::new(Engine::new(config).unwrap());
    let warned = world.login("erin");
    assert_eq!(warned.text("status"), "PASSWORD_WARN");
    assert_eq!(world.host.asked[..2], ["FindApplication", "FindAccount"]);
    assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
    let alice = world.login("alice");
    assert_eq!(world.check_exist(alice.text("id_token")).body["is_set_pwd"], true);
    let unknown = demo::device().with("X-client-id", "unknown");
    assert_eq!(
        world.send(&Call::login("alice", PASSWORD).on(&unknown)).text("error_code"),
        "IDAAS.SDK.PARAM.0003"
    );

    world.host.fault = Some(HostFault::Unavailable("FindApplication"));
    assert_eq!(world.login("alice").status, 500);
    world.host.fault = None;
    answered(&mut world, &demo::device(), "/api/v2/sdk/login", |step| match step {
        Step::FindApplication(ask) => {
            Break(ask.answer(Some(Arc::new(Application::new(ClientId::new("another").unwrap())))))
        }
        step => Continue(step),
    });
    assert_eq!(*busy(&world), Event::Contradiction { question: "FindApplication" });
}

#[test]
fn an_ended_session_is_no_contradiction() {
    let mut world = World::new();
    let alice = world.login("alice");
    let headers = demo::device().with("Authorization", format!("Bearer {}", alice.text("id_token")));
    answered(&mut world, &headers, "/api/v2/sdk/pwd/check-exist", |step| match step {
        Step::CheckSession(ask) => Break(ask.answer(None)),
        step => Continue(step),
    });
    assert!(matches!(world.outcome.unwrap().verdict, Verdict::Refused(_)));
}

#[test]
fn two_applications_of_one_client_id_are_no_configuration() {
    use authflow::{Applications, Config, ConfigError};
    let client_id = ClientId::new("web").unwrap();
    let twice = vec![Application::new(client_id), Application::new(client_id)];
    let refused = Engine::new(Config::new(demo::issuer(), demo::ring(), Applications::Fixed(twice)));
    assert_eq!(refused.unwrap_err(), ConfigError::DuplicateClientId(client_id));
}

/// [`Step::unavailable`] does the same for every question, and leaves a finished step as it is.
#[test]
fn a_step_that_nobody_answers_is_busy_at_every_question() {
    let mut ready = World::new();
    let alice = ready.login("alice");
    let sms = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
    ready.send(&Call::post("/api/v2/sdk/sms/send", &sms));
    let by_code = json!({ "mobile": "+86-13800000001", "verify_code": ready.code() });
    let change = json!({ "old_password": PASSWORD, "new_password": "Battery-Staple-8" });
    ready.clock.pass(60);
    for call in [
        Call::login("alice", PASSWORD),
        Call::post("/api/v2/sdk/sms/send", &sms),
        Call::post("/api/v2/sdk/login/mobile-verify-code", &by_code),
        Call::post("/api/v2/sdk/pwd/change", &change).bearing(alice.id_token()),
        Call::issue_ticket(alice.session_token()),
    ] {
        let questions = {
            let mut world = ready.clone();
            world.send(&call);
            world.host.asked.len()
        };
        for answered in 0..=questions {
            let mut world = ready.clone();
            let mut step = world.begin(&call);
            for _ in 0..answered {
                step = world.host.answer(step).unwrap();
            }
            let outcome = world.run(step.unavailable());
            let is_busy = matches!(outcome.verdict, Verdict::Busy);
            assert_eq!(is_busy, answered < questions, "{} after {answered}", call.path);
        }
    }
}
