//! Bytes that are refused as keys. Finding 18.
//!
//! Finding 10 was that middleware which is handed the ring "to verify" can mint with it. Such code no longer compiles: the
//! examples of `token::SessionVerifier` show what the compiler says.

use authflow::{
    testkit::demo,
    token::{Key, KeyRing, VerifyWindow},
};

#[test]
fn finding_18_bytes_that_are_all_equal_are_no_key() {
    for byte in [0, 7] {
        let key = Key::new("2026-11", [byte; 32]);
        assert!(key.is_err(), "finding 18: a secret that anybody would guess was taken for a key");
    }
}

#[test]
fn finding_18_bytes_that_count_up_are_no_key() {
    let counting: [u8; 32] = std::array::from_fn(|at| at as u8);
    let key = Key::new("2026-11", counting);
    assert!(key.is_err(), "finding 18: bytes that count up were taken for a key");
}

/// 32 bytes that look like a key.
const SECRET: [u8; 32] = *b"q8Wz1fT0pL6sXn4Vb9Rk3Jd7Hc2Gm5Ya";

#[test]
fn finding_18_one_secret_under_two_ids_is_no_rotation() {
    let window = VerifyWindow { from: demo::START, until: demo::START.plus_seconds(demo::DAY) };
    let key = |id| Key::new(id, SECRET).unwrap();
    let ring = KeyRing::new(key("new")).with_verifier(key("old"), window);
    assert!(ring.is_err(), "finding 18: one secret under two ids was taken for a rotation");
}

/// The ring refuses an empty window, so advice with one would not help when it is needed.
#[test]
fn finding_18_the_advice_for_a_stolen_key_works() {
    let advice = include_str!("../../SECURITY.md");
    assert!(!advice.contains("empty window"), "finding 18: the advice for a stolen key is an error");
}
