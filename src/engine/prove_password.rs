//! Proving a password.
//!
//! The questions and their order depend on nothing that an outsider may not know: without a verifier the presented password
//! is hashed all the same, and a lock does not spare the host a question.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    guess::Guess,
};
use crate::{
    Secret,
    guess::Aim,
    outcome::ProofRefusal,
    password::{PasswordMatch, VerifyPassword},
    step::Step,
};

/// Judges `presented` by the verifier of the claimant, if there is one, and goes on with `then`.
pub(super) fn prove_password<T: Send + Sync + 'static>(
    admitted: Admitted,
    aim: Aim,
    claimant: Result<(Secret, T), ProofRefusal>,
    presented: Secret,
    then: impl Then<Admitted, Result<T, ProofRefusal>>,
) -> Step {
    Guess::count(admitted, aim, claimant, move |guess| {
        let (verifier, guess) = guess.split(|judged| judged);
        guess.ask(VerifyPassword { verifier, presented }, |guess, _, answer| match answer {
            PasswordMatch::Matches => guess.right(then),
            PasswordMatch::Differs => guess.wrong(ProofRefusal::Wrong, then),
        })
    })
}
