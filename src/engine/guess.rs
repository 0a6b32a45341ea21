//! A guess is counted, judged and settled, at a factor of an account that may or may not be there.
//!
//! Counting comes first, so that guesses sent at once are counted each. What is judged, and by whom, is the business of the
//! proof of each factor; that a lock and an account that is not there ask the same of the host as all others is its duty.

use super::admit::Admitted;
use crate::{
    Step,
    outcome::ProofRefusal,
    policy::{Attempt, Receipt, Settlement},
    step::{Ask, AttemptSlot, Question, ReserveAttempt, SettleAttempt},
};

/// A guess that has been counted and waits to be judged.
pub(super) struct Guess<T> {
    pub(super) admitted: Admitted,
    slot: AttemptSlot,
    receipt: Receipt,
    /// Whom a right guess proves; or why not even a right one would count.
    pub(super) subject: Result<T, ProofRefusal>,
}

/// Counts a guess, and goes on with `then`.
pub(super) fn count<T: Send + Sync + 'static>(
    admitted: Admitted,
    slot: AttemptSlot,
    subject: Result<T, ProofRefusal>,
    then: impl FnOnce(Guess<T>) -> Step + Send + Sync + 'static,
) -> Step {
    let policy = admitted.application.policy.attempts;
    let question = ReserveAttempt::new(slot, policy, admitted.context.moment.timestamp());
    Step::ReserveAttempt(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<ReserveAttempt>(),
        Some(other) if other.slot() != slot => admitted.context.contradiction::<ReserveAttempt>(),
        Some(reservation) => then(Guess::new(admitted, slot, subject, reservation.attempt())),
    }))
}

impl<T: Send + Sync + 'static> Guess<T> {
    fn new(
        mut admitted: Admitted,
        slot: AttemptSlot,
        subject: Result<T, ProofRefusal>,
        attempt: Attempt,
    ) -> Self {
        let facts = &mut admitted.context.outcome.facts;
        match attempt {
            Attempt::Reserved { receipt, left } => {
                facts.attempts_left = Some(left);
                Self { admitted, slot, receipt, subject }
            }
            Attempt::Locked { until } => {
                facts.attempts_left = Some(0);
                facts.locked_until = until;
                let subject = subject.and(Err(ProofRefusal::Locked));
                Self { admitted, slot, receipt: Receipt::NONE, subject }
            }
        }
    }

    /// Takes out of the subject what the guess is judged by.
    pub(super) fn split<E, S>(self, split: impl FnOnce(T) -> (E, S)) -> (Option<E>, Guess<S>) {
        let Self { admitted, slot, receipt, subject } = self;
        let (evidence, subject) = match subject.map(split) {
            Ok((evidence, subject)) => (Some(evidence), Ok(subject)),
            Err(refusal) => (None, Err(refusal)),
        };
        (evidence, Guess { admitted, slot, receipt, subject })
    }

    /// It is right: it is forgotten with all earlier ones – unless not even a right one counts.
    pub(super) fn right(
        self,
        then: impl FnOnce(Admitted, Result<T, ProofRefusal>) -> Step + Send + Sync + 'static,
    ) -> Step {
        match self.subject {
            Err(refusal) => then(self.admitted, Err(refusal)),
            Ok(subject) => settle(self.admitted, self.slot, Settlement::Passed(self.receipt), |admitted| {
                then(admitted, Ok(subject))
            }),
        }
    }

    /// It is wrong, for this reason if for no other: it stays counted.
    pub(super) fn wrong(self, reason: ProofRefusal) -> (Admitted, ProofRefusal) {
        (self.admitted, self.subject.err().unwrap_or(reason))
    }

    /// The host could not judge it: it is given back. Where there was none to give back, the host is asked all the same.
    pub(super) fn unjudged<Q: Question>(self) -> Step {
        settle(self.admitted, self.slot, Settlement::Void(self.receipt), |admitted| {
            admitted.context.unavailable::<Q>()
        })
    }
}

fn settle(
    mut admitted: Admitted,
    slot: AttemptSlot,
    settlement: Settlement,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    let question = SettleAttempt::new(slot, settlement);
    Step::SettleAttempt(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<SettleAttempt>(),
        Some(()) => {
            // The count of before is no longer the count.
            admitted.context.outcome.facts.attempts_left = None;
            then(admitted)
        }
    }))
}
