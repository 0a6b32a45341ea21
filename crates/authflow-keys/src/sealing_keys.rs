//! The file of sealing keys. It is made on the first start, and only its owner may read it. A sealed secret needs its key for as long as the secret
//! is kept.

use crate::{KeyFileError, hexadecimal, private_file};
use authflow::sealing::{SealingKey, SealingKeys, SealingKeysError};
use serde::Deserialize;
use std::path::Path;
use zeroize::Zeroizing;

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct SealingFile {
    pub(crate) sealer: Entry,
    #[serde(default)]
    pub(crate) open: Vec<Entry>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Entry {
    pub(crate) id: String,
    pub(crate) secret: Zeroizing<String>,
}

/// Why there are no sealing keys. The error prints no secret.
pub type SealingKeysFileError = KeyFileError<SealingKeysError>;

/// Reads the keys. If there is no file, first makes one with one new key. Returns whether it made one.
///
/// ```
/// use authflow_keys::sealing_keys;
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("sealing-keys.toml");
/// let (keys, made) = sealing_keys::load_or_make(&path)?;
/// assert!(made);
/// let (again, made) = sealing_keys::load_or_make(&path)?; // the next start
/// assert!(!made && again.sealer().id() == keys.sealer().id(), "what is sealed opens");
/// # Ok(()) }
/// ```
///
/// # Errors
/// When the file cannot be read or made, others than its owner may read it, or its content makes no sealing keys.
pub fn load_or_make(path: impl AsRef<Path>) -> Result<(SealingKeys, bool), SealingKeysFileError> {
    private_file::read_or_make(path.as_ref(), parse, new_file)
}

pub(crate) fn parse(text: &str) -> Result<SealingKeys, SealingKeysFileError> {
    let SealingFile { sealer, open } = private_file::from_toml(text)?;
    let keys = SealingKeys::new(key(&sealer)?);
    open.iter().try_fold(keys, |keys, entry| keys.with_opener(key(entry)?).map_err(KeyFileError::Together))
}

fn key(Entry { id, secret }: &Entry) -> Result<SealingKey, SealingKeysFileError> {
    let secret = hexadecimal::read(secret).ok_or(SealingKeysFileError::NotHexadecimal)?;
    Ok(SealingKey::new(id, secret)?)
}

/// A file with one new key. Its id is random, so no other key ever has it. If the file is lost, the secrets that its key has sealed name a missing
/// key. They never name another key that happens to have the same id.
fn new_file() -> Result<Zeroizing<String>, SealingKeysFileError> {
    let drawn = hexadecimal::draw::<8>().zip(hexadecimal::draw::<32>());
    let (id, secret) = drawn.ok_or(SealingKeysFileError::NoEntropy)?;
    let mut text = Zeroizing::new(String::with_capacity(512));
    for part in [
        "# Who loses this file loses the second factors that are sealed under its keys. Keep it apart from the database.\n\
         # Its format is in the page of authflow-keys.\n\n[sealer]\nid = \"",
        &id,
        "\"\nsecret = \"",
        &secret,
        "\"\n",
    ] {
        text.push_str(part);
    }
    Ok(text)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::private_file::PrivateFileError;
    use authflow::token::KeyError;
    use std::{fs, os::unix::fs::PermissionsExt as _};

    fn ids(keys: &SealingKeys) -> Vec<&str> {
        keys.iter().map(|key| key.id().as_str()).collect()
    }

    #[test]
    fn a_missing_file_is_made_private_and_kept_and_each_key_has_an_id_of_its_own() {
        let folder = tempfile::tempdir().unwrap();
        let [one, other] = ["one.toml", "other.toml"].map(|name| folder.path().join(name));
        let (first, made) = load_or_make(&one).unwrap();
        assert!(made);
        assert_eq!(fs::metadata(&one).unwrap().permissions().mode() & 0o777, 0o600);
        let (again, made) = load_or_make(&one).unwrap();
        assert!(!made && ids(&again) == ids(&first));
        assert!(
            !private_file::make(&one, &new_file().unwrap()).unwrap(),
            "a file that is there already is not replaced"
        );
        assert_ne!(ids(&load_or_make(&other).unwrap().0), ids(&first));
    }

    #[test]
    fn a_file_that_others_may_read_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.toml");
        load_or_make(&path).unwrap();
        fs::set_permissions(&path, fs::Permissions::from_mode(0o640)).unwrap();
        let refused = load_or_make(&path);
        assert!(matches!(refused, Err(SealingKeysFileError::File(PrivateFileError::ReadableByOthers))));
    }

    #[test]
    fn the_example_of_the_readme_is_a_file_of_sealing_keys() {
        let readme = include_str!("../README.md");
        let example =
            readme.split("<!-- sealing keys -->\n```toml\n").nth(1).unwrap().split("```").next().unwrap();
        assert!(
            matches!(parse(example), Err(SealingKeysFileError::NotHexadecimal)),
            "nobody starts with the example"
        );
        let [one, other] = [1, 2].map(|number| {
            let secret = authflow::testkit::demo::secret(number);
            secret.iter().map(|byte| format!("{byte:02x}")).collect::<String>()
        });
        let filled = example
            .replace("<openssl rand -hex 32>", &one)
            .replace("<openssl rand -hex 32, another one>", &other);
        assert_eq!(ids(&parse(&filled).unwrap()), ["2027", "2026"]);
        let twice = parse(&filled.replace(&other, &one));
        assert!(matches!(twice, Err(SealingKeysFileError::Together(SealingKeysError::DuplicateSecret(..)))));
        let counted: String = (0..32).map(|byte| format!("{byte:02x}")).collect();
        let weak = parse(&filled.replace(&one, &counted));
        assert!(matches!(weak, Err(SealingKeysFileError::Key(KeyError::Weak))));
    }

    #[test]
    fn what_is_wrong_is_told_without_the_secret() {
        const SECRET: &str = "00112233445566778899aabbccddeeff00112233445566778899AABBCCDDEEFF";
        for text in [
            format!("[sealer]\nsecret = \"{SECRET}\""),
            format!("[sealer]\nid = 7\nsecret = \"{SECRET}\""),
            format!("[sealer]\nid = \"a\"\nsecret = \"{SECRET}0\""),
            format!("[sealer]\nid = \"{SECRET}\"\nsecret = \"{SECRET}\""),
            format!(
                "[sealer]\nid = \"a\"\nsecret = \"{SECRET}\"\n[[open]]\nid = \"b\"\nsecret = \"{SECRET}\""
            ),
        ] {
            let told = format!("{0} {0:?}", parse(&text).unwrap_err());
            assert!(!told.contains("0011"), "{told}");
        }
    }
}
