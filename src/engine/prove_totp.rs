//! Proving a time-based one-time password (RFC 6238). It is judged here; that its step is used once is the commit's to see to.

use super::{admit::Admitted, ask::Then, guess::Guess};
use crate::{
    Secret,
    factor::Totp,
    guess::Aim,
    outcome::ProofRefusal,
    spelling::digits_alone,
    step::{Step, Write},
};

/// Judges `presented`, and goes on with `then`: with whom it proves and the write that uses its step.
pub(super) fn prove_totp<T: Send + Sync + 'static>(
    admitted: Admitted,
    aim: Aim,
    claimant: Result<(Totp, T), ProofRefusal>,
    presented: Secret,
    then: impl Then<Admitted, Result<(T, Write), ProofRefusal>>,
) -> Step {
    Guess::count(admitted, aim, claimant, move |guess| {
        let (now, skew) = (guess.admitted.now(), guess.admitted.policy().totp_skew.steps());
        let presented = digits_alone(presented.expose()).unwrap_or_default();
        let (totp, guess) = guess.split(|judged| judged);
        match totp.and_then(|totp| totp.matching_step(&presented, now, skew)) {
            Some(step) => guess.right(move |admitted, claimant| {
                then(admitted, claimant.map(|claimant| (claimant, Write::UseTotpStep { step })))
            }),
            None => guess.wrong(ProofRefusal::Wrong, then),
        }
    })
}
