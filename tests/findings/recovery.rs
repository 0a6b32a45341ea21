//! Setting a password without the old one: who may do so, and by which proof. Findings 3, 6 and 16.

use crate::calls::{
    ALICE, CHANGE, NEW, ask, at_sibling, latest_code, mona, nora, password_of, reset, sent, update_by_code,
    works, world_of, world_with, world_with_sibling,
};
use authflow::{
    Dialect,
    password::MustChange,
    policy::{Policy, SecondFactor},
    testkit::{
        Call, Setup, World,
        demo::{self, MOBILE, PASSWORD},
    },
};
use serde_json::json;

/// Whether the account still has the password that the demo gave it.
fn is_unchanged(world: &mut World, user_name: &str) -> bool {
    password_of(world, user_name).as_deref() == Some(PASSWORD)
}

/// A policy that does not mention resets has none, whatever the dialect of its application.
#[test]
fn finding_03_a_dialect_opens_no_reset() {
    for dialect in [Dialect::Eiam, Dialect::OneAccess] {
        let mut world = world_with(Setup { dialect, ..Setup::new(Policy::default()) });
        world.send(&ask(ALICE, "FORGET_PWD_SMS"));
        let code = latest_code(&world);
        world.send(&reset(ALICE, &code));
        assert!(is_unchanged(&mut world, "alice"), "finding 3: a dialect let a code by SMS reset a password");
    }
}

/// mona's SMS is her second factor. If both applications allow resets by SMS, neither of them may reset her
/// password.
#[test]
fn finding_03_a_sibling_without_second_factors_resets_no_password() {
    let lax = Policy { second_factor: SecondFactor::Off, ..demo::policy() };
    let mut world = world_with_sibling(Dialect::Eiam, lax);
    works(world.send(&ask(MOBILE, "FORGET_PWD_SMS")));
    let at_the_strict_one = world.host.outbox.last().unwrap();
    assert!(at_the_strict_one.decoy, "the strict application sends none");
    world.clock.pass(60);
    world.send(&at_sibling(ask(MOBILE, "FORGET_PWD_SMS")));
    let code = latest_code(&world);
    world.send(&at_sibling(reset(MOBILE, &code)));
    assert!(
        is_unchanged(&mut world, "mona"),
        "finding 3: a sibling without second factors reset the password"
    );
}

#[test]
fn finding_03_in_ciam_the_channel_of_a_second_factor_sets_no_password() {
    let mut world = world_of(Dialect::Ciam);
    let id_token = mona(&mut world).id_token().to_owned();
    world.clock.pass(60);
    world.send(&ask(MOBILE, "UPDATE_PWD_SMS"));
    let code = latest_code(&world);
    world.send(&update_by_code(&id_token, &code));
    assert!(
        is_unchanged(&mut world, "mona"),
        "finding 3: in CIAM the channel of a second factor set a password"
    );
}

/// Every relying party is handed the id token at sign-in.
#[test]
fn finding_06_a_relying_party_sets_no_first_password_for_other_applications() {
    let mut world = world_with_sibling(Dialect::Ciam, demo::policy());
    let id_token = nora(&mut world).id_token().to_owned();
    let set = Call::post(CHANGE, &json!({ "new_password": NEW })).bearing(&id_token);
    world.send(&set.with_fingerprint("the relying party's own server"));
    let entered = world.send(&at_sibling(Call::login("nora", NEW)));
    assert_ne!(
        entered.find("status"),
        Some("SUCCESS"),
        "finding 6: a relying party set a first password, and entered another application with it"
    );
}

#[test]
fn finding_06_an_old_bearer_on_another_device_sets_no_password_by_a_second_factor() {
    let mut world = world_of(Dialect::Ciam);
    let id_token = mona(&mut world).id_token().to_owned();
    world.clock.pass(7_000);
    let elsewhere = |call: Call| call.with_fingerprint("another");
    world.send(&elsewhere(ask(MOBILE, "UPDATE_PWD_SMS")));
    let code = latest_code(&world);
    world.send(&elsewhere(update_by_code(&id_token, &code)));
    assert!(
        is_unchanged(&mut world, "mona"),
        "finding 6: an id token set a password two hours later, from another device, by the second factor"
    );
}

/// Each reason to refuse alone, on another device or after two hours: alice's mobile is no second factor.
#[test]
fn finding_06_a_bearer_on_another_device_sets_no_password() {
    let mut world = world_of(Dialect::Ciam);
    let id_token = works(world.login("alice")).id_token().to_owned();
    let code = sent(&mut world, &ask(ALICE, "UPDATE_PWD_SMS"));
    world.send(&update_by_code(&id_token, &code).with_fingerprint("another"));
    assert!(is_unchanged(&mut world, "alice"), "finding 6: an id token set a password on another device");
}

#[test]
fn finding_06_a_bearer_of_two_hours_ago_sets_no_password() {
    let mut world = world_of(Dialect::Ciam);
    let id_token = works(world.login("alice")).id_token().to_owned();
    world.clock.pass(7_000);
    world.send(&ask(ALICE, "UPDATE_PWD_SMS"));
    let code = latest_code(&world);
    world.send(&update_by_code(&id_token, &code));
    assert!(
        is_unchanged(&mut world, "alice"),
        "finding 6: an id token set a password two hours after the sign-in"
    );
}

/// alice has a mobile to prove herself with. An attacker who knows the breached password does not have it.
#[test]
fn finding_16_a_breached_password_is_not_changed_by_itself() {
    let mut world = world_of(Dialect::Ciam);
    world.change("alice", |alice| {
        alice.password.as_mut().unwrap().must_change = Some(MustChange::Breached);
    });
    let pending = works(world.login("alice"));
    assert_eq!(pending.text("status"), "PASSWORD_EXPIRED");
    world.send(&Call::update(pending.state_token(), PASSWORD, NEW));
    assert!(is_unchanged(&mut world, "alice"), "finding 16: the breached password was proof enough");
}

/// A host may mark a password as breached and leave the revision. Then an attacker who has the password keeps
/// every session.
#[test]
fn finding_16_the_duty_to_count_up_names_must_change() {
    let duties = include_str!("../../docs/host.md");
    assert!(
        duties.contains("must_change") || duties.contains("MustChange"),
        "finding 16: the duties do not name must_change"
    );
}
