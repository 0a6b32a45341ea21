//! The reference server's own threads, connections, pragmas and tables, from its own files: what is compared differs in
//! everything but these.

#[allow(dead_code, reason = "the server reads and writes more of it")]
#[path = "../../../examples/server/src/store/columns.rs"]
mod columns;
#[path = "../../../examples/server/src/store/connection.rs"]
mod connection;
#[path = "../../../examples/server/src/store/error.rs"]
#[expect(dead_code, reason = "the server has more to go wrong")]
mod error;
#[path = "../../../examples/server/src/store/readers.rs"]
mod readers;
#[path = "../../../examples/server/src/store/scripts.rs"]
mod scripts;
#[path = "../../../examples/server/src/store/writer.rs"]
mod writer;

pub(crate) use error::StoreError;
pub(crate) use writer::Written;

use readers::Readers;
use rusqlite::Connection;
use std::{path::Path, time::Duration};
use writer::Writer;

/// For a place in the queue of writes, as the server has it for all that has begun something.
const LONGEST_WAIT: Duration = Duration::from_secs(20);

#[derive(Clone)]
pub(crate) struct Store {
    writer: Writer,
    readers: Readers,
}

impl Store {
    pub(crate) fn open(path: &Path) -> Result<Self, StoreError> {
        let writer = Writer::start(create(path)?)?;
        Ok(Self { writer, readers: Readers::start(|| connection::open_reader(path))? })
    }

    pub(crate) async fn read<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Connection) -> Result<T, StoreError> + Send + 'static,
    ) -> Result<T, StoreError> {
        self.readers.read(work).await
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
    let connection = connection::open_writer(path)?;
    for script in scripts::SCRIPTS {
        connection.execute_batch(script)?;
    }
    Ok(connection)
}
