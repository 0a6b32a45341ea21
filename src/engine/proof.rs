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
pub(super) struct Proof<Then> {
    pub(super) admitted: Admitted,
    /// Where guesses at it are counted.
    pub(super) slot: AttemptSlot,
    /// What it is verified against, or why it could not count even if it were right.
    pub(super) verifier: Result<Secret, SignInRefusal>,
    /// What the client typed.
    pub(super) presented: Secret,
    /// Goes on once the guess has been judged and, if it was right, settled.
    pub(super) then: Then,
}

impl<Then> Proof<Then>
where
    Then: FnOnce(Admitted, Result<(), SignInRefusal>) -> Step + Send + Sync + 'static,
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
                self.verifier = self.verifier.and(Err(SignInRefusal::Locked));
                Receipt::NONE
            }
        };
        let (verifier, judged) = match self.verifier {
            Ok(verifier) => (Some(verifier), Ok(())),
            Err(refusal) => (None, Err(refusal)),
        };
        let Self { admitted, slot, presented, then, .. } = self;
        let question = VerifyPassword { verifier, presented };
        Step::VerifyPassword(Ask::new(question, move |_, answer| match (answer, judged) {
            // The guess was counted and not judged: it is given back. Where there was none, the host is asked all the same.
            (None, _) => settle(admitted, slot, Settlement::Void(receipt), |admitted| {
                admitted.context.unavailable::<VerifyPassword>()
            }),
            (Some(PasswordMatch::Matches), Ok(())) => {
                settle(admitted, slot, Settlement::Passed(receipt), |admitted| then(admitted, Ok(())))
            }
            (Some(PasswordMatch::Differs), Ok(())) => then(admitted, Err(SignInRefusal::WrongPassword)),
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
    let question = SettleAttempt::new(slot, admitted.application.policy.attempts, settlement);
    Step::SettleAttempt(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<SettleAttempt>(),
        Some(()) => then(admitted),
    }))
}
