//! A point in time.

use super::Lifetime;
use serde::{Deserialize, Serialize};

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, as `NumericDate` in RFC 7519 §2.
///
/// Values beyond the year 9999 become [`Timestamp::MAX`]; arithmetic saturates at both ends.
///
/// ```
/// use authflow::{Lifetime, Timestamp};
///
/// let now = Timestamp::from_unix(1_700_000_000);
/// assert_eq!(now.plus(Lifetime::of::<600>()).as_unix(), 1_700_000_600);
/// assert_eq!(Timestamp::MAX.plus(Lifetime::of::<600>()), Timestamp::MAX);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct Timestamp(u64);

impl Timestamp {
    /// 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799);

    /// Seconds since the epoch; later than [`MAX`](Self::MAX) becomes `MAX`.
    pub const fn from_unix(seconds: u64) -> Self {
        if seconds > Self::MAX.0 { Self::MAX } else { Self(seconds) }
    }

    /// Seconds since the epoch.
    pub const fn as_unix(self) -> u64 {
        self.0
    }

    /// Seconds from `earlier` to `self`, or 0 when `earlier` is the later one.
    pub const fn seconds_since(self, earlier: Self) -> u64 {
        self.0.saturating_sub(earlier.0)
    }

    /// When something that begins now is over.
    pub const fn plus(self, lifetime: Lifetime) -> Self {
        self.plus_seconds(lifetime.as_seconds() as u64)
    }

    /// This point moved `seconds` later.
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// This point moved `seconds` earlier, not before the epoch.
    pub const fn minus_seconds(self, seconds: u64) -> Self {
        Self(self.0.saturating_sub(seconds))
    }
}

impl From<u64> for Timestamp {
    fn from(seconds: u64) -> Self {
        Self::from_unix(seconds)
    }
}

impl From<Timestamp> for u64 {
    fn from(at: Timestamp) -> Self {
        at.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn timestamps_saturate_at_both_ends() {
        assert_eq!(Timestamp::from_unix(u64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_unix(5).minus_seconds(6).as_unix(), 0);
        assert_eq!(Timestamp::MAX.plus_seconds(u64::MAX), Timestamp::MAX);
        assert_eq!(Timestamp::from_unix(5).seconds_since(Timestamp::from_unix(9)), 0);
        assert_eq!(Timestamp::from_unix(9).seconds_since(Timestamp::from_unix(5)), 4);
    }
}
