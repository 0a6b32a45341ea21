//! Assertions about signed calls, over the onlooker's notes: what must never happen there.

use super::{
    calls::{Call, Reply},
    host::Host,
    observed::Observed,
    rules::{SEALED, SKEW},
};

pub fn check(host: &Host, seen: &Observed) {
    if !seen.request.call.is_of_a_session() {
        return;
    }
    let (is_sealed, done) = (seen.request.seal.is_some(), seen.reply.0 == 200);
    // A sign-out needs no signature.
    let gives_up = matches!(seen.request.call, Call::SignOut { .. });
    assert!(
        !done || is_sealed == host.life.signed || gives_up && !is_sealed,
        "a token as it is, where it must be sealed, or the other way"
    );
    let Some(seal) = seen.request.seal.filter(|_| host.life.signed) else { return };
    let is_fresh = seen.now < seal.at + SEALED + SKEW && seal.at <= seen.now + SEALED + SKEW;
    assert!(!done || is_fresh, "sealed too long ago, or in a time to come");
    let buys = seen.minted.iter().any(|token| token.starts_with("LGT"));
    assert!(!buys, "what is sealed gets a session token");
    // No fault tells what was wrong with the token.
    let of_token = [Reply::ID_MISSING, Reply::NO_ID, Reply::NO_SESSION].map(|reply| reply.1);
    assert!(!of_token.contains(&seen.reply.1.as_str()), "a second fault of what is sealed");
}
