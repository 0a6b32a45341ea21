//! The file of the database: its owner's alone, since it holds verifiers of passwords.

use super::StoreError;
use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Makes the file where there is none, and refuses one that others may read. Made here and not by SQLite, which would let others read it.
pub(crate) fn claim(path: &Path) -> Result<(), StoreError> {
    let mut options = OpenOptions::new();
    options.write(true).create(true).truncate(false);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    if readable_by_others(&options.open(path)?)? {
        return Err(StoreError::ReadableByOthers);
    }
    Ok(())
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<bool> {
    Ok(std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o077 != 0)
}

/// Elsewhere it is the folder that says who may read it.
#[cfg(not(unix))]
fn readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}
