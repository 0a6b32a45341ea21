//! Delete somebody, with every row that is theirs.

use crate::{AccountId, TenantId, code::CodeOwner, guess::AttemptSlot};

/// Delete somebody, with every row that is theirs: the account with its password and authenticator, its sessions, its codes and what was
/// counted of them, its guesses.
///
/// ```sql
/// BEGIN;
/// DELETE FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account; -- 0 rows: Nobody, and all the same:
/// DELETE FROM sessions WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account;
/// DELETE FROM codes WHERE owner = :owner;
/// DELETE FROM sends WHERE owner = :owner;
/// DELETE FROM attempts WHERE slot IN (:slots);
/// COMMIT;
/// ```
///
/// Claims name tokens and no person, and are kept as long as any of those might be presented; one that notes a session forgets which. What
/// was used stays used.
///
/// **Delete again when 30 seconds have passed.** A request that has looked the account up before it was deleted may count a guess after it, or a
/// session that is over: nothing forgets the records of accounts. It is over by then. The answer is `Nobody`, and every row that is theirs goes
/// all the same.
///
/// **An id is never given out twice.** Nothing that was judged on the deleted account counts for a later one, because the
/// [first revision](crate::account::Revision::first) of that is drawn; but a guess that is still being judged would be settled in the
/// later one's record, and logs would name two people alike.
///
/// ```
/// use authflow::{
///     administration::{Administered, DeletePerson},
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// let session = world.login("alice");
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let ask = DeletePerson { tenant, account };
/// assert_eq!(world.host.delete_person(&ask), Administered::Done);
/// assert_eq!(world.host.delete_person(&ask), Administered::Nobody);
/// assert_ne!(world.check_exist(session.id_token()).status, 200);
/// assert!(world.host.sessions.is_empty());
/// ```
///
/// **If you answer wrongly:** what is left is somebody's data who has asked for it to be gone. A session that is left and an account made anew
/// with the old revision is the newcomer's account in the hands of whoever had it before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletePerson {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// Who.
    pub account: AccountId,
}

impl DeletePerson {
    /// Whose codes and counts of them are deleted.
    pub fn owner(&self) -> CodeOwner {
        CodeOwner::account(self.tenant, self.account)
    }

    /// Which records of guesses are deleted.
    pub fn slots(&self) -> impl Iterator<Item = AttemptSlot> + use<> {
        AttemptSlot::every(self.tenant, self.account)
    }
}
