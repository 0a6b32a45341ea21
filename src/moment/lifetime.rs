//! Lifetimes.

use core::{fmt, num::NonZeroU32};
use serde::{Deserialize, Serialize};
use time::Duration;

/// The time for which something lives: 1 second to [`Lifetime::MAX`] (365 days). It is never zero, so nothing has expired from the
/// start.
///
/// ```
/// use authflow::Lifetime;
///
/// assert_eq!(Lifetime::from_seconds(43_200).unwrap(), Lifetime::of::<43_200>());
/// assert_eq!(Lifetime::of::<600>().to_string(), "600 s");
/// assert_eq!(
///     Lifetime::from_seconds(0).unwrap_err().to_string(),
///     "a lifetime must be 1 second to 365 days, not 0 seconds"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "u32", into = "u32")]
pub struct Lifetime(NonZeroU32);

impl Lifetime {
    const MAX_SECONDS: u32 = 31_536_000;

    /// 365 days.
    pub const MAX: Self = Self::of::<{ Self::MAX_SECONDS }>();

    /// A lifetime written in the source. A value out of bounds does not compile.
    pub const fn of<const SECONDS: u32>() -> Self {
        const {
            assert!(SECONDS >= 1 && SECONDS <= Self::MAX_SECONDS, "a lifetime must be 1 second to 365 days");
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
            _ => Err(InvalidLifetime { given: Duration::seconds(i64::from(seconds)) }),
        }
    }

    /// The lifetime that is left, in seconds: at most [`MAX`](Self::MAX), and `None` if none is left.
    pub(crate) fn left(seconds: u64) -> Option<Self> {
        let seconds = u32::try_from(seconds).unwrap_or(Self::MAX_SECONDS).min(Self::MAX_SECONDS);
        NonZeroU32::new(seconds).map(Self)
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

/// Seconds with their unit: `600 s`.
impl fmt::Display for Lifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} s", self.as_seconds())
    }
}

/// The same length. Every lifetime can be converted.
///
/// ```
/// use authflow::Lifetime;
/// use time::Duration;
///
/// assert_eq!(Duration::from(Lifetime::of::<600>()), Duration::minutes(10));
/// ```
impl From<Lifetime> for Duration {
    fn from(lifetime: Lifetime) -> Self {
        Self::seconds(i64::from(lifetime.as_seconds()))
    }
}

/// The same length, in whole seconds.
///
/// # Errors
/// When the duration is less than a second or more than [`MAX`](Lifetime::MAX), or is not whole seconds. A fraction of a second is never
/// dropped in silence.
///
/// ```
/// use authflow::Lifetime;
/// use time::Duration;
///
/// assert_eq!(Lifetime::try_from(Duration::hours(12)), Ok(Lifetime::of::<43_200>()));
/// assert_eq!(
///     Lifetime::try_from(Duration::days(366)).unwrap_err().to_string(),
///     "a lifetime must be 1 second to 365 days, not 31622400 seconds"
/// );
/// assert_eq!(
///     Lifetime::try_from(Duration::milliseconds(1500)).unwrap_err().to_string(),
///     "a lifetime must be whole seconds, not 1s500ms"
/// );
/// ```
impl TryFrom<Duration> for Lifetime {
    type Error = InvalidLifetime;

    fn try_from(given: Duration) -> Result<Self, InvalidLifetime> {
        match u32::try_from(given.whole_seconds()) {
            Ok(seconds) if given.subsec_nanoseconds() == 0 => Self::from_seconds(seconds),
            _ => Err(InvalidLifetime { given }),
        }
    }
}

/// A lifetime of less than a second, of more than 365 days, or with a fraction of a second.
///
/// ```
/// use authflow::policy::Policy;
///
/// // In a configuration: nobody could use a code that lives for no time at all.
/// let refused = serde_json::from_str::<Policy>(r#"{ "lifetimes": { "code": 0 } }"#).unwrap_err();
/// let told = "a lifetime must be 1 second to 365 days, not 0 seconds";
/// assert!(refused.to_string().starts_with(told));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct InvalidLifetime {
    given: Duration,
}

impl fmt::Display for InvalidLifetime {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match (self.given.whole_seconds(), self.given.subsec_nanoseconds()) {
            (seconds, 0) => write!(f, "a lifetime must be 1 second to 365 days, not {seconds} seconds"),
            _ => write!(f, "a lifetime must be whole seconds, not {}", self.given),
        }
    }
}

impl core::error::Error for InvalidLifetime {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::ToString as _};
    use proptest::prelude::*;

    #[test]
    fn lifetimes_are_one_second_to_a_year() {
        assert_eq!(Lifetime::from_seconds(1).unwrap().as_seconds(), 1);
        assert_eq!(Lifetime::from_seconds(31_536_000).unwrap(), Lifetime::MAX);
        assert!(Lifetime::from_seconds(0).is_err());
        assert!(Lifetime::from_seconds(31_536_001).is_err());
        assert!(serde_json::from_str::<Lifetime>("0").is_err());
    }

    #[test]
    fn a_duration_is_a_lifetime_where_it_is_whole_seconds_within_the_bounds() {
        let (nanosecond, year) = (Duration::NANOSECOND, Duration::from(Lifetime::MAX));
        assert_eq!(Lifetime::try_from(Duration::SECOND), Ok(Lifetime::of::<1>()));
        assert_eq!(Lifetime::try_from(year), Ok(Lifetime::MAX));
        for (given, must) in [
            (Duration::ZERO, "1 second to 365 days, not 0 seconds"),
            (-Duration::SECOND, "1 second to 365 days, not -1 seconds"),
            (year + Duration::SECOND, "1 second to 365 days, not 31536001 seconds"),
            // These seconds would be 1 if they were cut to 32 bits.
            (Duration::seconds((1 << 32) + 1), "1 second to 365 days, not 4294967297 seconds"),
            (Duration::SECOND - nanosecond, "whole seconds, not 999ms999µs999ns"),
            (Duration::SECOND + nanosecond, "whole seconds, not 1s1ns"),
            (-Duration::milliseconds(500), "whole seconds, not -500ms"),
            (year + nanosecond, "whole seconds, not 365d1ns"),
        ] {
            let error = Lifetime::try_from(given).unwrap_err();
            assert_eq!(error.to_string(), format!("a lifetime must be {must}"));
        }
    }

    proptest! {
        #[test]
        fn every_lifetime_is_a_duration_and_back(seconds in 1..=Lifetime::MAX_SECONDS) {
            let lifetime = Lifetime::from_seconds(seconds).unwrap();
            let duration = Duration::from(lifetime);
            prop_assert_eq!(duration.whole_seconds(), i64::from(seconds));
            prop_assert_eq!(Lifetime::try_from(duration), Ok(lifetime));
            prop_assert_eq!(lifetime.to_string(), format!("{seconds} s"));
        }
    }
}
