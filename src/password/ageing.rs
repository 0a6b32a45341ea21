//! The ageing of passwords.

use crate::Timestamp;
use serde::{Deserialize, Serialize};

const DAY: u64 = 86_400;

/// The ageing of passwords: how old a password may become, how long before its end the subject is warned, and how often they may skip the change.
///
/// ```
/// use authflow::{
///     Timestamp,
///     password::{Age, Ageing},
/// };
///
/// let ageing = Ageing::new(90, 14, 3).unwrap();
/// let set = Timestamp::from_unix(0);
/// assert_eq!(ageing.age(set, Timestamp::from_unix(75 * 86_400)), Age::Current);
/// assert_eq!(
///     ageing.age(set, Timestamp::from_unix(85 * 86_400)),
///     Age::Expiring { seconds_left: 5 * 86_400 }
/// );
/// assert_eq!(ageing.age(set, Timestamp::from_unix(90 * 86_400)), Age::Expired);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct Ageing {
    fields: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Fields {
    max_age_days: u16,
    warn_before_days: u16,
    max_skips: u32,
}

impl Ageing {
    /// Passwords live `max_age_days` (1 to 3,650). The subject is warned at sign-in in the last `warn_before_days` (fewer than
    /// `max_age_days`), and may skip the change `max_skips` times (at most 100) for each password. The password must be changed at once
    /// when the skips are spent, so with `max_skips` 0 it really lives `max_age_days - warn_before_days`.
    ///
    /// # Errors
    /// When a number is out of bounds.
    pub fn new(max_age_days: u16, warn_before_days: u16, max_skips: u32) -> Result<Self, AgeingError> {
        Self::try_from(Fields { max_age_days, warn_before_days, max_skips })
    }

    /// The number of days that a password lives.
    pub fn max_age_days(&self) -> u16 {
        self.fields.max_age_days
    }

    /// The number of last days in which the subject is warned.
    pub fn warn_before_days(&self) -> u16 {
        self.fields.warn_before_days
    }

    /// The number of times that the change of one password may be skipped.
    pub fn max_skips(&self) -> u32 {
        self.fields.max_skips
    }

    /// The age of a password that was set at `changed_at`. It has expired from the very second in which it reaches `max_age_days`.
    pub fn age(&self, changed_at: Timestamp, now: Timestamp) -> Age {
        let expires_at = changed_at.plus_seconds(u64::from(self.fields.max_age_days).saturating_mul(DAY));
        let warned = u64::from(self.fields.warn_before_days).saturating_mul(DAY);
        match expires_at.seconds_since(now) {
            0 => Age::Expired,
            seconds_left if seconds_left <= warned => Age::Expiring { seconds_left },
            _ => Age::Current,
        }
    }
}

/// The age of a password.
///
/// ```
/// use authflow::{
///     Timestamp,
///     password::{Age, Ageing},
/// };
///
/// /// What an account's page says.
/// fn told(age: Age) -> String {
///     match age {
///         Age::Current => "your password is good".to_owned(),
///         Age::Expiring { seconds_left } => {
///             format!("change it within {} days", seconds_left.div_ceil(86_400))
///         }
///         Age::Expired => "change it when you sign in next".to_owned(),
///     }
/// }
///
/// let (ageing, set) = (Ageing::new(90, 14, 3)?, Timestamp::from_unix(1_700_000_000));
/// let in_days = |days: u64| told(ageing.age(set, set.plus_seconds(days * 86_400)));
/// assert_eq!(in_days(75), "your password is good");
/// assert_eq!(in_days(76), "change it within 14 days");
/// assert_eq!(in_days(90), "change it when you sign in next");
/// # Ok::<(), authflow::password::AgeingError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// It is neither expired nor about to expire.
    Current,
    /// It is about to expire.
    Expiring {
        /// The seconds until it expires, at least 1.
        seconds_left: u64,
    },
    /// It has expired.
    Expired,
}

/// A number that is out of bounds.
///
/// ```
/// use authflow::password::{Ageing, AgeingError};
///
/// let refused = Ageing::new(10, 14, 3).unwrap_err();
/// assert_eq!(refused, AgeingError::WarnBefore { warn_before_days: 14, max_age_days: 10 });
/// assert_eq!(refused.to_string(), "warn_before_days (14) must be less than max_age_days (10)");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum AgeingError {
    /// `max_age_days` is not 1 to 3,650.
    #[error("max_age_days must be 1 to 3650, not {0}")]
    MaxAge(u16),
    /// `warn_before_days` is not less than `max_age_days`.
    #[error("warn_before_days ({warn_before_days}) must be less than max_age_days ({max_age_days})")]
    WarnBefore {
        /// The warning that was given.
        warn_before_days: u16,
        /// The age that was given.
        max_age_days: u16,
    },
    /// `max_skips` is over 100.
    #[error("max_skips must be at most 100, not {0}")]
    MaxSkips(u32),
}

impl TryFrom<Fields> for Ageing {
    type Error = AgeingError;

    fn try_from(fields: Fields) -> Result<Self, AgeingError> {
        let Fields { max_age_days, warn_before_days, max_skips } = fields;
        if !(1..=3650).contains(&max_age_days) {
            Err(AgeingError::MaxAge(max_age_days))
        } else if warn_before_days >= max_age_days {
            Err(AgeingError::WarnBefore { warn_before_days, max_age_days })
        } else if max_skips > 100 {
            Err(AgeingError::MaxSkips(max_skips))
        } else {
            Ok(Self { fields })
        }
    }
}

impl From<Ageing> for Fields {
    fn from(ageing: Ageing) -> Self {
        ageing.fields
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn every_boundary_to_the_second() {
        let ageing = Ageing::new(90, 14, 3).unwrap();
        let set = Timestamp::from_unix(1_000);
        let at = |seconds| ageing.age(set, set.plus_seconds(seconds));
        assert_eq!(at(0), Age::Current);
        assert_eq!(at(76 * DAY - 1), Age::Current);
        assert_eq!(at(76 * DAY), Age::Expiring { seconds_left: 14 * DAY });
        assert_eq!(at(90 * DAY - 1), Age::Expiring { seconds_left: 1 });
        assert_eq!(at(90 * DAY), Age::Expired);
        assert_eq!(ageing.age(set, Timestamp::from_unix(0)), Age::Current, "set in the future");
    }

    #[test]
    fn no_warning_without_a_warning_time() {
        let ageing = Ageing::new(1, 0, 0).unwrap();
        assert_eq!(ageing.age(Timestamp::from_unix(0), Timestamp::from_unix(DAY - 1)), Age::Current);
        assert_eq!(ageing.age(Timestamp::from_unix(0), Timestamp::from_unix(DAY)), Age::Expired);
    }

    #[test]
    fn bounds() {
        for ((age, warning, skips), said) in [
            ((0, 0, 0), "max_age_days must be 1 to 3650, not 0"),
            ((3651, 0, 0), "max_age_days must be 1 to 3650, not 3651"),
            ((14, 14, 0), "warn_before_days (14) must be less than max_age_days (14)"),
            ((90, 14, 101), "max_skips must be at most 100, not 101"),
        ] {
            assert_eq!(Ageing::new(age, warning, skips).unwrap_err().to_string(), said);
        }
        assert!(Ageing::new(3650, 3649, 100).is_ok());
    }

    #[test]
    fn what_is_configured_is_what_is_read_back() {
        let ageing = Ageing::new(90, 14, 3).unwrap();
        assert_eq!((ageing.max_age_days(), ageing.warn_before_days(), ageing.max_skips()), (90, 14, 3));
        let written = serde_json::to_value(ageing).unwrap();
        let fields = serde_json::json!({ "max_age_days": 90, "warn_before_days": 14, "max_skips": 3 });
        assert_eq!(written, fields);
        assert_eq!(serde_json::from_value::<Ageing>(written).unwrap(), ageing);
    }
}
