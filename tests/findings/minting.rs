//! Keys: who can mint with them, and which are none. Findings 10 and 18.

use crate::calls::works;
use authflow::{
    factor::{Factor, FactorSet},
    testkit::{World, demo},
    token::{
        Key, KeyRing, SessionClaims, SessionToken, Stage, StateClaims, StateToken, Untrusted, VerifyWindow,
    },
};

/// Middleware is handed the ring "to verify". Once what it is handed has no `mint`, this does not compile: then it is a test of
/// the compiler's.
#[test]
#[should_panic(expected = "finding 10: middleware minted a session of somebody else")]
fn finding_10_middleware_mints_no_session() {
    let mut world = World::new();
    let own = works(world.login("alice")).session_token().to_owned();
    let (ring, audience, now) = (world.api.engine().ring(), demo::audience(), world.clock.now);
    let sessions = ring.session_tokens();
    let verified =
        sessions.for_application(&audience).verify(Untrusted::<SessionToken>::new(&own), now).unwrap();
    let forged = sessions.mint(&SessionClaims { account: demo::account("tom").id, ..*verified.claims() });
    let judged = sessions.for_application(&audience).verify(forged.presented(), now);
    assert!(judged.is_err(), "finding 10: middleware minted a session of somebody else");
}

/// eve has a second factor. The forged token says that both have been proved; its device is copied from a token of one's own, and her
/// revision from any token of hers that middleware has seen.
#[test]
#[should_panic(expected = "finding 10: middleware minted a state token that ended in a session")]
fn finding_10_middleware_mints_no_state_token() {
    let mut world = World::new();
    let own = works(world.login("erin")).state_token().to_owned();
    let (eve, revision) = (demo::account("eve").id, demo::account("eve").revision);
    let (states, now) = (world.api.engine().ring().state_tokens(), world.clock.now);
    let verified = states.verify(Untrusted::<StateToken>::new(&own), now).unwrap();
    let factors = FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp);
    let stage = Stage::PasswordExpiring;
    let forged = states.mint(&StateClaims { account: eve, revision, factors, stage, ..*verified.claims() });
    let skipped = world.skip(forged.expose());
    assert_ne!(
        skipped.find("status"),
        Some("SUCCESS"),
        "finding 10: middleware minted a state token that ended in a session"
    );
}

#[test]
#[should_panic(expected = "finding 18: a secret that anybody would guess was taken for a key")]
fn finding_18_bytes_that_are_all_equal_are_no_key() {
    for byte in [0, 7] {
        let key = Key::new("2026-11", [byte; 32]);
        assert!(key.is_err(), "finding 18: a secret that anybody would guess was taken for a key");
    }
}

#[test]
#[should_panic(expected = "finding 18: bytes that count up were taken for a key")]
fn finding_18_bytes_that_count_up_are_no_key() {
    let counting: [u8; 32] = std::array::from_fn(|at| at as u8);
    let key = Key::new("2026-11", counting);
    assert!(key.is_err(), "finding 18: bytes that count up were taken for a key");
}

/// 32 bytes that look like a key.
const SECRET: [u8; 32] = *b"q8Wz1fT0pL6sXn4Vb9Rk3Jd7Hc2Gm5Ya";

#[test]
#[should_panic(expected = "finding 18: one secret under two ids was taken for a rotation")]
fn finding_18_one_secret_under_two_ids_is_no_rotation() {
    let window = VerifyWindow { from: demo::START, until: demo::START.plus_seconds(demo::DAY) };
    let key = |id| Key::new(id, SECRET).unwrap();
    let ring = KeyRing::new(key("new")).with_verifier(key("old"), window);
    assert!(ring.is_err(), "finding 18: one secret under two ids was taken for a rotation");
}

/// An empty window is refused by the ring, so the advice does not help when it is needed.
#[test]
#[should_panic(expected = "finding 18: the advice for a stolen key is an error")]
fn finding_18_the_advice_for_a_stolen_key_works() {
    let advice = include_str!("../../SECURITY.md");
    assert!(!advice.contains("empty window"), "finding 18: the advice for a stolen key is an error");
}
