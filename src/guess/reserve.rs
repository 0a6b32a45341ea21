//! Is there a guess left?

use super::{Attempt, AttemptPolicy, AttemptRecord, AttemptSlot};
use crate::Timestamp;

/// Is there a guess left? Count it, before it is judged.
///
/// Read the record of the slot, put it through [`reserve`](Self::reserve), store what comes out, and answer with it, all
/// in one atomic step: two guesses at once must be two.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReserveAttempt {
    /// Where the count is kept.
    pub slot: AttemptSlot,
    policy: AttemptPolicy,
    now: Timestamp,
}

impl ReserveAttempt {
    pub(crate) fn new(slot: AttemptSlot, policy: AttemptPolicy, now: Timestamp) -> Self {
        Self { slot, policy, now }
    }

    /// The new record and the answer, from the stored record, if there is one.
    pub fn reserve(&self, stored: Option<AttemptRecord>) -> Reservation {
        let (record, attempt) = stored.unwrap_or_default().reserve(&self.policy, self.now);
        Reservation { slot: self.slot, record, attempt }
    }
}

/// The answer to a [`ReserveAttempt`]. Only [`ReserveAttempt::reserve`] makes one.
#[derive(Debug)]
pub struct Reservation {
    slot: AttemptSlot,
    record: AttemptRecord,
    attempt: Attempt,
}

impl Reservation {
    /// What to store.
    pub fn record(&self) -> AttemptRecord {
        self.record.clone()
    }

    /// Whether there was a guess.
    pub fn attempt(&self) -> Attempt {
        self.attempt
    }

    pub(crate) fn slot(&self) -> AttemptSlot {
        self.slot
    }

    /// One that was written down.
    #[cfg(feature = "testkit")]
    pub(crate) fn recorded(slot: AttemptSlot, record: AttemptRecord, attempt: Attempt) -> Self {
        Self { slot, record, attempt }
    }
}
