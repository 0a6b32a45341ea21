//! Codes: asked for, sent, and signed in with.

use authflow::testkit::{
    Answer, Call, Setup, World,
    demo::{self, EMAIL, MOBILE, START},
    refusal,
};
use authflow::{
    Dialect,
    account::AccountStatus,
    code::CodePurpose,
    outcome::{Event, ProofRefusal, Verdict},
    policy::Policy,
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const MAIL: &str = "/api/v2/sdk/email/send";
const BY_SMS: &str = "/api/v2/sdk/login/mobile-verify-code";
const BY_MAIL: &str = "/api/v2/sdk/login/email-verify-code";

fn ask(world: &mut World, mobile: &str) -> Answer {
    world.send(&Call::post(SMS, &json!({ "mobile": mobile, "type": "LOGIN_SMS" })))
}

fn sign_in(world: &mut World, mobile: &str, code: &str) -> Answer {
    world.send(&Call::post(BY_SMS, &json!({ "mobile": mobile, "verify_code": code })))
}

/// Signs nora in, who has no second factor, by a code that has just been sent.
fn nora(world: &mut World) -> Answer {
    assert_eq!(ask(world, "+86-13800000001").status, 200);
    let code = world.code();
    sign_in(world, "+86-13800000001", &code)
}

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn last_event(world: &World) -> &Event {
    world.outcome.as_ref().unwrap().events.last().unwrap()
}

fn proof_refusal(world: &World) -> ProofRefusal {
    match last_event(world) {
        Event::ProofRefused { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_signs_in_without_a_password_and_says_how() {
    let mut world = World::new();
    let sent = ask(&mut world, "+86-13800000001");
    assert_eq!((sent.status, sent.bytes.len()), (200, 0));
    assert_eq!(world.host.asked, ["FindAccount", "Commit", "Deliver"]);
    let message = world.host.outbox.last().unwrap().clone();
    assert_eq!((message.recipient.as_str(), message.purpose), ("+86-13800000001", CodePurpose::SignIn));
    assert!(!message.decoy && message.code.expose().len() == 6);

    let granted = sign_in(&mut world, "+8613800000001", &format!(" {} ", message.code.expose()));
    assert_eq!(granted.text("status"), "SUCCESS");
    let questions = ["FindAccount", "ReserveAttempt", "LoadCode", "DecideAccess", "Commit"];
    assert_eq!(world.host.asked, questions);
    let factors: Vec<_> = world.host.sessions.values().next().unwrap().factors.amr().collect();
    assert_eq!(factors, ["sms"], "what really happened");
}

#[test]
fn an_email_signs_in_as_well_and_a_second_factor_is_still_asked_for() {
    let mut world = World::new();
    world.send(&Call::post(MAIL, &json!({ "email": "MONA@example.com", "type": "LOGIN_EMS" })));
    let code = world.code();
    let body = json!({ "email": EMAIL, "verify_code": code });
    let pending = world.send(&Call::post(BY_MAIL, &body));
    assert_eq!(pending.text("status"), "MFA_AUTH");
    let Verdict::Pending(waiting) = &world.outcome.as_ref().unwrap().verdict else { panic!() };
    let allowed: Vec<_> = waiting.wait.actions().map(|action| action.to_string()).collect();
    assert_eq!(allowed, ["prove sms"], "the e-mail has been proved, and does not count twice");
    assert_eq!(world.host.claims.len(), 1, "the code is used, though no session is open yet");
    assert_eq!(world.send(&Call::post(BY_MAIL, &body)).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Replayed);
}

#[test]
fn a_code_is_used_once_by_whoever_is_first() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 200);
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code());
    assert_eq!((proof_refusal(&world), world.host.sessions.len()), (ProofRefusal::Replayed, 1));
}

#[test]
fn a_code_lives_five_minutes_to_the_second() {
    for (later, status) in [(299, 200), (300, 400)] {
        let mut world = World::new();
        ask(&mut world, "+86-13800000001");
        world.clock.now = START.plus_seconds(later);
        let code = world.code();
        assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, status, "{later}");
    }
}

/// Two clocks never agree. The end of a code is set by the sender's clock, so a code may be accepted too long, by as much
/// as two clocks may differ.
#[test]
fn a_code_from_a_fast_clock_lives_no_longer_than_any_other() {
    for (ahead, status) in [(30, 200), (31, 400), (3 * demo::DAY, 400)] {
        let mut world = World::new();
        world.clock.pass(ahead);
        ask(&mut world, "+86-13800000001");
        let code = world.code();
        world.clock.now = START;
        let signed_in = sign_in(&mut world, "+86-13800000001", &code);
        assert_eq!(signed_in.status, status, "{ahead}");
        if status == 400 {
            assert_eq!((signed_in.parts(), proof_refusal(&world)), (wrong_code(), ProofRefusal::NoCode));
        }
    }
}

/// A code is for one purpose, account, recipient and application.
#[test]
fn a_code_serves_one_purpose_only() {
    for (dialect, of_type) in [(Dialect::Eiam, "FORGET_PWD_SMS"), (Dialect::Ciam, "UPDATE_PWD_SMS")] {
        let mut world = World::with_setup(Setup { dialect, ..Setup::default() });
        let body = json!({ "mobile": "+86-13800000001", "type": of_type });
        assert_eq!(world.send(&Call::post(SMS, &body)).status, 200);
        let code = world.code();
        let refused = sign_in(&mut world, "+86-13800000001", &code);
        let for_no_code = proof_refusal(&world);
        assert_eq!(refused.parts(), sign_in(&mut world, "+86-13800000001", "wrong").parts(), "{of_type}");
        assert_eq!(for_no_code, ProofRefusal::NoCode);
    }
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    assert_eq!(sign_in(&mut world, MOBILE, &code).parts(), wrong_code(), "somebody else's");
    world.account("nora").tenant = None;
    let elsewhere = demo::device().with("X-client-id", demo::ORDINARY);
    let body = json!({ "mobile": "+86-13800000001", "verify_code": code });
    assert_eq!(
        world.send(&Call::post(BY_SMS, &body).on(&elsewhere)).parts(),
        wrong_code(),
        "another application's"
    );
    assert!(world.host.sessions.is_empty());
}

/// If a number changes hands between sending and signing in, its codes sign nobody in.
#[test]
fn a_code_is_of_the_account_that_it_was_made_for() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    let mobile = world.account("nora").mobile.take();
    world.account("alice").mobile = mobile;
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Wrong);
}

#[test]
fn a_decoys_code_signs_nobody_in() {
    let mut world = World::new();
    world.account("nora").status = AccountStatus::Disabled;
    assert_eq!(ask(&mut world, "+86-13800000001").status, 200);
    let decoy = world.host.outbox.last().unwrap().clone();
    assert!(decoy.decoy);
    assert_eq!(sign_in(&mut world, "+86-13800000001", decoy.code.expose()).parts(), wrong_code());
    // The code still signs nobody in when the account becomes active.
    world.account("nora").status = AccountStatus::Active;
    assert_eq!(sign_in(&mut world, "+86-13800000001", decoy.code.expose()).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Wrong);
}

/// Five guesses over any number of codes lock the subject. Then even the right code is refused, until the lock ends.
#[test]
fn guesses_are_counted_over_codes_and_lock_to_the_second() {
    let mut world = World::new();
    for guess in 0..5 {
        if guess % 2 == 0 {
            world.clock.now = world.clock.now.plus_seconds(60);
            ask(&mut world, "+86-13800000001");
        }
        assert_eq!(sign_in(&mut world, "+86-13800000001", "000000x").parts(), wrong_code());
    }
    let locked_at = world.clock.now;
    world.clock.now = locked_at.plus_seconds(60);
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Locked);
    world.clock.now = locked_at.plus_seconds(299);
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 400);
    world.clock.now = locked_at.plus_seconds(300);
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 200);
}

#[test]
fn guesses_at_a_number_that_nobody_has_are_counted_too() {
    let mut world = World::new();
    for left in (0..5).rev() {
        sign_in(&mut world, "+86-19900000000", "123456");
        assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, Some(left));
    }
    sign_in(&mut world, "+86-19900000000", "123456");
    assert!(world.outcome.as_ref().unwrap().facts.locked_until.is_some());
}

#[test]
fn an_account_that_changes_after_the_code_was_judged_gets_no_session() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    let headers = demo::device().with("Content-Type", "application/json");
    let body = json!({ "mobile": "+86-13800000001", "verify_code": code }).to_string();
    let step = world.begin(&Call::new("POST", BY_SMS).on(&headers).with_body(body.as_bytes()));
    let step = world.until_commit(step);
    world.change("nora", |nora| nora.status = AccountStatus::Disabled);
    let outcome = world.run(step);
    assert_eq!(world.answer(outcome).parts(), wrong_code());
    assert_eq!((proof_refusal(&world), world.host.sessions.len()), (ProofRefusal::AccountChanged, 0));
}

/// A code is no first factor unless the application says so, and no reply shows whether it is one.
#[test]
fn a_code_is_a_first_factor_only_where_the_policy_says_so() {
    let mut world =
        World::with_policy(Policy { first_factors: Policy::default().first_factors, ..demo::policy() });
    let sent = ask(&mut world, "+86-13800000001");
    assert_eq!((sent.status, world.host.outbox.last().unwrap().decoy), (200, true));
    let code = world.host.outbox.last().unwrap().code.clone();
    assert_eq!(sign_in(&mut world, "+86-13800000001", code.expose()).parts(), wrong_code());
    assert_eq!((proof_refusal(&world), world.host.sessions.len()), (ProofRefusal::NotEnrolled, 0));
    let sms = authflow::factor::FactorSet::EMPTY.with(authflow::factor::Factor::Sms);
    let mut world = World::with_policy(Policy { first_factors: sms, ..demo::policy() });
    assert_eq!(world.login("alice").status, 400, "and a password, where codes alone are");
}

/// A password that must be changed must be changed after any kind of sign-in.
#[test]
fn a_code_is_no_way_past_a_password_that_must_be_changed() {
    let mut world = World::new();
    world.account("frank").mobile = authflow::contact::Mobile::new("+86-13800000005").ok();
    ask(&mut world, "+86-13800000005");
    let code = world.code();
    assert_eq!(sign_in(&mut world, "+86-13800000005", &code).text("status"), "PASSWORD_EXPIRED");
    assert!(world.host.sessions.is_empty());
}

/// A code that was sent before the account changed is worth nothing afterwards.
#[test]
fn a_code_does_not_outlive_a_change_of_the_account() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    world.change("nora", |_| ());
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Wrong);
}

/// A denial uses up the code.
#[test]
fn a_code_that_was_right_once_is_not_right_again_after_a_denial() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    world.host.denied = true;
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).text("status"), "ACCESS_DENIED");
    world.host.denied = false;
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code());
    assert_eq!((proof_refusal(&world), world.host.sessions.len()), (ProofRefusal::Replayed, 0));
}

#[test]
fn a_password_signs_in_by_mobile_and_by_any_name() {
    let mut world = World::new();
    let password = demo::PASSWORD;
    for (path, member, name, status) in [
        ("/api/v2/sdk/login/mobile-pwd", "mobile", MOBILE, 200),
        ("/api/v2/sdk/login/mobile-pwd", "mobile", "mona", 400),
        ("/api/v2/sdk/login/auth", "user_name", "mona", 200),
        ("/api/v2/sdk/login/auth", "user_name", "+86 138 0000 0000", 200),
        ("/api/v2/sdk/login/auth", "user_name", "Mona@Example.com", 200),
        ("/api/v2/sdk/login/auth", "user_name", "nobody", 400),
        ("/api/v2/sdk/login", "user_name", "mona", 200),
        ("/api/v2/sdk/login", "user_name", MOBILE, 400),
        ("/api/v2/sdk/login", "user_name", EMAIL, 400),
    ] {
        let answer = world.send(&Call::post(path, &json!({ member: name, "password": password })));
        assert_eq!(answer.status, status, "{path} {name}");
    }
    let granted = nora(&mut world);
    assert_eq!(granted.text("status"), "SUCCESS");
}
