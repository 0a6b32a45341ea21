//! The one connection that writes, on its own thread.
//!
//! Writes that wait at the same time share a transaction, and so one flush to disk. Each write has its own savepoint, so a refused write rolls back
//! only itself. No caller is answered before its write is durable.

use super::StoreError;
use rusqlite::Connection;
use std::{iter, thread, time::Duration};
use tokio::sync::{
    mpsc::{self, Receiver, Sender, error::SendTimeoutError},
    oneshot,
};

const WAITING: usize = 1024;
const BATCH: usize = 64;

/// Does the work of one write. It returns a function that tells the caller whether the transaction became durable.
pub(crate) type Job = Box<dyn FnOnce(&Connection) -> Reply + Send>;
type Reply = Box<dyn FnOnce(bool)>;

#[derive(Clone)]
pub(crate) struct Writer {
    pub(crate) jobs: Sender<Job>,
}

/// An answer, whose writes are kept or taken back.
pub(crate) enum Written<T> {
    Kept(T),
    TakenBack(T),
}

impl Writer {
    pub(crate) fn start(connection: Connection) -> Result<Self, StoreError> {
        let (jobs, waiting) = mpsc::channel(WAITING);
        thread::Builder::new().name("sqlite-writer".into()).spawn(move || run(&connection, waiting))?;
        Ok(Self { jobs })
    }

    /// `longest_wait` is the wait for a place in the queue.
    pub(crate) async fn write<T: Send + 'static>(
        &self,
        longest_wait: Duration,
        work: impl FnOnce(&Connection) -> Result<Written<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        let (reply, replied) = oneshot::channel();
        let job: Job = Box::new(move |connection| {
            let answer = in_savepoint(connection, work);
            Box::new(move |durable| {
                // An answer may depend on another write of the transaction. So it fails with the transaction, even if the answer itself is a refusal.
                let answer = if durable { answer } else { Err(StoreError::NotCarriedOut) };
                let _ = reply.send(answer);
            })
        });
        match self.jobs.send_timeout(job, longest_wait).await {
            Ok(()) => replied.await.map_err(|_| StoreError::NotCarriedOut)?,
            Err(SendTimeoutError::Timeout(_)) => Err(StoreError::Overloaded),
            Err(SendTimeoutError::Closed(_)) => Err(StoreError::ThreadEnded),
        }
    }
}

pub(crate) fn run(connection: &Connection, mut waiting: Receiver<Job>) {
    while let Some(first) = waiting.blocking_recv() {
        let rest = iter::from_fn(|| waiting.try_recv().ok());
        if let Err(error) = transact(connection, iter::once(first).chain(rest).take(BATCH)) {
            tracing::error!(%error, "a transaction was not carried out");
        }
    }
}

/// Runs every job of the batch in one transaction. If a job is not reached, its channel closes, so its caller gets an error.
fn transact(connection: &Connection, mut batch: impl Iterator<Item = Job>) -> Result<(), StoreError> {
    if let Err(error) = execute(connection, "BEGIN IMMEDIATE") {
        drop(batch.next());
        return Err(error);
    }
    let mut replies = Vec::new();
    for job in batch {
        replies.push(job(connection));
        // SQLite rolls back by itself when the disk is full. Later writes would be outside the transaction.
        if connection.is_autocommit() {
            break;
        }
    }
    let committed = if connection.is_autocommit() {
        Err(StoreError::NotCarriedOut)
    } else {
        execute(connection, "COMMIT")
    };
    for reply in replies {
        reply(committed.is_ok());
    }
    if committed.is_err() && !connection.is_autocommit() {
        execute(connection, "ROLLBACK")?;
    }
    committed
}

fn in_savepoint<T>(
    connection: &Connection,
    work: impl FnOnce(&Connection) -> Result<Written<T>, StoreError>,
) -> Result<T, StoreError> {
    execute(connection, "SAVEPOINT job")?;
    let written = work(connection);
    if !matches!(written, Ok(Written::Kept(_))) {
        execute(connection, "ROLLBACK TO job")?;
    }
    execute(connection, "RELEASE job")?;
    let (Written::Kept(answer) | Written::TakenBack(answer)) = written?;
    Ok(answer)
}

fn execute(connection: &Connection, sql: &str) -> Result<(), StoreError> {
    connection.prepare_cached(sql)?.execute([])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    const WAIT: Duration = Duration::from_secs(5);

    fn connection() -> Connection {
        let connection = Connection::open_in_memory().unwrap();
        connection.execute("CREATE TABLE seen (id INTEGER PRIMARY KEY)", []).unwrap();
        connection
    }

    fn insert(connection: &Connection, id: i64) -> Result<(), StoreError> {
        connection.execute("INSERT INTO seen VALUES (?1)", [id])?;
        Ok(())
    }

    fn seen(connection: &Connection) -> Vec<i64> {
        let mut statement = connection.prepare("SELECT id FROM seen ORDER BY id").unwrap();
        statement.query_map([], |row| row.get(0)).unwrap().map(Result::unwrap).collect()
    }

    #[tokio::test]
    async fn what_is_refused_takes_back_itself_alone() {
        let writer = Writer::start(connection()).unwrap();
        let kept = writer.write(WAIT, |connection| insert(connection, 1).map(Written::Kept));
        let taken_back = writer.write(WAIT, |connection| insert(connection, 2).map(Written::TakenBack));
        let failed = writer.write(WAIT, |connection| {
            insert(connection, 3)?;
            insert(connection, 1).map(Written::Kept)
        });
        let also_kept = writer.write(WAIT, |connection| insert(connection, 4).map(Written::Kept));
        let (kept, taken_back, failed, also_kept) = tokio::join!(kept, taken_back, failed, also_kept);
        assert!(kept.is_ok() && taken_back.is_ok() && also_kept.is_ok());
        assert!(matches!(failed, Err(StoreError::Sqlite(_))));
        let left = writer.write(WAIT, |connection| Ok(Written::TakenBack(seen(connection)))).await.unwrap();
        assert_eq!(left, [1, 4]);
    }

    #[test]
    fn when_the_transaction_is_lost_nobody_in_it_is_answered() {
        let connection = connection();
        let (told, answers) = std::sync::mpsc::channel();
        let job = |name: &'static str, sql: &'static str| -> Job {
            let told = told.clone();
            Box::new(move |connection| {
                connection.execute_batch(sql).unwrap();
                Box::new(move |durable| told.send((name, durable)).unwrap())
            })
        };
        let batch = [
            job("first", "INSERT INTO seen VALUES (1)"),
            job("loses it", "ROLLBACK"),
            job("never reached", "INSERT INTO seen VALUES (2)"),
        ];
        assert!(transact(&connection, batch.into_iter()).is_err());
        assert_eq!(answers.try_iter().collect::<Vec<_>>(), [("first", false), ("loses it", false)]);
        assert!(seen(&connection).is_empty());
        transact(&connection, [job("next", "INSERT INTO seen VALUES (3)")].into_iter()).unwrap();
        assert_eq!((answers.try_recv(), seen(&connection)), (Ok(("next", true)), vec![3]));
    }
}
