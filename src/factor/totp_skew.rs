//! The tolerance for the clock of a TOTP device.

use serde::{Deserialize, Serialize};

/// The number of steps, of 30 or 60 seconds, by which a one-time password may be early or late: 0 to 2, by default 1. RFC 6238 §5.2 recommends at
/// most one step of delay. Each further step is one more password that a guess may hit on either side.
///
/// ```
/// use authflow::factor::TotpSkew;
///
/// assert_eq!(TotpSkew::default().steps(), 1);
/// assert!(TotpSkew::try_from(3).is_err());
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct TotpSkew(u8);

impl TotpSkew {
    /// The number of steps.
    pub const fn steps(self) -> u8 {
        self.0
    }
}

impl Default for TotpSkew {
    fn default() -> Self {
        Self(1)
    }
}

impl TryFrom<u8> for TotpSkew {
    type Error = TotpSkewError;

    fn try_from(steps: u8) -> Result<Self, TotpSkewError> {
        if steps > 2 { Err(TotpSkewError { steps }) } else { Ok(Self(steps)) }
    }
}

impl From<TotpSkew> for u8 {
    fn from(skew: TotpSkew) -> Self {
        skew.0
    }
}

/// More than 2 steps.
///
/// ```
/// use authflow::{factor::TotpSkew, policy::Policy};
///
/// let refused = TotpSkew::try_from(3).unwrap_err();
/// assert_eq!(refused.to_string(), "totp_skew must be at most 2 steps, not 3");
/// // Configuration says the same.
/// let refused = serde_json::from_str::<Policy>(r#"{ "totp_skew": 3 }"#).unwrap_err();
/// assert!(refused.to_string().starts_with("totp_skew must be at most 2 steps, not 3"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("totp_skew must be at most 2 steps, not {steps}")]
pub struct TotpSkewError {
    /// The number that was given.
    pub steps: u8,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn skews_are_none_to_two_steps() {
        for steps in 0..=2 {
            let skew: TotpSkew = serde_json::from_value(steps.into()).unwrap();
            assert_eq!((skew.steps(), u8::from(skew)), (steps, steps));
            assert_eq!(serde_json::to_value(skew).unwrap(), steps);
        }
        assert_eq!(TotpSkew::try_from(3), Err(TotpSkewError { steps: 3 }));
        assert!(serde_json::from_str::<TotpSkew>("3").is_err());
    }
}
