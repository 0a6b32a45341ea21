//! The count of guesses: a pure ladder over a record that the host keeps.
//!
//! An attempt is counted *before* it is judged, in one atomic read-modify-write of the host's, so that a thousand
//! guesses sent at once are a thousand counted guesses. Whoever turns out to be right clears the count.

use super::policy::{AttemptPolicy, HIGHEST_CEILING};
use crate::Timestamp;
use alloc::vec::Vec;

/// Names one attempt, so that settling it settles that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt(u64);

impl Receipt {
    /// The receipt of no attempt: settling it changes nothing.
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

/// Whether there is a guess.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Attempt {
    /// There is one, and it has been counted.
    Reserved {
        /// Settles it.
        receipt: Receipt,
        /// How many there are after this one before the factor is locked.
        left: u32,
    },
    /// There is none.
    Locked {
        /// The first second in which there is one again; `None` where only the host can clear it.
        until: Option<Timestamp>,
    },
}

/// What became of a reserved attempt. One that failed is not settled: it has been counted already.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settlement {
    /// It was right: this and all earlier failures are forgotten. Attempts reserved after it still count.
    Passed(Receipt),
    /// The host could not judge it: it is given back.
    Void(Receipt),
}

/// The failures in a row of one factor of one account, kept by the host as opaque bytes.
///
/// It keeps when each of them was, and nothing of the policies that counted them. So where applications with different
/// policies share a record, there is a guess under one of them exactly when that one alone would give one after the same
/// failures: every failure counts for each of them, and each has its own locks, which none of the others can shorten.
///
/// ```
/// use authflow::{Timestamp, guess::{Attempt, AttemptPolicy, AttemptRecord}};
///
/// let (policy, now) = (AttemptPolicy::default(), Timestamp::from_unix(1_700_000_000));
/// let mut record = AttemptRecord::default();
/// for _ in 0..5 {
///     let (counted, attempt) = record.reserve(&policy, now);
///     assert!(matches!(attempt, Attempt::Reserved { .. }));
///     record = AttemptRecord::from_bytes(&counted.to_bytes()).unwrap();
/// }
/// let (_, sixth) = record.reserve(&policy, now);
/// assert_eq!(sixth, Attempt::Locked { until: Some(Timestamp::from_unix(1_700_000_300)) });
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Receipts given out so far; they are numbered from 1.
    issued: u64,
    /// Failures (and attempts in flight) since the latest pass, by receipt; no ceiling lets more than 100 in.
    failures: Vec<Failure>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failure {
    receipt: u64,
    at: Timestamp,
}

impl AttemptRecord {
    /// The most that [`to_bytes`](Self::to_bytes) returns: 9 bytes, and 16 for each failure in a row.
    pub const MAX_BYTES: usize = 9 + 16 * HIGHEST_CEILING as usize;
    const VERSION: u8 = 2;

    /// Counts one attempt, if there is one.
    #[must_use]
    pub fn reserve(self, policy: &AttemptPolicy, now: Timestamp) -> (Self, Attempt) {
        let ceiling = policy.ceiling() as usize;
        let until = self.locked_until(policy);
        // The numbers never run out; a record from elsewhere may say that they have.
        let Some(issued) = self.issued.checked_add(1).filter(|_| self.failures.len() < ceiling) else {
            return (self, Attempt::Locked { until: None });
        };
        if now < until {
            return (self, Attempt::Locked { until: Some(until) });
        }
        let Self { mut failures, .. } = self;
        failures.push(Failure { receipt: issued, at: now });
        let before_lock = match policy.windows(&failures).remainder().len() {
            0 => 0,
            in_window => policy.threshold().saturating_sub(in_window as u32),
        };
        let left = before_lock.min(ceiling.saturating_sub(failures.len()) as u32);
        (Self { issued, failures }, Attempt::Reserved { receipt: Receipt(issued), left })
    }

    /// When the latest lock of a policy ends, in the past perhaps. Its locks begin with every failure that fills a
    /// window, also with one that only another policy let in; where the clock went back, the last to end counts.
    fn locked_until(&self, policy: &AttemptPolicy) -> Timestamp {
        let begins = policy.windows(&self.failures).filter_map(|window| window.last());
        let ends =
            begins.enumerate().map(|(earlier, last)| last.at.plus_seconds(policy.lock_seconds(earlier)));
        ends.max().unwrap_or_default()
    }

    /// Settles one attempt. Settling it again changes nothing.
    #[must_use]
    pub fn settle(mut self, settlement: Settlement) -> Self {
        match settlement {
            Settlement::Passed(Receipt(passed)) if passed <= self.issued => {
                self.failures.retain(|failure| failure.receipt > passed);
            }
            // A receipt of a record that was deleted since.
            Settlement::Passed(_) => {}
            Settlement::Void(Receipt(void)) => self.failures.retain(|failure| failure.receipt != void),
        }
        self
    }

    /// The record for the host's store: at most [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn to_bytes(&self) -> Vec<u8> {
        let numbers = self.failures.iter().flat_map(|failure| [failure.receipt, failure.at.as_unix()]);
        let numbers = [self.issued].into_iter().chain(numbers);
        [Self::VERSION].into_iter().chain(numbers.flat_map(u64::to_be_bytes)).collect()
    }

    /// The record from the host's store.
    ///
    /// # Errors
    /// When the bytes are not a record. Do not go on with a fresh one: that would refill the guesses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidAttemptRecord> {
        Self::read(bytes).ok_or(InvalidAttemptRecord)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        if bytes.len() > Self::MAX_BYTES {
            return None;
        }
        let (numbers, []) = bytes.strip_prefix(&[Self::VERSION])?.as_chunks() else { return None };
        let (issued, failures) = numbers.split_first()?;
        let (failures, []) = failures.as_chunks() else { return None };
        let issued = u64::from_be_bytes(*issued);
        let failures = failures.iter().map(|[receipt, seconds]| {
            let seconds = u64::from_be_bytes(*seconds);
            let at = Some(Timestamp::from_unix(seconds)).filter(|at| at.as_unix() == seconds)?;
            Some(Failure { receipt: u64::from_be_bytes(*receipt), at })
        });
        let failures: Vec<_> = failures.collect::<Option<_>>()?;
        let receipts = || failures.iter().map(|failure| failure.receipt);
        let possible = [0].into_iter().chain(receipts()).is_sorted_by(|earlier, later| earlier < later)
            && receipts().next_back().is_none_or(|latest| latest <= issued);
        possible.then_some(Self { issued, failures })
    }
}

/// Bytes that are not an attempt record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an attempt record")]
pub struct InvalidAttemptRecord;

#[cfg(test)]
#[path = "record_tests.rs"]
mod tests;
