//! The treatment of an identity that is linked to no account.

use crate::{
    contact::Channel,
    factor::{Factor, FactorSet},
};
use serde::{Deserialize, Serialize};

/// The treatment of an identity that is linked to no account. It is refused, unless configured otherwise.
///
/// ```
/// use authflow::{policy::Policy, social::Unassociated};
///
/// let policy: Policy =
///     serde_json::from_str(r#"{ "unassociated": { "bind": ["sms", "password"] } }"#).unwrap();
/// assert!(matches!(policy.unassociated, Unassociated::Bind(_)));
/// assert_eq!(Policy::default().unassociated, Unassociated::Refuse);
/// assert!(serde_json::from_str::<Policy>(r#"{ "unassociated": { "bind": [] } }"#).is_err());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Unassociated {
    /// The identity is refused, and signs nobody in.
    #[default]
    Refuse,
    /// The client proves an existing account by one of these factors. The two are linked with the session that the login ends in.
    Bind(LinkProofs),
    /// The same, or a person without an account registers by a code to one of these, if the policy's
    /// [`registration`](crate::policy::Policy::registration) has that channel too. The identity is linked to the new account.
    BindOrRegister(LinkProofs),
}

impl Unassociated {
    /// The factors that prove the account to link the identity to. There are none if it is refused.
    pub const fn proofs(self) -> FactorSet {
        match self {
            Self::Refuse => FactorSet::EMPTY,
            Self::Bind(proofs) | Self::BindOrRegister(proofs) => proofs.factors(),
        }
    }
}

/// The factors that prove an account, so that an identity is linked to it: at least one of a password, a code by SMS and a code by e-mail.
///
/// Each must be a first factor of the policy too ([`first_factors`](crate::policy::Policy::first_factors)), because linking ends in a login that
/// begins with the proof. [`Graph::check`](crate::flow::Graph::check) reports a factor that is not.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     social::LinkProofs,
/// };
///
/// let by_sms = LinkProofs::new(FactorSet::EMPTY.with(Factor::Sms)).unwrap();
/// assert!(by_sms.factors().contains(Factor::Sms));
/// let refused = LinkProofs::new(FactorSet::EMPTY.with(Factor::Totp)).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "what proves an account to be linked must be of password, sms and email, not totp"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "FactorSet", into = "FactorSet")]
pub struct LinkProofs(FactorSet);

impl LinkProofs {
    /// Wraps these factors.
    ///
    /// # Errors
    /// When there is no factor, or one of them is neither a password nor a channel.
    pub fn new(factors: FactorSet) -> Result<Self, LinkProofsError> {
        match factors.without(FactorSet::CHANNELS.with(Factor::Password)).iter().next() {
            Some(other) => Err(LinkProofsError::NoProof(other)),
            None if factors.is_empty() => Err(LinkProofsError::Empty),
            None => Ok(Self(factors)),
        }
    }

    /// Whether a code to this channel is one of these proofs.
    pub const fn contains(self, channel: Channel) -> bool {
        self.0.contains(Factor::of_channel(channel))
    }

    /// All factors of the set.
    pub const fn factors(self) -> FactorSet {
        self.0
    }
}

impl TryFrom<FactorSet> for LinkProofs {
    type Error = LinkProofsError;

    fn try_from(factors: FactorSet) -> Result<Self, LinkProofsError> {
        Self::new(factors)
    }
}

impl From<LinkProofs> for FactorSet {
    fn from(proofs: LinkProofs) -> Self {
        proofs.0
    }
}

/// The reason why a set of factors is not a set of proofs.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     social::{LinkProofs, LinkProofsError},
/// };
///
/// let totp = LinkProofs::new(FactorSet::EMPTY.with(Factor::Totp));
/// assert_eq!(totp, Err(LinkProofsError::NoProof(Factor::Totp)));
/// let nothing = LinkProofs::new(FactorSet::EMPTY).unwrap_err();
/// assert_eq!(
///     nothing.to_string(),
///     "what proves an account to be linked must be one of password, sms and email at least, and none was given"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LinkProofsError {
    /// The set is empty.
    #[error(
        "what proves an account to be linked must be one of password, sms and email at least, and none was given"
    )]
    Empty,
    /// The set has a factor that does not prove an account by itself.
    #[error("what proves an account to be linked must be of password, sms and email, not {}", .0.label())]
    NoProof(Factor),
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn proofs_are_a_password_and_channels_and_there_is_one() {
        for bits in 0..32 {
            let factors = FactorSet::from_bits(bits).unwrap();
            let others = factors.contains(Factor::Totp) || factors.contains(Factor::Federated);
            assert_eq!(LinkProofs::new(factors).is_ok(), !others && !factors.is_empty(), "{factors:?}");
        }
    }
}
