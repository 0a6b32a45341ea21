//! Codes: asked for, sent, and signed in with.

use authflow::testkit::{
    Answer, Call, HostFault, World,
    demo::{self, DAY, EMAIL, MOBILE, START},
    invalid_state_token, refusal,
};
use authflow::{
    AccountStatus, CodePurpose, Lifetime, Secret,
    outcome::{Event, ProofRefusal, SendFailure, Verdict},
    policy::{Policy, SendPolicy, SendRefusal},
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

/// Signs in as somebody without a second factor, by a code that has just been sent.
fn nora(world: &mut World) -> Answer {
    assert_eq!(ask(world, "+86-13800000001").status, 200);
    let code = world.code();
    sign_in(world, "+86-13800000001", &code)
}

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn not_sent() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0006", "Failed to send verification code")
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
    assert_eq!(world.host.asked, ["JudgeCaptcha", "FindAccount", "Commit", "Deliver"]);
    let message = world.host.outbox.last().unwrap().clone();
    assert_eq!((message.recipient.as_str(), message.purpose), ("+86-13800000001", CodePurpose::SignIn));
    assert!(!message.decoy && message.code.expose().len() == 6);

    let granted = sign_in(&mut world, "+8613800000001", &format!(" {} ", message.code.expose()));
    assert_eq!(granted.text("status"), "SUCCESS");
    let questions = ["FindAccount", "ReserveAttempt", "LoadCode", "SettleAttempt", "DecideAccess", "Commit"];
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
    let allowed: Vec<_> = waiting.wait.allowed().map(|call| call.to_string()).collect();
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

/// For one purpose, account, recipient and application.
#[test]
fn a_code_serves_one_purpose_only() {
    for of_type in ["FORGET_PWD_SMS", "UPDATE_PWD_SMS"] {
        let mut world = World::new();
        let body = json!({ "mobile": "+86-13800000001", "type": of_type });
        assert_eq!(world.send(&Call::post(SMS, &body)).status, 200);
        let code = world.code();
        assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code(), "{of_type}");
        assert_eq!(proof_refusal(&world), ProofRefusal::NoCode);
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

/// A number that changes hands between sending and signing in takes its codes with it to nobody.
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
fn a_new_code_takes_the_place_of_the_old_one_and_comes_after_a_minute() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let first = world.code();
    world.clock.now = START.plus_seconds(59);
    assert_eq!(ask(&mut world, "+86-13800000001").parts(), not_sent());
    let too_soon = SendFailure::Refused(SendRefusal::TooSoon);
    assert!(matches!(last_event(&world), Event::CodeNotSent { reason, .. } if *reason == too_soon));
    assert_eq!(world.host.outbox.len(), 1);
    world.clock.now = START.plus_seconds(60);
    assert_eq!(ask(&mut world, "+86-13800000001").status, 200);
    let second = world.code();
    assert_ne!(first, second);
    assert_eq!(sign_in(&mut world, "+86-13800000001", &first).parts(), wrong_code());
    assert_eq!(sign_in(&mut world, "+86-13800000001", &second).status, 200);
}

#[test]
fn a_recipient_has_a_daily_budget_over_all_purposes_and_applications() {
    let sending = SendPolicy::new(Lifetime::of::<1>(), 3).unwrap();
    let mut world = World::with_policy(Policy { sending, ..demo::policy() });
    for (at, of_type) in ["LOGIN_SMS", "FORGET_PWD_SMS", "UPDATE_PWD_SMS"].into_iter().enumerate() {
        world.clock.now = START.plus_seconds(at as u64);
        let body = json!({ "mobile": MOBILE, "type": of_type });
        assert_eq!(world.send(&Call::post(SMS, &body)).status, 200);
    }
    world.clock.now = START.plus_seconds(10);
    assert_eq!(ask(&mut world, MOBILE).parts(), not_sent());
    assert_eq!(ask(&mut world, "+86-13800000001").status, 200, "another one has its own");
    world.clock.now = START.plus_seconds(DAY);
    assert_eq!(ask(&mut world, MOBILE).status, 200);
}

/// Unknown, disabled and without a number answer the same bytes after the same questions, sending and signing in.
#[test]
fn who_has_an_account_does_not_show() {
    let seen = |prepare: &dyn Fn(&mut World), code: Option<&str>| {
        let mut world = World::new();
        prepare(&mut world);
        let sent = ask(&mut world, MOBILE);
        let asked = world.host.asked.clone();
        let code = code.map_or_else(|| "000000".into(), String::from);
        let refused = sign_in(&mut world, MOBILE, &code);
        assert!(world.host.sessions.is_empty());
        (sent.status, sent.bytes, asked, refused.status, refused.bytes, world.host.asked.clone())
    };
    let known = seen(&|_| (), None);
    assert_eq!(known.2, ["JudgeCaptcha", "FindAccount", "Commit", "Deliver"]);
    assert_eq!(known.5, ["FindAccount", "ReserveAttempt", "LoadCode"]);
    assert_eq!(seen(&|world| world.account("mona").mobile = None, None), known, "unknown");
    assert_eq!(
        seen(&|world| world.account("mona").status = AccountStatus::Disabled, None),
        known,
        "disabled"
    );
    assert_eq!(seen(&|world| world.account("mona").status = AccountStatus::Locked, None), known, "locked");
}

#[test]
fn a_decoys_code_signs_nobody_in() {
    let mut world = World::new();
    world.account("nora").status = AccountStatus::Disabled;
    assert_eq!(ask(&mut world, "+86-13800000001").status, 200);
    let decoy = world.host.outbox.last().unwrap().clone();
    assert!(decoy.decoy);
    assert_eq!(sign_in(&mut world, "+86-13800000001", decoy.code.expose()).parts(), wrong_code());
    // Not even once there is such an account.
    world.account("nora").status = AccountStatus::Active;
    assert_eq!(sign_in(&mut world, "+86-13800000001", decoy.code.expose()).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Wrong);
}

/// Five guesses over any number of codes; then even the right one is refused, until the lock ends.
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
fn a_host_that_fails_sends_and_spends_nothing_it_need_not() {
    let mut world = World::new();
    for question in ["JudgeCaptcha", "FindAccount", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(ask(&mut world, "+86-13800000001").status, 500, "{question}");
        assert!(world.host.outbox.is_empty() && world.host.sends.is_empty());
    }
    world.host.fault = Some(HostFault::Unavailable("Deliver"));
    assert_eq!(ask(&mut world, "+86-13800000001").status, 500);
    assert_eq!(world.host.sends.len(), 1, "what may have been sent has been counted");
    world.host.fault = None;
    world.host.undeliverable = true;
    world.clock.now = START.plus_seconds(60);
    assert_eq!(ask(&mut world, "+86-13800000001").parts(), not_sent());
    world.host.undeliverable = false;
    world.clock.now = START.plus_seconds(120);
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    for question in ["LoadCode", "SettleAttempt", "DecideAccess", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 500, "{question}");
    }
    world.host.fault = None;
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).status, 200, "the code is still good");
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

#[test]
fn what_no_call_takes_is_malformed() {
    let mut world = World::new();
    let malformed = refusal("IDAAS.SDK.PARAM.0101", "The request body is malformed");
    for body in [
        json!({ "mobile": MOBILE, "type": "BIND_MOBILE_SMS" }),
        json!({ "mobile": MOBILE, "type": "LOGIN_EMS" }),
        json!({ "mobile": MOBILE }),
        json!({ "type": "LOGIN_SMS" }),
        json!({ "mobile": "erin", "type": "LOGIN_SMS" }),
        json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "x".repeat(4097) }),
    ] {
        assert_eq!(world.send(&Call::post(SMS, &body)).parts(), malformed, "{body}");
        assert!(world.host.asked.is_empty());
    }
    for body in [
        json!({ "mobile": "erin", "verify_code": "1" }),
        json!({ "mobile": MOBILE, "verify_code": "" }),
        json!({ "mobile": MOBILE }),
        json!({ "mobile": MOBILE, "verify_code": "1".repeat(65) }),
    ] {
        assert_eq!(world.send(&Call::post(BY_SMS, &body)).parts(), malformed, "{body}");
    }
    // A code of a pending login takes its token, and no other code does.
    let without = json!({ "mobile": MOBILE, "type": "MFA_AUTH_SMS" });
    assert_eq!(world.send(&Call::post(SMS, &without)).parts(), invalid_state_token());
    let pending = world.login("mona");
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS" });
    assert_eq!(world.send(&Call::post(SMS, &body).pending(pending.state_token())).parts(), malformed);
    assert!(world.host.outbox.is_empty());
}

/// Before anything is counted or written.
#[test]
fn a_robot_costs_nothing_and_its_token_reaches_no_log() {
    let mut world = World::new();
    world.host.robot = Some(Secret::new("robot"));
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "robot" });
    for _ in 0..20 {
        assert_eq!(world.send(&Call::post(SMS, &body)).parts(), not_sent());
        assert_eq!(world.host.asked, ["JudgeCaptcha"]);
    }
    assert!(world.host.sends.is_empty() && world.host.codes.is_empty() && world.host.outbox.is_empty());
    assert!(matches!(last_event(&world), Event::CodeNotSent { reason: SendFailure::Captcha, .. }));

    let headers = demo::device().with("Content-Type", "application/json");
    let body = json!({ "mobile": MOBILE, "type": "LOGIN_SMS", "captcha_token": "human-proof" }).to_string();
    let step = world.begin(&Call::new("POST", SMS).on(&headers).with_body(body.as_bytes()));
    let printed = world.printed(step);
    let message = world.host.outbox.last().unwrap();
    for secret in ["human-proof", message.code.expose(), "13800000000"] {
        assert!(!printed.contains(secret), "{secret}: {printed}");
    }
}

/// A password alone lets in, unless the application says otherwise; and that it does not shows nowhere.
#[test]
fn a_code_is_a_first_factor_only_where_the_policy_says_so() {
    let mut world =
        World::with_policy(Policy { first_factors: Policy::default().first_factors, ..demo::policy() });
    let sent = ask(&mut world, "+86-13800000001");
    assert_eq!((sent.status, world.host.outbox.last().unwrap().decoy), (200, true));
    let code = world.host.outbox.last().unwrap().code.clone();
    assert_eq!(sign_in(&mut world, "+86-13800000001", code.expose()).parts(), wrong_code());
    assert_eq!((proof_refusal(&world), world.host.sessions.len()), (ProofRefusal::NotEnrolled, 0));
    let sms = authflow::FactorSet::EMPTY.with(authflow::Factor::Sms);
    let mut world = World::with_policy(Policy { first_factors: sms, ..demo::policy() });
    assert_eq!(world.login("alice").status, 400, "and a password, where codes alone are");
}

/// A password that must be changed must be changed, however one comes in.
#[test]
fn a_code_is_no_way_past_a_password_that_must_be_changed() {
    let mut world = World::new();
    world.account("frank").mobile = authflow::Mobile::new("+86-13800000005").ok();
    ask(&mut world, "+86-13800000005");
    let code = world.code();
    assert_eq!(sign_in(&mut world, "+86-13800000005", &code).text("status"), "PASSWORD_EXPIRED");
    assert!(world.host.sessions.is_empty());
}

/// Whoever knows no more than a number spends nothing of its owner's: neither guesses at the second factor nor its codes.
#[test]
fn what_strangers_do_to_a_number_does_not_reach_its_owners_logins() {
    let mut world = World::new();
    for _ in 0..6 {
        sign_in(&mut world, MOBILE, "000000x");
    }
    for _ in 0..12 {
        world.clock.now = world.clock.now.plus_seconds(60);
        ask(&mut world, MOBILE);
    }
    assert_eq!(ask(&mut world, MOBILE).parts(), not_sent(), "the strangers' budget is spent");
    let pending = world.login("mona").state_token().to_string();
    assert_eq!(
        world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&pending)).status,
        200
    );
    let body = json!({ "verify_code": world.code() });
    assert_eq!(
        world.send(&Call::post("/api/v2/sdk/mfa/sms", &body).pending(&pending)).text("status"),
        "SUCCESS"
    );
}

/// Whoever knows the password learns no number by asking for codes at all of those that its mask leaves open.
#[test]
fn the_budget_of_a_login_does_not_tell_which_number_it_is() {
    let mut world = World::new();
    let pending = world.login("mona").state_token().to_string();
    world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&pending));
    for number in [MOBILE, "+86-13800010000", "+86-13899990000"] {
        assert_eq!(ask(&mut world, number).status, 200, "{number}");
    }
}

/// A code that was sent before the account changed is none after it.
#[test]
fn a_code_does_not_outlive_a_change_of_the_account() {
    let mut world = World::new();
    ask(&mut world, "+86-13800000001");
    let code = world.code();
    world.change("nora", |_| ());
    assert_eq!(sign_in(&mut world, "+86-13800000001", &code).parts(), wrong_code());
    assert_eq!(proof_refusal(&world), ProofRefusal::Wrong);
}

/// A denial uses the code up.
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
