//! The store.

use crate::{
    Accounts, IntoAccounts, OwnAccounts, Resealed, Settings, StoreError,
    columns::get,
    connection::{Connection, Transaction},
    database::{Database, Written, reading, writing},
    migrations,
    nobodies::Forgetting,
    part::Commits,
    sealed,
};
use authflow::{
    AccountId, TenantId,
    account::{Account, AccountKey},
    sealing::SealingKeys,
};
use std::{fmt, num::NonZeroU32, sync::Arc};

/// The store: a [`Store`](authflow::parts::Store) for [`Parts`](authflow::parts::Parts). An administrator can
/// [work with it](authflow::administration::Administer) too. All clones are the same store.
///
/// It needs a tokio runtime with time and I/O.
///
/// ```no_run
/// use authflow::{
///     AccountId, Moment,
///     administration::{Administer as _, SetStatus},
///     sealing::SealingKeys,
/// };
/// use authflow_postgres::{PostgresStore, Settings, StoreError, tokio_postgres::NoTls};
///
/// # async fn leave(keys: SealingKeys, account: AccountId) -> Result<(), StoreError> {
/// let url = "postgres://authflow@localhost/people";
/// let store =
///     PostgresStore::connect(Settings::new(url, NoTls, Some(keys), Moment::now)?).await?;
/// // An administrator's command needs only the store. The account's sessions and pending logins
/// // are over with it.
/// store.set_status(&SetStatus::disable(None, account)).await?;
/// # Ok(()) }
/// ```
pub struct PostgresStore<A = OwnAccounts> {
    pub(crate) database: Database,
    pub(crate) accounts: Arc<A>,
    pub(crate) unknown_names: Arc<Forgetting>,
    pub(crate) unknown_recipients: Arc<Forgetting>,
    pub(crate) most_of_nobody: NonZeroU32,
    pub(crate) commits: Arc<Commits>,
    sealing: Option<SealingKeys>,
}

impl PostgresStore {
    /// Makes the tables, or brings them to this version. It must run as the owner of the tables. It is one transaction, and only one migration runs
    /// at a time, however many programs start at once. Tables of this version stay as they are. A mapped table of accounts is
    /// looked at each time, because somebody else may have changed it.
    ///
    /// A role that only uses the tables cannot migrate. [`connect`](Self::connect) tells such a role whether a migration is needed.
    ///
    /// # Errors
    /// When the database refuses, or its tables are of a later version. Nothing is changed then.
    pub async fn migrate<A: IntoAccounts>(settings: &Settings<A>) -> Result<(), StoreError> {
        let database = Database::of(settings)?;
        writing!(database.at_leisure(), transaction => migrate(transaction, &settings.accounts))
    }
}

async fn migrate(transaction: &Transaction, accounts: &impl IntoAccounts) -> Result<Written<()>, StoreError> {
    migrations::lock(transaction).await?;
    migrations::migrate(transaction).await?;
    accounts.migrate(transaction).await.map(Written::Kept)
}

impl<A: Accounts> PostgresStore<A> {
    /// Connects to a database that has the tables, and checks everything that can be checked before the first request. It checks the version of the
    /// tables, the mapped columns, that writes are durable, and that every secret's sealing key is known.
    ///
    /// # Errors
    /// Returns the condition that is not met.
    pub async fn connect<S: IntoAccounts<Accounts = A>>(settings: Settings<S>) -> Result<Self, StoreError> {
        let database = Database::of(&settings)?;
        let Settings { accounts, sealing, most_of_nobody, .. } = settings;
        reading!(database.at_leisure(), connection => check(connection))?;
        let accounts = reading!(database.at_leisure(), connection => accounts.open(connection))?;
        reading!(database.at_leisure(), connection => sealed::refuse_missing_keys(&accounts, connection, sealing.as_ref()))?;
        let [unknown_names, unknown_recipients] =
            [(); 2].map(|()| Arc::new(Forgetting::beyond(most_of_nobody)));
        let (accounts, commits) = (Arc::new(accounts), Arc::default());
        Ok(Self { database, accounts, unknown_names, unknown_recipients, most_of_nobody, commits, sealing })
    }

    /// An account, for an administrator.
    ///
    /// # Errors
    /// When the database has no answer.
    pub async fn account(
        &self,
        tenant: Option<TenantId>,
        id: AccountId,
    ) -> Result<Option<Account>, StoreError> {
        let key = AccountKey::Id(id);
        reading!(self.database.to_begin(), connection => self.accounts.find(connection, tenant, &key))
    }

    /// Checks that the database can be read and written, for a health check.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn check(&self) -> Result<(), StoreError> {
        writing!(self.database.to_begin(), transaction => touch(transaction))
    }

    /// Seals every secret of an authenticator under the present sealer, so that earlier keys can be dropped. No session ends. You can run this method
    /// while requests are answered. You can also interrupt it and start it again.
    ///
    /// # Errors
    /// When the database has no answer.
    pub async fn reseal_all(&self) -> Result<Resealed, StoreError> {
        match &self.sealing {
            Some(keys) => sealed::reseal_all(&*self.accounts, &self.database, keys).await,
            // Without keys, there are no secrets.
            None => Ok(Resealed::default()),
        }
    }
}

/// Checks the conditions that hold wherever accounts are kept.
async fn check(connection: &Connection) -> Result<(), StoreError> {
    let sql = "SELECT current_setting('synchronous_commit') AS durability";
    let row = connection.query_opt(sql, &[]).await?;
    let is_off = row.map(|row| Ok::<_, StoreError>(get::<&str>(&row, "durability")? == "off")).transpose()?;
    if is_off.unwrap_or(true) {
        return Err(StoreError::NotDurable);
    }
    migrations::check(connection).await
}

/// Makes a claim that no commit makes, and rolls it back.
async fn touch(transaction: &Transaction) -> Result<Written<()>, StoreError> {
    let sql = "INSERT INTO authflow.claims (id, keep_until) VALUES ('', 0) ON CONFLICT (id) DO NOTHING";
    transaction.execute(sql, &[]).await.map(|_| Written::TakenBack(()))
}

impl<A> Clone for PostgresStore<A> {
    fn clone(&self) -> Self {
        let Self { database, accounts, unknown_names, unknown_recipients, most_of_nobody, commits, sealing } =
            self;
        Self {
            database: database.clone(),
            accounts: Arc::clone(accounts),
            unknown_names: Arc::clone(unknown_names),
            unknown_recipients: Arc::clone(unknown_recipients),
            most_of_nobody: *most_of_nobody,
            commits: Arc::clone(commits),
            sealing: sealing.clone(),
        }
    }
}

impl<A: fmt::Debug> fmt::Debug for PostgresStore<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PostgresStore").field("accounts", &self.accounts).finish_non_exhaustive()
    }
}
