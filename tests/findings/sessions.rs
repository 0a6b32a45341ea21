//! Sessions: lost answers, access that is decided once, and two clocks. Findings 9 and 13, K1 and K11.

use crate::calls::{ALICE, CHANGE, NEW, ask, password_of, reset, sent, works, world_of};
use authflow::{
    Dialect,
    policy::{Policy, RetryGrace},
    testkit::{
        Call, World,
        demo::{self, PASSWORD},
    },
};
use serde_json::json;

/// A policy that gives an answer again, in case it was lost.
fn patient() -> Policy {
    Policy { retry_grace: RetryGrace::try_from(20).unwrap(), ..demo::policy() }
}

/// A patient policy that also rotates session tokens.
fn rotating() -> Policy {
    Policy { rotate_session_tokens: true, ..patient() }
}

#[test]
fn finding_09_a_client_that_did_not_get_the_answer_asks_again() {
    let mut world = World::with_policy(rotating());
    let session_token = works(world.login("alice")).session_token().to_owned();
    works(world.send(&Call::refresh(&session_token)));
    world.clock.pass(2);
    let again = world.send(&Call::refresh(&session_token));
    assert_eq!(again.status, 200, "finding 9: one lost answer signed a client out");
}

#[test]
fn finding_09_what_was_answered_first_goes_on_as_well() {
    let mut world = World::with_policy(rotating());
    let session_token = works(world.login("alice")).session_token().to_owned();
    let newer = works(world.send(&Call::refresh(&session_token))).session_token().to_owned();
    world.clock.pass(2);
    world.send(&Call::refresh(&session_token));
    let after = world.send(&Call::refresh(&newer));
    assert_eq!(
        after.status, 200,
        "finding 9: asking again ended the session that the first answer went on with"
    );
}

#[test]
fn kind_11_two_refreshes_at_once_are_both_answered() {
    let mut world = World::with_policy(rotating());
    let session_token = works(world.login("alice")).session_token().to_owned();
    let begun = [(); 2].map(|()| world.begin(&Call::refresh(&session_token)));
    let taken = begun.map(|step| world.until_commit(step));
    let [one, other] = taken.map(|step| world.finish(step));
    let newer = works(one).session_token().to_owned();
    let after = world.send(&Call::refresh(&newer));
    assert_eq!(
        (other.status, after.status),
        (200, 200),
        "kind 11: of two refreshes at once one was told that its token is void"
    );
}

#[test]
fn kind_11_a_skip_whose_answer_was_lost_is_answered_again() {
    let mut world = World::with_policy(patient());
    let state_token = works(world.login("erin")).state_token().to_owned();
    works(world.skip(&state_token));
    world.clock.pass(2);
    let again = world.skip(&state_token);
    let skips = world.account("erin").password.as_ref().unwrap().skips_used;
    assert_eq!(
        (again.find("status"), world.host.sessions.len(), skips),
        (Some("SUCCESS"), 1, 1),
        "kind 11: a repeated skip was refused, or was a second one"
    );
}

/// A session of alice's and its id token. The host has decided since to let nobody in.
fn denied_since(world: &mut World) -> [String; 2] {
    let granted = works(world.login("alice"));
    world.host.denied = true;
    [granted.session_token().to_owned(), granted.id_token().to_owned()]
}

#[test]
fn finding_13_a_refresh_asks_whether_access_is_allowed() {
    let mut world = World::new();
    let [session_token, _] = denied_since(&mut world);
    let refreshed = world.send(&Call::refresh(&session_token));
    assert!(
        refreshed.find("id_token").is_none(),
        "finding 13: a refresh did not ask whether access is allowed"
    );
}

#[test]
fn finding_13_a_ticket_asks_whether_access_is_allowed() {
    let mut world = World::new();
    let [session_token, _] = denied_since(&mut world);
    let issued = world.send(&Call::issue_ticket(&session_token));
    assert!(
        issued.find("sso_ticket").is_none(),
        "finding 13: a ticket did not ask whether access is allowed"
    );
}

#[test]
fn finding_13_a_reset_asks_whether_access_is_allowed() {
    let mut world = world_of(Dialect::Eiam);
    let code = sent(&mut world, &ask(ALICE, "FORGET_PWD_SMS"));
    world.host.denied = true;
    world.send(&reset(ALICE, &code));
    assert_eq!(
        password_of(&mut world, "alice").as_deref(),
        Some(PASSWORD),
        "finding 13: a reset did not ask whether access is allowed"
    );
}

#[test]
fn finding_13_a_change_of_ones_own_password_asks_whether_access_is_allowed() {
    let mut world = World::new();
    let [_, id_token] = denied_since(&mut world);
    let body = json!({ "old_password": PASSWORD, "new_password": NEW });
    world.send(&Call::post(CHANGE, &body).bearing(&id_token));
    assert_eq!(
        password_of(&mut world, "alice").as_deref(),
        Some(PASSWORD),
        "finding 13: a change of one's own password did not ask whether access is allowed"
    );
}

/// The password was set by an instance whose clock is twenty seconds ahead. Tokens are allowed thirty.
#[test]
fn kind_01_a_password_set_by_a_clock_ahead_ends_no_later_session() {
    let mut world = World::new();
    let changed_at = world.clock.now.plus_seconds(20);
    let given_out = demo::password("Given-Out-11", changed_at);
    world.change("alice", |alice| alice.password = Some(given_out));
    let granted = works(world.send(&Call::login("alice", "Given-Out-11")));
    world.clock.pass(3_600);
    let answer = world.check_exist(granted.id_token());
    assert_eq!(answer.status, 200, "kind 1: a session was over at once, by a password set by a clock ahead");
}

#[test]
fn kind_01_factors_changed_by_a_clock_ahead_end_no_later_session() {
    let mut world = World::new();
    let changed_at = world.clock.now.plus_seconds(20);
    world.change("alice", |alice| alice.factors_changed_at = changed_at);
    let granted = works(world.login("alice"));
    world.clock.pass(3_600);
    let refreshed = world.send(&Call::refresh(granted.session_token()));
    assert_eq!(
        refreshed.status, 200,
        "kind 1: a session that began after a change of factors was over at once"
    );
}
