//! A password has three skips, however the logins are interleaved.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World, warned},
};

fn skips_used(home: &Home, world: World) -> i64 {
    home.number(&format!(
        "SELECT skips_used FROM authflow_accounts WHERE id = 'demo-erin' AND tenant = '{}'",
        world.tenant()
    ))
}

#[test]
fn four_logins_first_and_then_four_skips() {
    let home = Home::new();
    let server = home.start();
    for world in World::BOTH {
        let tokens = [(), (), (), ()].map(|()| warned(&server, world));
        let before = home.sessions();
        for token in &tokens[..3] {
            assert!(Call::skip(world, token).send(&server).is_success());
        }
        Call::skip(world, &tokens[3]).send(&server).assert_state_token_refused();
        assert_eq!((home.sessions() - before, skips_used(&home, world)), (3, 3));
    }
}

#[test]
fn login_and_skip_in_turn_and_the_fourth_login_offers_none() {
    let home = Home::new();
    let mut server = home.start();
    for world in World::BOTH {
        for used in 1..=3 {
            assert!(Call::skip(world, &warned(&server, world)).send(&server).is_success());
            assert_eq!(skips_used(&home, world), used);
            // A restart refills nothing.
            server.stop();
            server = home.start();
        }
        let fourth = Call::login(world, "erin", PASSWORD).send(&server);
        assert_eq!(fourth.text("status"), "PASSWORD_EXPIRED", "only a change is left");
        Call::skip(world, &fourth.text("state_token")).send(&server).assert_state_token_refused();
        assert_eq!(skips_used(&home, world), 3);
    }
}

#[test]
fn interleaved_with_one_token_from_before_each_skip() {
    let home = Home::new();
    let server = home.start();
    let world = World::Isv;
    let kept = warned(&server, world);
    let mut previous = warned(&server, world);
    for _ in 0..3 {
        let next = warned(&server, world);
        assert!(Call::skip(world, &previous).send(&server).is_success());
        previous = next;
    }
    for late in [kept, previous] {
        Call::skip(world, &late).send(&server).assert_state_token_refused();
    }
    assert_eq!(skips_used(&home, world), 3);
}
