//! What a code takes of its recipient's budget.

use super::{CodeOwner, SendPolicy, SendRecord, SendRefusal, SendSlot};
use crate::{TenantId, Timestamp};

/// What one code takes of its recipient's budget.
///
/// Records of recipients that nobody has ([`is_of_nobody`](Self::is_of_nobody)) are kept as well, so that they cost the same. Keep at most
/// 1,048,576 of those, and as many codes of theirs, and drop the oldest first: nothing is sent by them. Whatever nobody has is typed by
/// strangers, as much of it as they like.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SendBudget {
    /// Where the count is kept.
    pub slot: SendSlot,
    /// Whether no account has the recipient.
    pub is_of_nobody: bool,
    /// Whose the row of the count and that of the code are: both are deleted with the account.
    pub owner: CodeOwner,
    policy: SendPolicy,
    now: Timestamp,
}

impl SendBudget {
    /// The budget of an account's contact.
    pub(crate) fn of(slot: SendSlot, owner: CodeOwner, policy: SendPolicy, now: Timestamp) -> Self {
        Self { slot, is_of_nobody: false, owner, policy, now }
    }

    /// The budget of a recipient that nobody has.
    pub(crate) fn of_nobody(
        slot: SendSlot,
        tenant: Option<TenantId>,
        policy: SendPolicy,
        now: Timestamp,
    ) -> Self {
        Self { slot, is_of_nobody: true, owner: CodeOwner::nobody(tenant, slot), policy, now }
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
