//! How far the clock of an authenticator may be off.

use serde::{Deserialize, Serialize};

/// How many steps of 30 seconds the clock of an authenticator may be off, either way: 0 to 2, 1 by default (RFC 6238 §5.2
/// recommends no more than one).
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u8", into = "u8")]
pub struct TotpSkew(u8);

impl TotpSkew {
    /// # Errors
    /// When it is more than 2 steps.
    pub const fn new(steps: u8) -> Result<Self, TotpSkewError> {
        if steps > 2 { Err(TotpSkewError) } else { Ok(Self(steps)) }
    }

    /// The steps.
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
        Self::new(steps)
    }
}

impl From<TotpSkew> for u8 {
    fn from(skew: TotpSkew) -> Self {
        skew.0
    }
}

/// More than 2 steps.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the clock of an authenticator may be at most 2 steps off")]
pub struct TotpSkewError;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn at_most_two_steps_and_one_by_default() {
        assert_eq!(TotpSkew::default().steps(), 1);
        assert_eq!(serde_json::from_str::<TotpSkew>("2").unwrap().steps(), 2);
        assert!(serde_json::from_str::<TotpSkew>("3").is_err());
    }
}
