//! Have somebody change their password.

use crate::{AccountId, TenantId, account::Account, password::MustChange};

/// Have somebody change their password at the next sign-in. The reason decides how they may do so.
///
/// The revision is raised in the same statement. With the mark alone, everybody who has the password would keep their sessions. Nothing is marked
/// if the mark is there already, or if there is no password. No other mark replaces [`Breached`](MustChange::Breached). Attackers know such a
/// password, and under another mark they could prove a change of it with that password alone.
///
/// Some reasons [end links](MustChange::ends_links): the account's links to social identities end in the same transaction. An attacker who had
/// the password may have made them. The links would still sign the attacker in, and a link together with the password would be enough to set
/// another password. For such a reason the revision is raised in any case, because sessions that began with such a link would otherwise go on.
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
/// **If you answer wrongly:** if the mark is missing, a password that others know keeps working. If the revision stays, the sessions of everybody
/// who used the password go on. If another mark replaces `breached`, an attacker who has found the password changes it with the password alone.
/// An attacker whose link stays takes the account over.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RequireChange {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account whose password must be changed.
    pub account: AccountId,
    /// The reason for the change.
    pub reason: MustChange,
}

impl RequireChange {
    /// Makes the change to an account, for a store without statements.
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
