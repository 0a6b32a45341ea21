//! Files that hold secrets. Such a file is read only if nobody but its owner may read, write or run it. It is made whole or not at all.

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
///
/// ```
/// use authflow_keys::private_file::{PrivateFileError, make, read};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("smtp-password");
/// assert!(matches!(read(&path), Err(PrivateFileError::Io(_))), "there is none");
/// make(&path, "first")?;
/// # #[cfg(unix)] {
/// use std::{fs, os::unix::fs::PermissionsExt as _};
/// fs::set_permissions(&path, fs::Permissions::from_mode(0o640))?;
/// assert!(matches!(read(&path), Err(PrivateFileError::ReadableByOthers)));
/// # }
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum PrivateFileError {
    /// The operating system reported an error.
    #[error("cannot read or make it: {0}")]
    Io(#[from] io::Error),
    /// The mode lets others than the owner read, write or run the file.
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

/// A text is not TOML, or does not have the members that it must have. The error names only the line, because a parser's message would quote the
/// text.
///
/// ```
/// use authflow_keys::private_file::from_toml;
/// use std::collections::BTreeMap;
///
/// let torn = from_toml::<BTreeMap<String, String>>("user = \"login\"\npassword = \"hunter").unwrap_err();
/// assert_eq!(torn.to_string(), "not a file of its kind, at line 2");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a file of its kind, at line {line}")]
pub struct MalformedToml {
    line: usize,
}

/// Reads a file that only its owner may read, and at most a mebibyte of it.
///
/// ```
/// use authflow_keys::private_file::{make, read, replace};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("smtp-password");
/// assert!(make(&path, "first")?);
/// assert!(!make(&path, "second")?, "what is there is left as it is");
/// replace(&path, "third")?;
/// assert_eq!(read(&path)?.as_str(), "third");
///
/// # #[cfg(unix)] {
/// # use std::{fs, os::unix::fs::PermissionsExt as _};
/// fs::set_permissions(&path, fs::Permissions::from_mode(0o644))?;
/// assert!(read(&path).is_err(), "others may read it");
/// # }
/// # Ok(()) }
/// ```
///
/// # Errors
/// When the file cannot be read, or others than its owner may read it.
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
/// When the text is not TOML of the type that is read.
///
/// ```
/// use authflow_keys::private_file::from_toml;
/// use std::collections::BTreeMap;
///
/// // Yours: a struct that derives `serde::Deserialize`, with `deny_unknown_fields`.
/// let account: BTreeMap<String, String> = from_toml("user = \"login\"\npassword = \"hunter2\"")?;
/// assert_eq!(account["user"], "login");
/// # Ok::<(), authflow_keys::private_file::MalformedToml>(())
/// ```
pub fn from_toml<T: DeserializeOwned>(text: &str) -> Result<T, MalformedToml> {
    toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        MalformedToml { line: before.matches('\n').count() + 1 }
    })
}

/// Reads the file. If there is none, first makes one with the text of `new`. Returns whether it made one. If two servers start at once, one makes
/// the file and the other reads it.
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

/// Makes the file under a temporary name in the same folder and moves it into place whole, so a crash leaves no partial file. If two servers start at
/// once, one makes the file and the other finds it (`false`). Nobody but the owner may read the file at any time. It survives a power failure.
///
/// # Errors
/// Returns the error of the operating system.
///
/// ```
/// use authflow_keys::private_file::{make, read};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("smtp-password");
/// assert!(make(&path, "first")?);
/// assert!(!make(&path, "second")?, "there is one");
/// assert_eq!(read(&path)?.as_str(), "first");
/// # Ok(()) }
/// ```
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

/// Replaces the text of an existing file, whole or not at all. After a crash, the file has the old text or the new one. The file keeps its owner,
/// whoever replaces it, and nobody else may read it. If the path is a link, the file that it leads to is replaced.
///
/// # Errors
/// Returns the error of the operating system. It is also an error if the owner cannot be kept, because only an administrator can give a file to
/// another owner.
///
/// ```
/// use authflow_keys::private_file::{make, read, replace};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("smtp-password");
/// assert!(replace(&path, "first").is_err(), "there must be one");
/// make(&path, "first")?;
/// replace(&path, "second")?;
/// assert_eq!(read(&path)?.as_str(), "second", "it is still its owner's alone");
/// # Ok(()) }
/// ```
pub fn replace(path: &Path, text: &str) -> io::Result<()> {
    let path = &path.canonicalize()?;
    let folder = path.parent().filter(|folder| !folder.as_os_str().is_empty()).unwrap_or(Path::new("."));
    let mut unfinished = Builder::new().prefix(".unfinished-").tempfile_in(folder)?;
    unfinished.write_all(text.as_bytes())?;
    keep_owner(path, unfinished.as_file())?;
    unfinished.as_file().sync_all()?;
    unfinished.persist(path).map_err(|failed| failed.error)?;
    sync(folder)
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
fn keep_owner(before: &Path, after: &File) -> io::Result<()> {
    use std::os::unix::fs::{MetadataExt as _, fchown};
    let (before, made) = (before.metadata()?, after.metadata()?);
    match (before.uid(), before.gid()) == (made.uid(), made.gid()) {
        true => Ok(()),
        false => fchown(after, Some(before.uid()), Some(before.gid())),
    }
}

#[cfg(not(unix))]
fn keep_owner(_: &Path, _: &File) -> io::Result<()> {
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
    use std::{
        fs,
        os::unix::fs::{MetadataExt as _, PermissionsExt as _},
    };

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
    fn what_is_replaced_stays_where_a_link_leads_and_its_owners_alone() {
        let folder = tempfile::tempdir().unwrap();
        let [path, link] = ["secret", "link"].map(|name| folder.path().join(name));
        make(&path, "one").unwrap();
        std::os::unix::fs::symlink(&path, &link).unwrap();
        // Only an administrator can give a file away. For everybody else, the file keeps its owner, who is running this test.
        let is_given_away = std::os::unix::fs::chown(&path, Some(65_534), Some(65_534)).is_ok();
        let owner = |path| fs::metadata(path).map(|of| (of.uid(), of.gid())).unwrap();
        let before = owner(&path);
        assert_eq!(is_given_away, before == (65_534, 65_534));
        replace(&link, "two").unwrap();
        assert!(fs::symlink_metadata(&link).unwrap().is_symlink());
        assert_eq!((*read(&path).unwrap()).as_str(), "two");
        assert_eq!(owner(&path), before);
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
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
