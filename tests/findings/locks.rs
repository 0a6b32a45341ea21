//! Locks, and the effect of a new password on them. Finding 8 and K2.

use crate::calls::{
    ALICE, NEW, WITHIN_A_LOGIN, ask, ask_within, reset, sent, update_by_code, works, world_of,
};
use authflow::{
    Dialect,
    contact::Mobile,
    testkit::{Call, World, demo},
};
use serde_json::json;

/// A stranger's wrong guesses at a password, enough to lock it.
fn lock(world: &mut World, user_name: &str) {
    for _ in 0..5 {
        world.send(&Call::login(user_name, "wrong"));
    }
    assert_eq!(world.login(user_name).status, 400, "it is locked");
}

fn signs_in_with_the_new_one(world: &mut World, user_name: &str) -> bool {
    world.send(&Call::login(user_name, NEW)).find("status") == Some("SUCCESS")
}

#[test]
fn finding_08_a_reset_lifts_even_the_last_lock() {
    let mut world = world_of(Dialect::Eiam);
    // A hundred wrong guesses lock it for good. Each lock before that lasts a day at most.
    for _ in 0..20 {
        lock(&mut world, "alice");
        world.clock.pass(demo::DAY);
    }
    assert_eq!(world.login("alice").status, 400, "it is locked for good");
    let code = sent(&mut world, &ask(ALICE, "FORGET_PWD_SMS"));
    works(world.send(&reset(ALICE, &code)));
    assert!(
        signs_in_with_the_new_one(&mut world, "alice"),
        "finding 8: a reset left the lock that a stranger had set for good"
    );
}

#[test]
fn kind_02_a_reset_clears_the_guesses_at_the_old_password() {
    let mut world = world_of(Dialect::Eiam);
    lock(&mut world, "alice");
    let code = sent(&mut world, &ask(ALICE, "FORGET_PWD_SMS"));
    works(world.send(&reset(ALICE, &code)));
    assert!(
        signs_in_with_the_new_one(&mut world, "alice"),
        "kind 2: a reset left the guesses at the old password"
    );
}

#[test]
fn kind_02_a_change_by_a_code_within_a_login_clears_them() {
    let mut world = World::new();
    world.account("victor").mobile = Mobile::new(ALICE).ok();
    let state_token = works(world.login("victor")).state_token().to_owned();
    for _ in 0..5 {
        world.update(&state_token, "wrong", NEW);
    }
    let code = sent(&mut world, &ask_within(&state_token, "CHANGE_PWD_SMS"));
    let body = json!({ "verify_code": code, "new_password": NEW });
    works(world.send(&Call::post(WITHIN_A_LOGIN, &body).pending(&state_token)));
    assert!(
        signs_in_with_the_new_one(&mut world, "victor"),
        "kind 2: a change by a code left the guesses at the old password"
    );
}

#[test]
fn kind_02_an_update_while_signed_in_clears_them() {
    let mut world = world_of(Dialect::Ciam);
    let id_token = works(world.login("alice")).id_token().to_owned();
    lock(&mut world, "alice");
    let code = sent(&mut world, &ask(ALICE, "UPDATE_PWD_SMS"));
    works(world.send(&update_by_code(&id_token, &code)));
    assert!(
        signs_in_with_the_new_one(&mut world, "alice"),
        "kind 2: an update while signed in left the guesses at the old password"
    );
}
