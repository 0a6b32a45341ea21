//! Proving a password.
//!
//! The questions and their order depend on nothing that an outsider may not know: without a verifier the presented password
//! is hashed all the same, and a lock does not spare the host a question.

use super::{admit::Admitted, guess};
use crate::{
    Secret, Step,
    outcome::ProofRefusal,
    step::{Ask, AttemptSlot, PasswordMatch, VerifyPassword},
};

/// Judges `presented` by the verifier of the subject, if there is one, and goes on with `then`.
pub(super) fn prove_password<T: Send + Sync + 'static>(
    admitted: Admitted,
    slot: AttemptSlot,
    subject: Result<(Secret, T), ProofRefusal>,
    presented: Secret,
    then: impl FnOnce(Admitted, Result<T, ProofRefusal>) -> Step + Send + Sync + 'static,
) -> Step {
    guess::count(admitted, slot, subject, move |guess| {
        let (verifier, guess) = guess.split(|judged| judged);
        let question = VerifyPassword { verifier, presented };
        Step::VerifyPassword(Ask::new(question, move |_, answer| match answer {
            None => guess.unjudged::<VerifyPassword>(),
            Some(PasswordMatch::Matches) => guess.right(then),
            Some(PasswordMatch::Differs) => {
                let (admitted, refusal) = guess.wrong(ProofRefusal::Wrong);
                then(admitted, Err(refusal))
            }
        }))
    })
}
