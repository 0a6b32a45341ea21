//! The file of the database. Only its owner may read it, because it holds verifiers of passwords.

use super::StoreError;
use std::{
    fs::{File, OpenOptions},
    io,
    path::Path,
};

/// Makes the file if it does not exist, and refuses one that others may read. SQLite would make a file that others may read.
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

/// On other systems, the folder decides who may read the file.
#[cfg(not(unix))]
fn readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}
