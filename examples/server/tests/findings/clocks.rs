//! Two servers on one database, whose clocks differ by some seconds.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World},
};

const WORLD: World = World::Ordinary;
const NEW: &str = "Battery-Staple-8";

/// The ring allows 30 seconds between instances, and 20 are fewer.
#[test]
fn kind_01_a_change_by_a_server_whose_clock_is_ahead_ends_no_later_session() {
    let home = Home::new();
    let server = home.start_double();
    let ahead = home.start_moved(20);
    let pending = Call::login(WORLD, "victor", PASSWORD).send(&ahead);
    let changed = Call::update(WORLD, &pending.text("state_token"), PASSWORD, NEW).send(&ahead);
    assert!(changed.is_success(), "{changed:?}");

    let granted = Call::login(WORLD, "victor", NEW).send(&server);
    assert!(granted.is_success(), "{granted:?}");
    let checked = Call::check(WORLD, &granted.text("id_token")).send(&server);
    assert_eq!(checked.status, 200, "kind 1: a session is over because another server's clock is ahead");
}
