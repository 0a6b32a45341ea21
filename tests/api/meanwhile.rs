//! A host changes an account between two calls of a login or a session, without a new revision. The next call judges the account
//! as it is then.

use authflow::testkit::{Call, World, demo::MOBILE, invalid_state_token, refusal};
use authflow::{
    account::AccountStatus,
    contact::Mobile,
    factor::FactorSet,
    outcome::{Event, ProofRefusal, TokenRefusal},
};
use serde_json::{Value, json};

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
    let session = world.login("alice").session_token().to_string();
    let ticket = world.send(&Call::issue_ticket(&session)).text("sso_ticket").to_string();
    world.host.accounts.clear();

    let refreshed = world.send(&Call::refresh(&session));
    assert_eq!((refreshed.status, token_refusal(&world)), (400, TokenRefusal::AccountGone));
    let redeemed = world.send(&Call::redeem_ticket(&ticket));
    assert_eq!((redeemed.status, token_refusal(&world)), (400, TokenRefusal::AccountGone));
    assert!(world.host.claims.is_empty(), "nothing is used up");
}

/// A token that waited for the factor no longer reveals anything about the account, and nothing is sent to the account.
#[test]
fn a_disabled_account_shows_no_contact() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_string();
    world.account("mona").status = AccountStatus::Disabled;
    let shown = world.send(&Call::get("/api/v2/sdk/mobile-by-token").pending(&token));
    assert_eq!((shown.parts(), token_refusal(&world)), (invalid_state_token(), TokenRefusal::StepClosed));
}

#[test]
fn a_factor_that_is_not_needed_any_more_is_neither_proved_nor_sent() {
    let mut world = World::new();
    let token = world.login("mona").state_token().to_string();
    let of_type = json!({ "type": "MFA_AUTH_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &of_type).pending(&token)).status, 200);
    let code = json!({ "verify_code": world.code() });
    world.account("mona").enrolled = FactorSet::EMPTY;

    assert_eq!(
        world.send(&Call::post("/api/v2/sdk/mfa/sms", &code).pending(&token)).parts(),
        invalid_state_token()
    );
    assert_eq!(token_refusal(&world), TokenRefusal::StepClosed);
    assert_eq!(
        world.send(&Call::post("/api/v2/sdk/sms/send", &of_type).pending(&token)).parts(),
        invalid_state_token()
    );
    assert_eq!((token_refusal(&world), world.host.outbox.len()), (TokenRefusal::StepClosed, 1));
}

/// The number is removed after the code was sent. The code proves nothing, and no guess is counted.
#[test]
fn a_code_to_a_number_that_is_gone_changes_no_password() {
    let not_enrolled = |world: &World| match last_event(world) {
        Event::ProofRefused { reason, .. } => assert_eq!(*reason, ProofRefusal::NotEnrolled),
        other => panic!("{other:?}"),
    };
    let body =
        |world: &World, member: &str| json!({ "verify_code": world.code(), member: "Battery-Staple-8" });

    let mut world = World::new();
    world.account("victor").mobile = Mobile::new(MOBILE).ok();
    let token = world.login("victor").state_token().to_string();
    let sent =
        world.send(&Call::post("/api/v2/sdk/sms/send", &json!({ "type": "CHANGE_PWD_SMS" })).pending(&token));
    assert_eq!(sent.status, 200);
    world.account("victor").mobile = None;
    let body_of_change = body(&world, "new_password");
    let changed = world
        .send(&Call::post("/api/v2/sdk/after-login/pwd/update-by-mobile", &body_of_change).pending(&token));
    assert_eq!(changed.parts(), wrong_code());
    not_enrolled(&world);
    assert!(!world.host.asked.contains(&"ReserveAttempt"));

    let mut world = World::new();
    world.account("alice").mobile = Mobile::new(MOBILE).ok();
    world.account("mona").mobile = None;
    let bearer = world.login("alice").text("id_token").to_string();
    let of_type = json!({ "mobile": MOBILE, "type": "UPDATE_PWD_SMS" });
    assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &of_type)).status, 200);
    world.account("alice").mobile = None;
    let body_of_update = body(&world, "password");
    let updated =
        world.send(&Call::post("/api/v2/sdk/pwd/update-by-mobile", &body_of_update).bearing(&bearer));
    assert_eq!(updated.parts(), wrong_code());
    not_enrolled(&world);
    assert!(!world.host.asked.contains(&"ReserveAttempt"));
}
