//! Delete somebody, with every row that is theirs.

use crate::{AccountId, TenantId, code::CodeOwner, guess::AttemptSlot};

/// Delete somebody, with every row that is theirs: the account with its password and authenticator, its links to social identities, its sessions,
/// its codes and the counts of them, and its guesses.
///
/// ```sql
/// BEGIN;
/// DELETE FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account; -- 0 rows: Nobody, and all the same:
/// DELETE FROM identities WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account;
/// DELETE FROM sessions WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account;
/// DELETE FROM codes WHERE owner = :owner;
/// DELETE FROM sends WHERE owner = :owner;
/// DELETE FROM attempts WHERE slot IN (:slots);
/// COMMIT;
/// ```
///
/// Claims name tokens, not people. They are kept as long as any of those tokens might be presented. A claim that notes a session forgets which
/// one it was. A used token stays used.
///
/// **Delete again when 30 seconds have passed.** A request that looked the account up before the deletion may still count a guess after it, or
/// write a session that has no account any more. Nothing else deletes the records of accounts. Such a request has ended after 30 seconds. The
/// second answer is `Nobody`, and the rows that were written meanwhile are deleted all the same.
///
/// **An id is never given out twice.** No decision about the deleted account counts for a later account with its id, because the [first
/// revision](crate::account::Revision::first) of the later one is drawn. But a guess that is still being judged would be settled in the later
/// account's record, and logs would use one name for two people.
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
/// **If you answer wrongly:** a row that remains is personal data whose owner has asked for its deletion. If a session remains and a new account
/// has the old id and the old revision, the session opens the newcomer's account to the person who had the id before.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DeletePerson {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account to delete.
    pub account: AccountId,
}

impl DeletePerson {
    /// The owner whose codes and counts of them are deleted.
    pub fn owner(&self) -> CodeOwner {
        CodeOwner::account(self.tenant, self.account)
    }

    /// The slots whose records of guesses are deleted.
    pub fn slots(&self) -> impl Iterator<Item = AttemptSlot> + use<> {
        AttemptSlot::every(self.tenant, self.account)
    }
}
