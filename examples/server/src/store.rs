//! The store, on either database. It tells the work of a call when it must come to its end.

use crate::{
    clock::Clock,
    database_url::DatabaseUrl,
    outliving,
    postgres::{PostgresUrl, PostgresUrlError},
};
use authflow::{
    AccountId, TenantId,
    account::{Account, FindAccount},
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts,
    password::Verifier,
    sealing::SealingKeys,
    session::{CheckSession, FindSession, SessionRecord},
    step::{Commit, Committed, FindClaim},
};
use authflow_postgres::PostgresStore;
use authflow_sqlite::{Settings, SqliteStore};
use std::num::NonZeroU32;

/// A guess that is reserved must be settled, also when its client has hung up. What a session's check notes may be left at that.
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

/// Whether an account was made. Where there is one of the id, it is left as it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Created {
    DoneOrThere,
    NameTaken,
}

/// The same question to either store.
macro_rules! of_either {
    ($self:expr, $store:ident => $answer:expr) => {
        match $self {
            Self::Sqlite($store) => Ok($answer.await?),
            Self::Postgres($store) => Ok($answer.await?),
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

    /// What earlier keys have sealed is sealed anew.
    pub(crate) async fn open(
        url: &DatabaseUrl,
        sealing: &SealingKeys,
        most_of_nobody: NonZeroU32,
        clock: Clock,
    ) -> Result<Self, StoreError> {
        match url {
            DatabaseUrl::Sqlite(place) => {
                let moments = move || clock.moment_to_forget();
                let mut settings = Settings::new(place.clone(), sealing.clone(), moments);
                settings.most_of_nobody = most_of_nobody;
                Ok(Self::Sqlite(SqliteStore::open(&settings)?))
            }
            DatabaseUrl::Postgres(url) => {
                let mut settings = url.settings(sealing, clock)?;
                settings.most_of_nobody = most_of_nobody;
                let store = PostgresStore::connect(settings).await?;
                let resealed = store.reseal_all().await?;
                if resealed.unreadable > 0 {
                    tracing::warn!(count = resealed.unreadable, "secrets of authenticators do not open");
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

    pub(crate) async fn create_account(&self, new: Account) -> Result<Created, StoreError> {
        match self {
            Self::Sqlite(store) => match store.create_account(new).await? {
                authflow_sqlite::Created::NameTaken => Ok(Created::NameTaken),
                authflow_sqlite::Created::Done | authflow_sqlite::Created::IdTaken => {
                    Ok(Created::DoneOrThere)
                }
            },
            Self::Postgres(store) => match store.create_account(&new).await? {
                authflow_postgres::Created::NameTaken => Ok(Created::NameTaken),
                authflow_postgres::Created::Done | authflow_postgres::Created::IdTaken => {
                    Ok(Created::DoneOrThere)
                }
            },
        }
    }

    /// Whether it can be read and written: for the check of health.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        of_either!(self, store => store.check())
    }

    /// Leaves a file of SQLite whole. A PostgreSQL has everything already.
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
}
