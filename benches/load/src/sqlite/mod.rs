//! The threads, connections, pragmas and tables of the reference server's store, compiled from its own files. The contenders
//! differ in everything else.

#[allow(dead_code, reason = "the server reads and writes more of it")]
#[path = "../../../../crates/authflow-sqlite/src/columns.rs"]
mod columns;
#[path = "../../../../crates/authflow-sqlite/src/connection.rs"]
mod connection;
#[path = "../../../../crates/authflow-sqlite/src/database_file.rs"]
mod database_file;
#[path = "../../../../crates/authflow-sqlite/src/error.rs"]
#[expect(dead_code, unreachable_pub, reason = "a package of its own, which has more to go wrong")]
mod error;
#[path = "../../../../crates/authflow-sqlite/src/readers.rs"]
mod readers;
#[path = "../../../../crates/authflow-sqlite/src/schema/scripts.rs"]
mod scripts;
mod statements;
#[path = "../../../../crates/authflow-sqlite/src/writer.rs"]
mod writer;

pub(crate) use statements::{assert_they_are_the_servers, squeezed};

use crate::rows::{Account, Id, Person, Session, Skip};
use error::StoreError;
use readers::Readers;
use rusqlite::{Connection, params};
use std::{path::Path, time::Duration};
use writer::{Writer, Written};

/// The longest wait for a place in a queue. The server waits as long for a question that ends something.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// The longest wait for another process, as in the server.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

pub(crate) struct Sqlite {
    writer: Writer,
    readers: Readers,
}

impl Sqlite {
    /// Opens a database that was made before.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Writer::start(connection::open_writer(path, BUSY_TIMEOUT)?)?;
        Ok(Self { writer, readers: Readers::start(|| connection::open_reader(path, BUSY_TIMEOUT))? })
    }

    pub(crate) async fn find_session(&self, id: Id) -> Result<Option<Session>, StoreError> {
        self.readers.read(LONGEST_WAIT, move |connection| statements::find_session(connection, id)).await
    }

    pub(crate) async fn find_account(
        &self,
        tenant: String,
        id: String,
    ) -> Result<Option<Account>, StoreError> {
        self.readers
            .read(LONGEST_WAIT, move |connection| statements::find_account(connection, &tenant, &id))
            .await
    }

    pub(crate) async fn commit(&self, skip: Skip) -> Result<bool, StoreError> {
        self.writer.write(LONGEST_WAIT, move |connection| statements::commit(connection, &skip)).await
    }
}

/// Makes a database with the server's tables and these people, with one session each.
pub(crate) fn prepare(path: &Path, people: &[Person]) -> Result<(), StoreError> {
    database_file::claim(path)?;
    let mut connection = connection::open_writer(path, BUSY_TIMEOUT)?;
    for script in scripts::SCRIPTS {
        connection.execute_batch(script)?;
    }
    let transaction = connection.transaction()?;
    for Person { user_name, verifier, password_changed_at, profile, session_id, session } in people {
        let sql =
            "INSERT INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at, profile)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
        let row = params![session.tenant, session.account, user_name, verifier, password_changed_at, profile];
        transaction.prepare_cached(sql)?.execute(row)?;
        // The schema draws a first revision, but the tokens are minted for this one.
        let sql = "UPDATE authflow_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
        let of = params![session.tenant, session.account, session.revision];
        transaction.prepare_cached(sql)?.execute(of)?;
        statements::open_session(&transaction, *session_id, session)?;
    }
    Ok(transaction.commit()?)
}

/// The number of sessions.
pub(crate) fn sessions(path: &Path) -> Result<u64, StoreError> {
    let connection = Connection::open(path)?;
    let count =
        connection.query_row("SELECT count(*) FROM authflow_sessions", [], |row| row.get::<_, i64>(0));
    Ok(u64::try_from(count?).expect("not fewer than none"))
}
