//! Where it is counted how often codes were sent to a recipient.

use crate::{
    AccountId, TenantId,
    contact::{Channel, Recipient},
    token::KeyRing,
};
use core::fmt;

/// Where it is counted how often codes were sent. Not of an application, purpose or login, so that none of them is a second
/// budget.
///
/// It is a hash under a key of the ring, so that whoever reads the database can try no list of numbers on it. A rotation of keys forgets
/// the counts.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendSlot([u8; 32]);

impl SendSlot {
    /// The slot of a recipient for those who have proved nothing: the account's own contact as it is stored, whatever spelling of it was
    /// typed; what was typed where no account has it.
    pub(crate) fn of_recipient(ring: &KeyRing, tenant: Option<TenantId>, recipient: &Recipient) -> Self {
        Self::keyed(ring, "recipient", tenant, recipient.channel(), recipient.normalised())
    }

    /// The slot of an account's own contact, for codes within its pending logins. It is another one, so that nobody can spend it
    /// from outside, and nobody learns from the other one which contact this is.
    pub(crate) fn of_account(
        ring: &KeyRing,
        tenant: Option<TenantId>,
        account: AccountId,
        channel: Channel,
    ) -> Self {
        Self::keyed(ring, "account", tenant, channel, account.as_str())
    }

    fn keyed(ring: &KeyRing, kind: &str, tenant: Option<TenantId>, channel: Channel, name: &str) -> Self {
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        Self(ring.signer().send_tag([kind, tenant, channel.label(), name].map(str::as_bytes)))
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Debug for SendSlot {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("SendSlot(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Key;

    fn ring(byte: u8) -> KeyRing {
        KeyRing::new(Key::without_id(crate::token::known_secret(byte)).unwrap())
    }

    fn mobile(text: &str) -> Recipient {
        Recipient::new(Channel::Sms, text).unwrap()
    }

    #[test]
    fn a_slot_is_the_recipients_in_a_tenant() {
        let tenant = |text| Some(TenantId::new(text).unwrap());
        let ring = ring(1);
        let of = |tenant, text| SendSlot::of_recipient(&ring, tenant, &mobile(text));
        let base = of(tenant("t"), "+86-13800000000");
        assert_eq!(base, of(tenant("t"), "+86 138 0000 0000"));
        for other in [
            of(tenant("u"), "+86-13800000000"),
            of(None, "+86-13800000000"),
            of(tenant("t"), "+86-13800000001"),
        ] {
            assert_ne!(base, other);
        }
        let erin = AccountId::new("+8613800000000").unwrap();
        let own = SendSlot::of_account(&ring, tenant("t"), erin, Channel::Sms);
        assert_ne!(base, own);
        assert_ne!(own, SendSlot::of_account(&ring, tenant("t"), erin, Channel::Email));
    }

    /// Whoever has the database and no key computes none of them.
    #[test]
    fn a_slot_is_under_a_key() {
        let mona = mobile("+86-13800000000");
        let [one, other] = [1, 2].map(|byte| SendSlot::of_recipient(&ring(byte), None, &mona));
        assert_ne!(one, other);
    }
}
