//! Give somebody an authenticator.

use crate::{
    AccountId, TenantId, Timestamp,
    account::Account,
    factor::{Factor, Totp},
};

/// Give somebody an authenticator of one-time passwords, which is asked for from now on. It replaces an authenticator that they already have.
///
/// The secret is sealed for this account ([`TotpSecret::seal`](crate::factor::TotpSecret::seal)), and no step of the authenticator has been used.
/// The revision is raised in the same transaction, which ends every earlier session, pending login and code. A session from before is no longer a
/// bearer. The other enrolled factors stay.
///
/// ```sql
/// UPDATE accounts SET totp_sealed = :secret, totp_algorithm = :algorithm, totp_digits = :digits, totp_step_seconds = :step_seconds,
///     totp_step = NULL, enrolled = :enrolled, factors_changed_at = :changed_at, revision = (revision + 1) & 9223372036854775807
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :account; -- :enrolled is what is there, with Factor::Totp
/// ```
///
/// ```
/// use authflow::{
///     administration::{Administered, EnrolAuthenticator},
///     factor::{Totp, TotpAlgorithm, TotpSecret},
///     sealing::Owner,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let session = world.login("alice");
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let secret = TotpSecret::new(demo::secret(9)).unwrap(); // drawn, and shown to its owner once
/// let sealed = secret.seal(&demo::sealing_keys(), Owner { tenant, account }, &world.moment());
/// let totp = Totp::new(sealed, TotpAlgorithm::Sha1, 6, None).unwrap();
/// let ask = EnrolAuthenticator { tenant, account, totp, changed_at: demo::START };
/// assert_eq!(world.host.enrol_authenticator(&ask), Administered::Done);
/// assert_eq!(world.login("alice").text("status"), "MFA_AUTH");
/// assert_ne!(world.check_exist(session.id_token()).status, 200, "what was before is over");
/// ```
///
/// **If you answer wrongly:** if the factor is not asked for, its owner believes in a protection that is not there. If the used step of the
/// earlier authenticator stays, the first one-time passwords of the new one are refused or count twice. If the revision stays, a thief's session
/// outlives the change that should have shut them out.
#[derive(Clone, Debug)]
pub struct EnrolAuthenticator {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account that gets the authenticator.
    pub account: AccountId,
    /// The authenticator, of which no step has been used.
    pub totp: Totp,
    /// The time of the enrolment.
    pub changed_at: Timestamp,
}

impl EnrolAuthenticator {
    /// Makes the change to an account, for a store without statements.
    pub fn apply(&self, account: &mut Account) {
        account.totp = Some(self.totp.clone());
        account.enrolled = account.enrolled.with(Factor::Totp);
        account.factors_changed_at = self.changed_at;
        account.revision = account.revision.next();
    }
}
