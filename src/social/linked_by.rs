//! The proofs that a link was made by, and how sure they were.

use crate::factor::{Factor, FactorSet, UnknownFactors};
use core::fmt;
use serde::{Deserialize, Serialize};

/// The proofs that a link was made by, each time that it was made: the factors that proved the account, and how sure each was.
///
/// A link counts for all applications of a tenant, and one of them may take weaker proofs than another. So the link says what it was made by, and
/// each application counts only the proofs that it [would itself have taken](crate::flow::link_counts). Two things make a proof less sure:
/// - The provider's code was [bound](super::CodeProof) to no client, so an attacker may have slipped in their own code.
/// - Another party vouched for the mobile ([`ExchangeMobileToken`](super::ExchangeMobileToken)), and no code went to it.
///
/// Keep it as the number that [`to_bits`](Self::to_bits) gives.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     social::LinkedBy,
/// };
///
/// let [password, sms] =
///     [Factor::Password, Factor::Sms].map(|factor| FactorSet::EMPTY.with(factor));
/// let lax = LinkedBy::unbound(sms).vouched();
/// assert_eq!(lax.proofs(true, true), sms, "where both are taken");
/// assert!(lax.proofs(false, true).is_empty() && lax.proofs(true, false).is_empty());
///
/// // The same link, made once more by a stronger proof.
/// let both = lax.union(LinkedBy::bound(password));
/// assert_eq!(both.proofs(false, false), password);
/// assert_eq!(LinkedBy::from_bits(both.to_bits()), Ok(both), "as a database keeps it");
/// ```
#[derive(Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "u16", into = "u16")]
pub struct LinkedBy(u16);

/// The bit, in a byte of factors, for a mobile that another party vouched for. It replaces the factor's own bit.
const VOUCHED: u8 = 1 << 7;

impl LinkedBy {
    /// Nothing is known of the proofs. The link counts nowhere until it is made again.
    pub const NOTHING: Self = Self(0);

    /// By these factors, and by a code of the provider that was bound to the client that brought it.
    pub const fn bound(factors: FactorSet) -> Self {
        Self(u16::from_be_bytes([factors.to_bits(), 0]))
    }

    /// By these factors, and by a code of the provider that nothing bound to a client.
    pub const fn unbound(factors: FactorSet) -> Self {
        Self(u16::from_be_bytes([0, factors.to_bits()]))
    }

    /// The same proofs, but another party vouched for the mobile.
    #[must_use]
    pub const fn vouched(self) -> Self {
        const SMS: u8 = FactorSet::EMPTY.with(Factor::Sms).to_bits();
        const fn vouched(byte: u8) -> u8 {
            if byte & SMS == 0 { byte } else { byte & !SMS | VOUCHED }
        }
        let [bound, unbound] = self.0.to_be_bytes();
        Self(u16::from_be_bytes([vouched(bound), vouched(unbound)]))
    }

    /// The proofs of both.
    #[must_use]
    pub const fn union(self, other: Self) -> Self {
        Self(self.0 | other.0)
    }

    /// The factors that proved the account, as an application sees them. `unbound` and `vouched` say whether it takes unbound codes and vouched
    /// mobiles.
    pub fn proofs(self, unbound: bool, vouched: bool) -> FactorSet {
        let [of_bound, of_unbound] = self.0.to_be_bytes();
        let taken = if unbound { of_bound | of_unbound } else { of_bound };
        let factors = FactorSet::from_bits(taken & !VOUCHED).unwrap_or(FactorSet::EMPTY);
        if vouched && taken & VOUCHED != 0 { factors.with(Factor::Sms) } else { factors }
    }

    /// A number for a database, which stays the same in all versions. The low byte is for unbound codes, and the high one is for bound codes. Each
    /// has the [bits of the factors](FactorSet::to_bits), and 128 for a mobile that another party vouched for.
    pub const fn to_bits(self) -> u16 {
        self.0
    }

    /// Reads what [`to_bits`](Self::to_bits) wrote.
    ///
    /// # Errors
    /// When a bit is set that has no meaning.
    pub const fn from_bits(bits: u16) -> Result<Self, UnknownFactors> {
        let [bound, unbound] = bits.to_be_bytes();
        match FactorSet::from_bits((bound | unbound) & !VOUCHED) {
            Ok(_) => Ok(Self(bits)),
            Err(unknown) => Err(unknown),
        }
    }
}

impl TryFrom<u16> for LinkedBy {
    type Error = UnknownFactors;

    fn try_from(bits: u16) -> Result<Self, UnknownFactors> {
        Self::from_bits(bits)
    }
}

impl From<LinkedBy> for u16 {
    fn from(linked_by: LinkedBy) -> Self {
        linked_by.0
    }
}

impl fmt::Debug for LinkedBy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let [bound, unbound] = self.0.to_be_bytes();
        let mut all = f.debug_struct("LinkedBy");
        for (name, byte) in [("bound", bound), ("unbound", unbound)] {
            all.field(name, &FactorSet::from_bits(byte & !VOUCHED).unwrap_or(FactorSet::EMPTY));
        }
        all.field("vouched", &[bound, unbound].map(|byte| byte & VOUCHED != 0)).finish()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::social::{Provider, SocialIdentity, pending::PendingIdentity};
    use alloc::{format, string::ToString as _};
    use proptest::prelude::*;

    fn factors(all: &[Factor]) -> FactorSet {
        all.iter().copied().collect()
    }

    /// These numbers are in databases.
    #[test]
    fn each_way_has_its_bits_for_good() {
        let all = factors(&Factor::ALL);
        for (linked_by, bits) in [
            (LinkedBy::NOTHING, 0),
            (LinkedBy::unbound(factors(&[Factor::Password])), 1),
            (LinkedBy::bound(factors(&[Factor::Password])), 256),
            (LinkedBy::unbound(factors(&[Factor::Sms])).vouched(), 128),
            (LinkedBy::bound(factors(&[Factor::Sms])).vouched(), 32_768),
            (LinkedBy::bound(all).union(LinkedBy::unbound(all)), 31 * 257),
        ] {
            assert_eq!(linked_by.to_bits(), bits, "{linked_by:?}");
            assert_eq!(LinkedBy::from_bits(bits), Ok(linked_by));
            assert_eq!(serde_json::to_string(&linked_by).unwrap(), bits.to_string());
        }
        for unknown in [32, 64, 8192, 16_384, 65_535] {
            assert!(LinkedBy::from_bits(unknown).is_err(), "{unknown}");
            assert!(serde_json::from_str::<LinkedBy>(&unknown.to_string()).is_err());
        }
        let shown = format!("{:?}", LinkedBy::bound(factors(&[Factor::Sms])).vouched());
        assert!(shown.contains("vouched: [true, false]") && !shown.contains("Sms"), "{shown}");
    }

    proptest! {
        /// An application sees a proof in a union if one of its two parts shows it to that application, and not otherwise.
        #[test]
        fn nothing_becomes_surer_by_another(one in 0..32_u8, two in 0..32_u8, ways: [bool; 4], taken: [bool; 2]) {
            let made = |bits, is_bound, is_vouched| {
                let identity = SocialIdentity::new(Provider::new("weixin").unwrap(), "erin").unwrap();
                PendingIdentity { identity, is_bound, is_vouched }.linked_by(FactorSet::from_bits(bits).unwrap())
            };
            let [unbound, vouched] = taken;
            let seen = |bits, is_bound: bool, is_vouched: bool| -> FactorSet {
                let all = FactorSet::from_bits(bits).unwrap();
                all.iter().filter(|it| (is_bound || unbound) && (*it != Factor::Sms || !is_vouched || vouched)).collect()
            };
            let together = made(one, ways[0], ways[1]).union(made(two, ways[2], ways[3]));
            let expected = seen(one, ways[0], ways[1]).union(seen(two, ways[2], ways[3]));
            prop_assert_eq!(together.proofs(unbound, vouched), expected);
            prop_assert_eq!(LinkedBy::from_bits(together.to_bits()), Ok(together));
        }
    }
}
