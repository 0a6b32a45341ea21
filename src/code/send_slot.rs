//! The slot in which the sends to a recipient are counted.

use crate::{
    AccountId, TenantId,
    contact::{Channel, Recipient},
    token::KeyRing,
};
use core::fmt;

/// The slot in which sent codes are counted. A slot belongs to no application and no login, so a second application or login gives no second
/// budget. A contact that a subject wants to have as theirs is counted in a separate slot, which takes nothing from the budget of the contact's
/// owner.
///
/// It is a hash under a key of the ring, so that nobody who reads the database can try a list of numbers on it. A rotation of keys forgets the
/// counts.
///
/// ```
/// use authflow::{
///     step::{Commit, Write},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// let mut slot = |mobile: &str| {
///     let asks = json!({ "mobile": mobile, "type": "LOGIN_SMS" });
///     let step = world.begin(&Call::post("/api/v2/sdk/sms/send", &asks));
///     let ask = world.until::<Commit>(step);
///     let Write::StoreCode { budget, .. } = &ask.writes[0] else { panic!("a code is kept") };
///     *budget.slot.as_bytes() // the primary key of the count's row
/// };
/// assert_eq!(slot("+86-13800000001"), slot("+86 138 0000 0001"), "one budget for all spellings");
/// assert_ne!(slot("+86-13800000001"), slot("+86-13800000000"));
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendSlot([u8; 32]);

impl SendSlot {
    /// The slot of a recipient, for requests by those who have proved nothing. It is the slot of the account's contact as it is stored, whatever
    /// spelling was typed. If no account has the recipient, it is the slot of the typed text.
    pub(crate) fn of_recipient(ring: &KeyRing, tenant: Option<TenantId>, recipient: &Recipient) -> Self {
        Self::of_contact(ring, tenant, recipient.channel(), recipient.normalised())
    }

    /// The same slot, for a contact in its one spelling.
    pub(crate) fn of_contact(
        ring: &KeyRing,
        tenant: Option<TenantId>,
        channel: Channel,
        normalised: &str,
    ) -> Self {
        Self::keyed(ring, "recipient", tenant, channel, normalised)
    }

    /// The slot of an account's contact, for codes within its pending logins. It differs from that of [`of_recipient`](Self::of_recipient), so
    /// that nobody can spend it from outside, and nobody learns from that slot which contact this is.
    pub(crate) fn of_account(
        ring: &KeyRing,
        tenant: Option<TenantId>,
        account: AccountId,
        channel: Channel,
    ) -> Self {
        Self::keyed(ring, "account", tenant, channel, account.as_str())
    }

    /// The slot of a recipient that a signed-in subject names as their new contact. It differs from that of [`of_recipient`](Self::of_recipient),
    /// so that nobody who has an account can spend what the owner of a number needs to get in.
    pub(crate) fn of_new_contact(ring: &KeyRing, tenant: Option<TenantId>, recipient: &Recipient) -> Self {
        Self::keyed(ring, "new contact", tenant, recipient.channel(), recipient.normalised())
    }

    /// The slot of a signed-in subject who has codes sent to contacts that are not theirs yet, whichever contacts they name. So a session sends
    /// no more codes to strangers than the budget of one account allows. It differs from that of [`of_account`](Self::of_account), so that it
    /// takes nothing from what a login needs.
    pub(crate) fn of_asker(
        ring: &KeyRing,
        tenant: Option<TenantId>,
        account: AccountId,
        channel: Channel,
    ) -> Self {
        Self::keyed(ring, "asker", tenant, channel, account.as_str())
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
        let asked = SendSlot::of_asker(&ring, tenant("t"), erin, Channel::Sms);
        let new = SendSlot::of_new_contact(&ring, tenant("t"), &mobile("+86-13800000000"));
        assert!(asked != own && asked != base && new != base && new != own && new != asked);
    }

    /// Nobody who has the database and no key can compute a slot.
    #[test]
    fn a_slot_is_under_a_key() {
        let mona = mobile("+86-13800000000");
        let [one, other] = [1, 2].map(|byte| SendSlot::of_recipient(&ring(byte), None, &mona));
        assert_ne!(one, other);
    }
}
