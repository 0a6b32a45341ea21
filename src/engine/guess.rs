//! A guess is counted, judged and settled, at a factor of an account that may or may not be there.
//!
//! Counting comes first, so that guesses sent at once are counted each. What is judged, and by whom, is the business of the
//! proof of each factor; that a lock and an account that is not there ask the same of the host as all others is its duty.

use super::{
    admit::Admitted,
    ask::{InProgress, Then},
};
use crate::{
    guess::{Attempt, AttemptSlot, Receipt, ReserveAttempt, SettleAttempt, Settlement},
    outcome::ProofRefusal,
    step::{Question, Step},
};

/// A guess that has been counted and waits to be judged.
pub(super) struct Guess<T> {
    pub(super) admitted: Admitted,
    slot: AttemptSlot,
    receipt: Receipt,
    /// Whom a right guess proves; or why not even a right one would count.
    pub(super) claimant: Result<T, ProofRefusal>,
}

impl<T: Send + Sync + 'static> Guess<T> {
    /// Counts a guess, and goes on with `then`.
    pub(super) fn count(
        admitted: Admitted,
        slot: AttemptSlot,
        claimant: Result<T, ProofRefusal>,
        then: impl FnOnce(Self) -> Step + Send + Sync + 'static,
    ) -> Step {
        let question = ReserveAttempt::new(slot, admitted.policy().attempts, admitted.now());
        admitted.ask(question, move |admitted, _, reservation| {
            if reservation.slot() == slot {
                then(Self::new(admitted, slot, claimant, reservation.attempt()))
            } else {
                admitted.context.contradiction::<ReserveAttempt>()
            }
        })
    }

    fn new(
        mut admitted: Admitted,
        slot: AttemptSlot,
        claimant: Result<T, ProofRefusal>,
        attempt: Attempt,
    ) -> Self {
        let facts = &mut admitted.context.outcome.facts;
        match attempt {
            Attempt::Reserved { receipt, left } => {
                facts.attempts_left = Some(left);
                Self { admitted, slot, receipt, claimant }
            }
            Attempt::Locked { until } => {
                facts.attempts_left = Some(0);
                facts.locked_until = until;
                let claimant = claimant.and(Err(ProofRefusal::Locked));
                Self { admitted, slot, receipt: Receipt::NONE, claimant }
            }
        }
    }

    /// Takes out of the claimant what the guess is judged by.
    pub(super) fn split<E, S>(self, split: impl FnOnce(T) -> (E, S)) -> (Option<E>, Guess<S>) {
        let Self { admitted, slot, receipt, claimant } = self;
        let (evidence, claimant) = match claimant.map(split) {
            Ok((evidence, claimant)) => (Some(evidence), Ok(claimant)),
            Err(refusal) => (None, Err(refusal)),
        };
        (evidence, Guess { admitted, slot, receipt, claimant })
    }

    /// It is right: it is forgotten with all earlier ones – unless not even a right one counts.
    pub(super) fn right(self, then: impl Then<Admitted, Result<T, ProofRefusal>>) -> Step {
        match self.claimant {
            Err(refusal) => then(self.admitted, Err(refusal)),
            Ok(claimant) => settle(self.admitted, self.slot, Settlement::Passed(self.receipt), |admitted| {
                then(admitted, Ok(claimant))
            }),
        }
    }

    /// It is wrong, if for no other reason then for this one: it stays counted.
    pub(super) fn wrong<A>(
        self,
        reason: ProofRefusal,
        then: impl Then<Admitted, Result<A, ProofRefusal>>,
    ) -> Step {
        then(self.admitted, Err(self.claimant.err().unwrap_or(reason)))
    }
}

impl<T: Send + Sync + 'static> InProgress for Guess<T> {
    /// The host could not judge it: it is given back. Where there was none to give back, the host is asked all the same.
    fn unanswered<Q: Question>(self) -> Step {
        settle(self.admitted, self.slot, Settlement::Void(self.receipt), |admitted| {
            admitted.unanswered::<Q>()
        })
    }
}

fn settle(
    admitted: Admitted,
    slot: AttemptSlot,
    settlement: Settlement,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    admitted.ask(SettleAttempt::new(slot, settlement), |mut admitted, _, ()| {
        // The count of before is no longer the count.
        admitted.context.outcome.facts.attempts_left = None;
        then(admitted)
    })
}
