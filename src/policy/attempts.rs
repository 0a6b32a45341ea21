//! How many guesses there are: a pure ladder over a record that the host keeps.
//!
//! An attempt is counted *before* it is judged, in one atomic read-modify-write of the host's, so that a thousand
//! guesses sent at once are a thousand counted guesses. Whoever turns out to be right clears the count.

use crate::{Lifetime, Timestamp};
use serde::{Deserialize, Serialize};

/// The longest lock: a day.
const LONGEST_LOCK: u64 = 86_400;

/// How many wrong guesses lock a factor of an account, for how long, and when it is over.
///
/// After `threshold` failures in a row the factor is locked; when the lock has expired there are `threshold` guesses
/// again, and with `doubling` the next lock is twice as long (a day at most). After `ceiling` failures in a row it stays
/// locked until the host clears the record: NIST SP 800-63B-4 §3.2.2 allows no more than 100.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct AttemptPolicy {
    fields: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    threshold: u32,
    lock: Lifetime,
    doubling: bool,
    ceiling: u32,
}

impl Default for Fields {
    fn default() -> Self {
        Self { threshold: 5, lock: Lifetime::of::<300>(), doubling: true, ceiling: 100 }
    }
}

impl AttemptPolicy {
    /// Locks for `lock` after `threshold` failures (at least 1), twice as long each further time if `doubling`, and for
    /// good after `ceiling` (at least `threshold`, at most 100). The default is 5, 300 s, doubling, 100.
    ///
    /// # Errors
    /// When a number is out of bounds.
    pub fn new(threshold: u32, lock: Lifetime, doubling: bool, ceiling: u32) -> Result<Self, AttemptError> {
        Self::try_from(Fields { threshold, lock, doubling, ceiling })
    }

    /// How many failures in a row lock the factor.
    pub fn threshold(&self) -> u32 {
        self.fields.threshold
    }

    /// How long the first lock lasts.
    pub fn lock(&self) -> Lifetime {
        self.fields.lock
    }

    /// Whether each further lock is twice as long.
    pub fn doubling(&self) -> bool {
        self.fields.doubling
    }

    /// How many failures in a row lock the factor for good.
    pub fn ceiling(&self) -> u32 {
        self.fields.ceiling
    }

    fn lock_seconds(&self, earlier_locks: u32) -> u64 {
        let factor = if self.fields.doubling { 1_u64 << earlier_locks.min(20) } else { 1 };
        u64::from(self.fields.lock.as_seconds()).saturating_mul(factor).min(LONGEST_LOCK)
    }
}

impl TryFrom<Fields> for AttemptPolicy {
    type Error = AttemptError;

    fn try_from(fields: Fields) -> Result<Self, AttemptError> {
        if fields.threshold == 0 {
            Err(AttemptError::Threshold)
        } else if !(fields.threshold..=100).contains(&fields.ceiling) {
            Err(AttemptError::Ceiling)
        } else if u64::from(fields.lock.as_seconds()) > LONGEST_LOCK {
            Err(AttemptError::Lock)
        } else {
            Ok(Self { fields })
        }
    }
}

impl From<AttemptPolicy> for Fields {
    fn from(policy: AttemptPolicy) -> Self {
        policy.fields
    }
}

/// A number that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttemptError {
    /// `threshold` is 0: nobody could sign in.
    #[error("threshold is at least 1")]
    Threshold,
    /// `ceiling` is less than `threshold` or over 100.
    #[error("ceiling is at least threshold and at most 100")]
    Ceiling,
    /// `lock` is longer than a day.
    #[error("lock is at most 86400 seconds")]
    Lock,
}

/// Names one attempt, so that settling it settles that one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Receipt(u64);

impl Receipt {
    /// The receipt of no attempt: settling it changes nothing.
    pub(crate) const NONE: Self = Self(0);
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

/// The count of one factor of one account, kept by the host as opaque bytes.
///
/// ```
/// use authflow::{Timestamp, policy::{Attempt, AttemptPolicy, AttemptRecord}};
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
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct AttemptRecord {
    /// Receipts given out so far; they are numbered from 1.
    issued: u64,
    /// The latest receipt that passed.
    passed: u64,
    /// The latest receipt before the present window: those after it count towards the threshold.
    window_after: u64,
    /// Failures (and attempts in flight) since the latest pass.
    failures: u32,
    /// Those of them in the present window.
    in_window: u32,
    /// Locks since the latest pass.
    locks: u32,
    /// The present lock; the epoch when there is none.
    locked_until: Timestamp,
    /// Which of the latest 128 receipts were given back: bit 0 is the latest of all.
    void: u128,
}

impl AttemptRecord {
    /// The length of [`to_bytes`](Self::to_bytes).
    pub const BYTES: usize = 61;
    const VERSION: u8 = 1;

    /// Counts one attempt, if there is one.
    #[must_use]
    pub fn reserve(self, policy: &AttemptPolicy, now: Timestamp) -> (Self, Attempt) {
        let Fields { threshold, ceiling, .. } = policy.fields;
        if self.failures >= ceiling {
            return (self, Attempt::Locked { until: None });
        }
        if now < self.locked_until {
            return (self, Attempt::Locked { until: Some(self.locked_until) });
        }
        let mut record = self;
        if record.in_window >= threshold {
            if record.locked_until == Timestamp::default() {
                // Counted under a policy with a higher threshold (another application's, or yesterday's): the lock of
                // this one is due, and may not be dodged by going back and forth.
                record.lock(policy, now);
                return (record, Attempt::Locked { until: Some(record.locked_until) });
            }
            // The lock has expired: the limit is armed again.
            record.window_after = record.issued;
            record.in_window = 0;
        }
        record.issued = record.issued.saturating_add(1);
        record.void <<= 1;
        record.failures = record.failures.saturating_add(1);
        record.in_window = record.in_window.saturating_add(1);
        record.locked_until = Timestamp::default();
        if record.in_window >= threshold {
            record.lock(policy, now);
        }
        let left = threshold.saturating_sub(record.in_window).min(ceiling.saturating_sub(record.failures));
        (record, Attempt::Reserved { receipt: Receipt(record.issued), left })
    }

    fn lock(&mut self, policy: &AttemptPolicy, now: Timestamp) {
        self.locked_until = now.plus_seconds(policy.lock_seconds(self.locks));
        self.locks = self.locks.saturating_add(1);
    }

    /// Settles one attempt. Settling it again changes nothing.
    #[must_use]
    pub fn settle(self, policy: &AttemptPolicy, settlement: Settlement) -> Self {
        let (Settlement::Passed(receipt) | Settlement::Void(receipt)) = settlement;
        let later = match self.issued.checked_sub(receipt.0).map(u32::try_from) {
            Some(Ok(later)) if receipt.0 > self.passed => later,
            _ => return self,
        };
        let mut record = self;
        match settlement {
            Settlement::Passed(_) => {
                record.passed = receipt.0;
                record.window_after = record.window_after.max(receipt.0);
                let counted = later.saturating_sub(record.void_among_latest(later));
                record.failures = record.failures.min(counted);
                record.in_window = record.in_window.min(counted);
            }
            Settlement::Void(_) => {
                // Too long ago to know whether it was given back before: then it is not.
                let Some(bit) = 1_u128.checked_shl(later).filter(|bit| record.void & bit == 0) else {
                    return self;
                };
                record.void |= bit;
                record.failures = record.failures.saturating_sub(1);
                if receipt.0 <= record.window_after {
                    return record;
                }
                record.in_window = record.in_window.saturating_sub(1);
            }
        }
        if record.locked_until != Timestamp::default() && record.in_window < policy.fields.threshold {
            record.locked_until = Timestamp::default();
            record.locks = record.locks.saturating_sub(1);
        }
        if record.failures == 0 {
            record.locks = 0;
        }
        record
    }

    fn void_among_latest(&self, receipts: u32) -> u32 {
        let mask = 1_u128.checked_shl(receipts).map_or(u128::MAX, |bit| bit.wrapping_sub(1));
        (self.void & mask).count_ones()
    }

    /// The record for the host's store.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [Self::VERSION]
            .into_iter()
            .chain(self.issued.to_be_bytes())
            .chain(self.passed.to_be_bytes())
            .chain(self.window_after.to_be_bytes())
            .chain(self.failures.to_be_bytes())
            .chain(self.in_window.to_be_bytes())
            .chain(self.locks.to_be_bytes())
            .chain(self.locked_until.as_unix().to_be_bytes())
            .chain(self.void.to_be_bytes());
        for (byte, field) in bytes.iter_mut().zip(fields) {
            *byte = field;
        }
        bytes
    }

    /// The record from the host's store.
    ///
    /// # Errors
    /// When the bytes are not a record. Do not go on with a fresh one: that would refill the guesses.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidAttemptRecord> {
        Self::read(bytes).ok_or(InvalidAttemptRecord)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        fn read_time(seconds: u64) -> Option<Timestamp> {
            Some(Timestamp::from_unix(seconds)).filter(|at| at.as_unix() == seconds)
        }
        fn number<const N: usize>(bytes: &mut &[u8]) -> Option<[u8; N]> {
            let (number, rest) = bytes.split_first_chunk()?;
            *bytes = rest;
            Some(*number)
        }
        let rest = &mut bytes.strip_prefix(&[Self::VERSION])?;
        let record = Self {
            issued: u64::from_be_bytes(number(rest)?),
            passed: u64::from_be_bytes(number(rest)?),
            window_after: u64::from_be_bytes(number(rest)?),
            failures: u32::from_be_bytes(number(rest)?),
            in_window: u32::from_be_bytes(number(rest)?),
            locks: u32::from_be_bytes(number(rest)?),
            locked_until: read_time(u64::from_be_bytes(number(rest)?))?,
            void: u128::from_be_bytes(number(rest)?),
        };
        let possible = record.passed <= record.window_after
            && record.window_after <= record.issued
            && record.in_window <= record.failures;
        (rest.is_empty() && possible).then_some(record)
    }
}

/// Bytes that are not an attempt record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an attempt record")]
pub struct InvalidAttemptRecord;

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
