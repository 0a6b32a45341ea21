//! The secret and the id of a key. Signing keys and sealing keys have these in common.

use alloc::boxed::Box;
use arrayvec::ArrayString;
use core::fmt;
use serde::{Deserialize, Serialize};
use zeroize::Zeroizing;

/// The id of a key, which a token (`kid`) or a sealed secret names: 1 to 20 characters of `A–Z a–z 0–9 - _ .`
///
/// ```
/// use authflow::{
///     testkit::demo,
///     token::{Key, KeyId, KeyRing},
/// };
///
/// // An id is in the configuration with its secret, and in a column as text.
/// let id: KeyId = serde_json::from_str(r#""2026-11""#)?;
/// let ring = KeyRing::new(Key::new(id.as_str(), demo::secret(11))?);
/// assert!(format!("{ring:?}").contains("2026-11"), "ids are shown, secrets are not");
/// assert!(KeyId::new("November 2026").is_err());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
#[serde(try_from = "ArrayString<20>", into = "ArrayString<20>")]
pub struct KeyId(ArrayString<20>);

impl KeyId {
    pub(crate) const MAX_BYTES: usize = 20;

    /// # Errors
    /// When the text is empty, too long, or has another character.
    pub fn new(text: &str) -> Result<Self, KeyError> {
        let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_' | b'.');
        match ArrayString::from(text) {
            Ok(id) if !text.is_empty() && text.bytes().all(allowed) => Ok(Self(id)),
            _ => Err(KeyError::Id),
        }
    }

    /// An id that no key has.
    pub(crate) fn nobodys() -> Self {
        Self(ArrayString::from("none").unwrap_or_default())
    }

    /// The id as text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<ArrayString<20>> for KeyId {
    type Error = KeyError;

    fn try_from(text: ArrayString<20>) -> Result<Self, KeyError> {
        Self::new(&text)
    }
}

impl From<KeyId> for ArrayString<20> {
    fn from(id: KeyId) -> Self {
        id.0
    }
}

/// A secret of the ring, and its id if it has one.
///
/// The secret must be 32 bytes or more (RFC 7518 §3.2) of real randomness; a passphrase will not do.
///
/// ```
/// use authflow::{
///     testkit::demo,
///     token::{Key, KeyError, KeyRing},
/// };
///
/// // yours: 32 random bytes from a secret store
/// let ring = KeyRing::new(Key::new("2026-11", demo::secret(11))?);
/// assert!(!format!("{ring:?}").contains("11,"), "it prints no secret");
///
/// // A secret that does not look random is refused.
/// assert!(Key::new("2026-12", [0; 32]).is_err());
/// assert!(Key::new("2026-12", *b"password").is_err());
/// # Ok::<(), KeyError>(())
/// ```
pub struct Key {
    pub(crate) id: Option<KeyId>,
    pub(crate) secret: Zeroizing<Box<[u8]>>,
}

impl Key {
    /// A key with an id, so that tokens name it.
    ///
    /// # Errors
    /// When the id is not a [`KeyId`], the secret is shorter than 32 bytes, or its bytes are all equal or count up or down.
    pub fn new(id: &str, secret: impl Into<Box<[u8]>>) -> Result<Self, KeyError> {
        Ok(Self { id: Some(KeyId::new(id)?), ..Self::without_id(secret)? })
    }

    /// A key without an id. The header of its state tokens is exactly the one that the family's samples show,
    /// `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9`. A ring has at most one such key.
    ///
    /// # Errors
    /// When the secret is shorter than 32 bytes, or its bytes are all equal or count up or down.
    pub fn without_id(secret: impl Into<Box<[u8]>>) -> Result<Self, KeyError> {
        let secret = Zeroizing::new(secret.into());
        if secret.len() < 32 {
            Err(KeyError::Short(secret.len()))
        } else if is_counted(&secret) {
            Err(KeyError::Weak)
        } else {
            Ok(Self { id: None, secret })
        }
    }
}

/// Whether the bytes are all equal or count up or down: each differs from the one before by the same step. Examples and tests
/// are full of such keys, and attackers try those first. Random bytes look like this once in 2²⁴⁰.
fn is_counted(secret: &[u8]) -> bool {
    let steps = || secret.iter().zip(secret.iter().skip(1)).map(|(one, next)| next.wrapping_sub(*one));
    steps().zip(steps().skip(1)).all(|(step, next)| step == next)
}

/// A secret that passes as random, different for each number. It is for tests alone, since everybody knows it.
#[cfg(any(test, feature = "testkit"))]
pub(crate) fn known_secret(number: u8) -> [u8; 32] {
    <sha2::Sha256 as sha2::Digest>::digest([number]).into()
}

impl fmt::Debug for Key {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Key").field("id", &self.id).finish_non_exhaustive()
    }
}

/// Why something is not a key.
///
/// ```
/// use authflow::{
///     testkit::demo,
///     token::{Key, KeyError},
/// };
///
/// let secret = demo::secret(11); // yours: 32 random bytes from a secret store
/// assert_eq!(Key::new("2026/11", secret).unwrap_err(), KeyError::Id);
/// assert_eq!(Key::new("2026-11", [0x5a; 32]).unwrap_err(), KeyError::Weak);
/// let refused = Key::new("2026-11", secret[..16].to_vec()).unwrap_err();
/// assert_eq!(refused.to_string(), "a key must have at least 32 bytes, not 16");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The id is not 1 to 20 characters of `A–Z a–z 0–9 - _ .`
    #[error("a key id must be 1 to 20 characters of A-Z a-z 0-9 - _ .")]
    Id,
    /// The secret is shorter than 32 bytes.
    #[error("a key must have at least 32 bytes, not {0}")]
    Short(usize),
    /// The secret's bytes are all equal, or count up or down. The key is from an example, or was not drawn at random.
    #[error("a key must be random bytes, and these are all equal or count up or down")]
    Weak,
    /// The numbers are not those of an RSA key.
    #[error(
        "an RSA key must have a modulus of 256 to 1,024 bytes and an exponent of 1 to 8, without noughts before them"
    )]
    Rsa,
    /// The public key is not of the kind that the algorithm takes.
    #[error("a public key must be of the kind that its algorithm signs with")]
    Public,
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn short_secrets_and_odd_ids_are_refused() {
        assert_eq!(Key::without_id([1; 31]).unwrap_err(), KeyError::Short(31));
        let random = known_secret(1);
        for length in [0, 1, 31] {
            assert_eq!(Key::without_id(&random[..length]).unwrap_err(), KeyError::Short(length), "{length}");
        }
        for id in ["", "a b", "a\"b", "é", &"k".repeat(21)] {
            assert_eq!(Key::new(id, known_secret(1)).unwrap_err(), KeyError::Id, "{id}");
        }
    }

    /// Such bytes are refused whatever their first byte and their step are. They are accepted once a single byte breaks the
    /// pattern.
    #[test]
    fn bytes_that_are_all_equal_or_count_are_no_key() {
        for (first, step) in [(0_u8, 0_u8), (7, 0), (255, 0), (0, 1), (9, 1), (250, 1), (32, 255), (3, 17)] {
            let counted: Vec<u8> = (0..40_u8).map(|at| first.wrapping_add(at.wrapping_mul(step))).collect();
            for length in [32, 33, 40] {
                assert_eq!(
                    Key::without_id(&counted[..length]).unwrap_err(),
                    KeyError::Weak,
                    "{first} {step}"
                );
            }
            for at in [0, 1, 20, 39] {
                let mut other = counted.clone();
                other[at] ^= 0x40;
                assert!(Key::without_id(other).is_ok(), "{first} {step}, but for {at}");
            }
        }
    }
}
