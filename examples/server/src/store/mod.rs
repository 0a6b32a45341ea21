//! The store: SQLite, embedded. One connection writes; in a file, others read beside it.

mod accounts;
mod administration;
mod attempts;
mod claims;
mod codes;
mod columns;
mod commit;
mod connection;
mod database_file;
mod error;
mod names;
mod nobodies;
mod part;
mod readers;
mod schema;
mod scripts;
mod sealed;
mod sessions;
mod writer;

pub(crate) use accounts::NewAccount;
pub(crate) use error::StoreError;
pub(crate) use nobodies::{FEWEST as FEWEST_OF_NOBODY, MOST as MOST_OF_NOBODY};

use crate::{cli::DatabaseUrl, clock::Clock, http::LONGEST_CALL, outliving};
use authflow::sealing::SealingKeys;
use connection::{open_reader, open_writer};
use nobodies::Forgetting;
use readers::Readers;
use rusqlite::{Connection, TransactionBehavior};
use std::{num::NonZeroU32, sync::Arc, time::Duration};
use writer::{Writer, Written};

/// How long a question waits for its turn before its request is told that the system is busy.
const LONGEST_WAIT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Store {
    writer: Writer,
    /// None for a database in memory, which belongs to one connection.
    readers: Option<Readers>,
    clock: Clock,
    unknown_names: Arc<Forgetting>,
    unknown_recipients: Arc<Forgetting>,
    /// How many names, and how many recipients, that nobody has are remembered.
    most_of_nobody: NonZeroU32,
}

/// Moves what has been logged ahead into the database file, so that a server that has stopped leaves it whole.
pub(crate) fn checkpoint(url: &DatabaseUrl) -> Result<(), StoreError> {
    if let DatabaseUrl::File(path) = url {
        let connection = Connection::open(path)?;
        connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |_| Ok(()))?;
    }
    Ok(())
}

impl Store {
    /// Opens the database, with every key that a secret in it is sealed under. What earlier keys have sealed is sealed anew.
    pub(crate) fn open(
        url: &DatabaseUrl,
        clock: Clock,
        keys: &SealingKeys,
        most_of_nobody: NonZeroU32,
    ) -> Result<Self, StoreError> {
        let moment = clock.moment().map_err(|_| StoreError::NoEntropy)?;
        let (mut connection, file) = match url {
            DatabaseUrl::Memory => (Connection::open_in_memory()?, None),
            DatabaseUrl::File(path) => {
                database_file::claim(path)?;
                (open_writer(path)?, Some(path))
            }
        };
        schema::migrate(&mut connection, keys, &moment)?;
        sealed::scrub(&connection)?;
        sealed::refuse_missing_keys(&connection, keys)?;
        let transaction = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
        let resealed = sealed::reseal_all(&transaction, keys, &moment)?;
        transaction.commit()?;
        if resealed > 0 {
            tracing::info!(resealed, "secrets of authenticators are sealed under the present key");
        }
        let readers = file.map(|path| Readers::start(|| open_reader(path))).transpose()?;
        let [unknown_names, unknown_recipients] =
            [(); 2].map(|()| Arc::new(Forgetting::beyond(most_of_nobody)));
        let writer = Writer::start(connection)?;
        Ok(Self { writer, readers, clock, unknown_names, unknown_recipients, most_of_nobody })
    }

    /// Whether the database can be read, and written by us.
    pub(crate) async fn check(&self) -> Result<(), StoreError> {
        self.read(count_claims).await?;
        self.write(|connection| count_claims(connection).map(Written::TakenBack)).await
    }

    async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        match &self.readers {
            Some(readers) => readers.read(work).await,
            None => {
                self.writer.write(LONGEST_WAIT, |connection| work(connection).map(Written::TakenBack)).await
            }
        }
    }

    async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Written<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        outliving::must_end();
        self.writer.write(LONGEST_WAIT, work).await
    }

    /// Ends a request, and waits for its turn as long as its call does: shed here, its guess would be in flight and then wrong.
    async fn write_at_last<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Written<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        outliving::must_end();
        self.writer.write(LONGEST_CALL, work).await
    }
}

#[cfg(test)]
impl Store {
    /// As whoever has a SQL prompt.
    pub(crate) async fn with_connection<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> rusqlite::Result<T> + Send + 'static,
    ) -> T {
        self.write(|connection| Ok(Written::Kept(work(connection)?))).await.unwrap()
    }
}

fn count_claims(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.prepare_cached("SELECT 1 FROM claims LIMIT 1")?.exists([]).map(drop)?)
}

#[cfg(test)]
mod tests {
    use super::*;
    use authflow::testkit::demo;
    use std::{pin::pin, thread};
    use tokio::{sync::mpsc, time::timeout};

    #[tokio::test(start_paused = true)]
    async fn what_ends_a_request_waits_for_its_turn_and_what_begins_one_is_shed() {
        let (jobs, waiting) = mpsc::channel(1);
        let store = Store {
            writer: Writer { jobs },
            ..Store::open(&DatabaseUrl::Memory, Clock::moved(0), &demo::sealing_keys(), MOST_OF_NOBODY)
                .unwrap()
        };
        let insert = |connection: &Connection, id: i64| -> Result<_, StoreError> {
            Ok(Written::Kept(connection.execute("INSERT INTO seen VALUES (?1)", [id])?))
        };
        let write = |id| Box::pin(store.write(move |connection| insert(connection, id)));
        // Nobody works yet, and the first one fills the queue.
        let mut first = write(1);
        assert!(timeout(Duration::ZERO, &mut first).await.is_err());
        assert!(matches!(write(2).await, Err(StoreError::Overloaded)));
        let mut last = pin!(store.write_at_last(move |connection| insert(connection, 3)));
        assert!(timeout(LONGEST_WAIT * 2, &mut last).await.is_err(), "it is not shed");
        let connection = Connection::open_in_memory().unwrap();
        connection.execute("CREATE TABLE seen (id INTEGER PRIMARY KEY)", []).unwrap();
        thread::spawn(move || writer::run(&connection, waiting));
        assert!(first.await.is_ok() && last.await.is_ok());
    }

    #[tokio::test]
    async fn a_file_is_private_logs_ahead_and_flushes_every_commit() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("authflow.db");
        let url = DatabaseUrl::File(path.clone());
        let store = Store::open(&url, Clock::moved(0), &demo::sealing_keys(), MOST_OF_NOBODY).unwrap();
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
        let url = DatabaseUrl::File(folder.path().join("authflow.db"));
        let store = Store::open(&url, Clock::moved(0), &demo::sealing_keys(), MOST_OF_NOBODY).unwrap();
        const INSERT: &str = "INSERT INTO claims (id, keep_until) VALUES (zeroblob(16), 1)";
        store.write(|connection| Ok(Written::Kept(connection.execute(INSERT, [])?))).await.unwrap();
        let seen = store.read(|connection| {
            Ok(connection.query_row("SELECT count(*) FROM claims", [], |row| row.get::<_, u32>(0))?)
        });
        assert_eq!(seen.await.unwrap(), 1);
        let refused = store.read(|connection| Ok(connection.execute("DELETE FROM claims", [])?)).await;
        assert!(matches!(refused, Err(StoreError::Sqlite(_))));
    }
}
