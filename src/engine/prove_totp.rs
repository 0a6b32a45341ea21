//! Proving a time-based one-time password (RFC 6238). It is judged here; that its step is used once is the commit's to see to.

use super::{admit::Admitted, guess};
use crate::{
    Secret, Step, Totp,
    outcome::ProofRefusal,
    step::{AttemptSlot, Write},
};

/// Judges `presented`, and goes on with `then`: with whom it proves and the write that uses its step.
pub(super) fn prove_totp<T: Send + Sync + 'static>(
    admitted: Admitted,
    slot: AttemptSlot,
    subject: Result<(Totp, T), ProofRefusal>,
    presented: Secret,
    then: impl FnOnce(Admitted, Result<(T, Write), ProofRefusal>) -> Step + Send + Sync + 'static,
) -> Step {
    guess::count(admitted, slot, subject, move |guess| {
        let now = guess.admitted.context.moment.timestamp();
        let skew = guess.admitted.application.policy.totp_skew.steps();
        let (totp, guess) = guess.split(|judged| judged);
        match totp.and_then(|totp| totp.matching_step(presented.expose().trim(), now, skew)) {
            Some(step) => guess.right(move |admitted, subject| {
                then(admitted, subject.map(|subject| (subject, Write::UseTotpStep { step })))
            }),
            None => {
                let (admitted, refusal) = guess.wrong(ProofRefusal::Wrong);
                then(admitted, Err(refusal))
            }
        }
    })
}
