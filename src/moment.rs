//! Time and entropy, which the host hands in with every request.
//!
//! Nothing in this crate reads a clock or draws a random number on its own. A request, its [`Moment`] and the answers
//! of the host determine every byte of the outcome, so a whole login can be replayed in a test.

use core::{fmt, num::NonZeroU32};
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, as `NumericDate` in RFC 7519 §2.
///
/// Values beyond the year 9999 become [`Timestamp::MAX`]; arithmetic saturates at both ends. A negative number, as a signed column of a
/// database may hold, is refused.
///
/// ```
/// use authflow::{Lifetime, Timestamp};
///
/// let now = Timestamp::from_unix(1_700_000_000);
/// assert_eq!(now.plus(Lifetime::of::<600>()).as_unix(), 1_700_000_600);
/// assert_eq!(Timestamp::MAX.plus(Lifetime::of::<600>()), Timestamp::MAX);
///
/// // In a column of signed integers, and back.
/// assert_eq!(Timestamp::try_from(i64::from(now)), Ok(now));
/// assert!(Timestamp::try_from(-1_i64).is_err());
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

impl TryFrom<i64> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(seconds: i64) -> Result<Self, InvalidTimestamp> {
        u64::try_from(seconds).map(Self::from_unix).map_err(|_| InvalidTimestamp { seconds })
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        // Never the fallback: the last timestamp is in the year 9999.
        Self::try_from(at.0).unwrap_or(Self::MAX)
    }
}

/// A time before 1970.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a time must be 0 or more seconds since 1970, not {seconds}")]
pub struct InvalidTimestamp {
    seconds: i64,
}

/// How long something lives: 1 second to [`Lifetime::MAX`] (365 days). Never zero, so nothing is born expired.
///
/// ```
/// use authflow::Lifetime;
///
/// assert_eq!(Lifetime::from_seconds(43_200).unwrap(), Lifetime::of::<43_200>());
/// assert!(Lifetime::from_seconds(0).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Lifetime(NonZeroU32);

impl Lifetime {
    const MAX_SECONDS: u32 = 31_536_000;

    /// 365 days.
    pub const MAX: Self = Self::of::<{ Self::MAX_SECONDS }>();

    /// A lifetime written in the source; out of bounds does not compile.
    pub const fn of<const SECONDS: u32>() -> Self {
        const {
            assert!(SECONDS >= 1 && SECONDS <= Self::MAX_SECONDS, "a lifetime is 1 second to 365 days");
        }
        match NonZeroU32::new(SECONDS) {
            Some(seconds) => Self(seconds),
            None => Self(NonZeroU32::MIN),
        }
    }

    /// A lifetime read from configuration.
    ///
    /// # Errors
    /// When `seconds` is 0 or more than [`MAX`](Self::MAX).
    pub fn from_seconds(seconds: u32) -> Result<Self, InvalidLifetime> {
        match NonZeroU32::new(seconds) {
            Some(value) if seconds <= Self::MAX_SECONDS => Ok(Self(value)),
            _ => Err(InvalidLifetime { seconds }),
        }
    }

    /// The length in seconds.
    pub const fn as_seconds(self) -> u32 {
        self.0.get()
    }
}

impl TryFrom<u32> for Lifetime {
    type Error = InvalidLifetime;

    fn try_from(seconds: u32) -> Result<Self, InvalidLifetime> {
        Self::from_seconds(seconds)
    }
}

impl From<Lifetime> for u32 {
    fn from(lifetime: Lifetime) -> Self {
        lifetime.as_seconds()
    }
}

/// A lifetime of 0 seconds or of more than 365 days.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a lifetime of {seconds} seconds is not between 1 second and 365 days")]
pub struct InvalidLifetime {
    seconds: u32,
}

/// 32 bytes nobody can guess, for one request.
///
/// They never leave the library as they are: every id and code is an HMAC of them under a key of the ring, bound to the
/// moment, to what it is for, and to account, application and device. Weak or repeated entropy can therefore make two
/// logins of one account on one device in one second collide; it does not make an id predictable to someone without the
/// key.
pub struct Entropy(Zeroizing<[u8; 32]>);

impl Entropy {
    /// Wraps bytes from the operating system's generator (or, in a test, any bytes).
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(Zeroizing::new(bytes))
    }

    pub(crate) fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for Entropy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Entropy(…)")
    }
}

/// When a request happens, and the entropy it may use.
///
/// Neither `Clone` nor `Copy`, so that using one moment for two requests does not compile:
///
/// ```compile_fail
/// # use authflow::{Entropy, Moment, Timestamp};
/// let moment = Moment::new(Timestamp::from_unix(1_700_000_000), Entropy::from_bytes([7; 32]));
/// let first = moment;
/// let second = moment;
/// ```
#[derive(Debug)]
pub struct Moment {
    now: Timestamp,
    entropy: Entropy,
}

impl Moment {
    /// A moment from the host's own clock and generator.
    pub fn new(now: Timestamp, entropy: Entropy) -> Self {
        Self { now, entropy }
    }

    /// The operating system's clock and random numbers, now.
    ///
    /// # Errors
    /// When the system has no entropy to give. Refuse the request; do not go on with something weaker.
    #[cfg(feature = "os")]
    pub fn now() -> Result<Self, OsEntropyUnavailable> {
        #[allow(clippy::disallowed_methods, reason = "this feature exists to read the clock")]
        let since_epoch = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
        let mut bytes = [0; 32];
        getrandom::fill(&mut bytes).map_err(|_| OsEntropyUnavailable)?;
        let now = Timestamp::from_unix(since_epoch.map_or(0, |elapsed| elapsed.as_secs()));
        Ok(Self::new(now, Entropy::from_bytes(bytes)))
    }

    /// The time of the request.
    pub fn timestamp(&self) -> Timestamp {
        self.now
    }

    /// The same entropy at another time: for a host whose clock is set by a test or a flag.
    #[must_use]
    pub fn at(self, now: Timestamp) -> Self {
        Self { now, ..self }
    }

    pub(crate) fn entropy(&self) -> &Entropy {
        &self.entropy
    }
}

/// The operating system gave no random numbers.
#[cfg(feature = "os")]
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the operating system gave no random numbers")]
pub struct OsEntropyUnavailable;

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

    #[test]
    fn timestamps_survive_a_signed_column_and_none_is_before_1970() {
        for (stored, seconds) in [
            (0, 0),
            (1_700_000_000, 1_700_000_000),
            (253_402_300_799, 253_402_300_799),
            (i64::MAX, 253_402_300_799),
        ] {
            let at = Timestamp::try_from(stored).unwrap();
            assert_eq!((at.as_unix(), i64::from(at).unsigned_abs()), (seconds, seconds), "{stored}");
        }
        let error = Timestamp::try_from(-1_i64).unwrap_err();
        let text = "a time must be 0 or more seconds since 1970, not -1";
        assert_eq!(alloc::string::ToString::to_string(&error), text);
        assert!(Timestamp::try_from(i64::MIN).is_err());
    }

    #[test]
    fn lifetimes_are_one_second_to_a_year() {
        assert_eq!(Lifetime::from_seconds(1).unwrap().as_seconds(), 1);
        assert_eq!(Lifetime::from_seconds(31_536_000).unwrap(), Lifetime::MAX);
        assert!(Lifetime::from_seconds(0).is_err());
        assert!(Lifetime::from_seconds(31_536_001).is_err());
        assert!(serde_json::from_str::<Lifetime>("0").is_err());
    }

    #[test]
    fn entropy_is_not_printed() {
        let moment = Moment::new(Timestamp::from_unix(1), Entropy::from_bytes([0xAB; 32]));
        let printed = alloc::format!("{moment:?}");
        assert!(printed.contains("Entropy(…)") && !printed.contains("171"), "{printed}");
    }
}
