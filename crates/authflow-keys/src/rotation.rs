//! The rotation of keys. A next key is made, and later becomes the key that signs or seals. Earlier keys are removed when nothing needs them any
//! longer.
//!
//! Every change replaces a whole file, after the new text has been checked by reading it. A service reads its files when it starts, so a change takes
//! effect at its next start. If two people change a file at once, one change undoes the other. Let only one person change it at a time.
//!
//! ```
//! use authflow::Timestamp;
//! use authflow_keys::{key_ring, rotation::KeyRingFile};
//!
//! # let folder = tempfile::tempdir()?;
//! # let path = folder.path().join("keys.toml");
//! key_ring::load_or_make(&path)?;
//! let mut file = KeyRingFile::read(&path)?;
//! // If there are several servers, all must know the next key before it signs.
//! let next = file.prepare()?;
//! // The earlier key verifies until this time.
//! file.promote(&next, Timestamp::from_unix(1_800_000_000))?;
//! file.write(&path)?;
//! assert_eq!(file.keys().count(), 2);
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

use crate::{
    hexadecimal,
    key_ring::{self, KeyFile, KeyRingFileError, SignerEntry, VerifyEntry},
    private_file::{self, PrivateFileError},
    sealing_keys::{self, Entry, SealingFile, SealingKeysFileError},
};
use authflow::Timestamp;
use std::{fmt, path::Path};
use zeroize::Zeroizing;

/// The file of a key ring, for changes. It prints no secret.
///
/// ```
/// use authflow_keys::{key_ring, rotation::KeyRingFile};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("keys.toml");
/// key_ring::load_or_make(&path)?;
/// let mut file = KeyRingFile::read(&path)?;
/// let next = file.prepare()?;
/// let signs: Vec<_> = file.keys().map(|key| key.verifies.is_none()).collect();
/// assert_eq!(signs, [true, false], "the next one verifies, and does not sign yet");
/// assert!(file.retire(Some("no such key")).is_err());
/// file.retire(Some(&next))?;
/// assert_eq!(file.keys().count(), 1);
/// # Ok(()) }
/// ```
pub struct KeyRingFile(KeyFile);

/// A key of a ring, and its use.
///
/// ```
/// use authflow::Timestamp;
/// use authflow_keys::{key_ring, rotation::KeyRingFile};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("keys.toml");
/// key_ring::load_or_make(&path)?;
/// let mut file = KeyRingFile::read(&path)?;
/// let next = file.prepare()?;
/// file.promote(&next, Timestamp::from_unix(1_800_000_000))?;
/// let keys: Vec<_> = file.keys().collect();
/// let [signs, verifies] = &keys[..] else { panic!("there are two") };
/// assert_eq!((signs.id, signs.verifies), (Some(&*next), None));
/// let (_, until) = verifies.verifies.unwrap();
/// assert_eq!(until, Timestamp::from_unix(1_800_000_000));
/// # Ok(()) }
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RingKey<'a> {
    /// The id of the key, if it has one.
    pub id: Option<&'a str>,
    /// The times from which and until which the key verifies, or `None` if it signs.
    pub verifies: Option<(Timestamp, Timestamp)>,
}

impl KeyRingFile {
    /// Reads a file that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read, or its keys make no ring.
    pub fn read(path: &Path) -> Result<Self, KeyRingFileError> {
        let text = private_file::read(path)?;
        key_ring::parse(&text)?;
        Ok(Self(private_file::from_toml(&text)?))
    }

    /// The key that signs, and those that verify.
    pub fn keys(&self) -> impl Iterator<Item = RingKey<'_>> {
        let signer = RingKey { id: self.0.signer.id.as_deref(), verifies: None };
        let verify = |entry: &'_ VerifyEntry| (entry.from, entry.until);
        let verifiers = self.0.verify.iter();
        [signer].into_iter().chain(
            verifiers.map(move |entry| RingKey { id: entry.id.as_deref(), verifies: Some(verify(entry)) }),
        )
    }

    /// Makes a next key, which verifies and does not sign yet. Returns its id, which is random.
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn prepare(&mut self) -> Result<String, KeyRingFileError> {
        let (id, secret) = drawn().ok_or(KeyRingFileError::NoEntropy)?;
        let (from, until) = (Timestamp::from_unix(0), Timestamp::MAX);
        self.0.verify.push(VerifyEntry { id: Some(id.clone()), secret, from, until });
        Ok(id)
    }

    /// Makes a verifying key the signer, and lets the previous signer verify until `until`. Choose a time at which every token of the previous signer
    /// has expired, and every session that was opened under it is over.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn promote(&mut self, id: &str, until: Timestamp) -> Result<(), KeyRingFileError> {
        let next = self.take(Some(id))?;
        let next = SignerEntry { id: next.id, secret: next.secret };
        let SignerEntry { id, secret } = std::mem::replace(&mut self.0.signer, next);
        self.0.verify.push(VerifyEntry { id, secret, from: Timestamp::from_unix(0), until });
        Ok(())
    }

    /// Removes a key that verifies. `None` means the key without an id.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn retire(&mut self, id: Option<&str>) -> Result<(), KeyRingFileError> {
        self.take(id).map(drop)
    }

    fn take(&mut self, id: Option<&str>) -> Result<VerifyEntry, KeyRingFileError> {
        let place = self.0.verify.iter().position(|entry| entry.id.as_deref() == id);
        place.map(|place| self.0.verify.remove(place)).ok_or(KeyRingFileError::NoSuchKey)
    }

    /// Replaces the file with this one.
    ///
    /// # Errors
    /// When the keys make no ring, or the file cannot be written. The file then stays as it is.
    pub fn write(&self, path: &Path) -> Result<(), KeyRingFileError> {
        let KeyFile { signer, verify } = &self.0;
        let mut text = Text::new(
            "# Who can read this file can sign in as anybody. Its format is in the page of authflow-keys.\n",
        );
        text.push("\n[signer]\n");
        text.key(signer.id.as_deref(), &signer.secret);
        for VerifyEntry { id, secret, from, until } in verify {
            text.push("\n[[verify]]\n");
            text.key(id.as_deref(), secret);
            if from.as_unix() > 0 {
                text.time("from", *from);
            }
            text.time("until", *until);
        }
        key_ring::parse(&text.0)?;
        Ok(private_file::replace(path, &text.0).map_err(PrivateFileError::Io)?)
    }
}

/// The file of sealing keys, for changes. It prints no secret.
///
/// ```
/// use authflow_keys::{rotation::SealingKeysFile, sealing_keys};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("sealing-keys.toml");
/// let (before, _) = sealing_keys::load_or_make(&path)?;
/// let mut file = SealingKeysFile::read(&path)?;
/// let next = file.prepare()?;
/// file.promote(&next)?; // new secrets are sealed under it, and old ones still open
/// file.write(&path)?;
///
/// let (after, _) = sealing_keys::load_or_make(&path)?;
/// assert_eq!(after.sealer().id().as_str(), next);
/// assert!(after.get(before.sealer().id()).is_some());
/// # Ok(()) }
/// ```
pub struct SealingKeysFile(SealingFile);

impl SealingKeysFile {
    /// Reads a file that only its owner may read.
    ///
    /// # Errors
    /// When the file cannot be read, or its content makes no sealing keys.
    pub fn read(path: &Path) -> Result<Self, SealingKeysFileError> {
        let text = private_file::read(path)?;
        sealing_keys::parse(&text)?;
        Ok(Self(private_file::from_toml(&text)?))
    }

    /// The id of the key that seals, and then those of the keys that only open.
    pub fn ids(&self) -> impl Iterator<Item = &str> {
        [&self.0.sealer].into_iter().chain(&self.0.open).map(|entry| entry.id.as_str())
    }

    /// Makes a next key, which opens and does not seal yet. Returns its id, which is random.
    ///
    /// # Errors
    /// When there is no entropy.
    pub fn prepare(&mut self) -> Result<String, SealingKeysFileError> {
        let (id, secret) = drawn().ok_or(SealingKeysFileError::NoEntropy)?;
        self.0.open.push(Entry { id: id.clone(), secret });
        Ok(id)
    }

    /// Makes an opening key the sealer. The previous sealer then only opens.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn promote(&mut self, id: &str) -> Result<(), SealingKeysFileError> {
        let next = self.take(id)?;
        let earlier = std::mem::replace(&mut self.0.sealer, next);
        self.0.open.push(earlier);
        Ok(())
    }

    /// Removes a key that only opens. **Everything that is sealed under it is lost.** First ask the store whether any secret needs it.
    ///
    /// # Errors
    /// When there is no such key.
    pub fn retire(&mut self, id: &str) -> Result<(), SealingKeysFileError> {
        self.take(id).map(drop)
    }

    fn take(&mut self, id: &str) -> Result<Entry, SealingKeysFileError> {
        let place = self.0.open.iter().position(|entry| entry.id == id);
        place.map(|place| self.0.open.remove(place)).ok_or(SealingKeysFileError::NoSuchKey)
    }

    /// Replaces the file with this one.
    ///
    /// # Errors
    /// When the keys make no sealing keys, or the file cannot be written. The file then stays as it is.
    pub fn write(&self, path: &Path) -> Result<(), SealingKeysFileError> {
        let SealingFile { sealer, open } = &self.0;
        let mut text = Text::new(
            "# Who loses this file loses the second factors that are sealed under its keys. Keep it apart from the database.\n\
             # Its format is in the page of authflow-keys.\n",
        );
        text.push("\n[sealer]\n");
        text.key(Some(&sealer.id), &sealer.secret);
        for Entry { id, secret } in open {
            text.push("\n[[open]]\n");
            text.key(Some(id), secret);
        }
        sealing_keys::parse(&text.0)?;
        Ok(private_file::replace(path, &text.0).map_err(PrivateFileError::Io)?)
    }
}

impl fmt::Debug for KeyRingFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("KeyRingFile").field(&self.keys().collect::<Vec<_>>()).finish()
    }
}

impl fmt::Debug for SealingKeysFile {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("SealingKeysFile").field(&self.ids().collect::<Vec<_>>()).finish()
    }
}

/// A random id that no other key has, and a secret.
fn drawn() -> Option<(String, Zeroizing<String>)> {
    let (id, secret) = hexadecimal::draw::<8>().zip(hexadecimal::draw::<32>())?;
    Some((id.to_string(), secret))
}

/// The text of a file. Its values need no escapes: ids have no character that TOML reads specially, and secrets are digits.
struct Text(Zeroizing<String>);

impl Text {
    fn new(comment: &str) -> Self {
        let mut text = Self(Zeroizing::new(String::with_capacity(4096)));
        text.push(comment);
        text
    }

    fn push(&mut self, part: &str) {
        self.0.push_str(part);
    }

    fn key(&mut self, id: Option<&str>, secret: &str) {
        if let Some(id) = id {
            ["id = \"", id, "\"\n"].into_iter().for_each(|part| self.push(part));
        }
        ["secret = \"", secret, "\"\n"].into_iter().for_each(|part| self.push(part));
    }

    fn time(&mut self, name: &str, at: Timestamp) {
        self.push(&format!("{name} = {} # {at}\n", at.as_unix()));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::{fs, os::unix::fs::PermissionsExt as _};

    #[test]
    fn the_next_key_signs_and_the_one_before_verifies_until_it_is_retired() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        key_ring::load_or_make(&path).unwrap();
        let until = Timestamp::from_unix(1_800_000_000);
        let mut file = KeyRingFile::read(&path).unwrap();
        let next = file.prepare().unwrap();
        file.write(&path).unwrap();
        let mut file = KeyRingFile::read(&path).unwrap();
        let ids = |file: &KeyRingFile| file.keys().map(|key| key.id.map(str::to_owned)).collect::<Vec<_>>();
        assert_eq!(ids(&file), [None, Some(next.clone())], "it does not sign yet");
        file.promote(&next, until).unwrap();
        file.write(&path).unwrap();
        assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(fs::read_dir(folder.path()).unwrap().count(), 1, "nothing unfinished stays behind");
        let mut file = KeyRingFile::read(&path).unwrap();
        let earlier = RingKey { id: None, verifies: Some((Timestamp::from_unix(0), until)) };
        assert_eq!(file.keys().collect::<Vec<_>>(), [RingKey { id: Some(&next), verifies: None }, earlier]);
        assert!(matches!(file.retire(Some(&next)), Err(KeyRingFileError::NoSuchKey)), "it signs");
        file.retire(None).unwrap();
        assert_eq!(ids(&file), [Some(next)]);
    }

    #[test]
    fn the_next_key_seals_and_the_one_before_opens_until_it_is_retired() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("sealing.toml");
        sealing_keys::load_or_make(&path).unwrap();
        let mut file = SealingKeysFile::read(&path).unwrap();
        let first = file.ids().next().unwrap().to_owned();
        let next = file.prepare().unwrap();
        assert_eq!(file.ids().collect::<Vec<_>>(), [&*first, &*next]);
        file.promote(&next).unwrap();
        file.write(&path).unwrap();
        let mut file = SealingKeysFile::read(&path).unwrap();
        assert_eq!(file.ids().collect::<Vec<_>>(), [&*next, &*first]);
        assert!(matches!(file.retire(&next), Err(SealingKeysFileError::NoSuchKey)), "it seals");
        file.retire(&first).unwrap();
        file.write(&path).unwrap();
        assert_eq!(sealing_keys::load_or_make(&path).unwrap().0.sealer().id().as_str(), next);
    }

    #[test]
    fn what_would_be_no_ring_is_not_written_and_no_secret_is_printed() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("keys.toml");
        key_ring::load_or_make(&path).unwrap();
        let before = fs::read_to_string(&path).unwrap();
        let mut file = KeyRingFile::read(&path).unwrap();
        let next = file.prepare().unwrap();
        let secret = file.0.verify[0].secret.clone();
        file.0.signer.id = Some(next);
        assert!(matches!(file.write(&path), Err(KeyRingFileError::Together(_))), "two of one id");
        assert_eq!(fs::read_to_string(&path).unwrap(), before);
        assert!(!format!("{file:?}").contains(&**secret));
    }
}
