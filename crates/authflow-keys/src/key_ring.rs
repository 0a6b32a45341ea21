//! The file of a key ring. It is made on the first start, so tokens outlive a restart. Only its owner may read it.

use crate::{KeyFileError, hexadecimal, private_file};
use authflow::{
    Timestamp,
    token::{Key, KeyRing, RingError, VerifyWindow},
};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct KeyFile {
    pub(crate) signer: SignerEntry,
    #[serde(default)]
    pub(crate) verify: Vec<VerifyEntry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SignerEntry {
    pub(crate) id: Option<String>,
    pub(crate) secret: Zeroizing<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct VerifyEntry {
    pub(crate) id: Option<String>,
    pub(crate) secret: Zeroizing<String>,
    #[serde(default)]
    pub(crate) from: Timestamp,
    pub(crate) until: Timestamp,
}

/// Why there is no key ring. The error prints no secret.
pub type KeyRingFileError = KeyFileError<RingError>;

/// Reads the ring. If there is no file, first makes one with one new key. Returns whether it made one.
///
/// ```
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("keys.toml");
/// let (_, made) = authflow_keys::key_ring::load_or_make(&path)?;
/// assert!(made);
/// let (_, made) = authflow_keys::key_ring::load_or_make(&path)?; // the next start
/// assert!(!made);
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
///
/// # Errors
/// When the file cannot be read or made, others than its owner may read it, or its content makes no ring.
pub fn load_or_make(path: impl AsRef<Path>) -> Result<(KeyRing, bool), KeyRingFileError> {
    private_file::read_or_make(path.as_ref(), parse, new_file)
}

pub(crate) fn parse(text: &str) -> Result<KeyRing, KeyRingFileError> {
    let KeyFile { signer, verify } = private_file::from_toml(text)?;
    let ring = KeyRing::new(key(signer.id.as_deref(), &signer.secret)?);
    verify.into_iter().try_fold(ring, |ring, entry| {
        let window = VerifyWindow { from: entry.from, until: entry.until };
        let key = key(entry.id.as_deref(), &entry.secret)?;
        ring.with_verifier(key, window).map_err(KeyFileError::Together)
    })
}

fn key(id: Option<&str>, secret: &str) -> Result<Key, KeyRingFileError> {
    let secret = hexadecimal::read(secret).ok_or(KeyRingFileError::NotHexadecimal)?;
    Ok(match id {
        Some(id) => Key::new(id, secret)?,
        None => Key::without_id(secret)?,
    })
}

/// A file with one new key.
fn new_file() -> Result<Zeroizing<String>, KeyRingFileError> {
    let secret = hexadecimal::draw::<32>().ok_or(KeyRingFileError::NoEntropy)?;
    let mut text = Zeroizing::new(String::with_capacity(512));
    text.push_str(
        "# Who can read this file can sign in as anybody. Its format is in the page of authflow-keys.\n\n\
         [signer]\nsecret = \"",
    );
    text.push_str(&secret);
    text.push_str("\"\n");
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private_file::PrivateFileError;
    use authflow::token::KeyError;
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
                matches!(
                    load_or_make(&path),
                    Err(KeyRingFileError::File(PrivateFileError::ReadableByOthers))
                ),
                "{mode:o}"
            );
        }
    }

    #[test]
    fn the_example_of_the_readme_is_a_key_file() {
        let readme = include_str!("../README.md");
        let example =
            readme.split("<!-- key ring -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert!(
            matches!(parse(example), Err(KeyRingFileError::NotHexadecimal)),
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
        assert!(matches!(parse(&twice), Err(KeyRingFileError::Together(RingError::DuplicateSecret(..)))));
        let counted: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
        assert!(matches!(parse(&filled.replace(&one, &counted)), Err(KeyRingFileError::Key(KeyError::Weak))));
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
