//! The count of guesses: a pure ladder over a record that the host keeps.
//!
//! A guess is counted *before* it is judged, in one atomic read-modify-write of the host, so that a thousand guesses sent at once are a
//! thousand counted guesses. From then on it is **in flight**, until it is known what became of it. It may have been wrong. It may not have
//! been judged wrong, and is given back. Or it was right, and its commit clears the count. If nobody tells within [`IN_FLIGHT_SECONDS`], it
//! was wrong.

use super::{policy::AttemptPolicy, tag::GuessTag};
use crate::{Timestamp, moment::Skew};
use alloc::vec::Vec;

/// How long a guess may be in flight. A guess whose host crashed counts as wrong from then on.
const IN_FLIGHT_SECONDS: u64 = 30;
/// How many guesses at a locked slot are kept while they are being answered. Further ones, by many spellings at once, contend with nothing.
pub(super) const MOST_REFUSED: usize = 100;

/// Names one guess, so that no other is settled in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt(u64);

impl Receipt {
    /// The receipt of no guess: there was none left.
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
    /// There is a guess, and it has been counted.
    Reserved {
        /// Names the guess.
        receipt: Receipt,
        /// How many there are after this one before the factor is locked.
        left: u32,
    },
    /// As many guesses at this name are being judged as lock it. Come again in a moment. This says nothing of earlier wrong guesses, nor of
    /// other names.
    Contended,
    /// There is no guess.
    Locked {
        /// Names the attempt, which is no guess but is being answered.
        receipt: Receipt,
        /// The first second in which there is a guess again; `None` if only an administrator or a new password can clear the lock.
        until: Option<Timestamp>,
    },
}

/// What became of a guess that was not right.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settlement {
    /// It was wrong: it stays counted.
    Wrong,
    /// It was not judged wrong, and its request ended without effect: it is given back.
    GivenBack,
}

/// Which guesses a success clears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum UpTo {
    /// The guess that was right and every earlier one. Those counted after it still count.
    Receipt(Receipt),
    /// Every guess, because what was guessed at is no more.
    All,
}

/// The failures in a row of one factor of one account, and the guesses in flight, kept by the host as opaque bytes.
///
/// It keeps the time of each of them, and nothing of the policies that counted them. So applications with different policies can share a
/// record. There is a guess under one policy exactly if that policy alone would give one after the same failures. Every failure counts for
/// each policy, and each policy has its own locks, which no other can shorten.
///
/// A record is never deleted, only cleared, because its receipts go on. Every question about it changes its bytes, so that none costs the host
/// less than another.
///
/// ```
/// use authflow::guess::AttemptRecord;
///
/// let record = AttemptRecord::default();
/// assert_eq!(AttemptRecord::from_bytes(&record.to_bytes()), Ok(record));
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Numbers given out so far, to guesses and to questions that changed nothing else.
    pub(super) issued: u64,
    /// The failures since the latest success and the guesses in flight, in the order of their receipts. No ceiling lets more than 100 in.
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

/// What a guess is counted by.
#[derive(Clone, Copy, Debug)]
pub(super) struct Count<'a> {
    pub(super) policy: &'a AttemptPolicy,
    pub(super) now: Timestamp,
    /// How far the clock that wrote the record may be from this one.
    pub(super) skew: Skew,
    pub(super) tag: GuessTag,
}

impl AttemptRecord {
    /// Counts one guess, if there is one.
    #[must_use]
    pub(super) fn reserve(self, count: &Count<'_>) -> (Self, Attempt) {
        let Count { policy, now, tag, .. } = *count;
        let mut record = self.brought_to(count);
        // The numbers never run out; a record from elsewhere may say that they have.
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

    /// How many guesses of one name are being answered.
    fn in_flight(&self, GuessTag(tag): GuessTag) -> usize {
        let other = |guess: &Guess| guess.in_flight.map_or(0, |GuessTag(other)| other & !GuessTag::REFUSED);
        self.guesses.iter().filter(|guess| other(guess) == tag).count()
    }

    /// All guesses without the refused ones.
    fn counted(&self) -> &[Guess] {
        let counted = self.guesses.partition_point(|guess| !guess.is_refused());
        self.guesses.get(..counted).unwrap_or_default()
    }

    /// How many guesses are counted, those in flight too.
    #[cfg(feature = "testkit")]
    pub(crate) fn count(&self) -> usize {
        self.counted().len()
    }

    /// The record as it is now. No guess lies further ahead than clocks differ, and none has been in flight for too long.
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

    /// What became of one guess that was not right. Telling it again changes nothing but the number of questions.
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

    /// Clears what a success clears.
    #[must_use]
    pub(super) fn clear(mut self, up_to: UpTo) -> Self {
        match up_to {
            UpTo::Receipt(Receipt(receipt)) if receipt <= self.issued => {
                self.guesses.retain(|guess| guess.receipt > receipt || guess.is_refused());
            }
            // A receipt of another record: of a database that was restored, say.
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

/// How many guesses there are after these before the factor is locked.
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
