//! Whose budget a code is sent from, and what it takes of it.

use super::{SendPolicy, SendRecord, SendRefusal, key::hash_list};
use crate::{
    AccountId, TenantId, Timestamp,
    contact::{Channel, Recipient},
};
use core::fmt;

/// Where it is counted how often codes were sent. Not of an application, purpose or login, so that none of them is a second
/// budget.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendSlot([u8; 32]);

impl SendSlot {
    /// The slot of a recipient, as somebody typed it who has proved nothing: a hash of the tenant and the recipient.
    pub fn of_recipient(tenant: Option<TenantId>, recipient: &Recipient) -> Self {
        let name = recipient.normalised();
        Self::hash("recipient", tenant, recipient.channel(), name)
    }

    /// The slot of an account's own contact, for codes within its pending logins. It is another one, so that nobody can spend it
    /// from outside, and nobody learns from the other one which contact this is.
    pub fn of_account(tenant: Option<TenantId>, account: AccountId, channel: Channel) -> Self {
        Self::hash("account", tenant, channel, account.as_str())
    }

    fn hash(kind: &str, tenant: Option<TenantId>, channel: Channel, name: &str) -> Self {
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        Self(hash_list("authflow/v1/sends", &[kind, tenant, channel.label(), name].map(str::as_bytes)))
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

/// What one code takes of its recipient's budget.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SendBudget {
    /// Where the count is kept.
    pub slot: SendSlot,
    policy: SendPolicy,
    now: Timestamp,
}

impl SendBudget {
    pub(crate) fn new(slot: SendSlot, policy: SendPolicy, now: Timestamp) -> Self {
        Self { slot, policy, now }
    }

    /// The new record, from the stored one, if there is one.
    ///
    /// # Errors
    /// When no code may be sent now: answer the [`Commit`](crate::step::Commit) with
    /// [`CommitRefusal::Code`](crate::step::CommitRefusal::Code).
    pub fn spend(&self, stored: Option<SendRecord>) -> Result<SendRecord, SendRefusal> {
        stored.unwrap_or_default().spend(&self.policy, self.now)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn mobile(text: &str) -> Recipient {
        Recipient::new(Channel::Sms, text).unwrap()
    }

    #[test]
    fn a_budget_is_the_recipients_in_a_tenant() {
        let tenant = |text| Some(TenantId::new(text).unwrap());
        let base = SendSlot::of_recipient(tenant("t"), &mobile("+86-13800000000"));
        assert_eq!(base, SendSlot::of_recipient(tenant("t"), &mobile("+86 138 0000 0000")));
        assert_ne!(base, SendSlot::of_recipient(tenant("u"), &mobile("+86-13800000000")));
        assert_ne!(base, SendSlot::of_recipient(None, &mobile("+86-13800000000")));
        assert_ne!(base, SendSlot::of_recipient(tenant("t"), &mobile("+86-13800000001")));
        let erin = AccountId::new("+8613800000000").unwrap();
        let own = SendSlot::of_account(tenant("t"), erin, Channel::Sms);
        assert_ne!(base, own);
        assert_ne!(own, SendSlot::of_account(tenant("t"), erin, Channel::Email));
    }
}
