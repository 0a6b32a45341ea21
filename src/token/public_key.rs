//! Public keys of id tokens that are signed outside, in the form that relying parties fetch (RFC 7517).

use super::{KeyError, KeyId, SignatureAlgorithm};
use crate::text::base64url;
use alloc::{boxed::Box, string::String, vec::Vec};
use core::ops::RangeInclusive;
use serde::Serialize;

/// The allowed bytes of an RSA modulus. RFC 7518 §3.3 requires at least 2,048 bits, and the longest signature has 8,192 bits.
const RSA_MODULUS: RangeInclusive<usize> = 256..=1024;
/// The allowed bytes of an RSA exponent.
const RSA_EXPONENT: RangeInclusive<usize> = 1..=8;

/// The public half of an [`OutsideKey`](super::OutsideKey), given by its numbers. The type has no place for a private number.
///
/// ```
/// use authflow::token::{OutsideKey, PublicKey, SignatureAlgorithm};
///
/// # let (modulus, exponent) = ([0xc5; 256], [1, 0, 1]);
/// let key = OutsideKey::new("2026-12", SignatureAlgorithm::Rs256)?
///     .publishing(PublicKey::rsa(&modulus, &exponent)?)?;
/// # let _ = key;
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicKey(Numbers);

#[derive(Clone, Debug, PartialEq, Eq)]
enum Numbers {
    Rsa { modulus: Box<[u8]>, exponent: Box<[u8]> },
    P256 { x: [u8; 32], y: [u8; 32] },
    Ed25519 { x: [u8; 32] },
}

impl PublicKey {
    /// An RSA key: modulus and exponent, big-endian, without leading zero bytes (RFC 7518 §6.3.1).
    ///
    /// # Errors
    /// When the modulus does not have 256 to 1,024 bytes, the exponent does not have 1 to 8 bytes, or either begins with a zero byte.
    pub fn rsa(modulus: &[u8], exponent: &[u8]) -> Result<Self, KeyError> {
        let is_number = |bytes: &[u8], room: RangeInclusive<usize>| {
            room.contains(&bytes.len()) && !bytes.starts_with(&[0])
        };
        if is_number(modulus, RSA_MODULUS) && is_number(exponent, RSA_EXPONENT) {
            Ok(Self(Numbers::Rsa { modulus: modulus.into(), exponent: exponent.into() }))
        } else {
            Err(KeyError::Rsa)
        }
    }

    /// A point of the curve P-256 (RFC 7518 §6.2.1). This function does not judge whether the point lies on the curve.
    pub const fn p256(x: [u8; 32], y: [u8; 32]) -> Self {
        Self(Numbers::P256 { x, y })
    }

    /// An Ed25519 key (RFC 8037 §2).
    pub const fn ed25519(x: [u8; 32]) -> Self {
        Self(Numbers::Ed25519 { x })
    }

    /// Whether this kind of key verifies signatures of this algorithm.
    pub(super) const fn is_for(&self, algorithm: SignatureAlgorithm) -> bool {
        matches!(
            (&self.0, algorithm),
            (Numbers::Rsa { .. }, SignatureAlgorithm::Rs256 | SignatureAlgorithm::Ps256)
                | (Numbers::P256 { .. }, SignatureAlgorithm::Es256)
                | (Numbers::Ed25519 { .. }, SignatureAlgorithm::EdDsa)
        )
    }
}

/// Public keys as a relying party fetches them: a JWK Set (RFC 7517 §5) as JSON. Every key has a `kid`.
///
/// ```
/// use authflow::{
///     testkit::demo,
///     token::{OutsideKey, OutsideKeys, PublicKey, SignatureAlgorithm},
/// };
///
/// let public = PublicKey::ed25519([7; 32]);
/// let key = OutsideKey::new("kms-1", SignatureAlgorithm::EdDsa)?.publishing(public)?;
/// let keys = OutsideKeys::new(key).published(demo::START);
/// assert_eq!(keys.len(), 1);
/// // A route of your own sends this to a relying party.
/// let written = serde_json::to_value(&keys)?;
/// assert_eq!((&written["keys"][0]["kid"], &written["keys"][0]["alg"]), (&"kms-1".into(), &"EdDSA".into()));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct PublicKeys {
    keys: Vec<Jwk>,
}

impl PublicKeys {
    /// The number of keys.
    pub fn len(&self) -> usize {
        self.keys.len()
    }

    /// Whether there are no keys.
    pub fn is_empty(&self) -> bool {
        self.keys.is_empty()
    }

    pub(super) fn of<'k>(keys: impl Iterator<Item = (KeyId, SignatureAlgorithm, &'k PublicKey)>) -> Self {
        Self { keys: keys.map(|(id, algorithm, key)| Jwk::of(id, algorithm, key)).collect() }
    }
}

/// One key of the set (RFC 7517 §4, RFC 7518 §6, RFC 8037 §2).
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
struct Jwk {
    kty: &'static str,
    #[serde(rename = "use")]
    used_for: &'static str,
    alg: &'static str,
    kid: KeyId,
    #[serde(skip_serializing_if = "Option::is_none")]
    crv: Option<&'static str>,
    #[serde(skip_serializing_if = "Option::is_none")]
    n: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    e: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    x: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    y: Option<String>,
}

impl Jwk {
    fn of(kid: KeyId, algorithm: SignatureAlgorithm, key: &PublicKey) -> Self {
        let bare = |kty| Self {
            kty,
            used_for: "sig",
            alg: algorithm.as_str(),
            kid,
            crv: None,
            n: None,
            e: None,
            x: None,
            y: None,
        };
        match &key.0 {
            Numbers::Rsa { modulus, exponent } => {
                Self { n: Some(base64url::text(modulus)), e: Some(base64url::text(exponent)), ..bare("RSA") }
            }
            Numbers::P256 { x, y } => Self {
                crv: Some("P-256"),
                x: Some(base64url::text(x)),
                y: Some(base64url::text(y)),
                ..bare("EC")
            },
            Numbers::Ed25519 { x } => {
                Self { crv: Some("Ed25519"), x: Some(base64url::text(x)), ..bare("OKP") }
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Timestamp,
        token::{OutsideKey, OutsideKeys, VerifyWindow},
    };
    use serde_json::json;

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

    fn decoded<const N: usize>(text: &str) -> [u8; N] {
        let mut buffer = [0; 64];
        base64url::decode(text.as_bytes(), &mut buffer).unwrap().try_into().unwrap()
    }

    fn rsa() -> PublicKey {
        PublicKey::rsa(&[0xff; 256], &[1, 0, 1]).unwrap()
    }

    fn key(id: &str, algorithm: SignatureAlgorithm, public: PublicKey) -> OutsideKey {
        OutsideKey::new(id, algorithm).unwrap().publishing(public).unwrap()
    }

    /// The keys of RFC 7517 A.1 and RFC 8037 A.2 give their texts; `AQAB` is 65,537.
    #[test]
    fn the_vectors_of_the_rfcs() {
        let (x, y) =
            ("MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4", "4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM");
        let ed = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        let keys = OutsideKeys::new(key("a", SignatureAlgorithm::Rs256, rsa()));
        let window = VerifyWindow { from: NOW, until: NOW.plus_seconds(1) };
        let es = key("b", SignatureAlgorithm::Es256, PublicKey::p256(decoded(x), decoded(y)));
        let ed25519 = key("c", SignatureAlgorithm::EdDsa, PublicKey::ed25519(decoded(ed)));
        let keys = keys.with_verifier(es, window).unwrap().with_verifier(ed25519, window).unwrap();
        let n = alloc::format!("{}_w", "_".repeat(340));
        assert_eq!(
            serde_json::to_value(keys.published(NOW)).unwrap(),
            json!({ "keys": [
                { "kty": "RSA", "use": "sig", "alg": "RS256", "kid": "a", "n": n, "e": "AQAB" },
                { "kty": "EC", "use": "sig", "alg": "ES256", "kid": "b", "crv": "P-256", "x": x, "y": y },
                { "kty": "OKP", "use": "sig", "alg": "EdDSA", "kid": "c", "crv": "Ed25519", "x": ed },
            ] })
        );
    }

    #[test]
    fn a_key_is_published_before_its_window_and_in_it_and_not_after() {
        let window = VerifyWindow { from: NOW.plus_seconds(10), until: NOW.plus_seconds(20) };
        let keys = OutsideKeys::new(OutsideKey::new("a", SignatureAlgorithm::Es256).unwrap());
        assert!(keys.published(NOW).is_empty(), "whose public half is not here");
        let keys = keys.with_verifier(key("b", SignatureAlgorithm::Ps256, rsa()), window).unwrap();
        for (later, published) in [(0, 1), (10, 1), (19, 1), (20, 0)] {
            assert_eq!(keys.published(NOW.plus_seconds(later)).len(), published, "{later}");
        }
    }

    #[test]
    fn a_key_of_another_kind_and_a_number_that_is_none_are_refused() {
        let rs256 = || OutsideKey::new("a", SignatureAlgorithm::Rs256).unwrap();
        assert_eq!(rs256().publishing(PublicKey::ed25519([1; 32])).unwrap_err(), KeyError::Public);
        for (modulus, exponent) in [
            (&[1; 255][..], &[1, 0, 1][..]),
            (&[1; 1025], &[3]),
            (&[0; 256], &[3]),
            (&[1; 256], &[]),
            (&[1; 256], &[0, 3]),
        ] {
            assert_eq!(PublicKey::rsa(modulus, exponent).unwrap_err(), KeyError::Rsa);
        }
    }
}
