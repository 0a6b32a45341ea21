//! Proving a password: a guess is counted, judged and settled, for an account that may or may not be there.
//!
//! The questions and their order depend on nothing that an outsider may not know: without a verifier the presented password
//! is hashed all the same, and a lock does not spare the host a question.

use super::admit::Admitted;
use crate::{
    Secret, Step,
    outcome::SignInRefusal,
    policy::{Attempt, Receipt, Settlement},
    step::{Ask, AttemptSlot, PasswordMatch, Reservation, ReserveAttempt, SettleAttempt, VerifyPassword},
};

/// A password to be proved.
pub(super) struct Proof<T, Then> {
    pub(super) admitted: Admitted,
    /// Where guesses at it are counted.
    pub(super) slot: AttemptSlot,
    /// What it is verified against, and whom a right one proves; or why not even a right one would count.
    pub(super) subject: Result<(Secret, T), SignInRefusal>,
    /// What the client typed.
    pub(super) presented: Secret,
    /// Goes on once the guess has been judged and, if it was right, settled.
    pub(super) then: Then,
}

impl<T, Then> Proof<T, Then>
where
    T: Send + Sync + 'static,
    Then: FnOnce(Admitted, Result<T, SignInRefusal>) -> Step + Send + Sync + 'static,
{
    pub(super) fn start(self) -> Step {
        let policy = self.admitted.application.policy.attempts;
        let question = ReserveAttempt::new(self.slot, policy, self.admitted.context.moment.timestamp());
        Step::ReserveAttempt(Ask::new(question, move |_, answer| match answer {
            None => self.admitted.context.unavailable::<ReserveAttempt>(),
            Some(other) if other.slot() != self.slot => {
                self.admitted.context.contradiction::<ReserveAttempt>()
            }
            Some(reservation) => self.attempt_reserved(&reservation),
        }))
    }

    fn attempt_reserved(mut self, reservation: &Reservation) -> Step {
        let facts = &mut self.admitted.context.facts;
        let receipt = match reservation.attempt() {
            Attempt::Reserved { receipt, left } => {
                facts.attempts_left = Some(left);
                receipt
            }
            Attempt::Locked { until } => {
                facts.attempts_left = Some(0);
                facts.locked_until = until;
                self.subject = self.subject.and(Err(SignInRefusal::Locked));
                Receipt::NONE
            }
        };
        let (verifier, subject) = match self.subject {
            Ok((verifier, subject)) => (Some(verifier), Ok(subject)),
            Err(refusal) => (None, Err(refusal)),
        };
        let Self { admitted, slot, presented, then, .. } = self;
        let question = VerifyPassword { verifier, presented };
        Step::VerifyPassword(Ask::new(question, move |_, answer| match (answer, subject) {
            // The guess was counted and not judged: it is given back. Where there was none, the host is asked all the same.
            (None, _) => settle(admitted, slot, Settlement::Void(receipt), |admitted| {
                admitted.context.unavailable::<VerifyPassword>()
            }),
            (Some(PasswordMatch::Matches), Ok(subject)) => {
                settle(admitted, slot, Settlement::Passed(receipt), |admitted| then(admitted, Ok(subject)))
            }
            (Some(PasswordMatch::Differs), Ok(_)) => then(admitted, Err(SignInRefusal::WrongPassword)),
            (Some(_), Err(refusal)) => then(admitted, Err(refusal)),
        }))
    }
}

fn settle(
    admitted: Admitted,
    slot: AttemptSlot,
    settlement: Settlement,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    let question = SettleAttempt::new(slot, settlement);
    Step::SettleAttempt(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<SettleAttempt>(),
        Some(()) => then(admitted),
    }))
}
