//! How the database's connections are opened.

use super::StoreError;
use crate::private_file;
use rusqlite::Connection;
use std::{fs::OpenOptions, path::Path, time::Duration};

/// How long another process (a backup, somebody's SQL prompt) may hold the database before a request fails.
const BUSY_TIMEOUT: Duration = Duration::from_secs(5);

/// The connection that writes; makes the file where there is none.
pub(super) fn open_writer(path: &Path) -> Result<Connection, StoreError> {
    // Made here and not by SQLite, which would let others read the verifiers.
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if private_file::readable_by_others(&options.open(path)?)? {
        return Err(StoreError::ReadableByOthers);
    }

    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "journal_mode", "WAL")?;
    // Every commit is on the disk before it is answered: a claim must outlive a power cut.
    connection.pragma_update(None, "synchronous", "FULL")?;
    Ok(connection)
}

/// A connection that only reads.
pub(super) fn open_reader(path: &Path) -> Result<Connection, StoreError> {
    let connection = Connection::open(path)?;
    connection.busy_timeout(BUSY_TIMEOUT)?;
    connection.pragma_update(None, "query_only", true)?;
    Ok(connection)
}
