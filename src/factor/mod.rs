//! The factors by which subjects prove who they are, and the one-time passwords of an authenticator.
//!
//! ```
//! use authflow::testkit::{Call, World};
//!
//! let mut world = World::new(); // tom has an authenticator
//! let pending = world.login("tom");
//! assert_eq!(
//!     pending.text("status"),
//!     "MFA_AUTH",
//!     "the password is right, and no session is there yet"
//! );
//!
//! let code = world.totp("tom", 0);
//! let proved = world.send(&Call::prove_totp(pending.state_token(), &code));
//! assert_eq!(proved.text("status"), "SUCCESS");
//!
//! // The same one-time password again, in another login: its step is used.
//! let again = world.login("tom");
//! assert_eq!(world.send(&Call::prove_totp(again.state_token(), &code)).status, 400);
//! ```

mod totp;
mod totp_secret;
mod totp_skew;

pub use totp::{Totp, TotpAlgorithm, TotpError};
pub use totp_secret::TotpSecret;
pub use totp_skew::{TotpSkew, TotpSkewError};

use crate::{contact::Channel, text::words::words};
use alloc::vec::Vec;
use core::fmt;
use serde::{Deserialize, Deserializer, Serialize, Serializer};

/// One way for a subject to prove who they are.
///
/// ```
/// use authflow::{factor::Factor, policy::Policy, testkit::Scenario, token::Stage};
///
/// // alice has a password. Her account is also asked for the factors that it has enrolled.
/// let mut login = Scenario::new(Policy::default())
///     .with_second_factor(Factor::Totp)
///     .reach(Stage::FactorRequired)
///     .unwrap();
/// assert_eq!(login.prove_factor().text("status"), "SUCCESS");
/// let session = login.world.host.sessions.values().next().unwrap();
/// assert_eq!(session.factors.amr().collect::<Vec<_>>(), ["pwd", "otp", "mfa"]);
///
/// // In a column of text, and back.
/// assert_eq!(Factor::Totp.as_str().parse(), Ok(Factor::Totp));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Factor {
    /// A memorised password.
    Password,
    /// A code sent to the account's mobile.
    Sms,
    /// A code sent to the account's e-mail address. NIST SP 800-63B-4 §3.1.3.1 does not count e-mail as a second factor: enrol
    /// it where the family's clients need it, not where that standard binds.
    Email,
    /// A time-based one-time password (RFC 6238).
    Totp,
    /// An identity that a [social](crate::social) provider vouches for: a federated login (NIST SP 800-63C-4). The provider alone has judged
    /// how the subject proved who they are. So this factor proves neither a password of ours nor a second factor. It begins a login, and is
    /// never asked for in addition to another factor.
    Federated,
}

words!(Factor, "a factor", { Password => "password", Sms => "sms", Email => "email", Totp => "totp", Federated => "federated" });

impl Factor {
    /// Every factor, in the order the `amr` claim lists them.
    pub const ALL: [Self; 5] = [Self::Password, Self::Sms, Self::Email, Self::Totp, Self::Federated];

    /// The value of the `amr` claim, from RFC 8176 §2 if that has one. `email` and `fed` are ours.
    pub const fn amr(self) -> &'static str {
        match self {
            Self::Password => "pwd",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Totp => "otp",
            Self::Federated => "fed",
        }
    }

    /// The factor that a code of this channel proves.
    pub const fn of_channel(channel: Channel) -> Self {
        match channel {
            Channel::Sms => Self::Sms,
            Channel::Email => Self::Email,
        }
    }

    /// The name of the factor in configuration.
    pub(crate) const fn label(self) -> &'static str {
        match self {
            Self::Password => "password",
            Self::Sms => "sms",
            Self::Email => "email",
            Self::Totp => "totp",
            Self::Federated => "federated",
        }
    }

    const fn bit(self) -> u8 {
        match self {
            Self::Password => 1,
            Self::Sms => 2,
            Self::Email => 4,
            Self::Totp => 8,
            Self::Federated => 16,
        }
    }
}

/// A set of factors.
///
/// ```
/// use authflow::factor::{Factor, FactorSet};
///
/// let done = FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp);
/// assert!(done.contains(Factor::Totp) && !done.contains(Factor::Sms));
/// assert_eq!(done.amr().collect::<Vec<_>>(), ["pwd", "otp", "mfa"]);
///
/// // In a small integer of a database, and back.
/// assert_eq!(done.to_bits(), 9);
/// assert_eq!(FactorSet::from_bits(9), Ok(done));
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct FactorSet(u8);

impl FactorSet {
    /// No factor.
    pub const EMPTY: Self = Self(0);

    /// The factors that are proved by a code that is sent.
    pub(crate) const CHANNELS: Self = Self::EMPTY.with(Factor::Sms).with(Factor::Email);

    /// This set and `factor`.
    #[must_use]
    pub const fn with(self, factor: Factor) -> Self {
        Self(self.0 | factor.bit())
    }

    /// The factors of either set.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The factors of this set that are not in `other`.
    #[must_use]
    pub const fn without(self, other: Self) -> Self {
        Self(self.0 & !other.0)
    }

    /// Whether `factor` is in the set.
    pub const fn contains(self, factor: Factor) -> bool {
        self.0 & factor.bit() != 0
    }

    /// Whether the set has no factor.
    pub const fn is_empty(self) -> bool {
        self.0 == 0
    }

    /// The number of factors in the set.
    pub const fn len(self) -> u32 {
        self.0.count_ones()
    }

    /// The factors of the set.
    pub fn iter(self) -> impl Iterator<Item = Factor> {
        Factor::ALL.into_iter().filter(move |factor| self.contains(*factor))
    }

    /// The `amr` claim of a login that proved these factors: their values, and `mfa` when there is more than one
    /// (RFC 8176 §2).
    pub fn amr(self) -> impl Iterator<Item = &'static str> {
        self.iter().map(Factor::amr).chain((self.len() > 1).then_some("mfa"))
    }

    /// The set as bits, for a database: 1 for the password, 2 for SMS, 4 for e-mail, 8 for the authenticator, 16 for a federated identity. The
    /// bits are the same in every later version.
    pub const fn to_bits(self) -> u8 {
        self.0
    }

    /// Reads what [`to_bits`](Self::to_bits) wrote.
    ///
    /// # Errors
    /// When a bit is set that belongs to no factor.
    pub const fn from_bits(bits: u8) -> Result<Self, UnknownFactors> {
        if bits < 32 { Ok(Self(bits)) } else { Err(UnknownFactors { bits }) }
    }
}

/// Bits that are no set of factors. They come from a later version, or from something else.
///
/// ```
/// use authflow::factor::FactorSet;
///
/// let refused = FactorSet::from_bits(0b100_0001).unwrap_err();
/// assert_eq!(refused.to_string(), "a set of factors must be a sum of 1, 2, 4, 8 and 16, not 65");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a set of factors must be a sum of 1, 2, 4, 8 and 16, not {bits}")]
pub struct UnknownFactors {
    bits: u8,
}

impl FromIterator<Factor> for FactorSet {
    fn from_iter<I: IntoIterator<Item = Factor>>(factors: I) -> Self {
        factors.into_iter().fold(Self::EMPTY, Self::with)
    }
}

/// As a list of factors: `["password","totp"]`.
impl Serialize for FactorSet {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_seq(self.iter())
    }
}

impl<'de> Deserialize<'de> for FactorSet {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Ok(Vec::<Factor>::deserialize(deserializer)?.into_iter().collect())
    }
}

impl fmt::Debug for FactorSet {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_set().entries(self.iter()).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_set_survives_its_bits_and_no_other_bits_are_a_set() {
        for bits in 0..=u8::MAX {
            match FactorSet::from_bits(bits) {
                Ok(set) => assert_eq!(set.iter().collect::<FactorSet>().to_bits(), bits),
                Err(error) => assert_eq!((bits >= 32, error), (true, UnknownFactors { bits })),
            }
        }
        let text = "a set of factors must be a sum of 1, 2, 4, 8 and 16, not 33";
        assert_eq!(alloc::string::ToString::to_string(&FactorSet::from_bits(33).unwrap_err()), text);
    }

    /// Databases may hold these numbers already.
    #[test]
    fn the_bits_of_a_set_stay_what_they_are() {
        for (factor, bits) in [
            (Factor::Password, 1),
            (Factor::Sms, 2),
            (Factor::Email, 4),
            (Factor::Totp, 8),
            (Factor::Federated, 16),
        ] {
            assert_eq!(FactorSet::EMPTY.with(factor).to_bits(), bits);
        }
        assert_eq!(Factor::ALL.into_iter().collect::<FactorSet>().to_bits(), 31);
        assert_eq!(FactorSet::EMPTY.to_bits(), 0);
    }

    #[test]
    fn a_set_is_stored_as_a_list() {
        let set = FactorSet::EMPTY.with(Factor::Totp).with(Factor::Password);
        let text = serde_json::to_string(&set).unwrap();
        assert_eq!(text, r#"["password","totp"]"#);
        assert_eq!(serde_json::from_str::<FactorSet>(&text).unwrap(), set);
        assert!(serde_json::from_str::<FactorSet>(r#"["palm"]"#).is_err());
    }

    #[test]
    fn one_factor_is_not_mfa() {
        assert_eq!(FactorSet::EMPTY.with(Factor::Sms).amr().collect::<alloc::vec::Vec<_>>(), ["sms"]);
    }
}
