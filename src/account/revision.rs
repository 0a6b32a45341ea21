//! The version of an account on which a decision was based.

use crate::{Moment, mac::first};
use serde::{Deserialize, Serialize};
use sha2::{Digest as _, Sha256};

/// The version of an account on which a decision was based. It changes with the account's password, status, factors and contacts, and when a
/// link to a social identity ends.
///
/// A revision is a number of 63 bits, for databases whose integers are signed. The first one of an account is [drawn](Self::first). So no other
/// account of the same id ever had it, even if one was deleted and its id was given out again. Each change makes it the [next](Self::next) one,
/// in the same transaction. Revisions are compared only for equality: none is later than another.
///
/// A token carries the revision on which it was based, and a [`Commit`](crate::step::Commit) names the one that it expects. So nothing is issued
/// for an account that changed in between.
///
/// ```
/// use authflow::{Entropy, Moment, Timestamp, account::Revision};
///
/// // With the feature `os`: Moment::now()?
/// let moment = Moment::new(Timestamp::from_unix(1_700_000_000), Entropy::from_bytes([7; 32]));
/// let first = Revision::first(&moment);
///
/// // In a column of 64 bits with a sign, and back.
/// assert_eq!(Revision::try_from(i64::from(first)), Ok(first));
/// assert!(Revision::try_from(-1_i64).is_err());
/// ```
///
/// There is no default revision, and no revision is later than another:
///
/// ```compile_fail,E0277
/// # fn main() -> Result<(), authflow::account::InvalidRevision> {
/// use authflow::account::Revision;
/// Revision::new(1)? < Revision::new(2)?;
/// # Ok(()) }
/// ```
///
/// ```compile_fail,E0599
/// use authflow::account::Revision;
/// Revision::default();
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u64", into = "u64")]
pub struct Revision(u64);

impl Revision {
    const MAX: u64 = i64::MAX.unsigned_abs();

    /// A revision read from the host's store.
    ///
    /// # Errors
    /// When the number has more than 63 bits.
    pub const fn new(number: u64) -> Result<Self, InvalidRevision> {
        if number > Self::MAX { Err(InvalidRevision { number: number as i128 }) } else { Ok(Self(number)) }
    }

    /// The first revision of a new account: 63 bits drawn from the moment's entropy, whatever its time. Give each new account its own moment.
    ///
    /// A store that has random numbers may draw it as well. In SQLite, use `random() & 9223372036854775807` in a trigger on every `INSERT`.
    pub fn first(moment: &Moment) -> Self {
        // The hash keeps the entropy as secret as it was.
        let hash: [u8; 32] = Sha256::new()
            .chain_update(b"authflow/first revision/")
            .chain_update(moment.entropy().as_bytes())
            .finalize()
            .into();
        Self(u64::from_be_bytes(first(hash)) & Self::MAX)
    }

    /// The number, for the host's store: at most 63 bits.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The revision after one change. The largest number is followed by 0.
    #[must_use]
    pub const fn next(self) -> Self {
        Self(self.0.wrapping_add(1) & Self::MAX)
    }
}

impl TryFrom<u64> for Revision {
    type Error = InvalidRevision;

    fn try_from(number: u64) -> Result<Self, InvalidRevision> {
        Self::new(number)
    }
}

impl TryFrom<i64> for Revision {
    type Error = InvalidRevision;

    fn try_from(number: i64) -> Result<Self, InvalidRevision> {
        u64::try_from(number).map(Self).map_err(|_| InvalidRevision { number: number.into() })
    }
}

impl From<Revision> for u64 {
    fn from(revision: Revision) -> Self {
        revision.0
    }
}

impl From<Revision> for i64 {
    fn from(revision: Revision) -> Self {
        // The fallback is never taken, because a revision has 63 bits.
        Self::try_from(revision.0).unwrap_or(Self::MAX)
    }
}

/// A number that is no revision: negative, or of more than 63 bits.
///
/// ```
/// use authflow::account::Revision;
///
/// let refused = Revision::try_from(-1_i64).unwrap_err();
/// assert_eq!(refused.to_string(), "a revision must be 0 to 9223372036854775807, not -1");
/// assert!(
///     Revision::new(1 << 63).is_err(),
///     "a database whose integers have a sign has no room for it"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a revision must be 0 to 9223372036854775807, not {number}")]
pub struct InvalidRevision {
    number: i128,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{Entropy, Timestamp};
    use alloc::{collections::BTreeSet, string::ToString as _};

    #[test]
    fn a_revision_is_63_bits_in_both_integers_and_nothing_else() {
        for number in [0, 1, i64::MAX - 1, i64::MAX] {
            let revision = Revision::try_from(number).unwrap();
            assert_eq!((i64::from(revision), u64::from(revision)), (number, number.unsigned_abs()));
            assert_eq!(Revision::new(number.unsigned_abs()), Ok(revision));
            let stored = serde_json::to_string(&revision).unwrap();
            assert_eq!(stored, number.to_string());
            assert_eq!(serde_json::from_str::<Revision>(&stored).unwrap(), revision);
        }
        for (refused, number) in [
            (Revision::try_from(-1_i64), "-1"),
            (Revision::try_from(i64::MIN), "-9223372036854775808"),
            (Revision::try_from(1_u64 << 63), "9223372036854775808"),
            (Revision::new(u64::MAX), "18446744073709551615"),
        ] {
            let text = refused.unwrap_err().to_string();
            assert_eq!(text, alloc::format!("a revision must be 0 to 9223372036854775807, not {number}"));
        }
        assert!(serde_json::from_str::<Revision>("9223372036854775808").is_err());
    }

    #[test]
    fn every_change_makes_it_another_one_the_largest_too() {
        for number in [0, 7, i64::MAX] {
            let revision = Revision::try_from(number).unwrap();
            assert_ne!(revision.next(), revision);
            assert_eq!(i64::from(revision.next()), number.wrapping_add(1) & i64::MAX);
        }
    }

    #[test]
    fn first_revisions_are_the_moments_entropy_and_nothing_of_its_time() {
        let first = |now, byte| {
            Revision::first(&Moment::new(Timestamp::from_unix(now), Entropy::from_bytes([byte; 32])))
        };
        assert_eq!(first(1, 7), first(2, 7));
        let drawn: BTreeSet<_> = (0..=255).map(|byte| first(1, byte).as_u64()).collect();
        assert_eq!(drawn.len(), 256);
        // Each of the 63 bits is 0 in some draws and 1 in others.
        let (any, all) = drawn.iter().fold((0, u64::MAX), |(any, all), it| (any | it, all & it));
        assert_eq!((any, all), (Revision::MAX, 0));
        assert!(!drawn.contains(&u64::from_be_bytes([7; 8])), "the entropy itself");
    }
}
