//! The file of the database: its owner's alone, since it holds verifiers of passwords.

use super::StoreError;
use crate::private_file;
use std::{fs::OpenOptions, path::Path};

/// Makes the file where there is none, and refuses one that others may read. Made here and not by SQLite, which would let others read it.
pub(super) fn claim(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if private_file::readable_by_others(&options.open(path)?)? {
        return Err(StoreError::ReadableByOthers);
    }
    Ok(())
}
