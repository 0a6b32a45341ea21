//! The threads, connections, pragmas and tables of the reference server's store, from its own files: what is compared differs in
//! everything but these.

#[allow(dead_code, reason = "the server reads and writes more of it")]
#[path = "../../../crates/authflow-sqlite/src/columns.rs"]
mod columns;
#[path = "../../../crates/authflow-sqlite/src/connection.rs"]
mod connection;
#[path = "../../../crates/authflow-sqlite/src/database_file.rs"]
mod database_file;
#[path = "../../../crates/authflow-sqlite/src/error.rs"]
#[expect(dead_code, unreachable_pub, reason = "a package of its own, which has more to go wrong")]
mod error;
#[path = "../../../crates/authflow-sqlite/src/readers.rs"]
mod readers;
#[path = "../../../crates/authflow-sqlite/src/schema/scripts.rs"]
mod scripts;
#[path = "../../../crates/authflow-sqlite/src/writer.rs"]
mod writer;

pub(crate) use error::StoreError;
pub(crate) use writer::Written;

use readers::Readers;
use rusqlite::Connection;
use std::{path::Path, time::Duration};
use writer::Writer;

/// For a place in a queue, as the server has it for all that has begun something.
const LONGEST_WAIT: Duration = Duration::from_secs(20);
/// For another process, as the server has it.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

#[derive(Clone)]
pub(crate) struct Store {
    writer: Writer,
    readers: Readers,
}

impl Store {
    /// One that was made before.
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Writer::start(connection::open_writer(path, BUSY_TIMEOUT)?)?;
        Ok(Self { writer, readers: Readers::start(|| connection::open_reader(path, BUSY_TIMEOUT))? })
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(LONGEST_WAIT, work).await
    }

    pub(crate) async fn write<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<Written<T>, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.writer.write(LONGEST_WAIT, work).await
    }
}

/// A database with the server's tables.
pub(crate) fn create(path: &Path) -> Result<Connection, StoreError> {
    database_file::claim(path)?;
    let connection = connection::open_writer(path, BUSY_TIMEOUT)?;
    for script in scripts::SCRIPTS {
        connection.execute_batch(script)?;
    }
    Ok(connection)
}
