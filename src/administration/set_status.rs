//! Disable somebody, or enable them again.

use crate::{
    AccountId, TenantId,
    account::{Account, AccountStatus},
};

/// Disable somebody, or enable them again.
///
/// The revision is raised in the same statement, which ends every earlier session, pending login and code. Nothing changes if the account has
/// this status already.
///
/// ```sql
/// UPDATE accounts SET status = :status, revision = (revision + 1) & 9223372036854775807
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account AND status <> :status;
/// -- 0 rows: is there one? SELECT 1 FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account
/// ```
///
/// Enabling somebody does not end a lock after too many guesses: [`Unlock`](super::Unlock) does.
///
/// ```
/// use authflow::{
///     administration::{Administered, SetStatus},
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// let session = world.login("alice");
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
///
/// assert_eq!(world.host.set_status(&SetStatus::disable(tenant, account)), Administered::Done);
/// assert_ne!(world.login("alice").status, 200);
/// assert_eq!(world.host.set_status(&SetStatus::enable(tenant, account)), Administered::Done);
/// assert_eq!(world.login("alice").status, 200);
/// assert_ne!(
///     world.check_exist(session.id_token()).status,
///     200,
///     "what was before is over for good"
/// );
/// ```
///
/// **If you answer wrongly:** if the revision stays, every old session is open again once the account is enabled, even a thief's. Disabling the
/// account would then not have shut the thief out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SetStatus {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account whose status changes.
    pub account: AccountId,
    /// The new status.
    pub status: AccountStatus,
}

impl SetStatus {
    /// Disables the account: nobody can sign in to it any more, and its sessions end.
    pub const fn disable(tenant: Option<TenantId>, account: AccountId) -> Self {
        Self { tenant, account, status: AccountStatus::Disabled }
    }

    /// Enables the account again, whether it is disabled or locked.
    pub const fn enable(tenant: Option<TenantId>, account: AccountId) -> Self {
        Self { tenant, account, status: AccountStatus::Active }
    }

    /// Makes the change to an account, for a store without statements.
    pub fn apply(&self, account: &mut Account) {
        if account.status != self.status {
            (account.status, account.revision) = (self.status, account.revision.next());
        }
    }
}
