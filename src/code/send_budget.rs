//! The code's share of its recipient's budget.

use super::{CodeOwner, SendPolicy, SendRecord, SendRefusal, SendSlot};
use crate::{TenantId, Timestamp};

/// One code's share of its recipient's budget.
///
/// Records of recipients that nobody has ([`is_of_nobody`](Self::is_of_nobody)) are kept as well, so that they cost the same. Strangers can type
/// as many such recipients as they like. So keep at most 1,048,576 of those records and as many of their codes, and drop the oldest first.
/// Nothing depends on them except codes to people who register, and those people may ask again.
///
/// ```
/// use authflow::{
///     code::SendRefusal,
///     step::{Commit, Write},
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// let call = Call::post(
///     "/api/v2/sdk/sms/send",
///     &json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" }),
/// );
/// let step = world.begin(&call);
/// let ask = world.until::<Commit>(step);
/// let Write::StoreCode { budget, .. } = &ask.writes[0] else { panic!("a code is kept") };
///
/// let first = budget.spend(None).unwrap(); // there is no row of budget.slot yet: store this
/// let again = budget.spend(Some(first)); // a second one at once: the commit is refused
/// assert!(matches!(again, Err(SendRefusal::TooSoon { wait }) if wait.as_seconds() == 60));
/// ```
///
/// **Never drop a count before it [has cooled](Self::cools_until)**, however many there are. Otherwise an attacker can ask for a recipient, then
/// for as many others as are kept, and then for the first one again. The answer would reveal whether an account has the first recipient. One gap
/// remains. After the counts have cooled, such a flood makes the store forget, within its day, the count of a recipient that nobody has, but not
/// the count of an account's recipient. So the flood distinguishes the two if the day's budget was spent before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SendBudget {
    /// The slot in which the sends are counted.
    pub slot: SendSlot,
    /// Whether no account has the recipient.
    pub is_of_nobody: bool,
    /// The owner of the row of the count and of the row of the code. Both rows are deleted with the account.
    pub owner: CodeOwner,
    policy: SendPolicy,
    now: Timestamp,
}

impl SendBudget {
    /// The budget of an account's contact, of a contact that is about to be an account's, or of the subject who asks for that contact.
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

    /// The time at which the code is requested. Counts that have cooled by then may be dropped.
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// The time until which the next code for this recipient is refused because of this one.
    pub fn cools_until(&self) -> Timestamp {
        self.now.plus(self.policy.resend_after())
    }

    /// Makes the new record from the stored one, if there is one.
    ///
    /// # Errors
    /// When no code may be sent now: answer the [`Commit`](crate::step::Commit) with
    /// [`CommitRefusal::Code`](crate::step::CommitRefusal::Code).
    pub fn spend(&self, stored: Option<SendRecord>) -> Result<SendRecord, SendRefusal> {
        stored.unwrap_or_default().spend(&self.policy, self.now)
    }
}
