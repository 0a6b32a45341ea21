//! The key file: made on the first start, private to its owner, so that tokens outlive a restart.

use authflow::{
    Timestamp,
    token::{Key, KeyError, KeyRing, RingError, VerifyWindow},
};
use serde::Deserialize;
use std::{
    fs::{self, File, OpenOptions},
    io::{self, Read as _, Write as _},
    path::Path,
};
use zeroize::Zeroizing;

const MAX_FILE: u64 = 1 << 20;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct KeyFile {
    signer: SignerEntry,
    #[serde(default)]
    verify: Vec<VerifyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct SignerEntry {
    id: Option<String>,
    secret: Zeroizing<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct VerifyEntry {
    id: Option<String>,
    secret: Zeroizing<String>,
    #[serde(default)]
    from: Timestamp,
    until: Timestamp,
}

#[derive(Debug, thiserror::Error)]
pub(crate) enum KeyFileError {
    #[error("cannot read or make it: {0}")]
    Io(#[from] io::Error),
    #[error(
        "others than its owner may read it: run `chmod 600` on it, and replace its keys if they may have"
    )]
    ReadableByOthers,
    #[error("no entropy to make a key of")]
    NoEntropy,
    /// Without the parser's message, which quotes the text.
    #[error("not a key file, at line {line}")]
    Malformed { line: usize },
    #[error("a secret is not an even number of hexadecimal digits")]
    NotHexadecimal,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Ring(#[from] RingError),
}

/// Reads the ring; makes a file with one new key first if there is none. Says whether it made one.
pub(crate) fn load_or_make(path: &Path) -> Result<(KeyRing, bool), KeyFileError> {
    match load(path) {
        Err(KeyFileError::Io(error)) if error.kind() == io::ErrorKind::NotFound => {
            let made = make(path)?;
            Ok((load(path)?, made))
        }
        loaded => Ok((loaded?, false)),
    }
}

fn load(path: &Path) -> Result<KeyRing, KeyFileError> {
    let file = File::open(path)?;
    if readable_by_others(&file)? {
        return Err(KeyFileError::ReadableByOthers);
    }
    let mut text = Zeroizing::new(String::new());
    file.take(MAX_FILE).read_to_string(&mut text)?;
    parse(&text)
}

fn parse(text: &str) -> Result<KeyRing, KeyFileError> {
    let KeyFile { signer, verify } = toml::from_str(text).map_err(|error| {
        let before = error.span().and_then(|span| text.get(..span.start)).unwrap_or("");
        KeyFileError::Malformed { line: before.matches('\n').count() + 1 }
    })?;
    let ring = KeyRing::new(key(signer.id.as_deref(), &signer.secret)?);
    verify.into_iter().try_fold(ring, |ring, entry| {
        let window = VerifyWindow { from: entry.from, until: entry.until };
        Ok(ring.with_verifier(key(entry.id.as_deref(), &entry.secret)?, window)?)
    })
}

fn key(id: Option<&str>, secret: &str) -> Result<Key, KeyFileError> {
    let secret = from_hexadecimal(secret).ok_or(KeyFileError::NotHexadecimal)?;
    Ok(match id {
        Some(id) => Key::new(id, secret)?,
        None => Key::without_id(secret)?,
    })
}

pub(crate) fn from_hexadecimal(text: &str) -> Option<Box<[u8]>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let bytes =
        pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect::<Option<_>>()?;
    rest.is_empty().then_some(bytes)
}

/// Makes the file beside its place and links it there whole: a crash leaves no half of a key file, and of two servers
/// that start at once, one makes it and the other one reads it (`false`).
fn make(path: &Path) -> Result<bool, KeyFileError> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).map_err(|_| KeyFileError::NoEntropy)?;
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str(
        "# Who can read this file can sign in as anybody. Its format is in examples/server/README.md.\n\n\
         [signer]\nsecret = \"",
    );
    for byte in *secret {
        for nibble in [byte >> 4, byte & 15] {
            text.extend(char::from_digit(u32::from(nibble), 16));
        }
    }
    text.push_str("\"\n");

    let mut unfinished = path.as_os_str().to_owned();
    unfinished.push(format!(".{}.unfinished", std::process::id()));
    let linked =
        write_private(unfinished.as_ref(), text.as_bytes()).and_then(|()| fs::hard_link(&unfinished, path));
    // It is a secret of its own until it is gone, but no reason not to start.
    let _ = fs::remove_file(&unfinished);
    match linked {
        Err(error) if error.kind() == io::ErrorKind::AlreadyExists => Ok(false),
        linked => {
            linked?;
            Ok(true)
        }
    }
}

fn write_private(path: &Path, bytes: &[u8]) -> io::Result<()> {
    let mut options = OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut file = options.open(path)?;
    file.write_all(bytes)?;
    file.sync_all()
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
    use std::os::unix::fs::PermissionsExt as _;

    const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";

    #[test]
    fn a_missing_file_is_made_private_and_kept() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        assert!(load_or_make(&path).unwrap().1);
        let first = fs::read(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert!(!load_or_make(&path).unwrap().1);
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished stays behind");
        assert!(!make(&path).unwrap(), "a file that is there already is not replaced");
        assert_eq!(fs::read(&path).unwrap(), first);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        load_or_make(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(matches!(load_or_make(&path), Err(KeyFileError::ReadableByOthers)), "{mode:o}");
        }
    }

    #[test]
    fn the_example_of_the_readme_is_a_key_file() {
        let readme = include_str!("../README.md");
        let example = readme.split("<!-- keys -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
        parse(example).unwrap();
    }

    #[test]
    fn what_is_wrong_is_told_without_the_secret() {
        let cases = [
            format!("[signer]\nsecret = \"{SECRET}\"\nsecret = 1"),
            format!("[signer]\nid = 7\nsecret = \"{SECRET}\""),
            format!("[signer]\nsecret = \"{SECRET}0\""),
            format!("[signer]\nsecret = \"{SECRET}zz\""),
            "[signer]\nsecret = \"0011\"".to_owned(),
            format!("[signer]\nsecret = \"{SECRET}\"\n[[verify]]\nid = \"{SECRET}\"\nuntil = \"{SECRET}\""),
            format!("[signer]\nsecret = \"{SECRET}\"\n[[verify]]\nsecret = \"{SECRET}\"\nuntil = 9"),
        ];
        for text in cases {
            let told = format!("{0} {0:?}", parse(&text).unwrap_err());
            assert!(!told.contains("0011"), "{told}");
        }
        assert!(parse(&format!("[signer]\nid = \"a\"\nsecret = \"{SECRET}\"")).is_ok());
    }
}
