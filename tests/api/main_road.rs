//! From a password to a session, as on the seed pages, through the façade.

use authflow::testkit::forge::Forge;
use authflow::testkit::{
    Call, World,
    demo::{self, DAY, ORDINARY, START, audience, issuer, policy, ring},
    invalid_state_token,
};
use authflow::{
    Lifetime,
    factor::Factor,
    flow::Wait,
    outcome::{Event, Verdict},
    policy::{Lifetimes, Policy},
    token::Untrusted,
};
use serde_json::json;

#[test]
fn erin_is_warned_and_skips_with_the_headers_of_the_seed() {
    let mut world = World::new();
    let warned = world.login("erin");
    assert_eq!((warned.status, warned.text("status")), (200, "PASSWORD_WARN"));
    let data: serde_json::Value = serde_json::from_str(warned.text("data")).unwrap();
    let pattern = demo::policy().password_rules.pattern();
    assert_eq!(data, json!({ "minLength": 8, "maxLength": 64, "regEx": pattern }));
    assert_eq!(warned.body.as_object().unwrap().len(), 3, "{}", warned.body);
    assert!(world.host.sessions.is_empty(), "a warning is no session");
    let Verdict::Pending(pending) = &world.outcome.as_ref().unwrap().verdict else { panic!() };
    let Wait::PasswordExpiring { expires_in, skips_left, .. } = pending.wait else { panic!() };
    assert_eq!((expires_in, skips_left), (5 * DAY, 3));

    let signed_in = world.skip(warned.state_token());
    assert_eq!((signed_in.status, signed_in.text("status")), (200, "SUCCESS"));
    assert_eq!(signed_in.body["expire"], json!(43_200));
    assert!(signed_in.text("session_token").starts_with("LGT"));
    assert_eq!(signed_in.body.as_object().unwrap().len(), 4, "{}", signed_in.body);
    assert_eq!(world.host.asked, ["FindAccount", "DecideAccess", "Commit"]);
    assert_eq!(world.host.sessions.len(), 1);
    assert_eq!(world.account("erin").password.as_ref().unwrap().skips_used, 1);
}

#[test]
fn the_tokens_say_what_happened() {
    let mut world = World::new();
    let warned = world.login("erin");
    world.clock.now = START.plus_seconds(60);
    let signed_in = world.skip(warned.state_token());
    let (session, record) = world.host.sessions.first_key_value().unwrap();

    let presented = Untrusted::new(signed_in.text("session_token"));
    let token = Forge::of(&ring())
        .session_tokens()
        .for_application(&audience())
        .verify(presented, world.clock.now)
        .unwrap();
    assert_eq!(token.claims().session, *session);
    assert_eq!(token.claims().account.as_str(), "id-erin");
    assert_eq!(token.claims().auth_time, START, "a skip proves nothing new");
    assert_eq!(token.claims().expires_at, record.expires_at);
    assert_eq!(record.expires_at, world.clock.now.plus_seconds(43_200));

    let (issuer, audience) = (issuer(), audience());
    let presented = Untrusted::new(signed_in.text("id_token"));
    let token = Forge::of(&ring()).id_tokens(&issuer, &audience).verify(presented, world.clock.now).unwrap();
    assert_eq!((token.session(), token.account().as_str(), token.auth_time()), (*session, "id-erin", START));
    assert_eq!(token.expires_at(), world.clock.now.plus_seconds(7200));
}

#[test]
fn every_token_lives_as_long_as_its_application_says() {
    let seconds = |seconds| Lifetime::from_seconds(seconds).unwrap();
    let lifetimes = Lifetimes::new(seconds(300), seconds(1000), seconds(500)).unwrap();
    let mut world = World::with_policy(Policy { lifetimes, ..policy() });
    let warned = world.login("erin");
    world.clock.now = START.plus_seconds(299);
    let signed_in = world.skip(warned.state_token());
    assert_eq!(signed_in.body["expire"], json!(1000));
    let (issuer, audience) = (issuer(), audience());
    let presented = Untrusted::new(signed_in.text("id_token"));
    let id_token =
        Forge::of(&ring()).id_tokens(&issuer, &audience).verify(presented, world.clock.now).unwrap();
    assert_eq!(id_token.expires_at(), world.clock.now.plus_seconds(500));
    assert_eq!(
        world.host.sessions.first_key_value().unwrap().1.expires_at,
        world.clock.now.plus_seconds(1000)
    );
    world.clock.now = START.plus_seconds(400);
    let warned = world.login("erin");
    world.clock.now = START.plus_seconds(700);
    assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
}

#[test]
fn a_current_password_signs_in_at_once_and_an_old_one_does_not() {
    let mut world = World::new();
    let alice = world.login("alice");
    assert_eq!((alice.status, alice.text("status")), (200, "SUCCESS"));
    assert_eq!(
        world.host.asked,
        ["FindAccount", "ReserveAttempt", "VerifyPassword", "DecideAccess", "Commit"]
    );
    assert!(matches!(world.outcome.as_ref().unwrap().events[..], [Event::SignedIn { .. }]));
    for name in ["victor", "frank"] {
        let expired = world.login(name);
        assert_eq!((expired.status, expired.text("status")), (200, "PASSWORD_EXPIRED"));
        assert!(expired.body.get("data").is_some() && expired.body.get("session_token").is_none());
        assert_eq!(world.skip(expired.state_token()).parts(), invalid_state_token());
    }
    assert_eq!(world.host.sessions.len(), 1);
}

#[test]
fn check_exist_tells_whether_a_password_is_set() {
    let mut world = World::new();
    let alice = world.login("alice");
    let answer = world.check_exist(alice.text("id_token"));
    assert_eq!((answer.status, &answer.bytes[..]), (200, &br#"{"is_set_pwd":true}"#[..]));
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount"]);
    world.account("alice").password = None;
    assert_eq!(world.check_exist(alice.text("id_token")).bytes, br#"{"is_set_pwd":false}"#);
}

#[test]
fn skip_is_also_a_post() {
    let mut world = World::new();
    let warned = world.login("erin");
    let headers = demo::device().with("X-state-token", warned.state_token());
    let answer = world.send(&Call::new("POST", "/api/v2/sdk/pwd/skip-update").on(&headers));
    assert_eq!(answer.text("status"), "SUCCESS");
}

#[test]
fn the_hosts_access_decision_is_final_and_counts_no_skip() {
    let mut world = World::new();
    let warned = world.login("erin");
    world.host.denied = true;
    for answer in [world.login("alice"), world.skip(warned.state_token())] {
        assert_eq!((answer.status, &answer.bytes[..]), (200, &br#"{"status":"ACCESS_DENIED"}"#[..]));
    }
    assert_eq!((world.host.sessions.len(), world.host.claims.len()), (0, 1), "the state token is spent");
    assert_eq!(world.account("erin").password.as_ref().unwrap().skips_used, 0);
    world.host.denied = false;
    assert_eq!(world.skip(warned.state_token()).parts(), invalid_state_token());
}

#[test]
fn an_account_with_a_second_factor_is_asked_for_it_and_cannot_skip_past_it() {
    let mut world = World::new();
    demo::enrol(Factor::Sms, world.account("erin"));
    let pending = world.login("erin");
    assert_eq!((pending.status, pending.text("status")), (200, "MFA_AUTH"));
    assert_eq!(pending.body.as_object().unwrap().len(), 2);
    assert_eq!(world.skip(pending.state_token()).parts(), invalid_state_token());
    assert!(world.host.sessions.is_empty());
}

#[test]
fn an_ordinary_application_ignores_the_tenant() {
    let mut world = World::new();
    world.account("alice").tenant = None;
    for headers in [
        demo::device().with("X-client-id", ORDINARY),
        demo::device().with("X-client-id", ORDINARY).with("X-tenant-id", "nonsense"),
        demo::device().with("X-client-id", ORDINARY).without("X-tenant-id"),
    ] {
        assert_eq!(world.send(&Call::login("alice", demo::PASSWORD).on(&headers)).text("status"), "SUCCESS");
    }
}

/// The request, the moment and the answers decide every byte of the reply.
#[test]
fn the_same_request_at_the_same_moment_is_the_same_reply() {
    let run = || {
        let mut world = World::new();
        let warned = world.login("erin");
        let signed_in = world.skip(warned.state_token());
        (warned.bytes, signed_in.bytes)
    };
    assert_eq!(run(), run());
}

#[test]
fn two_logins_share_no_id() {
    let mut world = World::new();
    let (first, second) = (world.login("erin"), world.login("erin"));
    assert_ne!(first.state_token(), second.state_token());
    world.login("alice");
    world.login("alice");
    assert_eq!(world.host.sessions.len(), 2);
}
