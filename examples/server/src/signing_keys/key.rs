//! One key of an algorithm, private or public (RFC 7518 §3, RFC 8037 §3).

use authflow::token::{self, SignatureAlgorithm};
use aws_lc_rs::{
    encoding::{AsDer as _, PublicKeyX509Der},
    rand::SystemRandom,
    rsa,
    signature::{
        ECDSA_P256_SHA256_FIXED, ECDSA_P256_SHA256_FIXED_SIGNING, ED25519, EcdsaKeyPair, Ed25519KeyPair,
        KeyPair as _, ParsedPublicKey, RSA_PKCS1_2048_8192_SHA256, RSA_PKCS1_SHA256,
        RSA_PSS_2048_8192_SHA256, RSA_PSS_SHA256, RsaEncoding, RsaKeyPair, VerificationAlgorithm,
    },
};
use std::fmt;

/// The bytes before the point in the DER of a P-256 key (RFC 5480 §2). The point is uncompressed (SEC 1 §2.3.3).
const P256_BEFORE_POINT: &[u8] = &[
    0x30, 0x59, 0x30, 0x13, 0x06, 0x07, 0x2a, 0x86, 0x48, 0xce, 0x3d, 0x02, 0x01, 0x06, 0x08, 0x2a, 0x86,
    0x48, 0xce, 0x3d, 0x03, 0x01, 0x07, 0x03, 0x42, 0x00, 0x04,
];
/// The bytes before the 32 bytes of the key in the DER of an Ed25519 key (RFC 8410 §4).
const ED25519_BEFORE_KEY: &[u8] = &[0x30, 0x2a, 0x30, 0x05, 0x06, 0x03, 0x2b, 0x65, 0x70, 0x03, 0x21, 0x00];

#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a key for {}, of 2,048 to 8,192 bits if it is RSA", .0.as_str())]
pub(crate) struct NotThatKey(SignatureAlgorithm);

pub(super) struct PrivateKey {
    pair: Pair,
    public: PublicKey,
}

enum Pair {
    Rsa(RsaKeyPair, &'static dyn RsaEncoding),
    P256(EcdsaKeyPair),
    Ed25519(Ed25519KeyPair),
}

#[derive(Clone)]
pub(super) struct PublicKey {
    algorithm: SignatureAlgorithm,
    key: ParsedPublicKey,
    published: token::PublicKey,
}

impl PrivateKey {
    /// Reads a PKCS#8 document (RFC 5958).
    pub(super) fn from_pkcs8(algorithm: SignatureAlgorithm, der: &[u8]) -> Result<Self, NotThatKey> {
        let refused = |_| NotThatKey(algorithm);
        let rsa = |encoding| RsaKeyPair::from_pkcs8(der).map(|pair| Pair::Rsa(pair, encoding));
        let pair = match algorithm {
            SignatureAlgorithm::Rs256 => rsa(&RSA_PKCS1_SHA256),
            SignatureAlgorithm::Ps256 => rsa(&RSA_PSS_SHA256),
            SignatureAlgorithm::Es256 => {
                EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, der).map(Pair::P256)
            }
            // openssl writes the document without a public half. If there is one, it must be the right one.
            SignatureAlgorithm::EdDsa => Ed25519KeyPair::from_pkcs8_maybe_unchecked(der).map(Pair::Ed25519),
        };
        let pair = pair.map_err(refused)?;
        let public: Result<PublicKeyX509Der<'static>, _> = match &pair {
            Pair::Rsa(pair, _) => pair.public_key().as_der(),
            Pair::P256(pair) => pair.public_key().as_der(),
            Pair::Ed25519(pair) => pair.public_key().as_der(),
        };
        let public = public.map_err(|_| NotThatKey(algorithm))?;
        Ok(Self { pair, public: PublicKey::from_spki(algorithm, public.as_ref())? })
    }

    pub(super) fn public(&self) -> &PublicKey {
        &self.public
    }

    /// `None` if it fails. The host answers that as if there were no such key.
    pub(super) fn sign(&self, bytes: &[u8]) -> Option<Vec<u8>> {
        let random = SystemRandom::new();
        match &self.pair {
            Pair::Rsa(pair, encoding) => {
                let mut signature = vec![0; pair.public_modulus_len()];
                pair.sign(*encoding, &random, bytes, &mut signature).ok()?;
                Some(signature)
            }
            Pair::P256(pair) => Some(pair.sign(&random, bytes).ok()?.as_ref().to_vec()),
            Pair::Ed25519(pair) => Some(pair.try_sign(bytes).ok()?.as_ref().to_vec()),
        }
    }
}

impl PublicKey {
    /// Reads a SubjectPublicKeyInfo (RFC 5280 §4.1.2.7).
    pub(super) fn from_spki(algorithm: SignatureAlgorithm, der: &[u8]) -> Result<Self, NotThatKey> {
        let read = || {
            let key = ParsedPublicKey::new(verification(algorithm), der).ok()?;
            let canonical: PublicKeyX509Der<'static> = key.as_der().ok()?;
            let published = published(algorithm, canonical.as_ref())?;
            Some(Self { algorithm, key, published })
        };
        read().ok_or(NotThatKey(algorithm))
    }

    /// The key as it is published to relying parties.
    pub(super) fn published(&self) -> token::PublicKey {
        self.published.clone()
    }

    pub(super) fn verify(&self, bytes: &[u8], signature: &[u8]) -> bool {
        self.key.verify_sig(bytes, signature).is_ok()
    }
}

/// The numbers of a key, from its SubjectPublicKeyInfo.
fn published(algorithm: SignatureAlgorithm, spki: &[u8]) -> Option<token::PublicKey> {
    match algorithm {
        SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256 => {
            let key = rsa::PublicKey::from_der(spki).ok()?;
            let (modulus, exponent) = (key.modulus(), key.exponent());
            let modulus = modulus.big_endian_without_leading_zero();
            token::PublicKey::rsa(modulus, exponent.big_endian_without_leading_zero()).ok()
        }
        SignatureAlgorithm::Es256 => {
            let (x, rest) = spki.strip_prefix(P256_BEFORE_POINT)?.split_first_chunk()?;
            Some(token::PublicKey::p256(*x, rest.try_into().ok()?))
        }
        SignatureAlgorithm::EdDsa => {
            Some(token::PublicKey::ed25519(spki.strip_prefix(ED25519_BEFORE_KEY)?.try_into().ok()?))
        }
    }
}

fn verification(algorithm: SignatureAlgorithm) -> &'static dyn VerificationAlgorithm {
    match algorithm {
        SignatureAlgorithm::Rs256 => &RSA_PKCS1_2048_8192_SHA256,
        SignatureAlgorithm::Ps256 => &RSA_PSS_2048_8192_SHA256,
        SignatureAlgorithm::Es256 => &ECDSA_P256_SHA256_FIXED,
        SignatureAlgorithm::EdDsa => &ED25519,
    }
}

impl fmt::Debug for PrivateKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PrivateKey({}, …)", self.public.algorithm.as_str())
    }
}

impl fmt::Debug for PublicKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "PublicKey({}, …)", self.algorithm.as_str())
    }
}
