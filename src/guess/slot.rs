//! Where guesses are counted.

use crate::{AccountId, TenantId, account::Identifier, factor::Factor};
use core::fmt;
use sha2::{Digest as _, Sha256};

/// Where the count of one factor of one account is kept: a hash of the tenant, the account and the factor.
///
/// Not keyed, so that a rotation does not forget the counts; not of a login or a code, so that a new one does not refill
/// the guesses; not of an application, so that a second application is no second set of guesses.
///
/// Guesses at accounts that do not exist are counted as well, so that they ask the same of the host, in one of 65,536
/// slots by what was typed: typing names fills no table. That two such names may share a slot shows nowhere, because a
/// locked name and a wrong password have the same reply.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptSlot([u8; 32]);

impl AttemptSlot {
    /// The slot of an account.
    pub fn of_account(tenant: Option<TenantId>, account: AccountId, factor: Factor) -> Self {
        Self::hash("account", tenant, account.as_str().as_bytes(), factor)
    }

    /// The slot for codes of an account's own channels, presented by somebody who has proved something already: in a pending
    /// login, or signed in. It is another one than that of anonymous guesses, so that who knows no more than a number cannot lock
    /// the second factor of whoever it belongs to.
    pub fn of_known_subject(tenant: Option<TenantId>, account: AccountId, factor: Factor) -> Self {
        Self::hash("known subject", tenant, account.as_str().as_bytes(), factor)
    }

    /// The slot of an identifier that no account has.
    pub fn of_identifier(tenant: Option<TenantId>, identifier: &Identifier, factor: Factor) -> Self {
        TypedName::new(tenant, identifier, factor).slot()
    }

    fn hash(kind: &str, tenant: Option<TenantId>, name: &[u8], factor: Factor) -> Self {
        let mut hash = Sha256::new_with_prefix(b"authflow/v1/attempts");
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        for part in [kind.as_bytes(), tenant.as_bytes(), factor.amr().as_bytes(), name] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        // Short names take as many blocks as an id of 64 bytes: nobody's slot is as much work as an account's.
        hash.update([0; 64].get(name.len()..).unwrap_or_default());
        Self(hash.finalize().into())
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    #[cfg(feature = "testkit")]
    pub(crate) fn from_bytes(bytes: [u8; 32]) -> Self {
        Self(bytes)
    }
}

/// A typed name before it is known whether an account has it. It is as much work to go on from here to the slot of the account
/// as to that of a name that none has.
pub(crate) struct TypedName {
    tenant: Option<TenantId>,
    factor: Factor,
    place: [u8; 2],
}

impl TypedName {
    pub(crate) fn new(tenant: Option<TenantId>, identifier: &Identifier, factor: Factor) -> Self {
        let typed = identifier.normalised();
        let AttemptSlot([high, low, ..]) = AttemptSlot::hash("typed", tenant, typed.as_bytes(), factor);
        Self { tenant, factor, place: [high, low] }
    }

    /// The slot of the name, where no account has it.
    pub(crate) fn slot(&self) -> AttemptSlot {
        AttemptSlot::hash("unknown", self.tenant, &self.place, self.factor)
    }

    /// The slot of the account that has it.
    pub(crate) fn slot_of(&self, account: AccountId) -> AttemptSlot {
        AttemptSlot::of_account(self.tenant, account, self.factor)
    }
}

impl fmt::Debug for AttemptSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AttemptSlot(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::account::UserName;

    #[test]
    fn slots_differ_in_everything_they_are_of() {
        let tenant = |text| Some(TenantId::new(text).unwrap());
        let account = |text| AccountId::new(text).unwrap();
        let typed = |text| Identifier::from(UserName::new(text).unwrap());
        let base = AttemptSlot::of_account(tenant("t"), account("erin"), Factor::Password);
        for other in [
            AttemptSlot::of_account(None, account("erin"), Factor::Password),
            AttemptSlot::of_account(tenant("u"), account("erin"), Factor::Password),
            AttemptSlot::of_account(tenant("t"), account("Erin"), Factor::Password),
            AttemptSlot::of_account(tenant("t"), account("erin"), Factor::Totp),
            AttemptSlot::of_account(tenant("te"), account("rin"), Factor::Password),
            AttemptSlot::of_identifier(tenant("t"), &typed("erin"), Factor::Password),
            AttemptSlot::of_known_subject(tenant("t"), account("erin"), Factor::Password),
        ] {
            assert_ne!(base, other);
        }
        assert_eq!(base, AttemptSlot::of_account(tenant("t"), account("erin"), Factor::Password));
        let one = AttemptSlot::of_identifier(None, &typed("Bob"), Factor::Password);
        assert_eq!(one, AttemptSlot::of_identifier(None, &typed(" bob "), Factor::Password));
    }

    #[test]
    fn names_that_no_account_has_fill_no_table() {
        let slots: alloc::collections::BTreeSet<_> = (0..100_000)
            .map(|at| Identifier::from(UserName::new(&alloc::format!("nobody-{at}")).unwrap()))
            .map(|typed| AttemptSlot::of_identifier(None, &typed, Factor::Password))
            .collect();
        assert!((50_000..=52_500).contains(&slots.len()), "{}", slots.len());
    }
}
