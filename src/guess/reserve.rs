//! Is there a guess left?

use super::{Aim, Attempt, AttemptPolicy, AttemptRecord, AttemptSlot, GuessTag, record::Count};
use crate::{Timestamp, factor::Factor, moment::Skew, password::Permit};

/// Is there a guess left? Count it, before it is judged.
///
/// In one transaction, `SELECT record FROM attempts WHERE slot = ? FOR UPDATE`, put the record through [`reserve`](Self::reserve), and
/// store the result. Two guesses at once must be two. In most databases, a row that does not exist yet cannot be locked. So insert an
/// empty row first (`ON CONFLICT DO NOTHING`), or lock by the slot.
///
/// Before a guess at a [password](Self::factor) is counted, take your place at the hasher, and put it into the answer
/// ([`Reservation::holding`]). [`Parts`](crate::parts::Parts) does that.
///
/// Records are also stored for slots that no account has ([`is_of_nobody`](Self::is_of_nobody)), so that guesses at them cost the same.
/// Keep at most 1,048,576 of those records. Drop the oldest first, but none with a guess [in flight](AttemptRecord::is_in_flight).
/// Records of accounts are never deleted.
///
/// ```
/// use authflow::{guess::{Attempt, ReserveAttempt}, testkit::{Call, World}};
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", "a guess"));
/// let ask = world.until::<ReserveAttempt>(step);
///
/// // There is no row yet. By default, five wrong guesses lock.
/// let first = ask.reserve(None);
/// assert!(matches!(first.attempt(), Attempt::Reserved { left: 4, .. }));
/// // Another request at once finds what the first one has stored.
/// let second = ask.reserve(Some(first.record()));
/// assert!(matches!(second.attempt(), Attempt::Reserved { left: 3, .. }));
/// ```
///
/// **If you answer wrongly:** if a record is not stored, or two guesses are counted as one, guesses are unlimited. If you replace a
/// record that could not be read with a fresh one, the guesses are refilled. Answer [`unavailable`](crate::step::Ask::unavailable)
/// instead.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct ReserveAttempt {
    /// The slot in which the guesses are counted.
    pub slot: AttemptSlot,
    /// The factor at which the client guesses.
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

    /// Makes the new record and the answer from the stored record, if there is one.
    pub fn reserve(&self, stored: Option<AttemptRecord>) -> Reservation {
        let Self { policy, now, skew, tag, .. } = self;
        let count = Count { policy, now: *now, skew: *skew, tag: *tag };
        let (record, attempt) = stored.unwrap_or_default().reserve(&count);
        Reservation { slot: self.slot, record, attempt, permit: None }
    }
}

/// The answer to a [`ReserveAttempt`]. Only [`ReserveAttempt::reserve`] makes one.
///
/// ```
/// use authflow::{
///     guess::{AttemptRecord, ReserveAttempt},
///     password::{Permit, VerifyPassword},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<ReserveAttempt>(step);
/// let permit = Permit::new("a place at the hasher"); // yours, taken before the guess is counted
///
/// let reservation = ask.reserve(None).holding(permit);
/// let bytes = reservation.record().to_bytes(); // stored in the same transaction
/// assert_ne!(bytes, AttemptRecord::default().to_bytes());
///
/// let step = ask.answer(reservation);
/// let ask = world.until::<VerifyPassword>(step);
/// assert!(ask.permit.as_ref().unwrap().get::<&str>().is_some(), "the place comes back");
/// ```
#[derive(Debug)]
pub struct Reservation {
    slot: AttemptSlot,
    record: AttemptRecord,
    attempt: Attempt,
    permit: Option<Permit>,
}

impl Reservation {
    /// The record to store.
    pub fn record(&self) -> AttemptRecord {
        self.record.clone()
    }

    /// Whether a guess was left.
    pub fn attempt(&self) -> Attempt {
        self.attempt
    }

    /// Adds the place at the hasher that was taken before the guess was counted. The place comes back with
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

    /// A reservation that a transcript has written down.
    #[cfg(feature = "testkit")]
    pub(crate) fn recorded(slot: AttemptSlot, record: AttemptRecord, attempt: Attempt) -> Self {
        Self { slot, record, attempt, permit: None }
    }
}
