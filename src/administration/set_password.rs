//! Give somebody a password.

use crate::{
    AccountId, TenantId, Timestamp,
    account::Account,
    password::{MustChange, Password, PasswordForm, Verifier},
};

/// Give somebody a password, with a reason to change it at the next sign-in or without one.
///
/// The verifier is made from the password's one spelling, which [`PasswordRules::accept`](crate::password::PasswordRules::accept) gives. The
/// revision is raised in the same transaction, which ends everything that was based on the earlier password. Skips are cleared. Counts of guesses
/// stay: [`Unlock`](super::Unlock) clears them.
///
/// Links to social identities end in the same transaction. As a rule, this operation gives the account back to its owner, and a link that
/// somebody else made must not outlive that. The owner links their own identities again.
///
/// A password that an administrator knows is not its owner's secret. Set [`MustChange::AdministratorReset`] or [`MustChange::FirstLogin`], unless
/// nobody reads the password on the way (OWASP ASVS 5.0, 6.4.1 and 6.4.6).
///
/// ```sql
/// UPDATE accounts SET verifier = :verifier, password_form = 'canonical', password_changed_at = :changed_at, must_change = :must_change,
///     skips_used = 0, revision = (revision + 1) & 9223372036854775807
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account;
/// DELETE FROM identities WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account;
/// ```
///
/// ```
/// use authflow::{
///     administration::{Administered, SetPassword},
///     password::{MustChange, Verifier},
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let session = world.login("alice");
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let ask = SetPassword {
///     tenant,
///     account,
///     verifier: Verifier::new(demo::PASSWORD), // the test kit hashes nothing
///     changed_at: demo::START,
///     must_change: Some(MustChange::AdministratorReset),
/// };
/// assert_eq!(world.host.set_password(&ask), Administered::Done);
/// assert_eq!(world.login("alice").text("status"), "PASSWORD_EXPIRED");
/// assert_ne!(world.check_exist(session.id_token()).status, 200, "what was before is over");
/// ```
///
/// **If you answer wrongly:** if the revision stays, so do the sessions of everybody who had the earlier password. If links stay, the people who
/// made them can still sign in. Without the mark, the administrator still knows the password of somebody else.
#[derive(Clone, Debug)]
pub struct SetPassword {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account that gets the password.
    pub account: AccountId,
    /// The verifier of the password's one spelling.
    pub verifier: Verifier,
    /// The time at which the password is set. Its age is counted from then.
    pub changed_at: Timestamp,
    /// The reason why the password must be changed before anything else, if it must.
    pub must_change: Option<MustChange>,
}

impl SetPassword {
    /// Makes the change to an account, for a store without statements.
    pub fn apply(&self, account: &mut Account) {
        account.password = Some(Password {
            verifier: self.verifier.clone(),
            changed_at: self.changed_at,
            must_change: self.must_change,
            skips_used: 0,
            form: PasswordForm::Canonical,
        });
        account.revision = account.revision.next();
    }
}
