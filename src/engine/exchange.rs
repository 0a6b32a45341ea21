//! What a provider says of a code or a token.
//!
//! To ask costs the host a call to the provider, and nobody is known yet. So it is counted against the device, as a guess is and before the host is asked.
//! One that says nothing stays counted; any other is given back, or cleared with what it proves.

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

/// Asks the host what `presented` says, and goes on with `then`. Where the device has no exchange left, the host is not asked.
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
            return guess.wrong(ProofRefusal::Locked, then);
        }
        guess.ask(question, move |guess, _, said| match said {
            Some(said) => guess.right(move |admitted, claimant| then(admitted, claimant.map(|()| said))),
            None => guess.wrong(ProofRefusal::Wrong, then),
        })
    })
}
