//! Changing a password within a login.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World, warned},
};

const NEW: &str = "Battery-Staple-8";

#[test]
fn whoever_must_change_the_password_changes_it_and_is_signed_in() {
    let home = Home::new();
    let mut server = home.start();
    for world in World::BOTH {
        for name in ["erin", "victor", "frank"] {
            let state_token = Call::login(world, name, PASSWORD).send(&server).text("state_token");
            let changed = Call::update(world, &state_token, PASSWORD, NEW).send(&server);
            assert!(changed.is_success(), "{changed:?}");
            assert_eq!(Call::check(world, &changed.text("id_token")).send(&server).status, 200);
            Call::update(world, &state_token, NEW, "Third-Word-99")
                .send(&server)
                .assert_state_token_refused();
        }
        // The new password outlives a restart, and the old one is gone.
        server.stop();
        server = home.start();
        for name in ["erin", "victor", "frank"] {
            Call::login(world, name, PASSWORD).send(&server).assert_credentials_refused();
            assert!(Call::login(world, name, NEW).send(&server).is_success());
        }
    }
}

#[test]
fn a_refused_change_spends_nothing_and_a_granted_one_ends_what_else_is_open() {
    let home = Home::new();
    let server = home.start();
    let world = World::Isv;
    let (kept, used, skipped) = (warned(&server, world), warned(&server, world), warned(&server, world));
    let elsewhere = Call::skip(world, &skipped).send(&server).text("id_token");
    for (old, new, code) in [
        ("wrong", NEW, "IDAAS.SDK.PWD.0102"),
        (PASSWORD, "short", "IDAAS.SDK.PWD.0007"),
        (PASSWORD, PASSWORD, "IDAAS.SDK.PWD.0001"),
    ] {
        let refused = Call::update(world, &used, old, new).send(&server);
        assert_eq!((refused.status, refused.text("error_code").as_str()), (400, code));
    }
    assert_eq!(Call::check(world, &elsewhere).send(&server).status, 200);
    assert!(Call::update(world, &used, PASSWORD, NEW).send(&server).is_success());
    Call::skip(world, &kept).send(&server).assert_state_token_refused();
    Call::check(world, &elsewhere).send(&server).assert_id_token_refused();
}
