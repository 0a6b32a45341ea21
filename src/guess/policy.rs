//! Limits on guesses.

use crate::Lifetime;
use core::slice::ChunksExact;
use serde::{Deserialize, Serialize};

/// The longest lock: a day.
const LONGEST_LOCK: u64 = 86_400;

/// NIST SP 800-63B-4 §3.2.2: no more than 100 failures in a row.
pub(super) const HIGHEST_CEILING: u32 = 100;

/// Limits on wrong guesses at a factor of an account: how many lock the factor, for how long, and how many lock it for
/// good.
///
/// The factor is locked after `threshold` failures in a row. When the lock has expired, `threshold` guesses are allowed
/// again. With `doubling`, the next lock is twice as long (a day at most). After `ceiling` failures in a row, the factor
/// stays locked until the host clears the record. NIST SP 800-63B-4 §3.2.2 allows no more than 100.
///
/// ```
/// use authflow::{Lifetime, guess::AttemptPolicy, policy::Policy, testkit::{Call, World}};
///
/// // Three wrong guesses lock for a minute.
/// let attempts = AttemptPolicy::new(3, Lifetime::of::<60>(), true, 30)?;
/// let mut world = World::with_policy(Policy { attempts, ..Policy::default() });
/// for _ in 0..3 {
///     world.send(&Call::login("alice", "a guess"));
/// }
/// assert_eq!(world.login("alice").status, 400, "the right password does not help");
/// world.clock.pass(60);
/// assert_eq!(world.login("alice").status, 200);
/// # Ok::<(), authflow::guess::AttemptError>(())
/// ```
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

    /// The number of failures in a row that lock the factor.
    pub fn threshold(&self) -> u32 {
        self.fields.threshold
    }

    /// The length of the first lock.
    pub fn lock(&self) -> Lifetime {
        self.fields.lock
    }

    /// Whether each further lock is twice as long.
    pub fn doubling(&self) -> bool {
        self.fields.doubling
    }

    /// The number of failures in a row that lock the factor for good.
    pub fn ceiling(&self) -> u32 {
        self.fields.ceiling
    }

    /// The failures of each full window, which ends in a lock. The remainder is the window that is open.
    pub(super) fn windows<'a, T>(&self, failures: &'a [T]) -> ChunksExact<'a, T> {
        failures.chunks_exact(self.fields.threshold as usize)
    }

    /// The length, in seconds, of a lock after `earlier_locks` earlier ones.
    pub(super) fn lock_seconds(&self, earlier_locks: usize) -> u64 {
        let factor = if self.fields.doubling { 1_u64 << earlier_locks.min(20) } else { 1 };
        u64::from(self.fields.lock.as_seconds()).saturating_mul(factor).min(LONGEST_LOCK)
    }
}

impl TryFrom<Fields> for AttemptPolicy {
    type Error = AttemptError;

    fn try_from(fields: Fields) -> Result<Self, AttemptError> {
        if fields.threshold == 0 {
            Err(AttemptError::Threshold)
        } else if !(fields.threshold..=HIGHEST_CEILING).contains(&fields.ceiling) {
            Err(AttemptError::Ceiling { ceiling: fields.ceiling, threshold: fields.threshold })
        } else if u64::from(fields.lock.as_seconds()) > LONGEST_LOCK {
            Err(AttemptError::Lock(fields.lock))
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
///
/// ```
/// use authflow::{
///     Lifetime,
///     guess::{AttemptError, AttemptPolicy},
/// };
///
/// let refused = AttemptPolicy::new(5, Lifetime::of::<300>(), true, 101).unwrap_err();
/// assert_eq!(refused, AttemptError::Ceiling { ceiling: 101, threshold: 5 });
/// assert_eq!(
///     refused.to_string(),
///     "ceiling (101) must be at least threshold (5) and at most 100"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AttemptError {
    /// `threshold` is 0: nobody could sign in.
    #[error("threshold must be at least 1, not 0")]
    Threshold,
    /// `ceiling` is less than `threshold` or over 100.
    #[error("ceiling ({ceiling}) must be at least threshold ({threshold}) and at most 100")]
    Ceiling {
        /// The ceiling that was given.
        ceiling: u32,
        /// The threshold that was given.
        threshold: u32,
    },
    /// `lock` is longer than a day.
    #[error("lock ({}) must be at most 86400 seconds", .0.as_seconds())]
    Lock(Lifetime),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds() {
        let lock = Lifetime::of::<300>();
        assert_eq!(AttemptPolicy::new(0, lock, true, 5), Err(AttemptError::Threshold));
        assert_eq!(
            AttemptPolicy::new(5, lock, true, 4),
            Err(AttemptError::Ceiling { ceiling: 4, threshold: 5 })
        );
        assert_eq!(
            AttemptPolicy::new(5, lock, true, 101),
            Err(AttemptError::Ceiling { ceiling: 101, threshold: 5 })
        );
        let long = Lifetime::of::<86_401>();
        assert_eq!(AttemptPolicy::new(5, long, true, 5), Err(AttemptError::Lock(long)));
        assert!(AttemptPolicy::new(5, Lifetime::of::<86_400>(), true, 100).is_ok());
        assert!(AttemptPolicy::new(5, lock, true, 5).is_ok());
    }

    #[test]
    fn what_is_configured_is_what_is_read_back() {
        let lock = Lifetime::of::<60>();
        let policy = AttemptPolicy::new(3, lock, false, 12).unwrap();
        assert_eq!((policy.threshold(), policy.lock(), policy.ceiling()), (3, lock, 12));
        assert!(!policy.doubling() && AttemptPolicy::default().doubling());
        let written = serde_json::to_value(policy).unwrap();
        let fields = serde_json::json!({ "threshold": 3, "lock": 60, "doubling": false, "ceiling": 12 });
        assert_eq!(written, fields);
        assert_eq!(serde_json::from_value::<AttemptPolicy>(written).unwrap(), policy);
    }

    #[test]
    fn locks_grow_to_a_day_and_no_further_and_stay_level_without_doubling() {
        let doubling = AttemptPolicy::new(1, Lifetime::of::<300>(), true, 100).unwrap();
        assert_eq!(doubling.lock_seconds(0), 300);
        assert_eq!(doubling.lock_seconds(8), 76_800);
        assert_eq!(doubling.lock_seconds(9), LONGEST_LOCK);
        assert_eq!(doubling.lock_seconds(usize::MAX), LONGEST_LOCK);
        let level = AttemptPolicy::new(1, Lifetime::of::<300>(), false, 100).unwrap();
        assert_eq!(level.lock_seconds(9), 300);
    }
}
