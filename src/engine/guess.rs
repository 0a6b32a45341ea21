//! A guess is counted, judged and settled, at a factor of an account that may or may not be there.
//!
//! A guess is counted first, so that guesses sent at once are each counted. The proof of each factor decides what is judged, and by whom. It must
//! also ask the host the same questions for a lock, or for an account that is not there, as for any other guess.
//!
//! The host learns what became of a guess only where the request ends. That is the commit that carries out what the guess proves
//! ([`commit`](super::commit)), or the context that ends the request without a commit ([`Context::end`](super::context::Context::end)).

use super::{admit::Admitted, ask::InProgress};
use crate::{
    guess::{
        Aim, Attempt, AttemptSlot, ClearGuesses, Receipt, Reservation, ReserveAttempt, SettleAttempt,
        Settlement,
    },
    outcome::{Event, ProofRefusal, Verdict},
    password::Permit,
    step::Step,
};

/// A guess of a request that has not ended yet.
pub(super) struct OpenGuess {
    slot: AttemptSlot,
    receipt: Receipt,
    settlement: Settlement,
}

impl OpenGuess {
    pub(super) fn is_wrong(&self) -> bool {
        self.settlement == Settlement::Wrong
    }

    /// The guess stays counted: it was wrong, what it proves has been used before, or a name that was chosen with it is taken.
    pub(super) fn counted(self) -> Self {
        Self { settlement: Settlement::Wrong, ..self }
    }

    /// The write that clears its count, for the commit that carries out what it proves.
    pub(super) fn clear(&self) -> ClearGuesses {
        ClearGuesses::up_to(self.slot, self.receipt)
    }

    /// The question that settles it, if nothing was carried out.
    pub(super) fn settle(&self) -> SettleAttempt {
        SettleAttempt::new(self.slot, self.receipt, self.settlement)
    }
}

impl Admitted {
    /// The request with the guess that the host has counted, and the lock if there is one. Otherwise the request has ended.
    fn with_guess(
        mut self,
        asked: &ReserveAttempt,
        reservation: &Reservation,
    ) -> Result<(Self, Option<ProofRefusal>), Step> {
        if reservation.slot() != asked.slot {
            return Err(self.context.contradiction::<ReserveAttempt>());
        }
        let facts = &mut self.context.outcome.facts;
        let (receipt, settlement, lock) = match reservation.attempt() {
            Attempt::Reserved { receipt, left } => {
                facts.attempts_left = Some(left);
                (receipt, Settlement::GivenBack, None)
            }
            Attempt::Locked { receipt, until } => {
                facts.attempts_left = Some(0);
                facts.locked_until = until;
                (receipt, Settlement::Wrong, Some(ProofRefusal::Locked))
            }
            Attempt::Contended => {
                let event = Event::GuessContended { account: facts.account };
                return Err(self.context.end_with(event, Verdict::Busy));
            }
        };
        self.context.guess = Some(OpenGuess { slot: asked.slot, receipt, settlement });
        Ok((self, lock))
    }
}

/// A guess that has been counted and waits to be judged.
pub(super) struct Guess<T> {
    pub(super) admitted: Admitted,
    /// The claimant that a right guess proves, or the reason why not even a right guess would count.
    pub(super) claimant: Result<T, ProofRefusal>,
    /// The host's place at its hasher, until the hasher has judged.
    pub(super) permit: Option<Permit>,
}

impl<T: Send + Sync + 'static> Guess<T> {
    /// Counts a guess, and goes on with `then`. The signature of a signed call is used up before that. So a replayed call is no guess, and one
    /// signature is good for one guess.
    pub(super) fn count(
        admitted: Admitted,
        aim: Aim,
        claimant: Result<T, ProofRefusal>,
        then: impl FnOnce(Self) -> Step + Send + Sync + 'static,
    ) -> Step {
        admitted.use_signature(move |admitted| Self::reserve(admitted, aim, claimant, then))
    }

    fn reserve(
        admitted: Admitted,
        aim: Aim,
        claimant: Result<T, ProofRefusal>,
        then: impl FnOnce(Self) -> Step + Send + Sync + 'static,
    ) -> Step {
        let skew = admitted.context.core.ring.skew();
        let question = ReserveAttempt::new(aim, admitted.policy().attempts, admitted.now(), skew);
        admitted.ask(question, move |admitted, asked, reservation| {
            match admitted.with_guess(asked, &reservation) {
                Ok((admitted, lock)) => {
                    let claimant = claimant.and_then(|claimant| lock.map_or(Ok(claimant), Err));
                    then(Self { admitted, claimant, permit: reservation.into_permit() })
                }
                Err(ended) => ended,
            }
        })
    }

    /// Takes out of the claimant what the guess is judged by.
    pub(super) fn split<E, S>(self, split: impl FnOnce(T) -> (E, S)) -> (Option<E>, Guess<S>) {
        let Self { admitted, claimant, permit } = self;
        let (evidence, claimant) = match claimant.map(split) {
            Ok((evidence, claimant)) => (Some(evidence), Ok(claimant)),
            Err(refusal) => (None, Err(refusal)),
        };
        (evidence, Guess { admitted, claimant, permit })
    }

    /// The request once the guess is judged, with the claimant and what they have proved. A guess that is right counts only if the claimant may
    /// prove anything, and a refusal of the claimant goes before that of the guess. Every other guess stays counted.
    pub(super) fn judged<P>(
        mut self,
        proof: Result<P, ProofRefusal>,
    ) -> (Admitted, Result<(T, P), ProofRefusal>) {
        let proved = self.claimant.and_then(|claimant| Ok((claimant, proof?)));
        let context = &mut self.admitted.context;
        if proved.is_ok() {
            // The number of guesses that were left before a success is out of date.
            context.outcome.facts.attempts_left = None;
        } else {
            context.guess = context.guess.take().map(OpenGuess::counted);
        }
        (self.admitted, proved)
    }
}

/// A guess that the host could not judge is given back, like every guess that was not wrong.
impl<T: Send + Sync + 'static> InProgress for Guess<T> {
    fn unanswered(self, question: &'static str) -> Step {
        self.admitted.unanswered(question)
    }
}
