//! The demonstration: two applications, and six accounts in each of their worlds.

use crate::{
    hasher::{Hasher, HasherError},
    host::ServerHost,
    store::{NewAccount, StoreError},
};
use authflow::{
    AccountId, AccountStatus, Application, Audience, ClientId, Factor, FactorSet, Identifier, InvalidId,
    InvalidIdentifier, MustChange, Profile, Secret, SessionId, TenantId, Timestamp,
    policy::{Ageing, AgeingError, Policy},
    step::SessionRecord,
    token::{IdClaims, Issuer, KeyRing},
};

pub(crate) const ISV_CLIENT_ID: &str = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm";
pub(crate) const ISV_TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
pub(crate) const ORDINARY_CLIENT_ID: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";
pub(crate) const PASSWORD: &str = "Correct-Horse-7";

const DAY: u64 = 86_400;
const MAX_AGE_DAYS: u16 = 90;

/// A demo account, for those who start the server and for us.
pub(crate) struct DemoAccount {
    pub(crate) name: &'static str,
    pub(crate) is: &'static str,
    /// How many days ago the password was set; `None` without one.
    password_age_days: Option<u64>,
    status: AccountStatus,
    must_change: Option<MustChange>,
}

const fn account(name: &'static str, is: &'static str, password_age_days: u64) -> DemoAccount {
    DemoAccount {
        name,
        is,
        password_age_days: Some(password_age_days),
        status: AccountStatus::Active,
        must_change: None,
    }
}

pub(crate) const ACCOUNTS: [DemoAccount; 6] = [
    account("alice", "current", 1),
    account("erin", "expiring in 5 days; the change can be skipped 3 times", MAX_AGE_DAYS as u64 - 5),
    account("victor", "expired", MAX_AGE_DAYS as u64 + 10),
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
        ..account("nora", "none set; signed in by SMS, with the id token below", 0)
    },
];

/// An id token of nora's, to ask with whether she has a password.
pub(crate) struct DemoToken {
    pub(crate) audience: Audience,
    pub(crate) id_token: String,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum DemoError {
    #[error(transparent)]
    Id(#[from] InvalidId),
    #[error(transparent)]
    Identifier(#[from] InvalidIdentifier),
    #[error(transparent)]
    Ageing(#[from] AgeingError),
    #[error(transparent)]
    Store(#[from] StoreError),
    #[error(transparent)]
    Hasher(#[from] HasherError),
    #[error("no entropy for a session id")]
    NoEntropy,
}

/// The two applications of the family's own sample pages.
pub(crate) fn applications() -> Result<[Application; 2], DemoError> {
    let policy = Policy { ageing: Some(Ageing::new(MAX_AGE_DAYS, 14, 3)?), ..Policy::default() };
    let isv = Application::isv(ClientId::new(ISV_CLIENT_ID)?, [TenantId::new(ISV_TENANT)?]);
    let ordinary = Application::new(ClientId::new(ORDINARY_CLIENT_ID)?);
    Ok([isv, ordinary].map(|application| Application { policy, ..application }))
}

/// Makes what is not there yet; what has been counted and changed in an earlier run stays as it is.
pub(crate) async fn seed(
    host: &ServerHost,
    issuer: &Issuer,
    ring: &KeyRing,
) -> Result<Vec<DemoToken>, DemoError> {
    let now = host.clock.now();
    let mut tokens = Vec::new();
    for (client_id, tenant) in [(ISV_CLIENT_ID, Some(TenantId::new(ISV_TENANT)?)), (ORDINARY_CLIENT_ID, None)]
    {
        let audience = Audience { client_id: ClientId::new(client_id)?, tenant };
        for demo in &ACCOUNTS {
            add(host, tenant, demo, now).await?;
        }
        let claims = noras_claims(host, audience, now).await?;
        let id_token = ring.id_tokens(issuer, &audience).mint(&claims).expose().to_owned();
        tokens.push(DemoToken { audience, id_token });
    }
    Ok(tokens)
}

fn id_of(name: &str) -> Result<AccountId, InvalidId> {
    AccountId::new(&format!("demo-{name}"))
}

async fn add(
    host: &ServerHost,
    tenant: Option<TenantId>,
    demo: &DemoAccount,
    now: Timestamp,
) -> Result<(), DemoError> {
    let id = id_of(demo.name)?;
    if host.store.has_account(tenant, id).await? {
        return Ok(());
    }
    let verifier = match demo.password_age_days {
        Some(_) => Some(hash(&host.hasher).await?),
        None => None,
    };
    let new = NewAccount {
        tenant,
        id,
        user_name: Identifier::new(demo.name)?,
        status: demo.status,
        verifier,
        changed_at: now.minus_seconds(demo.password_age_days.unwrap_or(0) * DAY),
        must_change: demo.must_change,
        profile: format!(r#"{{"name":"{}"}}"#, demo.name),
        is_demo: true,
    };
    Ok(host.store.add_account(new).await?)
}

async fn hash(hasher: &Hasher) -> Result<Secret, HasherError> {
    hasher.hash(Secret::new(PASSWORD)).await
}

/// What another way of signing in, which this server does not have yet, would have left behind.
async fn noras_claims(host: &ServerHost, audience: Audience, now: Timestamp) -> Result<IdClaims, DemoError> {
    let account = id_of("nora")?;
    let factors = FactorSet::EMPTY.with(Factor::Sms);
    let mut drawn = [0; 16];
    getrandom::fill(&mut drawn).map_err(|_| DemoError::NoEntropy)?;
    let record = SessionRecord {
        session: SessionId::from_bytes(drawn),
        auth_time: now,
        factors,
        expires_at: now.plus_seconds(43_200),
    };
    let (session, auth_time) = host.store.session_or_open(audience, account, record).await?;
    Ok(IdClaims {
        account,
        session,
        auth_time,
        factors,
        issued_at: now,
        expires_at: now.plus_seconds(7_200),
        nonce: None,
        profile: Profile::default(),
    })
}
