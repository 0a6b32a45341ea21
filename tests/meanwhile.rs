//! What a host changes between two calls of a login or a session, without a new revision of the account: the next call judges the
//! account as it is then.

mod world;

use authflow::{
    AccountStatus, FactorSet,
    outcome::{Event, ProofRefusal, TokenRefusal},
};
use serde_json::{Value, json};
use world::{Headers, World, invalid_state_token, refusal};

fn last_event(world: &World) -> &Event {
    world.outcome.as_ref().unwrap().events.last().unwrap()
}

fn token_refusal(world: &World) -> TokenRefusal {
    match last_event(world) {
        Event::TokenRefused { reason, .. } => *reason,
        other => panic!("{other:?}"),
    }
}

fn wrong_code() -> (u16, Value) {
    refusal("IDAAS.SDK.CAPTCHA.0007", "Incorrect verification code")
}

#[test]
fn a_session_or_a_ticket_of_an_account_that_is_gone_is_none() {
    let mut world = World::new();
    let session = world.login("alice").text("session_token").to_string();
    let issue = "/api/v2/tenant/sso/session-token/sso-ticket";
    let ticket = world.tenant(issue, "session_token", &session).text("sso_ticket").to_string();
    world.accounts.clear();

    let headers = Headers::seed().with("X-session-token", &session);
    let refreshed = world.send("POST", "/api/v2/sdk/sso/session-token/id-token", &headers, b"");
    assert_eq!((refreshed.status, token_refusal(&world)), (400, TokenRefusal::AccountGone));
    let redeemed = world.tenant("/api/v2/tenant/sso/sso-ticket/verify", "sso_ticket", &ticket);
    assert_eq!((redeemed.status, token_refusal(&world)), (400, TokenRefusal::AccountGone));
    assert!(world.claims.is_empty(), "nothing is used up");
}

/// A token that waited for the factor shows nothing of the account and sends nothing to it any more.
#[test]
fn a_disabled_account_shows_no_contact() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_string();
    world.account("mona").status = AccountStatus::Disabled;
    let headers = Headers::seed().with("X-state-token", &token);
    let shown = world.send("GET", "/api/v2/sdk/mobile-by-token", &headers, b"");
    assert_eq!((shown.parts(), token_refusal(&world)), (invalid_state_token(), TokenRefusal::StepClosed));
}

#[test]
fn a_factor_that_is_not_needed_any_more_is_neither_proved_nor_sent() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_string();
    let of_type = json!({ "type": "MFA_AUTH_SMS" });
    assert_eq!(world.pending("/api/v2/sdk/sms/send", &token, &of_type).status, 200);
    let code = json!({ "verify_code": world.code() });
    world.account("mona").enrolled = FactorSet::EMPTY;

    assert_eq!(world.pending("/api/v2/sdk/mfa/sms", &token, &code).parts(), invalid_state_token());
    assert_eq!(token_refusal(&world), TokenRefusal::StepClosed);
    assert_eq!(world.pending("/api/v2/sdk/sms/send", &token, &of_type).parts(), invalid_state_token());
    assert_eq!((token_refusal(&world), world.outbox.len()), (TokenRefusal::StepClosed, 1));
}

/// A number is gone after the code was sent: the code proves nothing, and no guess is counted.
#[test]
fn a_code_to_a_number_that_is_gone_changes_no_password() {
    let not_enrolled = |world: &World| match last_event(world) {
        Event::ProofRefused { reason, .. } => assert_eq!(*reason, ProofRefusal::NotEnrolled),
        other => panic!("{other:?}"),
    };
    let body =
        |world: &World, member: &str| json!({ "verify_code": world.code(), member: "Battery-Staple-8" });

    let mut world = World::new();
    world.account("victor").mobile = authflow::Mobile::new(world::MOBILE).ok();
    let token = world.login("victor").state_token().to_string();
    let sent = world.pending("/api/v2/sdk/sms/send", &token, &json!({ "type": "CHANGE_PWD_SMS" }));
    assert_eq!(sent.status, 200);
    world.account("victor").mobile = None;
    let body_of_change = body(&world, "new_password");
    let changed = world.pending("/api/v2/sdk/after-login/pwd/update-by-mobile", &token, &body_of_change);
    assert_eq!(changed.parts(), wrong_code());
    not_enrolled(&world);
    assert!(!world.asked.contains(&"ReserveAttempt"));

    let mut world = World::new();
    world.account("alice").mobile = authflow::Mobile::new(world::MOBILE).ok();
    world.account("mona").mobile = None;
    let bearer = world.login("alice").text("id_token").to_string();
    let of_type = json!({ "mobile": world::MOBILE, "type": "UPDATE_PWD_SMS" });
    assert_eq!(world.post("/api/v2/sdk/sms/send", &Headers::seed(), &of_type).status, 200);
    world.account("alice").mobile = None;
    let body_of_update = body(&world, "password");
    let updated = world.signed_in("/api/v2/sdk/pwd/update-by-mobile", &bearer, &body_of_update);
    assert_eq!(updated.parts(), wrong_code());
    not_enrolled(&world);
    assert!(!world.asked.contains(&"ReserveAttempt"));
}
