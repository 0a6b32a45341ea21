//! The store.

use crate::{
    StoreError, accounts,
    columns::{read, timestamp},
    commit::{self, Written},
    identities,
    records::{self, Kind},
    sessions,
};
use authflow::{
    account::{Account, FindAccount},
    code::{CodeDigest, LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts::Store,
    password::Verifier,
    session::{CheckSession, FindSession, SessionRecord},
    social::{LinkedIdentity, ListIdentities},
    step::{Commit, Committed, FindClaim, Write},
};
use sqlx::{PgPool, Postgres, Transaction};

/// Your own rows, which are written with a session in its transaction. If this fails, there is no session.
pub trait AtSignIn: Send + Sync {
    /// A subject has signed in, and this is the session.
    fn signed_in(
        &self,
        transaction: &mut Transaction<'_, Postgres>,
        session: &SessionRecord,
    ) -> impl Future<Output = Result<(), sqlx::Error>> + Send;
}

/// Writes nothing.
impl AtSignIn for () {
    async fn signed_in(
        &self,
        _: &mut Transaction<'_, Postgres>,
        _: &SessionRecord,
    ) -> Result<(), sqlx::Error> {
        Ok(())
    }
}

/// A store over sqlx.
#[derive(Clone, Debug)]
pub struct SqlxStore<B = ()> {
    pool: PgPool,
    business: B,
}

impl<B: AtSignIn> SqlxStore<B> {
    /// A store on tables that exist.
    pub fn new(pool: PgPool, business: B) -> Self {
        Self { pool, business }
    }

    /// Makes the tables. Put yours into your migrations.
    pub async fn make_tables(&self) -> Result<(), StoreError> {
        sqlx::raw_sql(include_str!("schema.sql")).execute(&self.pool).await?;
        Ok(())
    }

    /// Makes an account, with a [revision](authflow::account::Revision::first) that has been drawn. Says whether it was made: false if its id or
    /// one of its names is another account's.
    pub async fn create_account(&self, new: &Account) -> Result<bool, StoreError> {
        accounts::create(&mut *self.pool.acquire().await?, new).await
    }
}

impl<B: AtSignIn> Store for SqlxStore<B> {
    type Error = StoreError;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
        accounts::find(&mut *self.pool.acquire().await?, &ask.audience.tenant, &ask.key).await
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, StoreError> {
        let mut transaction = self.pool.begin().await?;
        let reserved = records::change(&mut transaction, Kind::Guesses, ask.slot.as_bytes(), |stored| {
            let reservation = ask.reserve(stored.map(commit::guesses).transpose()?);
            Ok((Some(reservation.record().to_bytes()), reservation))
        })
        .await?;
        transaction.commit().await?;
        Ok(reserved)
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), StoreError> {
        let mut transaction = self.pool.begin().await?;
        records::change(&mut transaction, Kind::Guesses, ask.slot.as_bytes(), |stored| {
            let settled = ask.settle(stored.map(commit::guesses).transpose()?);
            Ok((Some(settled.to_bytes()), ()))
        })
        .await?;
        Ok(transaction.commit().await?)
    }

    /// The login's writes and yours are one transaction.
    async fn commit(&self, commit: &Commit<Verifier>) -> Result<Committed, StoreError> {
        let transaction = self.pool.begin().await?;
        let mut transaction = match commit::write(transaction, commit).await? {
            Written::InTransaction(transaction) => transaction,
            Written::RolledBack(refused) => return Ok(refused),
        };
        for write in &commit.writes {
            if let Write::OpenSession(session) = write {
                self.business.signed_in(&mut transaction, session).await?;
            }
        }
        transaction.commit().await?;
        Ok(Committed::Done)
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, StoreError> {
        sessions::find(&mut *self.pool.acquire().await?, ask.session).await
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        sessions::check(&mut *self.pool.acquire().await?, ask).await
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, StoreError> {
        sessions::opened_by(&mut *self.pool.acquire().await?, ask.id.as_bytes()).await
    }

    async fn list_identities(&self, ask: &ListIdentities) -> Result<Vec<LinkedIdentity>, StoreError> {
        identities::list(&mut *self.pool.acquire().await?, ask).await
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, StoreError> {
        let sql = "SELECT digest, expires_at FROM login.codes WHERE key = $1";
        let row = sqlx::query(sql).bind(ask.key.as_bytes().as_slice()).fetch_optional(&self.pool).await?;
        let code = |row| {
            let digest = read(&row, "digest", |stored: &[u8]| CodeDigest::from_bytes(stored))?;
            Ok(StoredCode { digest, expires_at: timestamp(&row, "expires_at")? })
        };
        row.map(code).transpose()
    }
}
