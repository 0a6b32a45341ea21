//! Id tokens whose keys are outside this library: in a KMS, or of a kind that this library does not compute. The host signs and verifies bytes. This
//! library writes and judges the claims.
//!
//! As under HS256, a header is a constant of its key. It is compared and never parsed, so there is no `alg` to obey (RFC 8725 §3.1).

use super::{
    IdClaims, IdToken, Issuer, KeyError, KeyId, KeyRing, PublicKey, PublicKeys, RingError, TokenError,
    TokenText, Untrusted, VerifyWindow, beginning::Beginning, id::MAX_TEXT, keys::jwt_header,
};
use crate::{Audience, Timestamp, text::base64url};
use alloc::{boxed::Box, vec, vec::Vec};
use serde::{Deserialize, Serialize};

/// The longest signature: RSA with a key of 8,192 bits.
const MAX_SIGNATURE: usize = 1024;

/// The algorithm by which an outside key signs.
///
/// ```
/// use authflow::{
///     token::{OutsideKey, SignatureAlgorithm},
/// };
///
/// /// The name that a key service has for the algorithm.
/// fn scheme(algorithm: SignatureAlgorithm) -> &'static str {
///     match algorithm {
///         SignatureAlgorithm::Rs256 => "RSASSA_PKCS1_V1_5_SHA_256",
///         SignatureAlgorithm::Ps256 => "RSASSA_PSS_SHA_256",
///         SignatureAlgorithm::Es256 => "ECDSA_SHA_256",
///         SignatureAlgorithm::EdDsa => "ED25519",
///     }
/// }
///
/// let configured: SignatureAlgorithm = serde_json::from_str(r#""ES256""#)?;
/// let key = OutsideKey::new("kms-1", configured)?;
/// assert_eq!(scheme(key.algorithm()), "ECDSA_SHA_256");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub enum SignatureAlgorithm {
    /// RSASSA-PKCS1-v1_5 with SHA-256 (RFC 7518 §3.3), as in the products.
    #[serde(rename = "RS256")]
    Rs256,
    /// RSASSA-PSS with SHA-256 (RFC 7518 §3.5).
    #[serde(rename = "PS256")]
    Ps256,
    /// ECDSA on P-256 with SHA-256, the signature as `r ‖ s` in 64 bytes (RFC 7518 §3.4).
    #[serde(rename = "ES256")]
    Es256,
    /// EdDSA with Ed25519 (RFC 8037 §3.1).
    #[serde(rename = "EdDSA")]
    EdDsa,
}

impl SignatureAlgorithm {
    /// The value of `alg`.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Rs256 => "RS256",
            Self::Ps256 => "PS256",
            Self::Es256 => "ES256",
            Self::EdDsa => "EdDSA",
        }
    }
}

/// A key outside this library: its id, its algorithm, and optionally its public half for relying parties. The library never gets the private half.
///
/// ```
/// use authflow::token::{KeyError, OutsideKey, PublicKey, SignatureAlgorithm};
///
/// let key = OutsideKey::new("kms-1", SignatureAlgorithm::Es256)?;
/// // The public half is of another kind, so relying parties would accept no id token.
/// let refused = key.clone().publishing(PublicKey::ed25519([7; 32])).unwrap_err();
/// assert_eq!(refused, KeyError::Public);
///
/// let published = key.publishing(PublicKey::p256([7; 32], [9; 32]))?;
/// assert_eq!(published.id().as_str(), "kms-1");
/// # Ok::<(), KeyError>(())
/// ```
#[derive(Clone, Debug)]
pub struct OutsideKey {
    id: KeyId,
    algorithm: SignatureAlgorithm,
    header: Box<str>,
    public: Option<PublicKey>,
}

impl OutsideKey {
    /// A key that tokens name by `id`.
    ///
    /// # Errors
    /// When the id is not a [`KeyId`].
    pub fn new(id: &str, algorithm: SignatureAlgorithm) -> Result<Self, KeyError> {
        let id = KeyId::new(id)?;
        Ok(Self { header: jwt_header(algorithm.as_str(), Some(&id)), id, algorithm, public: None })
    }

    /// The same key, published in the [document of public keys](crate::Engine::public_keys). Its id is the `kid` there, as in the header of the id
    /// tokens that it signs.
    ///
    /// # Errors
    /// When the public half is of another kind than the algorithm takes.
    pub fn publishing(self, public: PublicKey) -> Result<Self, KeyError> {
        if public.is_for(self.algorithm) {
            Ok(Self { public: Some(public), ..self })
        } else {
            Err(KeyError::Public)
        }
    }

    /// The id of the key.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The algorithm by which the key signs.
    pub fn algorithm(&self) -> SignatureAlgorithm {
        self.algorithm
    }
}

/// The keys outside this library. One key signs. Any number of other keys still verify, each within its window.
///
/// ```
/// use authflow::{
///     Timestamp,
///     token::{OutsideKey, OutsideKeys, SignatureAlgorithm, VerifyWindow},
/// };
///
/// let next = OutsideKey::new("2026-12", SignatureAlgorithm::Es256).unwrap();
/// let old = OutsideKey::new("2026-11", SignatureAlgorithm::Rs256).unwrap();
/// let window = VerifyWindow {
///     from: Timestamp::from_unix(0),
///     until: Timestamp::from_unix(1_800_000_000),
/// };
/// let keys = OutsideKeys::new(next).with_verifier(old, window).unwrap();
/// assert_eq!(keys.iter().count(), 2);
/// ```
#[derive(Clone, Debug)]
pub struct OutsideKeys {
    signer: OutsideKey,
    verifiers: Vec<(OutsideKey, VerifyWindow)>,
}

impl OutsideKeys {
    /// One key, which signs.
    pub fn new(signer: OutsideKey) -> Self {
        Self { signer, verifiers: Vec::new() }
    }

    /// Adds a key that verifies within a window and never signs.
    ///
    /// # Errors
    /// When there is a key of that id already, or the window is empty.
    pub fn with_verifier(mut self, key: OutsideKey, window: VerifyWindow) -> Result<Self, RingError> {
        if window.from >= window.until {
            return Err(RingError::EmptyWindow);
        }
        if self.iter().any(|(known, _)| known.id == key.id) {
            return Err(RingError::DuplicateId(Some(key.id)));
        }
        self.verifiers.push((key, window));
        Ok(self)
    }

    /// Every key and its window. The key without a window is the signer.
    pub fn iter(&self) -> impl Iterator<Item = (&OutsideKey, Option<VerifyWindow>)> {
        let verifiers = self.verifiers.iter().map(|(key, window)| (key, Some(*window)));
        core::iter::once((&self.signer, None)).chain(verifiers)
    }

    /// The public halves that are [published](OutsideKey::publishing). They include a key whose window has not begun, so that relying parties know of
    /// a rotation before it happens. They do not include a key whose window is over.
    pub fn published(&self, now: Timestamp) -> PublicKeys {
        let counts = |window: Option<VerifyWindow>| window.is_none_or(|window| now < window.until);
        let counting = self.iter().filter(|(_, window)| counts(*window));
        PublicKeys::of(counting.filter_map(|(key, _)| Some((key.id, key.algorithm, key.public.as_ref()?))))
    }

    pub(crate) fn id_tokens<'a>(
        &'a self,
        ring: &'a KeyRing,
        issuer: &'a Issuer,
        audience: &'a Audience,
    ) -> OutsideIdTokens<'a> {
        OutsideIdTokens { keys: self, ring, issuer, audience }
    }
}

/// The signer of id tokens.
///
/// ```
/// use authflow::{
///     Application, ClientId, Config, Engine,
///     testkit::demo,
///     token::{IdTokenSigning, OutsideKey, OutsideKeys, PublicKey, SignatureAlgorithm},
/// };
///
/// let public = PublicKey::ed25519([7; 32]); // its public half, for relying parties to fetch
/// let key = OutsideKey::new("kms-1", SignatureAlgorithm::EdDsa)?.publishing(public)?;
/// let shop = Application::new(ClientId::new("shop")?);
/// let mut config = Config::new(demo::issuer(), demo::ring(), [shop].into());
/// config.id_token_signing = IdTokenSigning::Outside(OutsideKeys::new(key));
///
/// let keys = Engine::new(config)?.public_keys(demo::START);
/// assert!(serde_json::to_string(&keys)?.contains(r#""kid":"kms-1""#));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, Default)]
pub enum IdTokenSigning {
    /// This library, with a derived key for each application (HS256), which
    /// [can be exported](crate::Engine::export_id_token_keys).
    #[default]
    ApplicationKey,
    /// The host, with keys outside this library ([`SignBytes`](crate::step::SignBytes), [`VerifyBytes`](crate::step::VerifyBytes)). The application's
    /// derived key then no longer counts.
    Outside(OutsideKeys),
}

/// The id tokens of one application, signed outside.
pub(crate) struct OutsideIdTokens<'a> {
    keys: &'a OutsideKeys,
    ring: &'a KeyRing,
    issuer: &'a Issuer,
    audience: &'a Audience,
}

impl OutsideIdTokens<'_> {
    /// The part of a token with these `claims` that the host must sign.
    pub(crate) fn prepare(&self, claims: &IdClaims) -> Unsigned {
        let OutsideKey { id, header, .. } = &self.keys.signer;
        let text = Beginning::new(header, self.issuer, self.audience).with(claims);
        Unsigned { key_id: *id, text }
    }

    /// Splits a presented token into its parts, for the host to verify. It does not read the payload.
    pub(crate) fn open(
        &self,
        presented: Untrusted<'_, IdToken>,
        now: Timestamp,
    ) -> Result<Unverified, TokenError> {
        let text = presented.bytes();
        if text.len() > MAX_TEXT {
            return Err(TokenError::Malformed);
        }
        let known = self.keys.iter().find(|(key, _)| text.starts_with(key.header.as_bytes()));
        let (key, window) = known.ok_or(TokenError::Malformed)?;
        let after_header = text.get(key.header.len()..).ok_or(TokenError::Malformed)?;
        let dot = after_header.iter().position(|byte| *byte == b'.').ok_or(TokenError::Malformed)?;
        let (signed, signature) =
            text.split_at_checked(key.header.len().saturating_add(dot)).ok_or(TokenError::Malformed)?;
        let signature = signature.strip_prefix(b".").ok_or(TokenError::Malformed)?;
        if window.is_some_and(|window| !(window.from..window.until).contains(&now)) {
            return Err(TokenError::KeyOutsideWindow);
        }
        let mut buffer = vec![0; base64url::decoded_len(signature.len())];
        let signature = base64url::decode(signature, &mut buffer).ok_or(TokenError::Malformed)?;
        if !(1..=MAX_SIGNATURE).contains(&signature.len()) {
            return Err(TokenError::Malformed);
        }
        Ok(Unverified {
            key_id: key.id,
            signed: signed.into(),
            payload_at: key.header.len(),
            signature: signature.into(),
        })
    }

    /// Reads and judges the claims of a token after the host has found its signature good.
    pub(crate) fn accept(&self, verified: Unverified, now: Timestamp) -> Result<IdToken, TokenError> {
        let payload = verified.signed.get(verified.payload_at..).ok_or(TokenError::Malformed)?;
        IdToken::read(payload, self.ring, self.issuer, self.audience, now)
    }
}

/// A token without its signature.
pub(crate) struct Unsigned {
    key_id: KeyId,
    text: Vec<u8>,
}

impl Unsigned {
    pub(crate) fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The JWS signing input (RFC 7515 §5.1).
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.text
    }

    /// The token, or `None` if no verifier would accept it.
    pub(crate) fn signed(self, signature: &[u8]) -> Option<TokenText<IdToken>> {
        let room = [self.text.len(), 1, base64url::encoded_len(signature.len())];
        let mut text = Vec::with_capacity(room.into_iter().fold(0, usize::saturating_add));
        text.extend_from_slice(&self.text);
        text.push(b'.');
        base64url::push(signature, &mut text);
        let fits = (1..=MAX_SIGNATURE).contains(&signature.len()) && text.len() <= MAX_TEXT;
        fits.then(|| TokenText::new(text))
    }
}

/// A presented token whose signature is not verified yet.
pub(crate) struct Unverified {
    key_id: KeyId,
    signed: Vec<u8>,
    payload_at: usize,
    signature: Vec<u8>,
}

impl Unverified {
    pub(crate) fn key_id(&self) -> &KeyId {
        &self.key_id
    }

    /// The JWS signing input (RFC 7515 §5.1).
    pub(crate) fn bytes(&self) -> &[u8] {
        &self.signed
    }

    pub(crate) fn signature(&self) -> &[u8] {
        &self.signature
    }
}

#[cfg(test)]
#[path = "outside_tests.rs"]
mod tests;
