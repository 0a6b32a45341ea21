//! The key file: made on the first start, private to its owner, so that tokens outlive a restart.

use crate::private_file::{self, MalformedToml, PrivateFileError};
use authflow::{
    Timestamp,
    token::{Key, KeyError, KeyRing, RingError, VerifyWindow},
};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

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
    #[error(transparent)]
    File(#[from] PrivateFileError),
    #[error("no entropy to make a key of")]
    NoEntropy,
    #[error(transparent)]
    Malformed(#[from] MalformedToml),
    #[error("a secret is not an even number of hexadecimal digits")]
    NotHexadecimal,
    #[error(transparent)]
    Key(#[from] KeyError),
    #[error(transparent)]
    Ring(#[from] RingError),
}

/// Reads the ring; makes a file with one new key first if there is none. Says whether it made one.
pub(crate) fn load_or_make(path: &Path) -> Result<(KeyRing, bool), KeyFileError> {
    private_file::read_or_make(path, parse, new_file)
}

fn parse(text: &str) -> Result<KeyRing, KeyFileError> {
    let KeyFile { signer, verify } = private_file::from_toml(text)?;
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

/// A file of one new key.
fn new_file() -> Result<Zeroizing<String>, KeyFileError> {
    let secret = draw_hexadecimal::<32>().ok_or(KeyFileError::NoEntropy)?;
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str(
        "# Who can read this file can sign in as anybody. Its format is in examples/server/README.md.\n\n\
         [signer]\nsecret = \"",
    );
    text.push_str(&secret);
    text.push_str("\"\n");
    Ok(text)
}

/// So many random bytes, as text.
pub(crate) fn draw_hexadecimal<const BYTES: usize>() -> Option<Zeroizing<String>> {
    let mut drawn = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *drawn).ok()?;
    let mut text = Zeroizing::new(String::with_capacity(BYTES * 2));
    let nibbles = drawn.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)));
    Some(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt as _};

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
        assert!(
            !private_file::make(&path, &new_file().unwrap()).unwrap(),
            "a file that is there already is not replaced"
        );
        assert_eq!(fs::read(&path).unwrap(), first);
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        load_or_make(&path).unwrap();
        for mode in [0o640, 0o604, 0o620, 0o601] {
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            assert!(
                matches!(load_or_make(&path), Err(KeyFileError::File(PrivateFileError::ReadableByOthers))),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn the_example_of_the_readme_is_a_key_file() {
        let readme = include_str!("../README.md");
        let example = readme.split("<!-- keys -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert!(
            matches!(parse(example), Err(KeyFileError::NotHexadecimal)),
            "nobody starts with the example"
        );
        let [one, other] = [1, 2].map(|number| {
            let secret = authflow::testkit::demo::secret(number);
            secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        let filled = example
            .replace("<openssl rand -hex 32>", &one)
            .replace("<openssl rand -hex 32, another one>", &other);
        parse(&filled).unwrap();
        let twice = filled.replace(&other, &one);
        assert!(matches!(parse(&twice), Err(KeyFileError::Ring(RingError::DuplicateSecret(..)))));
        let counted: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
        assert!(matches!(parse(&filled.replace(&one, &counted)), Err(KeyFileError::Key(KeyError::Weak))));
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
