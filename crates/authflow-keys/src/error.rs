//! Why a file gives no keys.

use crate::private_file::{MalformedToml, PrivateFileError};
use authflow::token::KeyError;

/// Why a file gives no keys. The error prints no secret. `E` is the reason why keys that are each valid cannot be used together.
///
/// ```
/// use authflow_keys::{KeyFileError, key_ring, private_file};
///
/// # fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("keys.toml");
/// private_file::make(&path, "[signer]\nid = \"2026-11\"\nsecret = \"hunter2\"\n")?;
/// let refused = key_ring::load_or_make(&path).unwrap_err();
/// assert!(matches!(refused, KeyFileError::NotHexadecimal));
/// assert_eq!(refused.to_string(), "a secret must be an even number of hexadecimal digits");
/// # Ok(()) }
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum KeyFileError<E> {
    /// The file cannot be read or made, or others than its owner may read, write or run it.
    #[error(transparent)]
    File(#[from] PrivateFileError),
    /// The operating system has no random numbers.
    #[error("no entropy to make a key of")]
    NoEntropy,
    /// The text does not have the members of such a file.
    #[error(transparent)]
    Malformed(#[from] MalformedToml),
    /// A secret is not written in hexadecimal.
    #[error("a secret must be an even number of hexadecimal digits")]
    NotHexadecimal,
    /// A secret or an id is not valid for a key.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// Each key is valid, but they cannot be used together.
    #[error(transparent)]
    Together(E),
    /// There is no key of that id other than the signer or sealer.
    #[error("there must be a key of that id beside the one that signs or seals, and there is none")]
    NoSuchKey,
}
