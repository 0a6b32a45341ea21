//! An account that is about to be made.

use super::{Account, AccountStatus, ContactNames, Profile, Revision, UserName};
use crate::{
    AccountId, Secret, TenantId, Timestamp,
    contact::{EmailAddress, Mobile},
    factor::FactorSet,
    password::{Password, PasswordForm, Verifier},
};

/// An account that is about to be made ([`Write::CreateAccount`](crate::step::Write::CreateAccount)): every column that a new account has. It has
/// no authenticator. `P` stands for its password: see [`Commit`](crate::step::Commit).
///
/// ```
/// use authflow::{
///     contact::Channel,
///     step::{Commit, Write},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let mut policy = demo::policy();
/// policy.registration = [Channel::Sms].into_iter().collect();
/// let mut world = World::with_policy(policy);
/// world.send(&Call::post(
///     "/api/v2/sdk/sms/send",
///     &json!({ "mobile": "+86-13800000009", "type": "REGISTER_SMS" }),
/// ));
/// let body = json!({ "mobile": "+86-13800000009", "verify_code": world.code() });
/// let step = world.begin(&Call::post("/api/v2/sdk/register/mobile-verify-code", &body));
/// let ask = world.until::<Commit>(step);
///
/// // One transaction makes the account and opens its first session, which is of this revision.
/// let made = ask
///     .writes
///     .iter()
///     .find_map(|write| if let Write::CreateAccount(new) = write { Some(new) } else { None })
///     .unwrap();
/// let opened = ask
///     .writes
///     .iter()
///     .find_map(|write| if let Write::OpenSession(it) = write { Some(it) } else { None })
///     .unwrap();
/// assert_eq!((ask.account, opened.revision), (Some(made.id), made.revision));
/// assert_eq!(made.mobile.as_ref().unwrap().normalised(), "+8613800000009");
/// ```
#[derive(Clone, Debug)]
pub struct NewAccount<P = Secret> {
    /// Its id, which the host has chosen ([`JudgeProfile`](super::JudgeProfile)).
    pub id: AccountId,
    /// Its first revision, drawn from the moment's entropy. Store exactly this one, because a session that the same commit opens has it.
    pub revision: Revision,
    /// Whether it may sign in.
    pub status: AccountStatus,
    /// Its user name. It is fit for a new account.
    pub user_name: Option<UserName>,
    /// Its mobile number, in full (ITU-T E.164), if that was proved.
    pub mobile: Option<Mobile>,
    /// Its e-mail address, if that was proved.
    pub email: Option<EmailAddress>,
    /// The user names that would lead to its number or address. If another account has one of them, the contact is taken.
    pub contact_names: ContactNames,
    /// Its password, if it has one. It is in its one spelling ([`PasswordForm::Canonical`]) and was set at [`created_at`](Self::created_at). No
    /// change is due, and none was skipped.
    pub password: Option<P>,
    /// The time at which the account is made.
    pub created_at: Timestamp,
    /// The factors that are asked for in addition to the first one.
    pub enrolled: FactorSet,
    /// Claims for its id tokens.
    pub profile: Profile,
}

impl<P> NewAccount<P> {
    /// The same account, with its password replaced by what `hash` makes of it.
    pub(crate) async fn hashed<'a, Q, E, F>(
        &'a self,
        hash: impl FnOnce(&'a P) -> F,
    ) -> Result<NewAccount<Q>, E>
    where
        F: Future<Output = Result<Q, E>>,
    {
        let password = match &self.password {
            Some(password) => Some(hash(password).await?),
            None => None,
        };
        Ok(NewAccount {
            id: self.id,
            revision: self.revision,
            status: self.status,
            user_name: self.user_name.clone(),
            mobile: self.mobile.clone(),
            email: self.email.clone(),
            contact_names: self.contact_names.clone(),
            password,
            created_at: self.created_at,
            enrolled: self.enrolled,
            profile: self.profile.clone(),
        })
    }

    /// The account as it will be in a tenant, with this verifier if it has a password.
    pub(crate) fn as_account(
        &self,
        tenant: Option<TenantId>,
        verifier: impl FnOnce(&P) -> Verifier,
    ) -> Account {
        let password = self.password.as_ref().map(|password| Password {
            verifier: verifier(password),
            changed_at: self.created_at,
            must_change: None,
            skips_used: 0,
            form: PasswordForm::Canonical,
        });
        Account {
            id: self.id,
            tenant,
            revision: self.revision,
            status: self.status,
            user_name: self.user_name.clone(),
            password,
            mobile: self.mobile.clone(),
            email: self.email.clone(),
            totp: None,
            enrolled: self.enrolled,
            factors_changed_at: Timestamp::from_unix(0),
            profile: self.profile.clone(),
        }
    }
}

impl NewAccount<Verifier> {
    /// The account in a tenant, as a host reads it once it is made.
    pub fn account(&self, tenant: Option<TenantId>) -> Account {
        self.as_account(tenant, Verifier::clone)
    }
}
