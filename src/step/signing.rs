//! Signatures by keys that are outside.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Sign this, with a key that is outside. `None` where there is no such key.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignBytes {
    /// Which key.
    pub key_id: Box<str>,
    /// What to sign: a JWS signing input (RFC 7515 §5.1).
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SignBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignBytes").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Is this signature good?
#[derive(Clone)]
#[non_exhaustive]
pub struct VerifyBytes {
    /// Which key.
    pub key_id: Box<str>,
    /// What was signed.
    pub bytes: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// Bytes and signature together are a token.
impl fmt::Debug for VerifyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyBytes").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Whether a signature is good.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureCheck {
    /// It is.
    Valid,
    /// It is not.
    Invalid,
}
