//! The count of guesses, a pure function of a record that the host keeps.
//!
//! A guess is counted *before* it is judged, in one atomic read-modify-write by the host, so that a thousand guesses sent at once are a
//! thousand counted guesses. From then on it is **in flight**, until its result is known. If it was wrong, it stays counted. If it was not
//! judged wrong, it is given back. If it was right, its commit clears the count. If no result arrives within [`IN_FLIGHT_SECONDS`], it counts
//! as wrong.

use super::{policy::AttemptPolicy, tag::GuessTag};
use crate::{Timestamp, moment::Skew};
use alloc::vec::Vec;

/// The seconds for which a guess may be in flight. A guess whose host crashed counts as wrong after that.
const IN_FLIGHT_SECONDS: u64 = 30;
/// The highest number of guesses at a locked slot that are kept while they are being answered. Further guesses, by many spellings at once, are
/// not kept, so they make no other guess contend.
pub(super) const MOST_REFUSED: usize = 100;

/// Names one guess, so that no other is settled in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt(u64);

impl Receipt {
    /// The receipt that stands for no guess, because none was left.
    pub(crate) const NONE: Self = Self(0);

    #[cfg(feature = "testkit")]
    pub(crate) fn numbered(number: u64) -> Self {
        Self(number)
    }

    #[cfg(feature = "testkit")]
    pub(crate) fn number(self) -> u64 {
        self.0
    }
}

/// Whether there is a guess left.
///
/// ```
/// use authflow::{
///     guess::{Attempt, ReserveAttempt},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", "a guess"));
/// let ask = world.until::<ReserveAttempt>(step);
/// // Six come at once, at one name, before any is judged. Five are guesses, and the sixth must
/// // come again.
/// let mut record = None;
/// let told: Vec<_> = (0..6)
///     .map(|_| {
///         let reservation = ask.reserve(record.take());
///         record = Some(reservation.record());
///         reservation.attempt()
///     })
///     .collect();
/// assert!(matches!(told[4], Attempt::Reserved { left: 0, .. }));
/// assert_eq!(told[5], Attempt::Contended);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// A guess was left, and it has been counted.
    Reserved {
        /// The receipt of the guess.
        receipt: Receipt,
        /// The number of guesses after this one before the factor is locked.
        left: u32,
    },
    /// The number of guesses at this name that are being judged is already enough to lock it. The client must try again in a moment. This
    /// answer reveals nothing about earlier wrong guesses or other names.
    Contended,
    /// No guess is left.
    Locked {
        /// The receipt of the attempt, which is not counted as a guess but is being answered.
        receipt: Receipt,
        /// The first second in which a guess is allowed again, or `None` if only an administrator or a new password can clear the lock.
        until: Option<Timestamp>,
    },
}

/// The result of a guess that was not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// The guess was wrong, and stays counted.
    Wrong,
    /// The guess was not judged wrong, and its request ended without effect. It is given back.
    GivenBack,
}

/// The guesses that a success clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpTo {
    /// The guess that was right and every earlier one. Guesses that were counted after it still count.
    Receipt(Receipt),
    /// Every guess, because the target of the guesses no longer exists.
    All,
}

/// The failures in a row of one factor of one account, and the guesses in flight, kept by the host as opaque bytes.
///
/// The record keeps the time of each guess, and nothing about the policies under which it was counted. So applications with different policies
/// can share a record. A guess is allowed under one policy exactly if that policy alone would allow it after the same failures. Every failure
/// counts for each policy, and each policy has its own locks, which no other can shorten.
///
/// A record is never deleted, only cleared, because the numbers of its receipts must go on. Every question about it changes its bytes, so that
/// all questions cost the host the same.
///
/// ```
/// use authflow::guess::AttemptRecord;
///
/// let record = AttemptRecord::default();
/// assert_eq!(AttemptRecord::from_bytes(&record.to_bytes()), Ok(record));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptRecord {
    /// The count of the numbers that have been given out so far, to guesses and to questions that changed nothing else.
    pub(super) issued: u64,
    /// The failures since the latest success and the guesses in flight, in the order of their receipts. There are at most 100, because no
    /// ceiling is higher.
    ///
    /// Behind them, again in the order of their receipts, are refused guesses that are being answered. They count towards no lock. Until they
    /// are answered, they contend like guesses. Otherwise a burst would show whether a name is locked, and so which other name locked it.
    pub(super) guesses: Vec<Guess>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Guess {
    pub(super) receipt: u64,
    pub(super) at: Timestamp,
    /// `None` for a guess that was wrong.
    pub(super) in_flight: Option<GuessTag>,
}

/// The inputs by which a guess is counted.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count<'a> {
    pub(super) policy: &'a AttemptPolicy,
    pub(super) now: Timestamp,
    /// The difference that there may be between the clock that wrote the record and this one.
    pub(super) skew: Skew,
    pub(super) tag: GuessTag,
}

impl AttemptRecord {
    /// Counts one guess, if one is left.
    #[must_use]
    pub(super) fn reserve(self, count: &Count<'_>) -> (Self, Attempt) {
        let Count { policy, now, tag, .. } = *count;
        let mut record = self.brought_to(count);
        // The numbers never run out, but a record from elsewhere may say that they have.
        let Some(number) = record.issued.checked_add(1) else {
            return (record, Attempt::Locked { receipt: Receipt::NONE, until: None });
        };
        record.issued = number;
        let (guess, receipt) = (Guess { receipt: number, at: now, in_flight: Some(tag) }, Receipt(number));
        if record.in_flight(tag) >= policy.threshold() as usize {
            return (record, Attempt::Contended);
        }
        let counted = record.counted();
        let attempt = match lock(policy, counted, now) {
            None => {
                record.guesses.insert(counted.len(), guess);
                Attempt::Reserved { receipt, left: left(policy, record.counted()) }
            }
            Some(until) => {
                if record.guesses.len().saturating_sub(counted.len()) < MOST_REFUSED {
                    record.guesses.push(Guess { in_flight: Some(tag.refused()), ..guess });
                }
                Attempt::Locked { receipt, until }
            }
        };
        (record, attempt)
    }

    /// The number of guesses of one name that are being answered.
    fn in_flight(&self, GuessTag(tag): GuessTag) -> usize {
        let other = |guess: &Guess| guess.in_flight.map_or(0, |GuessTag(other)| other & !GuessTag::REFUSED);
        self.guesses.iter().filter(|guess| other(guess) == tag).count()
    }

    /// All guesses without the refused ones.
    fn counted(&self) -> &[Guess] {
        let counted = self.guesses.partition_point(|guess| !guess.is_refused());
        self.guesses.get(..counted).unwrap_or_default()
    }

    /// The number of counted guesses, including those in flight.
    #[cfg(feature = "testkit")]
    pub(crate) fn count(&self) -> usize {
        self.counted().len()
    }

    /// The record as it is now. In the result, no guess lies further ahead than clocks may differ, and none has been in flight for too long.
    fn brought_to(mut self, count: &Count<'_>) -> Self {
        self.guesses.retain_mut(|guess| {
            if count.skew.is_impossible(guess.at, count.now) {
                guess.at = count.now;
            }
            if count.now.seconds_since(guess.at) < IN_FLIGHT_SECONDS {
                return true;
            }
            let is_counted = !guess.is_refused();
            guess.in_flight = None;
            is_counted
        });
        self
    }

    /// Settles one guess that was not right. Settling it again changes nothing but the number of questions.
    #[must_use]
    pub(super) fn settle(mut self, Receipt(receipt): Receipt, settlement: Settlement) -> Self {
        if let Some(at) = self.guesses.iter().rposition(|guess| guess.receipt == receipt) {
            match self.guesses.get_mut(at) {
                Some(guess) if settlement == Settlement::Wrong && !guess.is_refused() => {
                    guess.in_flight = None
                }
                _ => drop(self.guesses.remove(at)),
            }
        }
        self.asked()
    }

    /// Clears the guesses that a success clears.
    #[must_use]
    pub(super) fn clear(mut self, up_to: UpTo) -> Self {
        match up_to {
            UpTo::Receipt(Receipt(receipt)) if receipt <= self.issued => {
                self.guesses.retain(|guess| guess.receipt > receipt || guess.is_refused());
            }
            // The receipt belongs to another record, for example because a database was restored.
            UpTo::Receipt(_) => {}
            UpTo::All => self.guesses.retain(Guess::is_refused),
        }
        self.asked()
    }

    fn asked(self) -> Self {
        Self { issued: self.issued.saturating_add(1), ..self }
    }

    /// Whether a guess is being judged, as far as is known at `now`. A store that drops old records keeps such a record.
    pub fn is_in_flight(&self, now: Timestamp) -> bool {
        let is_open =
            |guess: &Guess| guess.in_flight.is_some() && now.seconds_since(guess.at) < IN_FLIGHT_SECONDS;
        self.guesses.iter().any(is_open)
    }
}

impl Guess {
    pub(super) fn is_refused(&self) -> bool {
        self.in_flight.is_some_and(GuessTag::is_refused)
    }
}

/// The end of the lock under a policy after these guesses; `None` if there is no lock, and `Some(None)` if it is for good. A lock begins with
/// every failure that fills a window, even one that only another policy let in. If the clock went back, the last lock to end counts.
fn lock(policy: &AttemptPolicy, guesses: &[Guess], now: Timestamp) -> Option<Option<Timestamp>> {
    if guesses.len() >= policy.ceiling() as usize {
        return Some(None);
    }
    let begins = policy.windows(guesses).filter_map(|window| window.last());
    let ends = begins.enumerate().map(|(earlier, last)| last.at.plus_seconds(policy.lock_seconds(earlier)));
    let until = ends.max().unwrap_or_default();
    (now < until).then_some(Some(until))
}

/// The number of guesses that are left after these before the factor is locked.
fn left(policy: &AttemptPolicy, guesses: &[Guess]) -> u32 {
    let before_lock = match policy.windows(guesses).remainder().len() {
        0 => 0,
        in_window => policy.threshold().saturating_sub(in_window as u32),
    };
    before_lock.min((policy.ceiling() as usize).saturating_sub(guesses.len()) as u32)
}

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
