//! How long something lives.

use core::num::NonZeroU32;
use serde::{Deserialize, Serialize};

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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lifetimes_are_one_second_to_a_year() {
        assert_eq!(Lifetime::from_seconds(1).unwrap().as_seconds(), 1);
        assert_eq!(Lifetime::from_seconds(31_536_000).unwrap(), Lifetime::MAX);
        assert!(Lifetime::from_seconds(0).is_err());
        assert!(Lifetime::from_seconds(31_536_001).is_err());
        assert!(serde_json::from_str::<Lifetime>("0").is_err());
    }
}
