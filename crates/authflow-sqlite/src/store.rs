//! The store: embedded SQLite. One connection writes. If the database is a file, other connections read at the same time.

use crate::{
    Accounts, IntoAccounts, OwnAccounts, Place, Settings, StoreError, Transaction, Waits,
    connection::{open_reader, open_writer},
    database_file,
    nobodies::Forgetting,
    readers::Readers,
    schema, sealed,
    settings::{Moments, Upkeep},
    writer::{Writer, Written},
};
use authflow::Timestamp;
use rusqlite::{Connection, TransactionBehavior};
use std::{fmt, num::NonZeroU32, sync::Arc};

/// A store of accounts, guesses, claims, sessions and codes in SQLite. It is an authflow [`Store`](authflow::parts::Store), and an
/// [`Administer`](authflow::administration::Administer). All clones are the same store.
///
/// ```
/// use authflow::{
///     Moment,
///     administration::{Administer as _, Administered, Unlock},
///     testkit::demo,
/// };
/// use authflow_sqlite::{Place, Settings, SqliteStore};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let store =
///     SqliteStore::open(&Settings::new(Place::Memory, demo::sealing_keys(), Moment::now))?;
/// let erin = demo::account("erin");
/// store.create_account(erin.clone()).await?;
///
/// // An administrator's command needs only the store.
/// let unlock = Unlock { tenant: erin.tenant, account: erin.id };
/// assert_eq!(store.unlock(&unlock).await?, Administered::Done);
/// # Ok(()) }
/// ```
///
/// The store has its own threads. Its asynchronous methods need a tokio runtime with time.
pub struct SqliteStore<A = OwnAccounts> {
    writer: Writer,
    /// An in-memory database has no readers, because it belongs to one connection.
    readers: Option<Readers>,
    pub(crate) accounts: Arc<A>,
    place: Place,
    moments: Moments,
    waits: Waits,
    pub(crate) unknown_names: Arc<Forgetting>,
    pub(crate) unknown_recipients: Arc<Forgetting>,
    /// The number of names, and of recipients, that are remembered although no account has them.
    pub(crate) most_of_nobody: NonZeroU32,
}

impl<A: Accounts> SqliteStore<A> {
    /// Opens a database, and makes it if it does not exist. Its tables are brought to this version of the crate, and secrets of earlier keys are
    /// resealed under the present key.
    ///
    /// A new file is made so that only its owner may read it. An existing file is refused if others may read it. This call blocks its thread for as
    /// long as the disk takes.
    ///
    /// # Errors
    /// When the database cannot be read, is of a later version, or may be read by others. When a sealing key is missing. When a name in the database
    /// cannot be read or belongs to two accounts. When a table of your own does not fit its mapping. In each case, nothing was changed.
    pub fn open<M: IntoAccounts<Accounts = A>>(settings: &Settings<M>) -> Result<Self, StoreError> {
        let Settings { waits, most_of_nobody, upkeep, place, accounts, sealing, moments } = settings;
        let moment = moments.moment()?;
        let mut connection = match place {
            Place::Memory => Connection::open_in_memory()?,
            Place::File(path) => {
                database_file::claim(path)?;
                open_writer(path, waits.for_others())?
            }
        };
        // The transaction is immediate. If two programs start at once, one migrates and the other finds it done.
        let begun = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let transaction = Transaction::of(&begun);
        match upkeep {
            Upkeep::All | Upkeep::Tables => schema::migrate(&transaction, sealing, &moment)?,
            Upkeep::Nothing => schema::refuse_older(&transaction)?,
        }
        let accounts = accounts.open(&transaction)?;
        sealed::refuse_missing_keys(accounts.seals(&transaction)?, sealing)?;
        if *upkeep == Upkeep::All {
            sealed::reseal_all(&transaction, &accounts, sealing, &moment)?;
        }
        begun.commit()?;
        if *upkeep != Upkeep::Nothing {
            sealed::scrub(&connection)?;
        }
        let readers = match place {
            Place::Memory => None,
            Place::File(path) => Some(Readers::start(|| open_reader(path, waits.for_others()))?),
        };
        let [unknown_names, unknown_recipients] =
            [(); 2].map(|()| Arc::new(Forgetting::beyond(*most_of_nobody)));
        Ok(Self {
            writer: Writer::start(connection)?,
            readers,
            accounts: Arc::new(accounts),
            place: place.clone(),
            moments: moments.clone(),
            waits: *waits,
            unknown_names,
            unknown_recipients,
            most_of_nobody: *most_of_nobody,
        })
    }

    /// Checks that the database can be read and written, for a health check.
    ///
    /// # Errors
    /// When the database cannot be read or written.
    pub async fn check(&self) -> Result<(), StoreError> {
        self.read(count_claims).await?;
        self.write(|transaction| count_claims(transaction).map(Written::TakenBack)).await
    }

    /// Moves the write-ahead log into the database file, so that the file is complete after the service has stopped. Nothing is lost without it,
    /// because the next program that opens the file does it. Blocks its thread.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn checkpoint(&self) -> Result<(), StoreError> {
        if let Place::File(path) = &self.place {
            let connection = open_writer(path, self.waits.for_others())?;
            connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
        }
        Ok(())
    }

    pub(crate) fn now(&self) -> Result<Timestamp, StoreError> {
        self.moments.moment().map(|moment| moment.timestamp())
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let longest_wait = self.waits.to_begin();
        match &self.readers {
            Some(readers) => readers.read(longest_wait, work).await,
            None => {
                self.writer.write(longest_wait, |connection| work(connection).map(Written::TakenBack)).await
            }
        }
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<Written<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(self.waits.to_begin(), |connection| work(&Transaction::of(connection))).await
    }

    /// Carries out a write that ends a request, and waits for its turn for as long as a request may last. If the write were shed, its guess would
    /// stay in flight and then count as wrong.
    pub(crate) async fn write_at_last<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Transaction<'_>) -> Result<Written<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(self.waits.to_end(), |connection| work(&Transaction::of(connection))).await
    }
}

impl<A> Clone for SqliteStore<A> {
    fn clone(&self) -> Self {
        Self {
            writer: self.writer.clone(),
            readers: self.readers.clone(),
            accounts: Arc::clone(&self.accounts),
            place: self.place.clone(),
            moments: self.moments.clone(),
            waits: self.waits,
            unknown_names: Arc::clone(&self.unknown_names),
            unknown_recipients: Arc::clone(&self.unknown_recipients),
            most_of_nobody: self.most_of_nobody,
        }
    }
}

impl<A> fmt::Debug for SqliteStore<A> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SqliteStore")
            .field("place", &self.place)
            .field("waits", &self.waits)
            .finish_non_exhaustive()
    }
}

fn count_claims(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM authflow_claims LIMIT 1")?.exists([]).map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{testing, writer};
    use authflow::testkit::demo;
    use std::time::Duration;
    use std::{pin::pin, thread};
    use tokio::{sync::mpsc, time::timeout};

    #[tokio::test(start_paused = true)]
    async fn what_ends_a_request_waits_for_its_turn_and_what_begins_one_is_shed() {
        let (jobs, waiting) = mpsc::channel(1);
        let store = SqliteStore { writer: Writer { jobs }, ..testing::store() };
        let insert = |connection: &Connection, id: i64| -> Result<_, StoreError> {
            Ok(Written::Kept(connection.execute("INSERT INTO seen VALUES (?1)", [id])?))
        };
        let write = |id| Box::pin(store.write(move |connection| insert(connection, id)));
        // No writer runs yet, so the first job fills the queue.
        let mut first = write(1);
        assert!(timeout(Duration::ZERO, &mut first).await.is_err());
        assert!(matches!(write(2).await, Err(StoreError::Overloaded)));
        let mut last = pin!(store.write_at_last(move |connection| insert(connection, 3)));
        assert!(timeout(Waits::DEFAULT.to_begin() * 2, &mut last).await.is_err(), "it is not shed");
        let connection = Connection::open_in_memory().unwrap();
        connection.execute("CREATE TABLE seen (id INTEGER PRIMARY KEY)", []).unwrap();
        thread::spawn(move || writer::run(&connection, waiting));
        assert!(first.await.is_ok() && last.await.is_ok());
    }

    #[tokio::test]
    async fn a_file_is_private_logs_ahead_and_flushes_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authflow.db");
        let store = testing::store_in(&path, demo::sealing_keys()).unwrap();
        store.check().await.unwrap();
        #[cfg(unix)]
        for file in ["authflow.db", "authflow.db-wal"] {
            let permissions = std::fs::metadata(folder.path().join(file)).unwrap().permissions();
            assert_eq!(std::os::unix::fs::PermissionsExt::mode(&permissions) & 0o777, 0o600, "{file}");
        }
        let pragmas = store.write(|connection| {
            let journal: String = connection.pragma_query_value(None, "journal_mode", |row| row.get(0))?;
            let synchronous: i32 = connection.pragma_query_value(None, "synchronous", |row| row.get(0))?;
            Ok(Written::TakenBack((journal, synchronous)))
        });
        assert_eq!(pragmas.await.unwrap(), ("wal".to_owned(), 2));
    }

    #[tokio::test]
    async fn readers_see_what_was_written_and_cannot_write() {
        let folder = tempfile::tempdir().unwrap();
        let store = testing::store_in(&folder.path().join("authflow.db"), demo::sealing_keys()).unwrap();
        const INSERT: &str = "INSERT INTO authflow_claims (id, keep_until) VALUES (zeroblob(16), 1)";
        store.write(|connection| Ok(Written::Kept(connection.execute(INSERT, [])?))).await.unwrap();
        let seen = store.read(|connection| {
            Ok(connection
                .query_row("SELECT count(*) FROM authflow_claims", [], |row| row.get::<_, u32>(0))?)
        });
        assert_eq!(seen.await.unwrap(), 1);
        let refused =
            store.read(|connection| Ok(connection.execute("DELETE FROM authflow_claims", [])?)).await;
        assert!(matches!(refused, Err(StoreError::Sqlite(_))));
    }
}
