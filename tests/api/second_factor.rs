//! The second factor: by SMS, by e-mail, by authenticator.

use authflow::testkit::{
    Answer, Call, HostFault, World,
    demo::{self, EMAIL, MOBILE, PASSWORD, START},
    invalid_state_token, refusal,
};
use authflow::{
    factor::{Factor, Totp},
    outcome::{Event, ProofRefusal, TokenRefusal},
    policy::{Policy, SecondFactor},
};
use serde_json::{Value, json};

const SMS: &str = "/api/v2/sdk/sms/send";
const MAIL: &str = "/api/v2/sdk/email/send";
const BY_SMS: &str = "/api/v2/sdk/mfa/sms";
const BY_MAIL: &str = "/api/v2/sdk/mfa/email";
const BY_TOTP: &str = "/api/v2/sdk/mfa/totp";

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

fn pending(world: &mut World, name: &str) -> String {
    let answer = world.login(name);
    assert_eq!(answer.text("status"), "MFA_AUTH");
    answer.state_token().into()
}

fn sms(world: &mut World, state_token: &str) -> String {
    let sent = world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(state_token));
    assert_eq!((sent.status, sent.bytes.len()), (200, 0), "{}", sent.body);
    world.code()
}

fn prove(world: &mut World, path: &str, state_token: &str, code: &str) -> Answer {
    world.send(&Call::post(path, &json!({ "verify_code": code })).pending(state_token))
}

fn reason(world: &World) -> ProofRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::ProofRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

#[test]
fn a_code_by_sms_finishes_the_login_and_spends_the_token() {
    let mut world = World::new();
    let token = pending(&mut world, "mona");
    let shown = world.send(&Call::get("/api/v2/sdk/mobile-by-token").with_header("X-state-token", &token));
    assert_eq!(shown.parts(), (200, json!({ "mobile": "+86-138****0000" })));
    let code = sms(&mut world, &token);
    world.clock.now = START.plus_seconds(100);
    let granted = prove(&mut world, BY_SMS, &token, &code);
    assert_eq!(granted.text("status"), "SUCCESS");
    let questions = ["FindAccount", "ReserveAttempt", "LoadCode", "DecideAccess", "Commit"];
    assert_eq!(world.host.asked, questions);
    let session = *world.host.sessions.values().next().unwrap();
    assert_eq!(session.factors.amr().collect::<Vec<_>>(), ["pwd", "sms", "mfa"]);
    assert_eq!(session.auth_time, world.clock.now, "a proof is a proof anew");
    assert_eq!(prove(&mut world, BY_SMS, &token, &code).parts(), invalid_state_token());
    assert_eq!(world.host.sessions.len(), 1);
}

#[test]
fn by_email_with_or_without_the_address_or_its_mask() {
    for named in [None, Some(EMAIL), Some("m***@example.com"), Some("MONA@EXAMPLE.COM")] {
        let mut world = World::new();
        let token = pending(&mut world, "mona");
        let mut body = json!({ "type": "MFA_AUTH_EMS" });
        body["email"] = named.map_or(Value::Null, Value::from);
        if named.is_none() {
            body.as_object_mut().unwrap().remove("email");
        }
        assert_eq!(world.send(&Call::post(MAIL, &body).pending(&token)).status, 200);
        let mut body = json!({ "verify_code": world.code() });
        if let Some(named) = named {
            body["email"] = named.into();
        }
        assert_eq!(
            world.send(&Call::post(BY_MAIL, &body).pending(&token)).text("status"),
            "SUCCESS",
            "{named:?}"
        );
    }
}

/// A code for another recipient is wrong. A request for a code to it reveals nothing, and no stranger gets a code.
#[test]
fn the_recipient_is_the_accounts_own() {
    let mut world = World::new();
    let token = pending(&mut world, "mona");
    let code = sms(&mut world, &token);
    let body = json!({ "mobile": "+86-13800000009", "verify_code": code });
    assert_eq!(world.send(&Call::post(BY_SMS, &body).pending(&token)).parts(), wrong_code());
    assert_eq!(reason(&world), ProofRefusal::OtherRecipient);
    assert_eq!(world.outcome.as_ref().unwrap().facts.attempts_left, Some(4), "counted like any wrong guess");

    world.clock.now = START.plus_seconds(60);
    let body = json!({ "mobile": "+86-13800000009", "type": "MFA_AUTH_SMS" });
    let asked = world.send(&Call::post(SMS, &body).pending(&token));
    assert_eq!((asked.status, asked.bytes.len()), (200, 0));
    let decoy = world.host.outbox.last().unwrap().clone();
    assert!(decoy.decoy && decoy.recipient.as_str() == MOBILE, "not even the host learns what was guessed");
    assert_eq!(prove(&mut world, BY_SMS, &token, decoy.code.expose()).parts(), wrong_code());
    // The decoy cost what a real code costs, so nobody can try numbers out for nothing.
    let right = json!({ "mobile": MOBILE, "type": "MFA_AUTH_SMS" });
    assert_eq!(world.send(&Call::post(SMS, &right).pending(&token)).status, 400);
}

#[test]
fn sending_again_does_not_lengthen_the_login() {
    let mut world = World::new();
    let token = pending(&mut world, "mona");
    sms(&mut world, &token);
    world.clock.now = START.plus_seconds(599);
    let code = sms(&mut world, &token);
    world.clock.now = START.plus_seconds(600);
    assert_eq!(prove(&mut world, BY_SMS, &token, &code).parts(), invalid_state_token());
}

#[test]
fn a_wrong_code_spends_no_token_and_guesses_are_counted_over_logins() {
    let mut world = World::new();
    for guess in 0..5 {
        let token = pending(&mut world, "mona");
        if guess == 0 {
            sms(&mut world, &token);
        }
        assert_eq!(prove(&mut world, BY_SMS, &token, "000000x").parts(), wrong_code());
    }
    assert!(world.host.claims.is_empty());
    world.clock.now = START.plus_seconds(60);
    let token = pending(&mut world, "mona");
    let code = sms(&mut world, &token);
    assert_eq!(prove(&mut world, BY_SMS, &token, &code).parts(), wrong_code(), "locked");
    assert_eq!(reason(&world), ProofRefusal::Locked);
    // The other factor has its own count, and the same login goes on.
    world.send(&Call::post(MAIL, &json!({ "type": "MFA_AUTH_EMS" })).pending(&token));
    let code = world.code();
    assert_eq!(prove(&mut world, BY_MAIL, &token, &code).text("status"), "SUCCESS");
}

#[test]
fn an_authenticator_proves_and_its_password_counts_once() {
    let mut world = World::new();
    let (first, second) = (pending(&mut world, "tom"), pending(&mut world, "tom"));
    let code = world.totp("tom", 0);
    assert_eq!(prove(&mut world, BY_TOTP, &first, &code).text("status"), "SUCCESS");
    assert_eq!(world.host.asked, ["FindAccount", "ReserveAttempt", "DecideAccess", "Commit"]);
    let session = *world.host.sessions.values().next().unwrap();
    assert_eq!(session.factors.amr().collect::<Vec<_>>(), ["pwd", "otp", "mfa"]);
    assert_eq!(prove(&mut world, BY_TOTP, &second, &code).parts(), wrong_code());
    assert_eq!((reason(&world), world.host.sessions.len()), (ProofRefusal::Wrong, 1));
    // The proof spends its time step and every earlier one, but no later one.
    world.clock.now = START.plus_seconds(Totp::STEP_SECONDS);
    let code = world.totp("tom", 0);
    assert_eq!(prove(&mut world, BY_TOTP, &second, &code).text("status"), "SUCCESS");
}

/// Two requests present one password, and both are judged before either is written.
#[test]
fn a_race_for_one_time_step_has_one_winner() {
    let mut world = World::new();
    let (first, second) = (pending(&mut world, "tom"), pending(&mut world, "tom"));
    let code = world.totp("tom", 0);
    let begin = |world: &mut World, token: &str| {
        let headers = demo::device().with("X-state-token", token).with("Content-Type", "application/json");
        let body = json!({ "verify_code": code }).to_string();
        let step = world.begin(&Call::new("POST", BY_TOTP).on(&headers).with_body(body.as_bytes()));
        world.until_commit(step)
    };
    let (one, other) = (begin(&mut world, &first), begin(&mut world, &second));
    let outcome = world.run(one);
    assert_eq!(world.answer(outcome).text("status"), "SUCCESS");
    let outcome = world.run(other);
    assert_eq!(world.answer(outcome).parts(), wrong_code());
    assert_eq!((reason(&world), world.host.sessions.len()), (ProofRefusal::Replayed, 1));
    let code = world.totp("tom", 1);
    assert_eq!(
        prove(&mut world, BY_TOTP, &second, &code).text("status"),
        "SUCCESS",
        "its token is not spent"
    );
}

#[test]
fn only_what_is_enrolled_and_not_proved_yet_is_taken() {
    let mut world = World::new();
    let token = pending(&mut world, "tom");
    assert_eq!(prove(&mut world, BY_SMS, &token, "123456").parts(), wrong_code());
    assert_eq!(reason(&world), ProofRefusal::NotEnrolled);
    let not_sent = refusal("IDAAS.SDK.CAPTCHA.0006", "Failed to send verification code");
    assert_eq!(
        world.send(&Call::post(SMS, &json!({ "type": "MFA_AUTH_SMS" })).pending(&token)).parts(),
        not_sent
    );
    assert!(world.host.outbox.is_empty());
    // The enrolment of this authenticator was never finished, so not even the right password counts.
    let token = pending(&mut world, "mona");
    let mona = world.account("mona");
    mona.totp = Some(demo::totp(mona));
    let right = world.totp("mona", 0);
    assert_eq!(prove(&mut world, BY_TOTP, &token, &right).parts(), wrong_code());
    assert_eq!(reason(&world), ProofRefusal::NotEnrolled);
}

#[test]
fn a_password_about_to_expire_is_told_only_after_the_second_factor() {
    let mut world = World::new();
    let token = pending(&mut world, "eve");
    assert_eq!(world.skip(&token).parts(), invalid_state_token(), "a skip is no way past a factor");
    assert_eq!(world.update(&token, PASSWORD, "Battery-Staple-8").parts(), invalid_state_token());
    let code = sms(&mut world, &token);
    let warned = prove(&mut world, BY_SMS, &token, &code);
    assert_eq!(warned.text("status"), "PASSWORD_WARN");
    assert!(world.host.sessions.is_empty());
    assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
    let session = *world.host.sessions.values().next().unwrap();
    assert_eq!(session.factors.amr().collect::<Vec<_>>(), ["pwd", "sms", "mfa"]);
    assert_eq!(world.skip(&token).parts(), invalid_state_token());
}

#[test]
fn another_device_application_or_tenant_is_refused() {
    let mut world = World::new();
    let token = pending(&mut world, "tom");
    let code = world.totp("tom", 0);
    for headers in [
        demo::device().with("X-device-fingerprint", "another"),
        demo::device().with("X-client-id", demo::ORDINARY),
    ] {
        let answer = world.send(
            &Call::post(BY_TOTP, &json!({ "verify_code": code })).on(&headers.with("X-state-token", &token)),
        );
        assert_eq!(answer.parts(), invalid_state_token());
        assert!(world.host.asked.is_empty(), "refused before anything is asked");
    }
    assert_eq!(prove(&mut world, BY_TOTP, &token, &code).text("status"), "SUCCESS");
}

#[test]
fn a_factor_that_is_removed_meanwhile_ends_the_login() {
    let mut world = World::new();
    let token = pending(&mut world, "tom");
    let code = world.totp("tom", 0);
    world.change("tom", |tom| tom.totp = None);
    assert_eq!(prove(&mut world, BY_TOTP, &token, &code).parts(), invalid_state_token());
    let Some(Event::TokenRefused { reason: TokenRefusal::AccountChanged, .. }) =
        world.outcome.as_ref().unwrap().events.last()
    else {
        panic!()
    };
}

#[test]
fn a_host_that_fails_spends_nothing_it_need_not() {
    let mut world = World::new();
    let token = pending(&mut world, "mona");
    let code = sms(&mut world, &token);
    for question in ["FindAccount", "ReserveAttempt", "LoadCode", "DecideAccess", "Commit"] {
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(prove(&mut world, BY_SMS, &token, &code).status, 500, "{question}");
    }
    world.host.fault = None;
    assert_eq!(prove(&mut world, BY_SMS, &token, &code).text("status"), "SUCCESS");
}

#[test]
fn an_account_without_a_factor_is_denied_where_one_is_always_required() {
    let policy = Policy { second_factor: SecondFactor::Always, ..demo::policy() };
    let mut world = World::with_policy(policy);
    assert_eq!(world.login("alice").text("status"), "ACCESS_DENIED");
    assert!(world.host.sessions.is_empty());
    let token = pending(&mut world, "tom");
    let code = world.totp("tom", 0);
    assert_eq!(prove(&mut world, BY_TOTP, &token, &code).text("status"), "SUCCESS");
    let enrolled: Vec<_> = world.account("tom").enrolled.iter().collect();
    assert_eq!(enrolled, [Factor::Totp]);
}

#[test]
fn an_account_without_a_mobile_shows_none() {
    let mut world = World::new();
    let token = pending(&mut world, "tom");
    let headers = demo::device().with("X-state-token", &token);
    assert_eq!(world.send(&Call::get("/api/v2/sdk/mobile-by-token").on(&headers)).parts(), (200, json!({})));
    assert_eq!(world.host.asked, ["FindAccount"]);
    let refused = world.send(&Call::get("/api/v2/sdk/mobile-by-token"));
    assert_eq!(refused.parts(), invalid_state_token());
}

/// A denial spends the token and the step of a one-time password, and issues nothing.
#[test]
fn a_denial_uses_up_what_was_presented() {
    let mut world = World::new();
    let (first, second) = (pending(&mut world, "tom"), pending(&mut world, "tom"));
    let code = world.totp("tom", 0);
    world.host.denied = true;
    assert_eq!(prove(&mut world, BY_TOTP, &first, &code).text("status"), "ACCESS_DENIED");
    assert_eq!(world.host.asked.last(), Some(&"Commit"));
    world.host.denied = false;
    assert_eq!(prove(&mut world, BY_TOTP, &second, &code).parts(), wrong_code());
    let code = world.totp("tom", 1);
    assert_eq!(prove(&mut world, BY_TOTP, &first, &code).parts(), invalid_state_token());
    assert_eq!(prove(&mut world, BY_TOTP, &second, &code).text("status"), "SUCCESS");
}
