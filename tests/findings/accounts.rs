//! Accounts: ids that are given out twice (K10), and sessions that end by a change made in them (K18). (Finding 2 says that code which
//! forgets a column does not compile. The examples of `Account`, `Password` and `Totp` test that.)

use crate::calls::{CHANGE, NEW, nora, password_of, works};
use authflow::{
    account::Account,
    testkit::{
        Call, World,
        demo::{self, PASSWORD},
    },
};
use serde_json::json;

/// The row is deleted, and the host makes a new account of another person with the same id.
fn given_to_another_person(world: &mut World, name: &str, password: Option<&str>) {
    // The password was set long ago, and imported. So no time tells the two accounts apart.
    let changed_at = demo::START.minus_seconds(demo::DAY);
    let password = password.map(|password| demo::password(password, changed_at));
    let before = world.account(name).revision;
    let moment = world.moment();
    // An import of the old row brings its revision along.
    world.host.create_account(Account { password, revision: before, ..demo::account(name) }, &moment);
    assert_ne!(world.account(name).revision, before);
}

#[test]
fn kind_10_a_session_ends_with_its_account() {
    let mut world = World::new();
    let session_token = works(world.login("alice")).session_token().to_owned();
    given_to_another_person(&mut world, "alice", Some(NEW));
    let refreshed = world.send(&Call::refresh(&session_token));
    assert_eq!(refreshed.status, 400, "kind 10: a session of who had the id before is the newcomer's");
}

#[test]
fn kind_10_an_id_token_ends_with_its_account() {
    let mut world = World::new();
    let id_token = works(world.login("alice")).id_token().to_owned();
    given_to_another_person(&mut world, "alice", Some(NEW));
    let answer = world.check_exist(&id_token);
    assert_eq!(answer.status, 400, "kind 10: an id token of who had the id before is the newcomer's");
}

#[test]
fn kind_10_an_id_token_sets_no_newcomers_first_password() {
    let mut world = World::new();
    let id_token = nora(&mut world).id_token().to_owned();
    given_to_another_person(&mut world, "nora", None);
    world.send(&Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&id_token));
    assert_eq!(
        password_of(&mut world, "nora"),
        None,
        "kind 10: who had the id before set the newcomer's first password"
    );
}

#[test]
fn kind_10_a_pending_login_ends_with_its_account() {
    let mut world = World::new();
    let state_token = works(world.login("erin")).state_token().to_owned();
    given_to_another_person(&mut world, "erin", Some(NEW));
    let expiring = demo::START.minus_seconds(85 * demo::DAY);
    world.account("erin").password.as_mut().unwrap().changed_at = expiring;
    let skipped = world.skip(&state_token);
    assert_eq!(
        skipped.status, 400,
        "kind 10: a login of who had the id before opened the newcomer's session"
    );
}

#[test]
fn kind_18_a_session_outlives_a_new_contact_given_in_it() {
    let mut world = World::new();
    let earlier = works(world.login("alice")).id_token().to_owned();
    let new = json!({ "mobile": "+86-13900000007", "type": "UPDATE_MOBILE_SMS" });
    let sent = world.send(&Call::post("/api/v2/sdk/sms/send", &new).bearing(&earlier));
    assert_eq!(sent.status, 200, "{}", sent.body);
    let signed_in = works(world.login("alice"));
    let new = json!({ "mobile": "+86-13900000007", "verify_code": world.code() });
    let replaced =
        world.send(&Call::post("/api/v2/sdk/profile/update-mobile", &new).bearing(signed_in.id_token()));
    assert_eq!(replaced.status, 200, "{}", replaced.body);
    let refreshed = world.send(&Call::refresh(signed_in.session_token()));
    assert_eq!(refreshed.status, 200, "kind 18: a new contact ended the session it was given in");
    assert_eq!(world.check_exist(&earlier).status, 400, "and another one goes on");
}

/// No operation enrols a factor. The host enrols it, and cannot renew the session in which that happens.
#[test]
#[should_panic(expected = "kind 18: a new factor ended the session it was enrolled in")]
fn kind_18_a_session_outlives_a_factor_enrolled_in_it() {
    let mut world = World::new();
    let session_token = works(world.send(&Call::login("alice", PASSWORD))).session_token().to_owned();
    world.clock.pass(60);
    let now = world.clock.now;
    world.change("alice", |alice| {
        demo::enrol(authflow::factor::Factor::Totp, alice);
        alice.factors_changed_at = now;
    });
    let refreshed = world.send(&Call::refresh(&session_token));
    assert_eq!(refreshed.status, 200, "kind 18: a new factor ended the session it was enrolled in");
}
