//! The keys that sign id tokens outside the library: one signs, and others still verify. A TOML file names them, and each is in a PEM file beside
//! it.

mod file;
mod key;
mod make;
pub(crate) mod pem;

pub(crate) use file::{SigningKeysError, load};
pub(crate) use make::{algorithm, load_or_make};

use authflow::{
    parts::Signer,
    step::{SignBytes, SignatureCheck, VerifyBytes},
    token::{OutsideKey, OutsideKeys, RingError, VerifyWindow},
};
use key::{PrivateKey, PublicKey};
use std::sync::Arc;
use tokio::task::{JoinError, spawn_blocking};

#[derive(Debug)]
pub(crate) struct SigningKeys {
    outside: OutsideKeys,
    signer_id: Box<str>,
    signer: Arc<PrivateKey>,
    public: Vec<NamedKey>,
}

/// A key's public half, which verifies its signatures.
#[derive(Debug)]
struct NamedKey {
    id: Box<str>,
    key: PublicKey,
}

impl SigningKeys {
    fn new(described: OutsideKey, signer: PrivateKey) -> Self {
        let signer_id: Box<str> = described.id().as_str().into();
        let public = vec![NamedKey { id: signer_id.clone(), key: signer.public().clone() }];
        Self { outside: OutsideKeys::new(described), signer_id, signer: Arc::new(signer), public }
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
        public.push(NamedKey { id, key });
        Ok(Self { outside, public, ..self })
    }

    /// The keys as the library knows and publishes them.
    pub(crate) fn outside(&self) -> OutsideKeys {
        self.outside.clone()
    }

    /// `None` if the key is not the signer. An RSA signature takes about a millisecond, on a thread that serves no connection meanwhile.
    async fn sign(&self, key_id: &str, bytes: &[u8]) -> Result<Option<Vec<u8>>, JoinError> {
        if *self.signer_id != *key_id {
            return Ok(None);
        }
        let (signer, bytes) = (Arc::clone(&self.signer), bytes.to_vec());
        spawn_blocking(move || signer.sign(&bytes)).await
    }

    /// Whether the signature is that key's. The library judges whether the key still counts.
    fn verify(&self, key_id: &str, bytes: &[u8], signature: &[u8]) -> bool {
        let named = self.public.iter().find(|named| *named.id == *key_id);
        named.is_some_and(|named| named.key.verify(bytes, signature))
    }
}

impl Signer for SigningKeys {
    type Error = JoinError;

    async fn sign_bytes(&self, ask: &SignBytes) -> Result<Option<Vec<u8>>, JoinError> {
        self.sign(&ask.key_id, &ask.bytes).await
    }

    async fn verify_bytes(&self, ask: &VerifyBytes) -> Result<SignatureCheck, JoinError> {
        let is_good = self.verify(&ask.key_id, &ask.bytes, &ask.signature);
        Ok(if is_good { SignatureCheck::Valid } else { SignatureCheck::Invalid })
    }
}

#[cfg(test)]
mod tests;
