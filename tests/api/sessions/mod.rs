//! Sessions, which are refreshed, rotated, limited and ended, and the tickets that show them.

mod devices;
mod guard;
mod references;
mod tickets;

use authflow::testkit::forge::Forge;
use authflow::testkit::{
    Answer, Call, HostFault, World,
    demo::{self, START, audience},
    refusal,
};
use authflow::{
    AccountId, Lifetime,
    account::AccountStatus,
    outcome::{Event, TokenRefusal, Verdict},
    policy::{Lifetimes, Policy},
    token::{IdToken, Untrusted},
};
use serde_json::Value;

const REFRESH: &str = "/api/v2/sdk/sso/session-token/id-token";
const LOGOUT: &str = "/api/v2/sdk/logout";

fn session(world: &mut World) -> Answer {
    let granted = world.login("alice");
    assert_eq!(granted.text("status"), "SUCCESS");
    granted
}

fn refresh(world: &mut World, token: &str) -> Answer {
    world.send(&Call::refresh(token))
}

fn logout(world: &mut World, token: &str) -> Answer {
    world.send(&Call::sign_out(token))
}

fn invalid() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0023", "Invalid or expired session token")
}

fn reason(world: &World) -> TokenRefusal {
    match world.outcome.as_ref().unwrap().events.last() {
        Some(Event::TokenRefused { reason, .. }) => *reason,
        other => panic!("{other:?}"),
    }
}

fn rotating() -> World {
    World::with_policy(Policy { rotate_session_tokens: true, ..demo::policy() })
}

#[test]
fn a_refresh_gives_a_new_id_token_and_no_longer_session() {
    let mut world = World::new();
    let granted = session(&mut world);
    let token = granted.text("session_token").to_string();
    world.clock.now = START.plus_seconds(8_000);
    assert_eq!(world.check_exist(granted.text("id_token")).status, 400, "it has expired");
    let refreshed = refresh(&mut world, &token);
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess"]);
    let mut members: Vec<_> = refreshed.body.as_object().unwrap().keys().collect();
    members.sort();
    assert_eq!(members, ["expire", "id_token", "session_token"]);
    assert_eq!(refreshed.body["expire"], 43_200 - 8_000);
    assert_eq!(world.check_exist(refreshed.text("id_token")).status, 200);
    // A refresh does not move the end of the session.
    world.clock.now = START.plus_seconds(43_199);
    assert_eq!(refresh(&mut world, refreshed.text("session_token")).body["expire"], 1);
    world.clock.now = START.plus_seconds(43_200);
    assert_eq!(refresh(&mut world, refreshed.text("session_token")).parts(), invalid());
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
}

#[test]
fn an_id_token_never_outlives_its_session() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    world.clock.now = START.plus_seconds(43_200 - 60);
    let refreshed = refresh(&mut world, &token);
    let (ring, issuer, audience) = (demo::ring(), demo::issuer(), audience());
    let id_token = Untrusted::<IdToken>::new(refreshed.text("id_token"));
    let verified = Forge::of(&ring).id_tokens(&issuer, &audience).verify(id_token, world.clock.now).unwrap();
    assert_eq!(verified.expires_at(), START.plus_seconds(43_200));
    assert_eq!(verified.auth_time(), START, "nothing was proved anew");
}

#[test]
fn both_spellings_of_the_header_are_understood_and_not_both_at_once() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    let seed = demo::device();
    assert_eq!(
        world.send(&Call::new("POST", REFRESH).on(&seed.clone().with("session-token", &token))).status,
        200
    );
    let both = seed.clone().with("session-token", &token).with("X-session-token", &token);
    assert_eq!(world.send(&Call::new("POST", REFRESH).on(&both)).parts(), invalid());
    assert_eq!(world.send(&Call::new("POST", REFRESH).on(&seed)).parts(), invalid(), "none");
}

#[test]
fn another_device_does_not_refresh_it_and_another_application_does_not_end_it_either() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    for headers in [
        demo::device().with("X-device-fingerprint", "another"),
        demo::device().with("X-client-id", demo::ORDINARY),
    ] {
        let headers = headers.with("X-session-token", &token);
        assert_eq!(world.send(&Call::new("POST", REFRESH).on(&headers)).parts(), invalid());
        assert!(world.host.asked.is_empty());
    }
    let headers = demo::device().with("X-client-id", demo::ORDINARY).with("X-session-token", &token);
    for method in ["GET", "POST"] {
        assert_eq!(world.send(&Call::new(method, LOGOUT).on(&headers)).parts(), invalid());
        assert!(world.host.asked.is_empty());
    }
    assert_eq!(refresh(&mut world, &token).status, 200);
}

#[test]
fn what_ended_or_changed_meanwhile_refreshes_nothing() {
    type Prepare = fn(&mut World);
    let cases: [(Prepare, TokenRefusal); 6] = [
        (|world| world.host.ended.extend(world.host.sessions.keys().copied()), TokenRefusal::SessionEnded),
        (|world| world.host.sessions.clear(), TokenRefusal::SessionEnded),
        (
            |world| world.change("alice", |alice| alice.status = AccountStatus::Locked),
            TokenRefusal::AccountInactive,
        ),
        (|world| world.change("alice", |_| ()), TokenRefusal::AccountChanged),
        (
            |world| {
                let now = world.clock.now;
                world.account("alice").password.as_mut().unwrap().changed_at = now;
            },
            TokenRefusal::CredentialsChanged,
        ),
        (
            |world| {
                let now = world.clock.now;
                world.account("alice").factors_changed_at = now;
            },
            TokenRefusal::CredentialsChanged,
        ),
    ];
    for (prepare, expected) in cases {
        let mut world = World::new();
        let token = session(&mut world).text("session_token").to_string();
        // The change is later than two clocks may differ. If it were nearer, the revision alone would decide.
        world.clock.now = START.plus_seconds(31);
        prepare(&mut world);
        assert_eq!(refresh(&mut world, &token).parts(), invalid());
        assert_eq!(reason(&world), expected);
    }
}

/// A store answers with another account's session, or a relying party's forged bearer names one.
#[test]
fn a_session_of_another_account_is_none() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    let erin = world.account("erin").id;
    world.host.sessions.values_mut().for_each(|record| record.account = erin);
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
    assert_eq!(reason(&world), TokenRefusal::SessionEnded);
}

#[test]
fn a_rotation_retires_the_old_token_and_its_return_ends_the_session() {
    let mut world = rotating();
    let first = session(&mut world).text("session_token").to_string();
    let refreshed = refresh(&mut world, &first);
    assert_eq!(world.host.asked, ["CheckSession", "FindAccount", "DecideAccess", "Commit"]);
    let second = refreshed.text("session_token").to_string();
    assert_ne!(first, second);
    let third = refresh(&mut world, &second).text("session_token").to_string();

    assert_eq!(refresh(&mut world, &first).parts(), invalid());
    assert_eq!(world.host.asked, ["CheckSession", "Commit"], "one write: the end");
    let events = &world.outcome.as_ref().unwrap().events;
    assert!(matches!(events[..], [Event::SessionReused { .. }, Event::TokenRefused { .. }]), "{events:?}");
    for token in [&second, &third] {
        assert_eq!(refresh(&mut world, token).parts(), invalid(), "for whoever holds it");
    }
    assert_eq!(world.check_exist(refreshed.text("id_token")).status, 400);
}

/// The store was set back to before the rotation. It knows no session of this token, and nobody is a thief.
#[test]
fn a_token_newer_than_its_record_is_none_and_ends_nothing() {
    let mut world = rotating();
    let first = session(&mut world).text("session_token").to_string();
    let before = world.host.sessions.clone();
    let second = refresh(&mut world, &first).text("session_token").to_string();
    world.host.sessions = before;
    assert_eq!(refresh(&mut world, &second).parts(), invalid());
    assert_eq!((reason(&world), world.host.ended.len()), (TokenRefusal::SessionEnded, 0));
    assert_eq!(refresh(&mut world, &first).status, 200);
}

/// Two refreshes at once with one token are both judged before either is written.
#[test]
fn a_race_for_one_rotation_ends_the_session() {
    let mut world = rotating();
    let token = session(&mut world).text("session_token").to_string();
    let headers = demo::device().with("X-session-token", &token);
    let (one, other) = (
        world.begin(&Call::new("POST", REFRESH).on(&headers)),
        world.begin(&Call::new("POST", REFRESH).on(&headers)),
    );
    let (one, other) = (world.until_commit(one), world.until_commit(other));
    let outcome = world.run(one);
    let winner = world.answer(outcome);
    assert_eq!(winner.status, 200);
    let outcome = world.run(other);
    assert_eq!(world.answer(outcome).parts(), invalid());
    assert_eq!(refresh(&mut world, winner.text("session_token")).parts(), invalid());
}

#[test]
fn an_unused_session_ends_to_the_second() {
    let lifetimes = Lifetimes::default().with_session_idle(Lifetime::of::<600>()).unwrap();
    let mut world = World::with_policy(Policy { lifetimes, ..demo::policy() });
    let granted = session(&mut world);
    let token = granted.text("session_token").to_string();
    for (later, status) in [(599, 200), (1198, 200), (1798, 400), (1799, 400)] {
        world.clock.now = START.plus_seconds(later);
        assert_eq!(refresh(&mut world, &token).status, status, "{later}");
    }
    // The use of an id token counts too, and finds the same end.
    assert_eq!(world.check_exist(granted.text("id_token")).status, 400);
}

#[test]
fn a_sign_out_ends_the_session_and_may_be_repeated() {
    let mut world = World::new();
    let granted = session(&mut world);
    let other = session(&mut world);
    let token = granted.text("session_token").to_string();
    for _ in 0..2 {
        let ended = logout(&mut world, &token);
        assert_eq!((ended.status, ended.bytes.len()), (200, 0));
        assert_eq!(world.host.asked, ["Commit"]);
    }
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
    assert_eq!(world.check_exist(granted.text("id_token")).status, 400);
    assert_eq!(refresh(&mut world, other.text("session_token")).status, 200, "the other one goes on");
    world.change("alice", |alice| alice.status = AccountStatus::Disabled);
    assert_eq!(logout(&mut world, other.text("session_token")).status, 200, "whatever the account's state");
    world.host.fault = Some(HostFault::Unavailable("Commit"));
    assert_eq!(logout(&mut world, &token).status, 500);
}

#[test]
fn a_host_ends_one_session_or_all_on_its_own_behalf() {
    let mut world = World::new();
    let tokens: Vec<_> = (0..3).map(|_| session(&mut world).text("session_token").to_string()).collect();
    let engine = world.api.engine().clone();
    let alice = AccountId::new("id-alice").unwrap();
    let one = *world.host.sessions.keys().next().unwrap();
    let step = engine.end_sessions(audience(), alice, Some(one));
    let outcome = world.run(step);
    assert!(matches!(outcome.verdict, Verdict::Done));
    assert_eq!(outcome.events, [Event::SessionsEnded { account: alice, session: Some(one) }]);
    assert_eq!((outcome.facts.audience, outcome.facts.account), (Some(audience()), Some(alice)));
    let live = |world: &mut World| tokens.iter().filter(|token| refresh(world, token).status == 200).count();
    assert_eq!(live(&mut world), 2);
    let outcome = world.run(engine.end_sessions(audience(), alice, None));
    assert!(matches!(outcome.verdict, Verdict::Done));
    assert_eq!(live(&mut world), 0);
    world.host.fault = Some(HostFault::Unavailable("Commit"));
    assert!(matches!(world.run(engine.end_sessions(audience(), alice, None)).verdict, Verdict::Busy));
}

/// The account was disabled and enabled again in between.
#[test]
fn a_session_does_not_come_back_with_its_account() {
    let mut world = World::new();
    let token = session(&mut world).text("session_token").to_string();
    world.change("alice", |alice| alice.status = AccountStatus::Disabled);
    world.change("alice", |alice| alice.status = AccountStatus::Active);
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
    // A change in the same second as the sign-in counts too.
    let token = session(&mut world).text("session_token").to_string();
    let now = world.clock.now;
    world.change("alice", |alice| alice.password.as_mut().unwrap().changed_at = now);
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
    world.change("alice", |alice| alice.password = None);
    assert_eq!(refresh(&mut world, &token).parts(), invalid());
}

#[test]
fn a_session_that_ends_while_it_is_rotated_is_no_theft() {
    let mut world = rotating();
    let token = session(&mut world).text("session_token").to_string();
    let headers = demo::device().with("X-session-token", &token);
    let step = world.begin(&Call::new("POST", REFRESH).on(&headers));
    let step = world.until_commit(step);
    world.host.ended.extend(world.host.sessions.keys().copied());
    let outcome = world.run(step);
    assert_eq!(world.answer(outcome).parts(), invalid());
    assert_eq!(reason(&world), TokenRefusal::SessionEnded);
}
