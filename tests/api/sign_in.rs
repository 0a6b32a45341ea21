//! Failures to sign in look alike for every reason, and every guess is counted.

use authflow::testkit::{
    Answer, Call, World,
    demo::{self, PASSWORD, START, policy},
};
use authflow::{
    guess::AttemptPolicy,
    outcome::{Event, ProofRefusal},
    policy::Policy,
};

const REASONS: [(&str, &str, ProofRefusal); 4] = [
    ("nobody", PASSWORD, ProofRefusal::UnknownAccount),
    ("alice", "wrong", ProofRefusal::Wrong),
    ("dora", PASSWORD, ProofRefusal::Inactive),
    ("nora", PASSWORD, ProofRefusal::NotEnrolled),
];

fn reason(world: &World) -> ProofRefusal {
    match world.outcome.as_ref().unwrap().events[..] {
        [Event::ProofRefused { reason, .. }] => reason,
        ref other => panic!("{other:?}"),
    }
}

/// The world's careless host says "matches" whenever there is no verifier. That answer must not count.
#[test]
fn every_failure_has_the_same_bytes_after_the_same_questions() {
    let mut seen = Vec::new();
    for (name, password, expected) in REASONS {
        let mut world = World::new();
        let answer = world.send(&Call::login(name, password));
        assert_eq!(reason(&world), expected);
        assert_eq!(world.host.asked, ["FindAccount", "ReserveAttempt", "VerifyPassword", "SettleAttempt"]);
        assert!(world.host.sessions.is_empty());
        let found = world.outcome.as_ref().unwrap().facts.account.map(|id| id.to_string());
        assert_eq!(found, (name != "nobody").then(|| format!("id-{name}")), "the host may know");
        seen.push((answer.status, answer.bytes));
    }
    let mut world = World::new();
    for _ in 0..5 {
        world.send(&Call::login("alice", "wrong"));
    }
    let locked = world.login("alice");
    assert_eq!(reason(&world), ProofRefusal::Locked);
    assert_eq!(world.host.asked, ["FindAccount", "ReserveAttempt", "VerifyPassword", "SettleAttempt"]);
    seen.push((locked.status, locked.bytes));
    let expected = br#"{"error_code":"IDAAS.SDK.LOGIN.0002","error_msg":"Incorrect user name or password"}"#;
    assert!(seen.iter().all(|(status, bytes)| *status == 400 && bytes == expected));
}

/// An account with an expired password must look like any other to a caller that does not know the password.
#[test]
fn expiry_is_told_only_after_a_right_password() {
    let mut world = World::new();
    let answers: Vec<Answer> = ["alice", "erin", "victor", "frank"]
        .into_iter()
        .map(|name| world.send(&Call::login(name, "wrong")))
        .collect();
    assert!(answers.iter().all(|answer| answer.bytes == answers[0].bytes && answer.status == 400));
}

#[test]
fn five_wrong_guesses_lock_and_the_lock_ends_to_the_second() {
    let mut world = World::new();
    for left in (0..5).rev() {
        world.send(&Call::login("alice", "wrong"));
        assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, Some(left));
    }
    world.clock.now = START.plus_seconds(299);
    assert_eq!(world.login("alice").status, 400);
    let facts = &world.outcome.as_ref().unwrap().facts;
    assert_eq!((facts.attempts_left, facts.locked_until), (Some(0), Some(START.plus_seconds(300))));
    world.clock.now = START.plus_seconds(300);
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
    assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, None, "what was counted is forgotten");
    world.send(&Call::login("alice", "wrong"));
    assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, Some(4));
}

#[test]
fn the_fifth_guess_may_still_be_right_and_forgets_the_others() {
    let mut world = World::new();
    for _ in 0..4 {
        world.send(&Call::login("alice", "wrong"));
    }
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
    for _ in 0..4 {
        world.send(&Call::login("alice", "wrong"));
    }
    assert_eq!(world.login("alice").text("status"), "SUCCESS");
}

#[test]
fn guesses_are_counted_across_spellings_devices_and_applications() {
    let mut world = World::new();
    let lock = |world: &mut World, name: &str| {
        for (at, spelling) in [name.to_uppercase(), format!(" {name}"), name.to_string()].iter().enumerate() {
            let device = demo::device().with("X-device-fingerprint", format!("device-{at}"));
            world.send(&Call::login(spelling, "wrong").on(&device));
        }
        world.outcome.as_ref().unwrap().facts.attempts_left
    };
    assert_eq!(lock(&mut world, "alice"), Some(2));
    assert_eq!(lock(&mut world, "nobody"), Some(2), "an account that does not exist has a count too");
}

/// Only a right password clears a count. A login that begins, or that ends elsewhere, does not.
#[test]
fn a_skip_or_a_new_login_refills_nothing() {
    let mut world = World::new();
    let warned = world.login("erin");
    for _ in 0..4 {
        world.send(&Call::login("erin", "wrong"));
    }
    world.skip(warned.state_token());
    world.send(&Call::login("erin", "wrong"));
    assert_eq!(world.login("erin").status, 400);
    assert_eq!(reason(&world), ProofRefusal::Locked);
}

#[test]
fn the_ceiling_locks_until_the_host_clears_the_record() {
    let attempts = AttemptPolicy::new(2, authflow::Lifetime::of::<1>(), false, 4).unwrap();
    let mut world = World::with_policy(Policy { attempts, ..policy() });
    for at in 0..4 {
        world.clock.now = START.plus_seconds(at * 10);
        world.send(&Call::login("alice", "wrong"));
    }
    world.clock.now = START.plus_seconds(1_000_000);
    assert_eq!(world.login("alice").status, 400);
    let facts = &world.outcome.as_ref().unwrap().facts;
    assert_eq!((facts.attempts_left, facts.locked_until), (Some(0), None));
    world.host.attempts.clear();
    assert_eq!(world.login("alice").status, 200);
}

#[test]
fn an_account_that_changes_between_check_and_write_gets_no_session() {
    let mut world = World::new();
    let step = world.begin(&Call::login("alice", PASSWORD));
    let step = world.until_commit(step);
    world.change("alice", |alice| alice.status = authflow::account::AccountStatus::Disabled);
    let outcome = world.run(step);
    assert_eq!(world.api.reply(&outcome).status(), 400);
    assert!(world.host.sessions.is_empty());
}

#[test]
fn nothing_that_was_typed_or_issued_is_printed() {
    let mut world = World::new();
    let warned = world.login("erin");
    let mut printed = format!("{:?}", world.outcome.as_ref().unwrap());
    let signed_in = world.skip(warned.state_token());
    printed += &format!("{:?}", world.outcome.as_ref().unwrap());
    world.send(&Call::login("mistyped-secret", "hunter2"));
    printed += &format!("{:?}", world.outcome.as_ref().unwrap());
    let secrets = [
        warned.state_token(),
        signed_in.text("session_token"),
        signed_in.text("id_token"),
        PASSWORD,
        "mistyped-secret",
    ];
    for secret in secrets.iter().chain(&["hunter2", "156aysdna213sac"]) {
        assert!(!printed.contains(secret), "{secret}");
    }
    assert!(printed.contains("id-erin"), "accounts are named by id");
}

/// Questions hold what the host needs, and print none of it.
#[test]
fn questions_do_not_print_passwords_or_verifiers() {
    let mut world = World::new();
    let step = world.begin(&Call::login("alice", PASSWORD));
    let printed = world.printed(step);
    assert!(printed.contains("VerifyPassword") && printed.contains("Commit"));
    assert!(
        !printed.contains(PASSWORD) && !printed.contains("156aysdna213sac") && !printed.contains("\"alice\"")
    );
}
