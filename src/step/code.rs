//! Sent codes: what they are for, where they are kept, and how many may be sent.

use super::{CommitRefusal, Question};
use crate::{
    AccountId, Audience, Channel, CodePurpose, Recipient, TenantId, Timestamp, TokenId,
    policy::{SendPolicy, SendRecord},
    token::CodeDigest,
};
use core::fmt;
use sha2::{Digest as _, Sha256};

const fn channel_label(channel: Channel) -> &'static str {
    match channel {
        Channel::Sms => "sms",
        Channel::Email => "email",
    }
}

fn hash(label: &str, parts: &[&[u8]]) -> [u8; 32] {
    let mut hash = Sha256::new_with_prefix(label);
    for part in parts {
        hash.update((part.len() as u64).to_be_bytes());
        hash.update(part);
    }
    hash.finalize().into()
}

/// What a sent code is stored under: a hash of the application, the tenant, what it is for, whom it was sent to and, within a
/// pending login, the state token it was asked for with. So a code of one purpose, recipient or login is not found by another.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CodeKey([u8; 32]);

impl CodeKey {
    pub(crate) fn new(
        audience: &Audience,
        purpose: CodePurpose,
        recipient: &Recipient,
        login: Option<TokenId>,
    ) -> Self {
        let tenant = audience.tenant.as_ref().map_or("", TenantId::as_str);
        let login = login.as_ref().map_or(&[][..], |login| login.as_bytes());
        Self(hash(
            "authflow/v1/codes",
            &[
                audience.client_id.as_str().as_bytes(),
                tenant.as_bytes(),
                purpose.label().as_bytes(),
                channel_label(recipient.channel()).as_bytes(),
                recipient.normalised().as_bytes(),
                login,
            ],
        ))
    }

    /// The bytes, for the host's store.
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

/// A hash of a mobile number can be guessed.
impl fmt::Debug for CodeKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeKey(…)")
    }
}

/// A sent code as the host keeps it: never the code, only its keyed digest.
#[derive(Clone, Debug)]
pub struct StoredCode {
    /// The digest.
    pub digest: CodeDigest,
    /// The first second in which it is no longer good.
    pub expires_at: Timestamp,
}

/// Which code was sent? `None` for none, or none any more.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadCode {
    /// What it was stored under.
    pub key: CodeKey,
}

impl Question for LoadCode {
    type Answer = Option<StoredCode>;
    const NAME: &'static str = "LoadCode";
}

/// Where it is counted how often codes were sent. Not of an application, purpose or login, so that none of them is a second
/// budget.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SendSlot([u8; 32]);

impl SendSlot {
    /// The slot of a recipient, as somebody typed it who has proved nothing: a hash of the tenant and the recipient.
    pub fn of_recipient(tenant: Option<TenantId>, recipient: &Recipient) -> Self {
        let name = recipient.normalised();
        Self::hash("recipient", tenant, recipient.channel(), &name)
    }

    /// The slot of an account's own contact, for codes within its pending logins. It is another one, so that nobody can spend it
    /// from outside, and nobody learns from the other one which contact this is.
    pub fn of_account(tenant: Option<TenantId>, account: AccountId, channel: Channel) -> Self {
        Self::hash("account", tenant, channel, account.as_str())
    }

    fn hash(kind: &str, tenant: Option<TenantId>, channel: Channel, name: &str) -> Self {
        let tenant = tenant.as_ref().map_or("", TenantId::as_str);
        Self(hash("authflow/v1/sends", &[kind, tenant, channel_label(channel), name].map(str::as_bytes)))
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
    /// When no code may be sent now: what to answer the [`Commit`](super::Commit) with.
    pub fn spend(&self, stored: Option<SendRecord>) -> Result<SendRecord, CommitRefusal> {
        stored.unwrap_or_default().spend(&self.policy, self.now).map_err(CommitRefusal::Code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ClientId;

    fn mobile(text: &str) -> Recipient {
        Recipient::new(Channel::Sms, text).unwrap()
    }

    #[test]
    fn a_key_differs_in_everything_it_is_of() {
        let tenant = Some(TenantId::new("t").unwrap());
        let audience = |client, tenant| Audience { client_id: ClientId::new(client).unwrap(), tenant };
        let login = |byte| Some(TokenId::from_bytes([byte; 16]));
        let (web, erin) = (audience("web", tenant), mobile("+86-13800000000"));
        let base = CodeKey::new(&web, CodePurpose::SecondFactor, &erin, login(1));
        for other in [
            CodeKey::new(&audience("app", tenant), CodePurpose::SecondFactor, &erin, login(1)),
            CodeKey::new(&audience("web", None), CodePurpose::SecondFactor, &erin, login(1)),
            CodeKey::new(&web, CodePurpose::ChangePassword, &erin, login(1)),
            CodeKey::new(&web, CodePurpose::SecondFactor, &mobile("+86-13800000001"), login(1)),
            CodeKey::new(&web, CodePurpose::SecondFactor, &erin, login(2)),
            CodeKey::new(&web, CodePurpose::SecondFactor, &erin, None),
        ] {
            assert_ne!(base, other);
        }
        assert_eq!(base, CodeKey::new(&web, CodePurpose::SecondFactor, &mobile("+8613800000000"), login(1)));
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
