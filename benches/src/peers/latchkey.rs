//! `latchkey`: the check of a session token, which contains nothing and is looked up by its hash. The look-up is not
//! counted.

use crate::operation::Operation;
use latchkey::token::TokenHash;
use std::hint::black_box;

pub(super) fn operation() -> Operation {
    let token = "A".repeat(43);
    let hash = TokenHash::of(&token).expect("a token's shape");
    Operation::new("verify a session", "latchkey (hash alone)", move || {
        assert!(black_box(&hash).verify(black_box(&token)));
    })
}
