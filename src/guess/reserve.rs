//! Is there a guess left?

use super::{Aim, Attempt, AttemptPolicy, AttemptRecord, AttemptSlot, GuessTag, record::Count};
use crate::{Timestamp, factor::Factor, moment::Skew, password::Permit};

/// Is there a guess left? Count it, before it is judged.
///
/// In one transaction: `SELECT record FROM attempts WHERE slot = ? FOR UPDATE`, put it through [`reserve`](Self::reserve), and store
/// what comes out. Two guesses at once must be two. A row that is not there yet locks nothing in most databases: insert an empty one
/// first (`ON CONFLICT DO NOTHING`), or lock by the slot.
///
/// Before a guess at a [password](Self::factor) is counted, take your place at the hasher, and put it into the answer
/// ([`Reservation::holding`]). [`Parts`](crate::parts::Parts) does that.
///
/// A record is stored for slots that no account has, too ([`is_of_nobody`](Self::is_of_nobody)), so that they cost the same. Keep at most
/// 1,048,576 of those, and drop the oldest first, none with a guess [in flight](AttemptRecord::is_in_flight). Records of accounts are
/// never deleted.
///
/// **If you answer wrongly:** a record that is not stored, or two guesses counted as one, is an unlimited guess. A fresh record in the
/// place of one that could not be read refills the guesses; answer [`unavailable`](crate::step::Ask::unavailable) instead.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReserveAttempt {
    /// Where the count is kept.
    pub slot: AttemptSlot,
    /// What is guessed at.
    pub factor: Factor,
    /// Whether it is the slot of a name that no account has.
    pub is_of_nobody: bool,
    /// The time of the request.
    pub now: Timestamp,
    policy: AttemptPolicy,
    skew: Skew,
    tag: GuessTag,
}

impl ReserveAttempt {
    pub(crate) fn new(aim: Aim, policy: AttemptPolicy, now: Timestamp, skew: Skew) -> Self {
        let Aim { slot, factor, tag, is_of_nobody } = aim;
        Self { slot, factor, is_of_nobody, now, policy, skew, tag }
    }

    /// The new record and the answer, from the stored record, if there is one.
    pub fn reserve(&self, stored: Option<AttemptRecord>) -> Reservation {
        let Self { policy, now, skew, tag, .. } = self;
        let count = Count { policy, now: *now, skew: *skew, tag: *tag };
        let (record, attempt) = stored.unwrap_or_default().reserve(&count);
        Reservation { slot: self.slot, record, attempt, permit: None }
    }
}

/// The answer to a [`ReserveAttempt`]. Only [`ReserveAttempt::reserve`] makes one.
#[derive(Debug)]
pub struct Reservation {
    slot: AttemptSlot,
    record: AttemptRecord,
    attempt: Attempt,
    permit: Option<Permit>,
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

    /// The same, and the place at the hasher that was taken before the guess was counted. It comes back with
    /// [`VerifyPassword`](crate::password::VerifyPassword::permit).
    #[must_use]
    pub fn holding(self, permit: Permit) -> Self {
        Self { permit: Some(permit), ..self }
    }

    pub(crate) fn into_permit(self) -> Option<Permit> {
        self.permit
    }

    pub(crate) fn slot(&self) -> AttemptSlot {
        self.slot
    }

    /// One that was written down.
    #[cfg(feature = "testkit")]
    pub(crate) fn recorded(slot: AttemptSlot, record: AttemptRecord, attempt: Attempt) -> Self {
        Self { slot, record, attempt, permit: None }
    }
}
