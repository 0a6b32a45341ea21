//! The slots in which guesses are counted.

use super::GuessTag;
use crate::{
    AccountId, Secret, TenantId,
    account::Identifier,
    contact::Channel,
    device::{BindingKind, Device},
    factor::Factor,
    token::KeyRing,
};
use core::fmt;
use sha2::{Digest as _, Sha256};

/// The slot in which guesses at one factor of one account are counted: a hash of the tenant, the account and the factor.
///
/// The hash uses no key, so that no count is lost when keys are rotated. It does not include the login or the code, so that a new one does not
/// refill the guesses. It does not include the application, so that a second application gives no second set of guesses.
///
/// Guesses at names that no account has are counted as well, each name by itself, so that they cause the same questions and cost the same. Their
/// slots are hashes under a key of the ring, so nobody else can compute one, and their counts are lost when keys are rotated.
///
/// ```
/// use authflow::{AccountId, factor::Factor, guess::AttemptSlot, testkit::{Call, World, demo}};
///
/// let mut world = World::new();
/// world.send(&Call::login("alice", "a guess"));
/// let alice = AccountId::new("id-alice")?;
/// let slot = AttemptSlot::of_account(Some(demo::tenant()), alice, Factor::Password);
/// assert!(world.host.attempts.contains_key(&slot));
/// // What an administrator's unlock clears.
/// assert!(AttemptSlot::every(Some(demo::tenant()), alice).any(|it| it == slot));
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct AttemptSlot([u8; 32]);

impl AttemptSlot {
    /// The slot of an account.
    pub fn of_account(tenant: Option<TenantId>, account: AccountId, factor: Factor) -> Self {
        Self::hash("account", tenant, account.as_str().as_bytes(), factor)
    }

    /// The slot for codes of an account's own channels, presented by somebody who has proved something already: in a pending login, or signed in. It
    /// differs from the slot of anonymous guesses, so that somebody who knows only a number cannot lock the second factor of its owner.
    pub fn of_known_subject(tenant: Option<TenantId>, account: AccountId, factor: Factor) -> Self {
        Self::hash("known subject", tenant, account.as_str().as_bytes(), factor)
    }

    /// The slot for codes to a contact that does not belong to the account yet. It differs from the slot of the account's own channel. A signed-in
    /// subject can prove such codes at will, with a phone of theirs, and a right code clears the count.
    pub fn of_new_contact(tenant: Option<TenantId>, account: AccountId, channel: Channel) -> Self {
        let factor = Factor::of_channel(channel);
        Self::hash("new contact", tenant, account.as_str().as_bytes(), factor)
    }

    /// Every slot of an account, to clear when an administrator unlocks it ([`ClearGuesses::all`](super::ClearGuesses::all)).
    pub fn every(tenant: Option<TenantId>, account: AccountId) -> impl Iterator<Item = Self> {
        let guessed = Factor::ALL.into_iter().filter(|factor| *factor != Factor::Federated);
        let of_factors = guessed.flat_map(move |factor| {
            [Self::of_account(tenant, account, factor), Self::of_known_subject(tenant, account, factor)]
        });
        let of_contacts = Channel::ALL.map(|channel| Self::of_new_contact(tenant, account, channel));
        of_factors.chain(of_contacts)
    }

    fn hash(kind: &str, tenant: Option<TenantId>, name: &[u8], factor: Factor) -> Self {
        let mut hash = Sha256::new_with_prefix(b"authflow/v1/attempts");
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        for part in [kind.as_bytes(), tenant.as_bytes(), factor.amr().as_bytes(), name] {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        }
        // Short names take as many blocks as an id of 64 bytes, so the slot of a name that nobody has is as much work as an account's slot.
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

/// A guess before it is counted: its slot, and a tag for who guesses, as far as the record may know.
#[derive(Clone, Copy)]
pub(crate) struct Aim {
    pub(crate) slot: AttemptSlot,
    pub(crate) factor: Factor,
    pub(crate) tag: GuessTag,
    pub(crate) is_of_nobody: bool,
}

impl Aim {
    /// A guess at a factor of an account, by somebody who has proved a factor of that account: in a pending login, or signed in.
    pub(crate) fn at(slot: AttemptSlot, factor: Factor) -> Self {
        Self { slot, factor, tag: GuessTag::KNOWN_SUBJECT, is_of_nobody: false }
    }

    /// A guess at a provider's code or token, by a device. No account is known yet. The slot is a hash under a key of the ring, like that of a name
    /// that nobody has. Unbound callers do not share a slot, because they would lock each other out. For such callers, each code or token that is
    /// presented is counted by itself.
    pub(crate) fn at_exchange(
        ring: &KeyRing,
        tenant: Option<TenantId>,
        factor: Factor,
        device: &Device,
        presented: &Secret,
    ) -> Self {
        let kind = device.binding_kind();
        let mark = if kind == BindingKind::Unbound { presented.expose() } else { device.mark() };
        let of = tenant.as_ref().map_or("", TenantId::as_str);
        let parts = [of, factor.amr(), "exchange", kind.as_str(), mark];
        let keyed = ring.signer().guess_tag(parts.map(str::as_bytes));
        TypedName { tenant, factor, keyed }.aim()
    }
}

/// A typed name before it is known whether an account has it. It is as much work to go on from here to the slot of the account
/// as to that of a name that none has.
pub(crate) struct TypedName {
    tenant: Option<TenantId>,
    factor: Factor,
    keyed: [u8; 32],
}

impl TypedName {
    pub(crate) fn new(
        ring: &KeyRing,
        tenant: Option<TenantId>,
        identifier: &Identifier,
        factor: Factor,
    ) -> Self {
        let of = tenant.as_ref().map_or("", TenantId::as_str);
        let keyed = ring.signer().guess_tag([of, factor.amr(), identifier.counted_as()].map(str::as_bytes));
        Self { tenant, factor, keyed }
    }

    /// A guess at the name, where no account has it.
    pub(crate) fn aim(&self) -> Aim {
        let slot = AttemptSlot::hash("unknown", self.tenant, &self.keyed, self.factor);
        Aim { slot, factor: self.factor, tag: self.tag(), is_of_nobody: true }
    }

    /// A guess at the account that has the name.
    pub(crate) fn aim_at(&self, account: AccountId) -> Aim {
        let slot = AttemptSlot::of_account(self.tenant, account, self.factor);
        Aim { slot, factor: self.factor, tag: self.tag(), is_of_nobody: false }
    }

    fn tag(&self) -> GuessTag {
        let [a, b, c, d, e, f, g, h, ..] = self.keyed;
        GuessTag::new([a, b, c, d, e, f, g, h])
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
    use crate::{account::UserName, token::Key};

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(Key::without_id(crate::testkit::demo::secret(byte)).unwrap())
    }

    fn typed(ring: &KeyRing, name: &str, factor: Factor) -> TypedName {
        TypedName::new(ring, None, &UserName::new(name).unwrap().into(), factor)
    }

    #[test]
    fn slots_differ_in_everything_they_are_of() {
        let tenant = |text| Some(TenantId::new(text).unwrap());
        let account = |text| AccountId::new(text).unwrap();
        let base = AttemptSlot::of_account(tenant("t"), account("erin"), Factor::Password);
        for other in [
            AttemptSlot::of_account(None, account("erin"), Factor::Password),
            AttemptSlot::of_account(tenant("u"), account("erin"), Factor::Password),
            AttemptSlot::of_account(tenant("t"), account("Erin"), Factor::Password),
            AttemptSlot::of_account(tenant("t"), account("erin"), Factor::Totp),
            AttemptSlot::of_account(tenant("te"), account("rin"), Factor::Password),
            AttemptSlot::of_known_subject(tenant("t"), account("erin"), Factor::Password),
            AttemptSlot::of_new_contact(tenant("t"), account("erin"), Channel::Sms),
            typed(&ring(1), "erin", Factor::Password).aim().slot,
        ] {
            assert_ne!(base, other);
        }
        assert_eq!(base, AttemptSlot::of_account(tenant("t"), account("erin"), Factor::Password));
    }

    #[test]
    fn each_name_that_nobody_has_is_counted_by_itself_under_a_key() {
        let slot = |ring: &KeyRing, name: &str, factor| typed(ring, name, factor).aim().slot;
        let base = slot(&ring(1), "Bob", Factor::Password);
        assert_eq!(base, slot(&ring(1), " bob ", Factor::Password), "one name in two spellings");
        assert_ne!(base, slot(&ring(1), "bop", Factor::Password));
        assert_ne!(base, slot(&ring(1), "bob", Factor::Sms));
        assert_ne!(base, slot(&ring(2), "bob", Factor::Password), "without the key nobody computes it");
        let slots: alloc::collections::BTreeSet<_> =
            (0..10_000).map(|at| slot(&ring(1), &alloc::format!("nobody-{at}"), Factor::Password)).collect();
        assert_eq!(slots.len(), 10_000, "no two names share one");
    }

    #[test]
    fn two_names_of_one_account_share_its_slot_and_bear_two_tags() {
        let erin = AccountId::new("erin").unwrap();
        let ring = ring(1);
        let [one, other] =
            ["erin", "erin.smith"].map(|name| typed(&ring, name, Factor::Password).aim_at(erin));
        assert!(one.slot == other.slot && one.tag != other.tag);
        assert!(one.tag != GuessTag::KNOWN_SUBJECT);
    }

    #[test]
    fn every_slot_of_an_account_is_one_of_ten_and_no_other_accounts() {
        let of = |id| AttemptSlot::every(None, AccountId::new(id).unwrap()).collect::<alloc::vec::Vec<_>>();
        let (mut own, other) = (of("erin"), of("eve"));
        assert!(own.iter().all(|slot| !other.contains(slot)));
        let erin = AccountId::new("erin").unwrap();
        // An identity that a provider vouches for is not guessed at.
        for factor in [Factor::Password, Factor::Sms, Factor::Email, Factor::Totp] {
            assert!(own.contains(&AttemptSlot::of_account(None, erin, factor)));
            assert!(own.contains(&AttemptSlot::of_known_subject(None, erin, factor)));
        }
        for channel in Channel::ALL {
            assert!(own.contains(&AttemptSlot::of_new_contact(None, erin, channel)));
        }
        own.sort();
        own.dedup();
        assert_eq!(own.len(), 10);
    }
}
