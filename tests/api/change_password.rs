//! Changing the password within a login: `POST /api/v2/sdk/pwd/update`.

use authflow::testkit::forge::Forge;
use authflow::testkit::{
    Call, HostFault, World,
    demo::{self, DAY, PASSWORD, START, audience, ring},
    invalid_state_token, refusal,
};
use authflow::{
    Secret,
    factor::Factor,
    outcome::{Event, NewPasswordRefusal, ProofRefusal, TokenRefusal},
    password::{PasswordRefusal, RuleViolation},
    policy::Policy,
    token::Untrusted,
};

const NEW: &str = "Battery-Staple-8";

/// The questions of a change that is granted, in their order.
const QUESTIONS: [&str; 6] =
    ["FindAccount", "ReserveAttempt", "VerifyPassword", "JudgePassword", "DecideAccess", "Commit"];

fn old_password_invalid() -> (u16, serde_json::Value) {
    refusal("IDAAS.SDK.PWD.0102", "Incorrect old password")
}

fn wrong_length() -> (u16, serde_json::Value) {
    refusal("IDAAS.SDK.PWD.0007", "The password must contain 8 to 64 characters")
}

fn used_before() -> (u16, serde_json::Value) {
    refusal("IDAAS.SDK.PWD.0001", "The password is used before, cannot be used again")
}

fn events(world: &World) -> &[Event] {
    &world.outcome.as_ref().unwrap().events
}

#[test]
fn an_expiring_an_expired_and_a_reset_password_can_be_changed() {
    for name in ["erin", "victor", "frank"] {
        let mut world = World::new();
        let pending = world.login(name);
        world.clock.now = START.plus_seconds(60);
        let signed_in = world.update(pending.state_token(), PASSWORD, NEW);
        assert_eq!((signed_in.status, signed_in.text("status")), (200, "SUCCESS"));
        assert_eq!(world.host.asked, QUESTIONS);
        assert!(matches!(events(&world), [Event::PasswordChanged { .. }, Event::SignedIn { .. }]));
        assert_eq!(world.login(name).text("error_code"), "IDAAS.SDK.LOGIN.0002", "the old password is gone");
        assert_eq!(world.send(&Call::login(name, NEW)).text("status"), "SUCCESS");
    }
}

/// The change is a proof. The session that this step opens lives on, and its tokens count at once.
#[test]
fn the_session_of_the_change_is_as_young_as_the_password() {
    let mut world = World::new();
    let pending = world.login("victor");
    world.clock.now = START.plus_seconds(60);
    let signed_in = world.update(pending.state_token(), PASSWORD, NEW);
    assert_eq!(world.check_exist(signed_in.text("id_token")).body["is_set_pwd"], true);
    let presented = Untrusted::new(signed_in.text("session_token"));
    let token = Forge::of(&ring())
        .session_tokens()
        .for_application(&audience())
        .verify(presented, world.clock.now)
        .unwrap();
    assert_eq!(token.claims().auth_time, world.clock.now);
    assert_eq!(token.claims().revision, world.account("victor").revision, "the revision after the change");
}

#[test]
fn a_change_ends_other_sessions_and_pending_logins() {
    let mut world = World::new();
    let (first, second) = (world.login("erin"), world.login("erin"));
    let elsewhere = world.skip(first.state_token());
    let third = world.login("erin");
    assert_eq!(world.update(third.state_token(), PASSWORD, NEW).text("status"), "SUCCESS");
    assert_eq!(world.check_exist(elsewhere.text("id_token")).text("error_code"), "IDAAS.SDK.PARAM.0016");
    assert_eq!(world.skip(second.state_token()).parts(), invalid_state_token());
    assert_eq!(world.update(third.state_token(), NEW, PASSWORD).parts(), invalid_state_token());
}

#[test]
fn a_refusal_on_the_way_does_not_spend_the_token() {
    let mut world = World::new();
    world.host.used_passwords = vec![Secret::new("Used-Before-1")];
    let pending = world.login("erin");
    let token = pending.state_token();
    for (old, new, expected, reason) in [
        (PASSWORD, "short", wrong_length(), Some(NewPasswordRefusal::Rule(RuleViolation::TooShort))),
        (PASSWORD, PASSWORD, used_before(), Some(NewPasswordRefusal::Rule(RuleViolation::OldPassword))),
        (PASSWORD, "Used-Before-1", used_before(), Some(NewPasswordRefusal::Host(PasswordRefusal::Reused))),
        ("wrong", NEW, old_password_invalid(), None),
        // A password that breaks the rules is refused before a guess is counted.
        ("wrong", "short", wrong_length(), Some(NewPasswordRefusal::Rule(RuleViolation::TooShort))),
    ] {
        assert_eq!(world.update(token, old, new).parts(), expected);
        let told = events(&world).iter().find_map(|event| match event {
            Event::NewPasswordRefused { reason, .. } => Some(*reason),
            _ => None,
        });
        assert_eq!(told, reason);
        assert!(world.host.claims.is_empty() && world.host.sessions.is_empty());
    }
    assert_eq!(world.update(token, PASSWORD, NEW).text("status"), "SUCCESS");
}

#[test]
fn the_user_name_is_no_password() {
    let mut world = World::new();
    world.account("erin").user_name = Some(authflow::account::UserName::new("erin-the-first").unwrap());
    let pending = world.login("erin-the-first");
    let refused = world.update(pending.state_token(), PASSWORD, "Erin-The-First");
    assert_eq!((refused.status, refused.text("error_code")), (400, "IDAAS.SDK.PWD.0003"));
}

#[test]
fn wrong_old_passwords_are_guesses_at_the_same_password() {
    let mut world = World::new();
    let (first, second) = (world.login("erin"), world.login("erin"));
    for at in 0..5 {
        let token = if at % 2 == 0 { &first } else { &second };
        assert_eq!(world.update(token.state_token(), "wrong", NEW).parts(), old_password_invalid());
    }
    // The account is locked: the right password is refused like a wrong one, here and at sign-in.
    assert_eq!(world.update(first.state_token(), PASSWORD, NEW).parts(), old_password_invalid());
    let [Event::ProofRefused { reason: ProofRefusal::Locked, .. }] = events(&world) else { panic!() };
    assert_eq!(world.login("erin").status, 400);
    assert!(world.host.sessions.is_empty());
}

#[test]
fn only_a_pending_password_step_takes_it() {
    let mut world = World::new();
    demo::enrol(Factor::Sms, world.account("alice"));
    let pending = world.login("alice");
    assert_eq!(pending.text("status"), "MFA_AUTH");
    assert_eq!(world.update(pending.state_token(), PASSWORD, NEW).parts(), invalid_state_token());
    let Some(Event::TokenRefused { reason: TokenRefusal::WrongStage(_), .. }) = events(&world).last() else {
        panic!()
    };
    // A factor was enrolled after the warning. The password may not be changed before that factor is proved.
    let pending = world.login("erin");
    demo::enrol(Factor::Sms, world.account("erin"));
    assert_eq!(world.update(pending.state_token(), PASSWORD, NEW).parts(), invalid_state_token());
    let Some(Event::TokenRefused { reason: TokenRefusal::StepClosed, .. }) = events(&world).last() else {
        panic!()
    };
    assert!(
        world.host.sessions.is_empty() && world.account("erin").password.as_ref().unwrap().changed_at < START
    );
}

/// A password that expired between the warning and the change can still be changed, because that is the purpose of the change.
#[test]
fn a_warning_that_grew_into_an_expiry_is_still_good_for_a_change() {
    let mut world = World::new();
    world.account("erin").password.as_mut().unwrap().changed_at = START.minus_seconds(90 * DAY - 30);
    let pending = world.login("erin");
    assert_eq!(pending.text("status"), "PASSWORD_WARN");
    world.clock.now = START.plus_seconds(30);
    assert_eq!(world.update(pending.state_token(), PASSWORD, NEW).text("status"), "SUCCESS");
}

#[test]
fn a_host_that_fails_changes_nothing() {
    for question in QUESTIONS {
        let mut world = World::new();
        let pending = world.login("victor");
        world.host.fault = Some(HostFault::Unavailable(question));
        assert_eq!(world.update(pending.state_token(), PASSWORD, NEW).status, 500, "{question}");
        assert!(world.host.sessions.is_empty() && world.host.claims.is_empty());
        world.host.fault = None;
        assert_eq!(world.update(pending.state_token(), PASSWORD, NEW).text("status"), "SUCCESS");
    }
}

#[test]
fn a_body_without_both_passwords_is_malformed() {
    let mut world = World::new();
    let pending = world.login("erin");
    let headers =
        demo::device().with("X-state-token", pending.state_token()).with("Content-Type", "application/json");
    for body in [r#"{"old_password":"x"}"#, r#"{"new_password":"x"}"#, "{}", ""] {
        let answer =
            world.send(&Call::new("POST", "/api/v2/sdk/pwd/update").on(&headers).with_body(body.as_bytes()));
        assert_eq!(answer.text("error_code"), "IDAAS.SDK.PARAM.0101");
    }
}

#[test]
fn no_password_is_printed_on_the_way() {
    let mut world = World::new();
    let pending = world.login("erin");
    let step = world.begin(&Call::update(pending.state_token(), PASSWORD, NEW));
    let printed = world.printed(step);
    assert!(printed.contains("StorePassword") && printed.contains("JudgePassword"));
    assert!(!printed.contains(PASSWORD) && !printed.contains(NEW));
}

/// The rules hold as `data.regEx` tells them to a client: a class is looked for in the typed text, and not in its normal
/// form.
#[test]
fn a_letter_that_is_typed_in_two_characters_meets_the_rule_that_it_meets_in_the_client() {
    let password_rules = serde_json::from_str(r#"{"lower_case":true}"#).unwrap();
    let mut world = World::with_policy(Policy { password_rules, ..demo::policy() });
    let pending = world.login("erin");
    let changed = world.update(pending.state_token(), PASSWORD, "a\u{308}RGER-IM-BUERO-9");
    assert_eq!(changed.text("status"), "SUCCESS");
}
