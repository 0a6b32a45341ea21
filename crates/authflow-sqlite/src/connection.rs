//! The opening of the database's connections.

use super::StoreError;
use rusqlite::Connection;
use std::{path::Path, time::Duration};

/// The size of the cache of statements. It is more than the number of different statements, because a statement that is dropped must be compiled
/// again.
const STATEMENTS: usize = 64;

/// Opens the connection that writes. Another process, such as a backup or an SQL prompt, may hold the database for `busy_timeout` before a request
/// fails.
pub(crate) fn open_writer(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(busy_timeout)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Every commit is on the disk before it is answered, because a claim must outlive a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// Opens a connection that only reads.
pub(crate) fn open_reader(path: &Path, busy_timeout: Duration) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    connection.busy_timeout(busy_timeout)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
