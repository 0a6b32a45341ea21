//! By which channels a forgotten password is reset.

use crate::{
    contact::Channel,
    factor::{Factor, FactorSet},
};
use serde::{Deserialize, Serialize};

/// By which channels a forgotten password is reset. None by default: there is no reset then.
///
/// Only channels reset passwords, so no other factor can be in it. Whether a channel resets the password of a certain account
/// says [`flow::recovery`](crate::flow::recovery).
///
/// ```
/// use authflow::{contact::Channel, factor::{Factor, FactorSet}, policy::Recovery};
///
/// let by_sms: Recovery = serde_json::from_str(r#"["sms"]"#).unwrap();
/// assert_eq!(by_sms, [Channel::Sms].into_iter().collect());
/// assert!(by_sms.contains(Channel::Sms) && !Recovery::NONE.contains(Channel::Sms));
///
/// let refused = Recovery::new(FactorSet::EMPTY.with(Factor::Sms).with(Factor::Totp)).unwrap_err();
/// assert_eq!(refused.to_string(), "recovery must be by sms or email, not by totp");
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FactorSet", into = "FactorSet")]
pub struct Recovery(FactorSet);

impl Recovery {
    /// No reset.
    pub const NONE: Self = Self(FactorSet::EMPTY);

    /// By codes of these factors.
    ///
    /// # Errors
    /// When one of them is not a channel.
    pub fn new(factors: FactorSet) -> Result<Self, RecoveryError> {
        match factors.without(FactorSet::CHANNELS).iter().next() {
            Some(other) => Err(RecoveryError(other)),
            None => Ok(Self(factors)),
        }
    }

    /// Whether codes of this channel reset passwords.
    pub const fn contains(self, channel: Channel) -> bool {
        self.0.contains(Factor::of_channel(channel))
    }

    /// The channels, as factors.
    pub const fn factors(self) -> FactorSet {
        self.0
    }
}

impl FromIterator<Channel> for Recovery {
    fn from_iter<I: IntoIterator<Item = Channel>>(channels: I) -> Self {
        Self(channels.into_iter().map(Factor::of_channel).collect())
    }
}

/// A factor that is not a channel was to reset passwords.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("recovery must be by sms or email, not by {}", .0.label())]
pub struct RecoveryError(pub Factor);

impl TryFrom<FactorSet> for Recovery {
    type Error = RecoveryError;

    fn try_from(factors: FactorSet) -> Result<Self, RecoveryError> {
        Self::new(factors)
    }
}

impl From<Recovery> for FactorSet {
    fn from(recovery: Recovery) -> Self {
        recovery.0
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString as _;

    #[test]
    fn channels_are_taken_and_read_back_and_nothing_else_is() {
        for bits in 0..16 {
            let factors = FactorSet::from_bits(bits).unwrap();
            let others = factors.contains(Factor::Password) || factors.contains(Factor::Totp);
            assert_eq!(Recovery::new(factors).is_err(), others, "{factors:?}");
            let written = serde_json::to_string(&factors).unwrap();
            match serde_json::from_str::<Recovery>(&written) {
                Ok(read) => assert_eq!(serde_json::to_string(&read).unwrap(), written),
                Err(error) => {
                    assert!(others && error.to_string().contains("recovery must be by sms or email"))
                }
            }
        }
        assert_eq!(Recovery::default(), Recovery::NONE);
    }
}
