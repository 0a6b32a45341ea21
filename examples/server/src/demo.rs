//! The demonstration: two applications, and nine accounts for each of them.

use crate::{
    clock::Clock,
    store::{Created, Store, StoreError},
    tenants::TenantCredential,
};
use authflow::{
    AccountId, Application, ClientId, InvalidId, OsEntropyUnavailable, Secret, TenantId, Timestamp,
    account::{Account, AccountStatus, Profile, ProfileError, Revision, UnfitUserName, UserName},
    captcha::CaptchaKind,
    code::{SendPolicy, SendPolicyError},
    contact::{Channel, EmailAddress, InvalidContact, Mobile},
    factor::{Factor, FactorSet, Totp, TotpAlgorithm, TotpError, TotpSecret},
    parts::Hasher as _,
    password::{Ageing, AgeingError, MustChange, Password, PasswordForm, Verifier},
    policy::Policy,
    sealing::{Owner, SealingKeys},
    social::{LinkProofs, LinkProofsError, Unassociated},
    step::CredentialOwner,
};
use authflow_argon2::{Argon2Hasher, HasherError};
use std::num::NonZeroU32;

pub(crate) const ISV_CLIENT_ID: &str = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm";
pub(crate) const ISV_TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
pub(crate) const ORDINARY_CLIENT_ID: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";
pub(crate) const PASSWORD: &str = "Correct-Horse-7";
/// The secret of tom's authenticator. It is as public as the password.
pub(crate) const TOTP_SECRET: &[u8; 20] = b"authflow-demo-secret";
/// The credentials that the servers of the ISV's tenant and of the ordinary application present.
pub(crate) const TENANT_CREDENTIAL: &str = "demo-tenant-credential";
pub(crate) const APPLICATION_CREDENTIAL: &str = "demo-application-credential";

const DAY: u64 = 86_400;
const MAX_AGE_DAYS: u16 = 90;

/// A demo account, for our tests and for those who start the server.
pub(crate) struct DemoAccount {
    pub(crate) name: &'static str,
    pub(crate) is: &'static str,
    /// The age of the password in days, or `None` without a password.
    password_age_days: Option<u64>,
    status: AccountStatus,
    must_change: Option<MustChange>,
    mobile: Option<&'static str>,
    has_email: bool,
    enrolled: &'static [Factor],
}

const fn account(name: &'static str, is: &'static str, password_age_days: u64) -> DemoAccount {
    DemoAccount {
        name,
        is,
        password_age_days: Some(password_age_days),
        status: AccountStatus::Active,
        must_change: None,
        mobile: None,
        has_email: false,
        enrolled: &[],
    }
}

const EXPIRING: u64 = MAX_AGE_DAYS as u64 - 5;

pub(crate) const ACCOUNTS: [DemoAccount; 9] = [
    account("alice", "current", 1),
    account("erin", "expiring in 5 days; the change can be skipped 3 times", EXPIRING),
    DemoAccount {
        mobile: Some("+86-13800000003"),
        has_email: true,
        ..account("victor", "expired; mobile and e-mail address below", MAX_AGE_DAYS as u64 + 10)
    },
    DemoAccount {
        must_change: Some(MustChange::AdministratorReset),
        ..account("frank", "must be changed: an administrator reset it", 1)
    },
    DemoAccount {
        status: AccountStatus::Disabled,
        ..account("dora", "current, but the account is disabled", 1)
    },
    DemoAccount {
        password_age_days: None,
        mobile: Some("+86-13800000001"),
        ..account("nora", "none set; signs in by SMS", 0)
    },
    DemoAccount {
        mobile: Some("+86-13800000000"),
        has_email: true,
        enrolled: &[Factor::Sms, Factor::Email],
        ..account("mona", "current; second factor by SMS or e-mail", 1)
    },
    DemoAccount { enrolled: &[Factor::Totp], ..account("tom", "current; second factor by authenticator", 1) },
    DemoAccount {
        mobile: Some("+86-13800000002"),
        has_email: true,
        enrolled: &[Factor::Sms, Factor::Email],
        ..account("eve", "expiring in 5 days, and a second factor by SMS or e-mail", EXPIRING)
    },
];

impl DemoAccount {
    /// The recipients of its codes.
    pub(crate) fn contacts(&self) -> Vec<String> {
        self.mobile.map(str::to_owned).into_iter().chain(self.email()).collect()
    }

    fn email(&self) -> Option<String> {
        self.has_email.then(|| format!("{}@example.com", self.name))
    }
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Id(#[from] InvalidId),
    #[error(transparent)]
    UserName(#[from] UnfitUserName),
    #[error(transparent)]
    Contact(#[from] InvalidContact),
    #[error(transparent)]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    Ageing(#[from] AgeingError),
    #[error(transparent)]
    Totp(#[from] TotpError),
    #[error(transparent)]
    LinkProofs(#[from] LinkProofsError),
    #[error(transparent)]
    Sending(#[from] SendPolicyError),
    #[error(transparent)]
    Entropy(#[from] OsEntropyUnavailable),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hasher(#[from] HasherError),
}

/// The most codes that are sent for strangers in a day, in each application of each tenant.
const DAILY_IN_ALL: u32 = 2_000;

/// The two applications of the family's own sample pages.
pub(crate) fn applications() -> Result<[Application; 2], DemoError> {
    let own: FactorSet = [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect();
    let (first_factors, unassociated) =
        (own.with(Factor::Federated), Unassociated::BindOrRegister(LinkProofs::new(own)?));
    let ageing = Some(Ageing::new(MAX_AGE_DAYS, 14, 3)?);
    let recovery = [Channel::Sms].into_iter().collect();
    let registration = Channel::ALL.into_iter().collect();
    let replaces_contacts = Channel::ALL.into_iter().collect();
    // Pictures are shown, but none is demanded before half of the daily sum has been used.
    let (captcha, sending) = (CaptchaKind::Picture, SendPolicy::default().with_daily_in_all(DAILY_IN_ALL)?);
    let policy = Policy {
        ageing,
        first_factors,
        unassociated,
        // The family's calls bring nothing but the code.
        allows_unbound_codes: true,
        takes_vouched_mobiles: true,
        recovery,
        registration,
        replaces_contacts,
        // These two are on to be shown. They harm nobody, because these accounts are public.
        session_sets_first_password: true,
        refreshes_for_servers: true,
        sending,
        captcha,
        ..Policy::default()
    };
    let isv = Application::isv(ClientId::new(ISV_CLIENT_ID)?, [TenantId::new(ISV_TENANT)?]);
    let ordinary = Application::new(ClientId::new(ORDINARY_CLIENT_ID)?);
    Ok([isv, ordinary].map(|application| Application { policy, ..application }))
}

/// The ordinary application of these, if it is there.
pub(crate) fn ordinary(applications: &[Application]) -> Option<&Application> {
    applications.iter().find(|application| application.client_id.as_str() == ORDINARY_CLIENT_ID)
}

/// The credentials of the servers of these applications.
pub(crate) fn tenant_credentials() -> Result<[TenantCredential; 2], DemoError> {
    Ok([
        TenantCredential::of(TENANT_CREDENTIAL, CredentialOwner::Tenant(TenantId::new(ISV_TENANT)?)),
        TenantCredential::of(
            APPLICATION_CREDENTIAL,
            CredentialOwner::Application(ClientId::new(ORDINARY_CLIENT_ID)?),
        ),
    ])
}

/// The tenants of the two applications.
fn tenants() -> Result<[Option<TenantId>; 2], InvalidId> {
    Ok([Some(TenantId::new(ISV_TENANT)?), None])
}

/// Whether a database has any of these accounts.
pub(crate) async fn is_in(store: &Store) -> Result<bool, DemoError> {
    for tenant in tenants()? {
        for demo in &ACCOUNTS {
            if store.account(tenant, demo.id()?).await?.is_some() {
                return Ok(true);
            }
        }
    }
    Ok(false)
}

/// Whether a database has accounts. If it has none of the demo accounts, it belongs to a service, and a public password would let
/// everybody in.
pub(crate) async fn has_others(store: &Store) -> Result<bool, DemoError> {
    for tenant in tenants()? {
        if !store.accounts(tenant, None, NonZeroU32::MIN).await?.is_empty() {
            return Ok(true);
        }
    }
    Ok(false)
}

/// Makes the demo accounts that do not exist. The counts and changes of an earlier run stay.
pub(crate) async fn seed(
    store: &Store,
    hasher: &Argon2Hasher,
    sealing_keys: &SealingKeys,
    clock: Clock,
) -> Result<(), DemoError> {
    let mut missing = Vec::new();
    for tenant in tenants()? {
        for demo in &ACCOUNTS {
            if store.account(tenant, demo.id()?).await?.is_none() {
                missing.push((tenant, demo));
            }
        }
    }
    if missing.is_empty() {
        return Ok(());
    }
    // The password is public, so all accounts share one salt, and a start or a reset takes one hash.
    let verifier = hasher.hash(&Secret::new(PASSWORD)).await?;
    for (tenant, demo) in missing {
        let account = demo.account(tenant, verifier.clone(), sealing_keys, clock)?;
        if store.create_account(account).await? == Created::NameTaken {
            tracing::warn!(
                event = "demo_account_not_made",
                account = demo.name,
                "its name is another account's: it is not made"
            );
        }
    }
    Ok(())
}

impl DemoAccount {
    fn id(&self) -> Result<AccountId, InvalidId> {
        AccountId::new(&format!("demo-{}", self.name))
    }

    fn account(
        &self,
        tenant: Option<TenantId>,
        verifier: Verifier,
        sealing_keys: &SealingKeys,
        clock: Clock,
    ) -> Result<Account, DemoError> {
        let (id, moment) = (self.id()?, clock.moment()?);
        let password = self.password_age_days.map(|days| Password {
            verifier,
            changed_at: clock.now().minus_seconds(days * DAY),
            must_change: self.must_change,
            skips_used: 0,
            form: PasswordForm::Canonical,
        });
        let enrolled = self.enrolled.iter().copied().collect::<FactorSet>();
        let totp = match enrolled.contains(Factor::Totp) {
            true => {
                let owner = Owner { tenant, account: id };
                let sealed = TotpSecret::new(*TOTP_SECRET)?.seal(sealing_keys, owner, &moment);
                Some(Totp::new(sealed, TotpAlgorithm::Sha1, 6, None)?)
            }
            false => None,
        };
        Ok(Account {
            id,
            tenant,
            revision: Revision::first(&moment),
            status: self.status,
            user_name: Some(UserName::for_new_account(self.name)?),
            password,
            mobile: self.mobile.map(Mobile::new).transpose()?,
            email: self.email().as_deref().map(EmailAddress::new).transpose()?,
            totp,
            enrolled,
            factors_changed_at: Timestamp::from_unix(0),
            profile: Profile::from_json(&format!(r#"{{"name":"{}"}}"#, self.name))?,
        })
    }
}
