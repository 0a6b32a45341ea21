//! A point in time.

use super::Lifetime;
use core::fmt;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

/// A point in time: whole seconds since 1970-01-01T00:00:00Z, as `NumericDate` in RFC 7519 §2.
///
/// Values beyond the year 9999 become [`Timestamp::MAX`], and arithmetic saturates at both ends. A timestamp is stored and sent as the
/// number of seconds. `Display` and `Debug` print it as RFC 3339 spells it. A negative number, which a signed column of a database may
/// hold, is refused.
///
/// ```
/// use authflow::{Lifetime, Timestamp};
///
/// let now = Timestamp::from_unix(1_700_000_000);
/// assert_eq!(now.plus(Lifetime::of::<600>()).as_unix(), 1_700_000_600);
/// assert_eq!(Timestamp::MAX.plus(Lifetime::of::<600>()), Timestamp::MAX);
/// assert_eq!(now.to_string(), "2023-11-14T22:13:20Z");
/// assert_eq!(format!("{now:?}"), "Timestamp(2023-11-14T22:13:20Z)");
///
/// // In a column of signed integers, and back.
/// assert_eq!(Timestamp::try_from(i64::from(now)), Ok(now));
/// assert!(Timestamp::try_from(-1_i64).is_err());
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(from = "u64", into = "u64")]
pub struct Timestamp(u64);

impl Timestamp {
    /// 9999-12-31T23:59:59Z.
    pub const MAX: Self = Self(253_402_300_799);

    /// A timestamp from seconds since the epoch. A time later than [`MAX`](Self::MAX) becomes `MAX`.
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

    /// The end of something that begins at this point and lives for `lifetime`.
    pub const fn plus(self, lifetime: Lifetime) -> Self {
        self.plus_seconds(lifetime.as_seconds() as u64)
    }

    /// This point moved `seconds` later.
    pub const fn plus_seconds(self, seconds: u64) -> Self {
        Self::from_unix(self.0.saturating_add(seconds))
    }

    /// This point moved `seconds` earlier, but not before the epoch.
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
        u64::try_from(seconds).map(Self::from_unix).map_err(|_| InvalidTimestamp::Seconds(seconds))
    }
}

impl From<Timestamp> for i64 {
    fn from(at: Timestamp) -> Self {
        // The cast never wraps, because the last timestamp is in the year 9999.
        at.0.cast_signed()
    }
}

/// RFC 3339 in UTC, to the second: `2023-11-14T22:13:20Z`.
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // This is written by hand because the formatting of `time` needs `std`.
        let at = OffsetDateTime::from(*self);
        let (year, month, day) = at.to_calendar_date();
        let (hour, minute, second) = at.to_hms();
        let month = u8::from(month);
        write!(f, "{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z")
    }
}

/// For logs: `Timestamp(2023-11-14T22:13:20Z)`.
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Timestamp({self})")
    }
}

/// The same second, in UTC. Every timestamp can be converted.
///
/// ```
/// use authflow::Timestamp;
/// use time::{Month, OffsetDateTime, UtcOffset};
///
/// let at = OffsetDateTime::from(Timestamp::from_unix(1_700_000_000));
/// assert_eq!((at.year(), at.month(), at.day()), (2023, Month::November, 14));
/// assert_eq!((at.hour(), at.offset()), (22, UtcOffset::UTC));
/// ```
impl From<Timestamp> for OffsetDateTime {
    fn from(at: Timestamp) -> Self {
        // Nothing saturates: `MAX` is the last second that this type has in UTC.
        Self::UNIX_EPOCH.saturating_add(Duration::seconds(at.0.cast_signed()))
    }
}

/// The second that a time lies in, whatever its offset from UTC. The fraction of the second is cut off.
///
/// # Errors
/// When the time is before 1970-01-01T00:00:00Z, or after the second 9999-12-31T23:59:59Z. The conversion does not
/// saturate as [`from_unix`](Timestamp::from_unix) does, because such a time comes from a mistake and not from a clock.
///
/// ```
/// use authflow::Timestamp;
/// use time::{Duration, OffsetDateTime};
///
/// let half_past = OffsetDateTime::from(Timestamp::from_unix(7)) + Duration::milliseconds(500);
/// assert_eq!(Timestamp::try_from(half_past), Ok(Timestamp::from_unix(7)));
///
/// let early = OffsetDateTime::UNIX_EPOCH - Duration::seconds(1);
/// assert_eq!(
///     Timestamp::try_from(early).unwrap_err().to_string(),
///     "a timestamp must be from 1970 to 9999 in UTC, not 1969-12-31 23:59:59.0 +00:00:00"
/// );
/// ```
impl TryFrom<OffsetDateTime> for Timestamp {
    type Error = InvalidTimestamp;

    fn try_from(given: OffsetDateTime) -> Result<Self, InvalidTimestamp> {
        match u64::try_from(given.unix_timestamp()) {
            Ok(seconds) if seconds <= Self::MAX.0 => Ok(Self(seconds)),
            _ => Err(InvalidTimestamp::Date(given)),
        }
    }
}

/// A time before 1970 or after 9999, in UTC.
///
/// ```
/// use authflow::{InvalidTimestamp, Timestamp};
///
/// // A column in which -1 means "never".
/// let refused = Timestamp::try_from(-1_i64).unwrap_err();
/// assert_eq!(refused, InvalidTimestamp::Seconds(-1));
/// assert_eq!(
///     refused.to_string(),
///     "a timestamp must be 0 or more seconds since 1970, not -1"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum InvalidTimestamp {
    /// As a date.
    #[error("a timestamp must be from 1970 to 9999 in UTC, not {0}")]
    Date(OffsetDateTime),
    /// As seconds since 1970.
    #[error("a timestamp must be 0 or more seconds since 1970, not {0}")]
    Seconds(i64),
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString as _};
    use proptest::prelude::*;
    use time::{UtcOffset, format_description::well_known::Rfc3339};

    const LAST_NANOSECOND: Duration = Duration::nanoseconds(999_999_999);

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
        assert_eq!(error.to_string(), "a timestamp must be 0 or more seconds since 1970, not -1");
        assert!(Timestamp::try_from(i64::MIN).is_err());
    }

    #[test]
    fn the_vectors_from_outside() {
        for (seconds, text) in [
            // RFC 6238, appendix B: the column "UTC Time".
            (59, "1970-01-01T00:00:59Z"),
            (1_111_111_109, "2005-03-18T01:58:29Z"),
            (1_111_111_111, "2005-03-18T01:58:31Z"),
            (1_234_567_890, "2009-02-13T23:31:30Z"),
            (2_000_000_000, "2033-05-18T03:33:20Z"),
            (20_000_000_000, "2603-10-11T11:33:20Z"),
            // GNU `date -u -d @SECONDS +%FT%TZ`: the ends, leap days, and a century without one.
            (0, "1970-01-01T00:00:00Z"),
            (951_782_400, "2000-02-29T00:00:00Z"),
            (1_709_251_199, "2024-02-29T23:59:59Z"),
            (4_107_542_399, "2100-02-28T23:59:59Z"),
            (4_107_542_400, "2100-03-01T00:00:00Z"),
            (253_402_300_799, "9999-12-31T23:59:59Z"),
        ] {
            let at = Timestamp::from_unix(seconds);
            assert_eq!(at.to_string(), text);
            assert_eq!(format!("{at:?} {at:#?}"), format!("Timestamp({text}) Timestamp({text})"));
        }
    }

    #[test]
    fn a_date_is_a_timestamp_from_the_epoch_to_the_last_second_of_9999() {
        let (first, last) = (OffsetDateTime::UNIX_EPOCH, OffsetDateTime::from(Timestamp::MAX));
        assert_eq!(Timestamp::try_from(first), Ok(Timestamp::from_unix(0)));
        assert_eq!(Timestamp::try_from(last), Ok(Timestamp::MAX));
        assert_eq!(Timestamp::try_from(first + LAST_NANOSECOND), Ok(Timestamp::from_unix(0)));
        assert_eq!(Timestamp::try_from(last + LAST_NANOSECOND), Ok(Timestamp::MAX));
        let early = first - Duration::NANOSECOND;
        // This lies in the first hour of the year 10000, which this offset still writes as 9999.
        let late = last.replace_offset(UtcOffset::from_hms(-1, 0, 0).unwrap());
        for (given, text) in
            [(early, "1969-12-31 23:59:59.999999999 +00:00:00"), (late, "9999-12-31 23:59:59.0 -01:00:00")]
        {
            let error = Timestamp::try_from(given).unwrap_err();
            assert_eq!(
                error.to_string(),
                format!("a timestamp must be from 1970 to 9999 in UTC, not {text}")
            );
        }
    }

    #[test]
    fn it_is_stored_as_a_number() {
        let at = Timestamp::from_unix(1_700_000_000);
        assert_eq!(serde_json::to_string(&at).unwrap(), "1700000000");
        assert_eq!(serde_json::from_str::<Timestamp>("1700000000").unwrap(), at);
    }

    proptest! {
        #[test]
        fn every_timestamp_is_a_date_and_back(
            seconds in 0..=Timestamp::MAX.0, nanoseconds in 0..1_000_000_000_i64, minutes in -1439..=1439_i32,
        ) {
            let at = Timestamp::from_unix(seconds);
            let date = OffsetDateTime::from(at);
            prop_assert_eq!(date.unix_timestamp().cast_unsigned(), seconds);
            prop_assert_eq!(OffsetDateTime::parse(&at.to_string(), &Rfc3339), Ok(date));
            let within = date + Duration::nanoseconds(nanoseconds);
            let offset = UtcOffset::from_whole_seconds(minutes * 60).unwrap();
            // An offset may lead beyond the years that a date has, at either end.
            let elsewhere = within.checked_to_offset(offset).unwrap_or(within);
            prop_assert_eq!(Timestamp::try_from(elsewhere), Ok(at));
        }
    }
}
