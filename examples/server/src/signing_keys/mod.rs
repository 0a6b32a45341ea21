//! The keys that sign id tokens outside the library: one signs, others still verify. A file names them (TOML), each is a PEM
//! file beside it.

mod file;
mod jwk;
mod key;
mod make;
mod pem;

pub(crate) use file::{SigningKeysError, load};
pub(crate) use make::{algorithm, load_or_make};

use authflow::{
    Timestamp,
    parts::Signer,
    step::{SignBytes, SignatureCheck, VerifyBytes},
    token::{OutsideKey, OutsideKeys, RingError, VerifyWindow},
};
use key::{PrivateKey, PublicKey};
use std::convert::Infallible;

#[derive(Debug)]
pub(crate) struct SigningKeys {
    outside: OutsideKeys,
    signer_id: Box<str>,
    signer: PrivateKey,
    public: Vec<NamedKey>,
}

/// A key as relying parties know it. The signer's has no window.
#[derive(Debug)]
struct NamedKey {
    id: Box<str>,
    window: Option<VerifyWindow>,
    key: PublicKey,
}

impl SigningKeys {
    fn new(described: OutsideKey, signer: PrivateKey) -> Self {
        let signer_id: Box<str> = described.id().as_str().into();
        let public = vec![NamedKey { id: signer_id.clone(), window: None, key: signer.public().clone() }];
        Self { outside: OutsideKeys::new(described), signer_id, signer, public }
    }

    fn with_verifier(
        self,
        described: OutsideKey,
        window: VerifyWindow,
        key: PublicKey,
    ) -> Result<Self, RingError> {
        let id = described.id().as_str().into();
        let outside = self.outside.with_verifier(described, window)?;
        let mut public = self.public;
        public.push(NamedKey { id, window: Some(window), key });
        Ok(Self { outside, public, ..self })
    }

    /// What the library is told of them.
    pub(crate) fn outside(&self) -> OutsideKeys {
        self.outside.clone()
    }

    /// `None` when the key is not the one that signs. An RSA signature takes about a millisecond.
    fn sign(&self, key_id: &str, bytes: &[u8]) -> Option<Vec<u8>> {
        if *self.signer_id == *key_id { self.signer.sign(bytes) } else { None }
    }

    /// Whether the signature is that key's. Whether the key still counts the library judges.
    fn verify(&self, key_id: &str, bytes: &[u8], signature: &[u8]) -> bool {
        let named = self.public.iter().find(|named| *named.id == *key_id);
        named.is_some_and(|named| named.key.verify(bytes, signature))
    }

    /// The key set for relying parties (RFC 7517 §5): keys whose window has not begun are in it, so that a rotation is
    /// known before it happens; those whose window is over are not.
    pub(crate) fn jwks(&self, now: Timestamp) -> serde_json::Value {
        let counts = |named: &&NamedKey| named.window.is_none_or(|window| now < window.until);
        let keys: Vec<_> =
            self.public.iter().filter(counts).map(|named| jwk::of(&named.id, &named.key)).collect();
        serde_json::json!({ "keys": keys })
    }
}

impl Signer for SigningKeys {
    type Error = Infallible;

    async fn sign_bytes(&self, ask: &SignBytes) -> Result<Option<Vec<u8>>, Infallible> {
        Ok(self.sign(&ask.key_id, &ask.bytes))
    }

    async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, Infallible> {
        let is_good = self.verify(&ask.key_id, &ask.bytes, &ask.signature);
        Ok(if is_good { SignatureCheck::Valid } else { SignatureCheck::Invalid })
    }
}

#[cfg(test)]
mod tests;
