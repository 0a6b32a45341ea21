//! Files that hold secrets: read only when they are their owner's alone, made whole or not at all.

use serde::de::DeserializeOwned;
use std::{
    fs::File,
    io::{self, Read as _, Write as _},
    path::Path,
};
use tempfile::Builder;
use zeroize::Zeroizing;

const MAX_FILE: u64 = 1 << 20;

/// Why a file of secrets is not read or made.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateFileError {
    /// What the operating system says of it.
    #[error("cannot read or make it: {0}")]
    Io(#[from] io::Error),
    /// Its mode lets somebody else read, write or run it.
    #[error(
        "others than its owner may read it: run `chmod 600` on it, and replace its secrets if they may have"
    )]
    ReadableByOthers,
}

impl PrivateFileError {
    /// Whether there is no such file.
    fn is_missing(&self) -> bool {
        matches!(self, Self::Io(error) if error.kind() == io::ErrorKind::NotFound)
    }
}

/// A text is no TOML, or has other members than it must. It says the line alone, since a parser's message quotes the text.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file of its kind, at line {line}")]
pub struct MalformedToml {
    line: usize,
}

/// Reads a file that is its owner's alone, and no more than a mebibyte of it.
///
/// # Errors
/// When it cannot be read, or others than its owner may read it.
pub fn read(path: &Path) -> Result<Zeroizing<String>, PrivateFileError> {
    let file = File::open(path)?;
    if readable_by_others(&file)? {
        return Err(PrivateFileError::ReadableByOthers);
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE).read_to_string(&mut text)?;
    Ok(text)
}

/// Reads TOML that has secrets in it.
///
/// # Errors
/// When it is not what is read for.
pub fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, MalformedToml> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        MalformedToml { line: before.matches('\n').count() + 1 }
    })
}

/// Reads the file; makes one of what `new` gives first, if there is none. Says whether it made one: of two servers that start at once, one
/// does, and the other one reads it.
pub(crate) fn read_or_make<T, E: From<PrivateFileError>>(
    path: &Path,
    parse: impl Fn(&str) -> Result<T, E>,
    new: impl FnOnce() -> Result<Zeroizing<String>, E>,
) -> Result<(T, bool), E> {
    match read(path) {
        Err(error) if error.is_missing() => {
            let made = make(path, &new()?).map_err(PrivateFileError::Io)?;
            Ok((parse(&read(path)?)?, made))
        }
        text => Ok((parse(&text?)?, false)),
    }
}

/// Makes the file beside its place and moves it there whole: a crash leaves no half of it, and of two servers that start
/// at once, one makes it and the other one finds it (`false`). It is the owner's alone from the beginning, and stays where it is
/// when the power fails.
///
/// # Errors
/// What the operating system says.
pub fn make(path: &Path, text: &str) -> io::Result<bool> {
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut unfinished = Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
    unfinished.write_all(text.as_bytes())?;
    unfinished.as_file().sync_all()?;
    match unfinished.persist_noclobber(path) {
        Ok(_) => sync(folder).map(|()| true),
        Err(failed) if failed.error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        Err(failed) => Err(failed.error),
    }
}

#[cfg(unix)]
fn sync(folder: &Path) -> io::Result<()> {
    File::open(folder)?.sync_all()
}

#[cfg(not(unix))]
fn sync(_: &Path) -> io::Result<()> {
    Ok(())
}

#[cfg(unix)]
fn readable_by_others(file: &File) -> io::Result<bool> {
    Ok(std::os::unix::fs::PermissionsExt::mode(&file.metadata()?.permissions()) & 0o077 != 0)
}

#[cfg(not(unix))]
fn readable_by_others(_: &File) -> io::Result<bool> {
    Ok(false)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt as _};

    #[test]
    fn a_file_is_made_once_private_and_whole() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        assert!(read(&path).unwrap_err().is_missing());
        assert!(make(&path, "one").unwrap());
        assert!(!make(&path, "two").unwrap(), "a file that is there already is not replaced");
        assert_eq!(*read(&path).unwrap(), "one");
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished stays behind");
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret");
        make(&path, "one").unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(read(&path), Err(PrivateFileError::ReadableByOthers)), "{mode:o}");
        }
    }

    #[test]
    fn what_is_malformed_is_told_by_its_line_alone() {
        let error = from_toml::<std::collections::BTreeMap<String, u8>>("a = 1\nb = 'hunter2'").unwrap_err();
        assert_eq!(error, MalformedToml { line: 2 });
        assert!(!format!("{error} {error:?}").contains("hunter2"));
    }
}
