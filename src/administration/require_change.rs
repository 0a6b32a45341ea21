//! Have somebody change their password.

use crate::{AccountId, TenantId, account::Account, password::MustChange};

/// Have somebody change their password at the next sign-in, for a reason that decides how they may.
///
/// The revision is counted up in the same statement: with a mark alone, whoever has the password keeps every session. Where the mark is there
/// already, or there is no password, there is nothing to mark. [`Breached`](MustChange::Breached) stays: another reason makes no secret again of a password
/// that is known to attackers, and by the other marks it would prove its own change.
///
/// For a reason that [ends links](MustChange::ends_links), those to social identities end in the same transaction: whoever had the password may have made
/// them, and would go on by them, and with them and the password they would set another one. Then the revision is counted up in any case, because whoever has
/// signed in by such a link goes on otherwise.
///
/// ```sql
/// UPDATE accounts SET must_change = :reason, revision = (revision + 1) & 9223372036854775807
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account AND verifier IS NOT NULL
///     AND must_change IS DISTINCT FROM :reason AND must_change IS DISTINCT FROM 'breached';
/// -- Where the reason ends links; the second one only if the first statement has changed no row.
/// DELETE FROM identities WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account;
/// UPDATE accounts SET revision = (revision + 1) & 9223372036854775807
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account;
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
/// used it. Where another mark replaces `breached`, whoever has found the password changes it with the password alone. With a link that they have made,
/// they take the account over.
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
        let stays = [Some(self.reason), Some(MustChange::Breached)];
        let marked = account.password.as_mut().filter(|known| !stays.contains(&known.must_change));
        let is_marked = marked.map(|known| known.must_change = Some(self.reason)).is_some();
        if is_marked || self.reason.ends_links() {
            account.revision = account.revision.next();
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::World;

    #[test]
    fn what_attackers_know_stays_marked_so_whatever_else_is_asked() {
        let mut account = World::new().account("alice").clone();
        let mut require = |reason| {
            RequireChange { tenant: account.tenant, account: account.id, reason }.apply(&mut account);
            (account.password.as_ref().and_then(|known| known.must_change), account.revision)
        };
        let (_, first) = require(MustChange::AdministratorReset);
        let (mark, breached) = require(MustChange::Breached);
        assert_eq!(mark, Some(MustChange::Breached));
        assert_ne!(breached, first);
        for reason in [MustChange::AdministratorReset, MustChange::FirstLogin] {
            assert_eq!(require(reason), (Some(MustChange::Breached), breached), "{reason:?}");
        }
        let again = (Some(MustChange::Breached), breached.next());
        assert_eq!(require(MustChange::Breached), again, "its links end once more, and whoever came by them");
    }
}
