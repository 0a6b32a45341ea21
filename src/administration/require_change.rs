//! Have somebody change their password.

use crate::{AccountId, TenantId, account::Account, password::MustChange};

/// Have somebody change their password at the next sign-in, for a reason that decides how they may.
///
/// The revision is counted up in the same statement: a password that is marked and not counted up leaves every session of whoever has it.
/// Where the mark is there already, or there is no password, nothing changes.
///
/// ```sql
/// UPDATE accounts SET must_change = :reason, revision = (revision + 1) & 9223372036854775807
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account AND verifier IS NOT NULL AND must_change IS DISTINCT FROM :reason;
/// ```
///
/// ```
/// use authflow::{
///     administration::{Administered, RequireChange},
///     password::MustChange,
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let ask = RequireChange { tenant, account, reason: MustChange::AdministratorReset };
/// assert_eq!(world.host.require_change(&ask), Administered::Done);
/// assert_eq!(world.login("alice").text("status"), "PASSWORD_EXPIRED");
/// ```
///
/// **If you answer wrongly:** without the mark, a password that everybody knows goes on. Without the revision, so do the sessions of whoever
/// used it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequireChange {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// Whose password.
    pub account: AccountId,
    /// Why.
    pub reason: MustChange,
}

impl RequireChange {
    /// What becomes of the account, for a store without statements.
    pub fn apply(&self, account: &mut Account) {
        let marked = account.password.as_mut().filter(|known| known.must_change != Some(self.reason));
        if let Some(known) = marked {
            known.must_change = Some(self.reason);
            account.revision = account.revision.next();
        }
    }
}
