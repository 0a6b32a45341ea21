//! The text that a database keeps.
//!
//! `1:KEY:BODY`. 1 is the version, `KEY` the id of the sealing key, `BODY` base64url of nonce, ciphertext and tag.

use crate::{key::KeyId, text::base64url};
use alloc::{boxed::Box, format, vec::Vec};
use core::fmt;

/// A sealed secret, as a database keeps it: at most [`MAX_CHARACTERS`](Self::MAX_CHARACTERS) of ASCII.
///
/// The text is `1:KEY:BODY` in this and every later version: the version, the [id](crate::token::KeyId) of the key, and base64url. Neither of the
/// last two has a colon in it, so a database can count the secrets that still need a key. In PostgreSQL that is
/// `GROUP BY split_part(totp_sealed, ':', 2)`.
///
/// ```
/// use authflow::sealing::SealedSecret;
///
/// # let text = authflow::testkit::demo::totp(&authflow::testkit::demo::account("tom")).secret().as_str().to_owned();
/// let stored: SealedSecret = SealedSecret::new(&text)?; // a column of your database
/// assert_eq!(stored.as_str(), text);
/// assert_eq!(stored.key_id().as_str(), text.split(':').nth(1).unwrap());
/// # Ok::<(), authflow::sealing::InvalidSealedSecret>(())
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct SealedSecret {
    key: KeyId,
    body: Box<[u8]>,
    text: Box<str>,
}

impl SealedSecret {
    const VERSION: &str = "1";
    pub(super) const NONCE_BYTES: usize = 24;
    pub(super) const TAG_BYTES: usize = 16;
    pub(super) const MAX_BODY_BYTES: usize = Self::NONCE_BYTES + Self::MAX_CLEAR_BYTES + Self::TAG_BYTES;
    /// The longest secret that is sealed.
    pub(crate) const MAX_CLEAR_BYTES: usize = 128;
    /// The longest text.
    pub const MAX_CHARACTERS: usize = 3 + KeyId::MAX_BYTES + base64url::encoded_len(Self::MAX_BODY_BYTES);

    /// Reads what [`as_str`](Self::as_str) wrote. The text may be one that opens for nobody. That shows only when its secret is needed.
    ///
    /// # Errors
    /// When the text has another form.
    pub fn new(text: &str) -> Result<Self, InvalidSealedSecret> {
        let (key, body) = Self::parts(text).ok_or(InvalidSealedSecret)?;
        Ok(Self { key, body, text: text.into() })
    }

    fn parts(text: &str) -> Option<(KeyId, Box<[u8]>)> {
        let (version, rest) = text.split_once(':')?;
        let (key, encoded) = rest.split_once(':')?;
        let mut room = [0; Self::MAX_BODY_BYTES + 2];
        let body = base64url::decode(encoded.as_bytes(), &mut room)?;
        let is_possible = (Self::NONCE_BYTES + Self::TAG_BYTES..=Self::MAX_BODY_BYTES).contains(&body.len());
        let key = KeyId::new(key).ok().filter(|_| version == Self::VERSION && is_possible)?;
        Some((key, body.into()))
    }

    pub(super) fn of_parts(key: &KeyId, body: Vec<u8>) -> Self {
        let text = format!("{}:{}:{}", Self::VERSION, key.as_str(), base64url::text(&body)).into();
        Self { key: *key, body: body.into(), text }
    }

    /// A secret that opens for nobody, for a place that must have one.
    pub(crate) fn of_nothing() -> Self {
        Self::of_parts(&KeyId::nobodys(), Vec::from([0; Self::NONCE_BYTES + Self::TAG_BYTES]))
    }

    /// The text, for a column of a database.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The key that opens it.
    pub fn key_id(&self) -> &KeyId {
        &self.key
    }

    /// Nonce, and ciphertext with its tag.
    pub(super) fn body(&self) -> Option<(&[u8; Self::NONCE_BYTES], &[u8])> {
        self.body.split_first_chunk()
    }
}

impl fmt::Debug for SealedSecret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SealedSecret").field("key", &self.key).finish_non_exhaustive()
    }
}

/// A text that is no sealed secret, but perhaps a secret in the clear. The error says nothing of the text.
///
/// ```
/// use authflow::sealing::{InvalidSealedSecret, SealedSecret};
///
/// // A column that still has secrets in the clear.
/// let refused = SealedSecret::new("GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ").unwrap_err();
/// assert_eq!(refused, InvalidSealedSecret);
/// assert_eq!(
///     refused.to_string(),
///     "a sealed secret must be 1:KEY:BODY, as SealedSecret::as_str wrote it"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a sealed secret must be 1:KEY:BODY, as SealedSecret::as_str wrote it")]
pub struct InvalidSealedSecret;
