//! Guesses: their number, who sees the count, and their cost to a subject whose guess is right. Findings 1 and 5, D2.

use crate::calls::{
    NORA, ask, ask_within, at_sibling, other_than, prove_sms, reset, sent, sign_in_by_sms, was_judged, works,
    world_of, world_with, world_with_sibling,
};
use authflow::{
    Dialect,
    contact::Mobile,
    step::Step,
    testkit::{Answer, Call, MemoryHost, Setup, World, demo},
    token::{Key, KeyRing},
};
use serde_json::json;
use std::collections::BTreeMap;

/// The wrong guesses that the demo's policy allows before it locks.
const THRESHOLD: usize = 5;

/// Ten times four guesses, with a replay of something used after each four. Returns how many were judged.
fn judged_between_replays(
    world: &mut World,
    guess: &Call,
    replay: &Call,
    send: fn(&mut World, &Call) -> Answer,
) -> usize {
    let mut judged = 0;
    for _ in 0..10 {
        for _ in 0..4 {
            send(world, guess);
            judged += usize::from(was_judged(world));
        }
        send(world, replay);
    }
    judged
}

/// Scenario A: an attacker who has seen one used code guesses at the code of a reset.
#[test]
fn finding_01_a_used_code_clears_no_guesses() {
    let mut world = world_of(Dialect::Eiam);
    let used = sent(&mut world, &ask(NORA, "LOGIN_SMS"));
    works(world.send(&sign_in_by_sms(NORA, &used)));
    world.clock.pass(60);
    let right = sent(&mut world, &ask(NORA, "FORGET_PWD_SMS"));
    let (guess, replay) = (reset(NORA, other_than(&right)), sign_in_by_sms(NORA, &used));
    let judged = judged_between_replays(&mut world, &guess, &replay, World::send);
    assert!(
        judged <= THRESHOLD,
        "finding 1: a used code of a sign-in bought more guesses at a reset: {judged}"
    );
}

/// Scenario B: an application that sees its users' codes guesses at those of another.
#[test]
fn finding_01_a_code_used_in_one_application_clears_no_guesses_in_another() {
    let mut world = world_with_sibling(Dialect::Ciam, demo::policy());
    let used = sent(&mut world, &at_sibling(ask(NORA, "LOGIN_SMS")));
    let replay = at_sibling(sign_in_by_sms(NORA, &used));
    works(world.send(&replay));
    world.clock.pass(60);
    let right = sent(&mut world, &ask(NORA, "LOGIN_SMS"));
    let guess = sign_in_by_sms(NORA, other_than(&right));
    let judged = judged_between_replays(&mut world, &guess, &replay, World::send);
    assert!(
        judged <= THRESHOLD,
        "finding 1: a code used in one application bought more guesses in another: {judged}"
    );
}

/// Scenario C: an attacker who has the password and has seen one finished login guesses at the second factor.
#[test]
fn finding_01_a_finished_login_clears_no_guesses_at_a_second_factor() {
    let mut world = world_of(Dialect::Ciam);
    let spent = works(world.login("mona")).state_token().to_owned();
    let used = sent(&mut world, &ask_within(&spent, "MFA_AUTH_SMS"));
    let replay = prove_sms(&spent, &used);
    works(world.send(&replay));
    world.clock.pass(60);
    let state_token = works(world.login("mona")).state_token().to_owned();
    let right = sent(&mut world, &ask_within(&state_token, "MFA_AUTH_SMS"));
    let guess = prove_sms(&state_token, other_than(&right));
    let judged = judged_between_replays(&mut world, &guess, &replay, World::send);
    assert!(
        judged <= THRESHOLD,
        "finding 1: a spent state token and its used code bought more guesses: {judged}"
    );
}

/// Answers like a host that does not load the last used step of an authenticator. Only its transaction refuses a used
/// step.
fn send_without_last_step(world: &mut World, call: &Call) -> Answer {
    let mut step = world.begin(call);
    loop {
        let kept = matches!(step, Step::FindAccount(_)).then(|| world.host.accounts.clone());
        if kept.is_some() {
            for account in &mut world.host.accounts {
                account.totp = account.totp.take().map(|totp| totp.with_last_used_step(None));
            }
        }
        let next = world.host.answer(step);
        if let Some(accounts) = kept {
            world.host.accounts = accounts;
        }
        match next {
            Ok(next) => step = next,
            Err(outcome) => return world.answer(*outcome),
        }
    }
}

#[test]
fn finding_01_a_used_one_time_password_clears_no_guesses() {
    let mut world = World::new();
    let used = world.totp("tom", 0);
    let state_token = works(world.login("tom")).state_token().to_owned();
    works(world.send(&Call::prove_totp(&state_token, &used)));
    let state_token = works(world.login("tom")).state_token().to_owned();
    let guess = Call::prove_totp(&state_token, "000000x");
    let replay = Call::prove_totp(&state_token, &used);
    let judged = judged_between_replays(&mut world, &guess, &replay, send_without_last_step);
    assert!(judged <= THRESHOLD, "finding 1: a used one-time password bought more guesses: {judged}");
}

fn nobody(number: usize) -> String {
    format!("nobody-{number}")
}

/// Another key makes another slot of the same name. So nobody computes a slot without the key.
#[test]
fn finding_05a_nobodys_slot_is_computed_by_nobody() {
    let slot = |ring: KeyRing| {
        let setup = Setup::default();
        let host = MemoryHost { applications: setup.applications(), ..MemoryHost::demo() };
        let mut world = World::of(setup.api(ring), host);
        world.login("nobody");
        assert_eq!(world.host.attempts.len(), 1, "nobody's guesses are counted as well");
        *world.host.attempts.keys().next().unwrap()
    };
    let other = KeyRing::new(Key::new("other", demo::secret(9)).unwrap());
    assert_eq!(slot(demo::ring()), slot(demo::ring()));
    assert_ne!(slot(demo::ring()), slot(other), "finding 5: the slot of nobody was computed without a key");
}

/// Two unknown names whose guesses are counted in one place, if there are two among the first thousand.
fn twins() -> Option<[String; 2]> {
    let (world, mut seen) = (World::new(), BTreeMap::new());
    for name in (0..1_000).map(nobody) {
        let mut probe = world.clone();
        probe.login(&name);
        let slot = *probe.host.attempts.keys().next().unwrap();
        if let Some(twin) = seen.insert(slot, name.clone()) {
            return Some([twin, name]);
        }
    }
    None
}

#[test]
fn finding_05a_no_two_names_of_nobody_share_a_count() {
    assert_eq!(twins(), None, "finding 5: two names of nobody share one count");
}

#[test]
fn finding_05b_what_is_told_of_guesses_left_is_a_count_of_that_name_alone() {
    let setup = Setup { dialect: Dialect::Eiam, tells_attempts: true, ..Setup::default() };
    let mut world = world_with(setup);
    let guess = |name: &str| Call::login(name, "wrong");
    for name in (0..1_000).map(nobody) {
        world.send(&guess(&name));
    }
    let (known, unknown) = (world.send(&guess("alice")), world.send(&guess("somebody-else")));
    assert_eq!(known, unknown, "finding 5: the guesses left tell who has an account");
}

/// This many right logins of one account at once: each is counted before the first is judged.
fn right_logins_at_once(world: &mut World, number: usize) -> Vec<Answer> {
    let call = Call::login("alice", demo::PASSWORD);
    let begun: Vec<_> = (0..number).map(|_| world.begin(&call)).collect();
    let counted: Vec<_> = begun.into_iter().map(|step| until_judged(world, step)).collect();
    counted.into_iter().map(|step| world.finish(step)).collect()
}

fn until_judged(world: &mut World, mut step: Step) -> Step {
    while !matches!(step, Step::VerifyPassword(_) | Step::Done(_)) {
        step = world.host.answer(step).unwrap_or_else(Step::Done);
    }
    step
}

/// A right login is answered as a right one, or with "system busy".
#[test]
fn from_outside_2_right_logins_at_once_are_not_wrong() {
    let answers = right_logins_at_once(&mut World::new(), 12);
    let right = answers.iter().filter(|answer| answer.find("status") == Some("SUCCESS")).count();
    assert!(right >= 1, "one of them at least succeeds");
    let wrong = answers.iter().filter(|answer| answer.status == 400).count();
    assert_eq!(wrong, 0, "from outside 2: a right password was called wrong");
}

#[test]
fn from_outside_2_right_logins_at_once_lock_nobody() {
    let setup = Setup { dialect: Dialect::Eiam, tells_attempts: true, ..Setup::default() };
    let mut world = World::with_setup(setup);
    let answers = right_logins_at_once(&mut world, 12);
    works(world.login("alice"));
    let locked = answers.iter().filter(|answer| answer.find("error_code") == Some("SDK.LOGIN.1003")).count();
    assert_eq!(locked, 0, "from outside 2: an account was called locked that is not");
}

/// Eight wrong guesses at a name. All are counted before one is answered. Returns the status of each answer.
fn burst(world: &mut World, path: &str, member: &str, name: &str) -> Vec<u16> {
    let call = Call::post(path, &json!({ member: name, "password": "wrong" }));
    let begun: Vec<_> = (0..8)
        .map(|_| {
            let step = world.begin(&call);
            until_judged(world, step)
        })
        .collect();
    begun.into_iter().map(|step| world.finish(step).status).collect()
}

/// If the answers to a burst differed, they would tell who has been here, and which two names are one account's.
#[test]
fn a_burst_reads_the_same_whoever_has_the_name_and_whatever_was_guessed_before() {
    let (by_name, by_any) = ("/api/v2/sdk/login", "/api/v2/sdk/login/auth");
    let nobody = burst(&mut World::new(), by_name, "user_name", "nobody");
    assert_eq!(nobody, [400, 400, 400, 400, 400, 500, 500, 500]);
    for wrong in 0..7 {
        for signs_in in [false, true] {
            let mut world = World::new();
            world.account("alice").mobile = Mobile::new("+86-13800000004").ok();
            for _ in 0..wrong {
                world.send(&Call::login("alice", "wrong"));
            }
            if signs_in {
                world.login("alice");
            }
            let what = format!("{wrong} wrong before, signs in: {signs_in}");
            assert_eq!(burst(&mut world.clone(), by_name, "user_name", "alice"), nobody, "{what}");
            assert_eq!(
                burst(&mut world, by_any, "user_name", "+86-13800000004"),
                nobody,
                "by her number: {what}"
            );
        }
    }
}
