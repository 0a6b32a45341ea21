//! The store, on either database. Before each write, it marks the work of a call as work that must come to its end.

use crate::{
    clock::Clock,
    config::ServerConfig,
    database_url::DatabaseUrl,
    outliving,
    postgres::{PostgresUrl, PostgresUrlError},
};
use authflow::{
    AccountId, TenantId,
    account::{Account, FindAccount, Identifier},
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Swept, Unlock,
    },
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts,
    password::Verifier,
    sealing::SealingKeys,
    session::{CheckSession, FindSession, SessionRecord},
    social::{LinkedIdentity, ListIdentities},
    step::{Commit, Committed, FindClaim},
};
use authflow_postgres::PostgresStore;
use authflow_sqlite::{Settings, SqliteStore, Upkeep};
use std::num::NonZeroU32;

/// A guess that is reserved must be settled, even if its client has hung up. The note of a session's check may be lost.
#[derive(Clone)]
pub(crate) enum Store {
    Sqlite(SqliteStore),
    Postgres(PostgresStore),
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Sqlite(#[from] authflow_sqlite::StoreError),
    #[error(transparent)]
    Postgres(#[from] authflow_postgres::StoreError),
    #[error(transparent)]
    PostgresUrl(#[from] PostgresUrlError),
}

/// Whether an account was made. An account that has the id already is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    Done,
    IdTaken,
    NameTaken,
}

impl From<authflow_sqlite::Created> for Created {
    fn from(created: authflow_sqlite::Created) -> Self {
        match created {
            authflow_sqlite::Created::Done => Self::Done,
            authflow_sqlite::Created::IdTaken => Self::IdTaken,
            authflow_sqlite::Created::NameTaken => Self::NameTaken,
        }
    }
}

impl From<authflow_postgres::Created> for Created {
    fn from(created: authflow_postgres::Created) -> Self {
        match created {
            authflow_postgres::Created::Done => Self::Done,
            authflow_postgres::Created::IdTaken => Self::IdTaken,
            authflow_postgres::Created::NameTaken => Self::NameTaken,
        }
    }
}

/// Asks either store the same question. A transaction over a network is large while it waits, so it is boxed, and a call on SQLite
/// carries no room for it.
macro_rules! of_either {
    ($self:expr, $store:ident => $answer:expr) => {
        match $self {
            Self::Sqlite($store) => Ok($answer.await?),
            Self::Postgres($store) => Ok(Box::pin($answer).await?),
        }
    };
}

impl Store {
    /// Makes the tables of a PostgreSQL, or brings them to this version, as their owner.
    pub(crate) async fn migrate(
        url: &PostgresUrl,
        sealing: &SealingKeys,
        clock: Clock,
    ) -> Result<(), StoreError> {
        Ok(PostgresStore::migrate(&url.settings(sealing, clock)?).await?)
    }

    pub(crate) async fn open(
        url: &DatabaseUrl,
        sealing: &SealingKeys,
        config: &ServerConfig,
        upkeep: Upkeep,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(place) => {
                let moments = move || clock.moment_to_forget();
                let mut settings = Settings::new(place.clone(), sealing.clone(), moments);
                settings.most_of_nobody = config.most_of_nobody;
                settings.upkeep = upkeep;
                Ok(Self::Sqlite(SqliteStore::open(&settings)?))
            }
            DatabaseUrl::Postgres(url) => {
                let mut settings = url.settings(sealing, clock)?;
                settings.most_of_nobody = config.most_of_nobody;
                settings.statements = config.statements.into();
                let store = PostgresStore::connect(settings).await?;
                if upkeep == Upkeep::All {
                    let resealed = store.reseal_all().await?;
                    if resealed.unreadable > 0 {
                        tracing::warn!(
                            event = "secrets_not_opened",
                            count = resealed.unreadable,
                            "secrets of authenticators do not open"
                        );
                    }
                }
                Ok(Self::Postgres(store))
            }
        }
    }

    pub(crate) async fn account(
        &self,
        tenant: Option<TenantId>,
        id: AccountId,
    ) -> Result<Option<Account>, StoreError> {
        of_either!(self, store => store.account(tenant, id))
    }

    /// The account that is known by this name.
    pub(crate) async fn account_named(
        &self,
        tenant: Option<TenantId>,
        name: &Identifier,
    ) -> Result<Option<Account>, StoreError> {
        of_either!(self, store => store.account_named(tenant, name))
    }

    /// The first accounts of a tenant after this id, in the order of their ids.
    pub(crate) async fn accounts(
        &self,
        tenant: Option<TenantId>,
        behind: Option<AccountId>,
        at_most: NonZeroU32,
    ) -> Result<Vec<Account>, StoreError> {
        of_either!(self, store => store.accounts(tenant, behind, at_most))
    }

    pub(crate) async fn create_account(&self, new: Account) -> Result<Created, StoreError> {
        match self {
            Self::Sqlite(store) => Ok(store.create_account(new).await?.into()),
            Self::Postgres(store) => Ok(store.create_account(&new).await?.into()),
        }
    }

    /// Makes all accounts or none. Each account that cannot be made is reported with its place in the list.
    pub(crate) async fn create_accounts(
        &self,
        new: Vec<Account>,
    ) -> Result<Vec<(usize, Created)>, StoreError> {
        fn told<C: Into<Created>>(refused: Vec<(usize, C)>) -> Vec<(usize, Created)> {
            refused.into_iter().map(|(place, created)| (place, created.into())).collect()
        }
        match self {
            Self::Sqlite(store) => Ok(told(store.create_accounts(new).await?)),
            Self::Postgres(store) => Ok(told(store.create_accounts(&new).await?)),
        }
    }

    /// The sessions of an account that are neither ended nor expired.
    pub(crate) async fn sessions_of(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
        at_most: NonZeroU32,
    ) -> Result<Vec<SessionRecord>, StoreError> {
        of_either!(self, store => store.sessions_of(tenant, account, at_most))
    }

    /// The number of authenticators' secrets that need each sealing key, by its id.
    pub(crate) async fn sealed_secrets(&self) -> Result<Vec<(String, i64)>, StoreError> {
        of_either!(self, store => store.sealed_secrets())
    }

    /// Whether the database can be read and written, for the health check.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        of_either!(self, store => store.check())
    }

    /// Moves everything into the file of an SQLite database. A PostgreSQL has everything already.
    pub(crate) fn close(&self) -> Result<(), StoreError> {
        match self {
            Self::Sqlite(store) => Ok(store.checkpoint()?),
            Self::Postgres(_) => Ok(()),
        }
    }
}

impl parts::Store for Store {
    type Error = StoreError;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
        of_either!(self, store => store.find_account(ask))
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, StoreError> {
        outliving::must_end();
        of_either!(self, store => store.reserve_attempt(ask))
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), StoreError> {
        outliving::must_end();
        of_either!(self, store => store.settle_attempt(ask))
    }

    async fn commit(&self, commit: &Commit<Verifier>) -> Result<Committed, StoreError> {
        outliving::must_end();
        of_either!(self, store => store.commit(commit))
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, StoreError> {
        of_either!(self, store => store.find_session(ask))
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        of_either!(self, store => store.check_session(ask))
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, StoreError> {
        of_either!(self, store => store.find_claim(ask))
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, StoreError> {
        of_either!(self, store => store.load_code(ask))
    }

    async fn list_identities(&self, ask: &ListIdentities) -> Result<Vec<LinkedIdentity>, StoreError> {
        of_either!(self, store => parts::Store::list_identities(store, ask))
    }
}

impl Administer for Store {
    type Error = StoreError;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, StoreError> {
        of_either!(self, store => store.unlock(ask))
    }

    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, StoreError> {
        of_either!(self, store => store.set_status(ask))
    }

    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, StoreError> {
        of_either!(self, store => store.require_change(ask))
    }

    async fn set_password(&self, ask: &SetPassword) -> Result<Administered, StoreError> {
        of_either!(self, store => store.set_password(ask))
    }

    async fn enrol_authenticator(&self, ask: &EnrolAuthenticator) -> Result<Administered, StoreError> {
        of_either!(self, store => store.enrol_authenticator(ask))
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, StoreError> {
        of_either!(self, store => store.end_sessions_of(ask))
    }

    async fn end_links_of(&self, ask: &EndLinksOf) -> Result<Administered, StoreError> {
        of_either!(self, store => store.end_links_of(ask))
    }

    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, StoreError> {
        of_either!(self, store => store.delete_person(ask))
    }

    async fn sweep(&self, ask: &Sweep) -> Result<Swept, StoreError> {
        of_either!(self, store => store.sweep(ask))
    }
}
