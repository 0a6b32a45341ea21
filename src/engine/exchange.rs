//! The exchange of a code or a token at its provider.
//!
//! An exchange costs the host a call to the provider, and no account is known yet. So it is counted against the device like a guess, before the host
//! is asked. A code or token that proves nothing stays counted. Any other is given back, or cleared with what it proves.

use super::{
    admit::Admitted,
    ask::{InProgress as _, Then},
    guess::Guess,
};
use crate::{
    Secret,
    factor::Factor,
    guess::Aim,
    outcome::ProofRefusal,
    step::{Ask, Question, Step},
};

/// Asks the host what `presented` says, and goes on with `then`. The host is not asked if the device has no exchange left.
pub(super) fn exchange<A, Q>(
    admitted: Admitted,
    factor: Factor,
    presented: &Secret,
    question: Q,
    then: impl Then<Admitted, Result<A, ProofRefusal>>,
) -> Step
where
    A: Send + Sync + 'static,
    Q: Question<Answer = Option<A>>,
    Step: From<Ask<Q>>,
{
    let Admitted { context, audience, .. } = &admitted;
    let aim = Aim::at_exchange(&context.core.ring, audience.tenant, factor, &context.device, presented);
    Guess::count(admitted, aim, Ok(()), move |guess| {
        if guess.claimant.is_err() {
            let (admitted, locked) = guess.judged(Err(ProofRefusal::Locked));
            return then(admitted, locked.map(|((), said)| said));
        }
        guess.ask(question, move |guess, _, said| {
            let (admitted, said) = guess.judged(said.ok_or(ProofRefusal::Wrong));
            then(admitted, said.map(|((), said)| said))
        })
    })
}
