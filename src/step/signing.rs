//! Signatures by keys that are kept outside.

use alloc::{boxed::Box, vec::Vec};
use core::fmt;
use serde::{Deserialize, Serialize};

/// Sign this, with a key that is kept outside. The answer is `None` if there is no such key.
///
/// Asked only where id tokens are [signed outside](crate::token::IdTokenSigning::Outside), for each id token. Sign the bytes as they are, by the
/// algorithm of the key ([`OutsideKey::algorithm`](crate::token::OutsideKey::algorithm)). An ECDSA signature is `r ‖ s` in 64 bytes (RFC 7518 §3.4).
/// Many key services give it in DER.
///
/// ```
/// use authflow::{
///     step::SignBytes,
///     testkit::{Call, Setup, World, demo},
///     token::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm},
/// };
///
/// let key = OutsideKey::new("kms-1", SignatureAlgorithm::Es256)?;
/// let signing = IdTokenSigning::Outside(OutsideKeys::new(key));
/// let mut world = World::with_setup(Setup { signing, ..Setup::default() });
///
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<SignBytes>(step);
/// assert_eq!(&*ask.key_id, "kms-1");
/// assert_eq!(ask.bytes.iter().filter(|byte| **byte == b'.').count(), 1, "header and payload");
/// // yours: what the key service answers
/// let answer = world.finish(ask.answer(Some(vec![7; 64])));
/// assert!(answer.id_token().contains(".BwcHBwc"), "base64url of the signature");
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
///
/// **If you answer wrongly:** if you answer with the signature of another key or algorithm, no relying party takes the id token, and you refuse it
/// too when it comes back as a bearer. With `None`, the client is told that the system is busy. A login has been committed by then, and its client
/// must start again.
#[derive(Clone)]
#[non_exhaustive]
pub struct SignBytes {
    /// The id of the key.
    pub key_id: Box<str>,
    /// The bytes to sign: a JWS signing input (RFC 7515 §5.1).
    pub bytes: Vec<u8>,
}

impl fmt::Debug for SignBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SignBytes").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Is this signature good?
///
/// Asked only where id tokens are [signed outside](crate::token::IdTokenSigning::Outside), when one comes as a bearer. The key is one that was
/// configured and counts now. The algorithm is the key's own, whatever the token says. The library judges the claims of the token after this.
///
/// ```
/// use authflow::{
///     step::{SignatureCheck, VerifyBytes},
///     testkit::{Call, Setup, World, stand_in_signature},
///     token::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm},
/// };
///
/// let key = OutsideKey::new("kms-1", SignatureAlgorithm::Es256)?;
/// let signing = IdTokenSigning::Outside(OutsideKeys::new(key));
/// let mut world = World::with_setup(Setup { signing, ..Setup::default() });
/// let signed_in = world.login("alice");
///
/// let step = world.begin(&Call::check_exist(signed_in.id_token()));
/// let ask = world.until::<VerifyBytes>(step);
/// // yours: ask the key service
/// assert_eq!(ask.signature, stand_in_signature(&ask.key_id, &ask.bytes));
/// assert_eq!(world.finish(ask.answer(SignatureCheck::Invalid)).status, 400);
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
///
/// **If you answer wrongly:** if you answer `Valid` for a signature that is not valid, anybody who writes an id token for a session that lives is
/// signed in as its subject. If you answer `Invalid` for one that is valid, its subject must sign in again. Have no
/// answer ([`Ask::unavailable`](super::Ask::unavailable)) where the key service is down.
#[derive(Clone)]
#[non_exhaustive]
pub struct VerifyBytes {
    /// The id of the key.
    pub key_id: Box<str>,
    /// The bytes that were signed.
    pub bytes: Vec<u8>,
    /// The signature.
    pub signature: Vec<u8>,
}

/// They are not printed, because the bytes and the signature together are a token.
impl fmt::Debug for VerifyBytes {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("VerifyBytes").field("key_id", &self.key_id).finish_non_exhaustive()
    }
}

/// Whether a signature is good.
///
/// ```
/// use authflow::{
///     step::{SignatureCheck, VerifyBytes},
///     testkit::stand_in_signature,
/// };
///
/// /// `verify` is your key service's.
/// fn check(ask: &VerifyBytes, verify: impl Fn(&str, &[u8], &[u8]) -> bool) -> SignatureCheck {
///     match verify(&ask.key_id, &ask.bytes, &ask.signature) {
///         true => SignatureCheck::Valid,
///         false => SignatureCheck::Invalid,
///     }
/// }
/// # use authflow::{testkit::{Call, Setup, World}, token::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm}};
/// # let key = OutsideKey::new("kms-1", SignatureAlgorithm::Es256)?;
/// # let signing = IdTokenSigning::Outside(OutsideKeys::new(key));
/// # let mut world = World::with_setup(Setup { signing, ..Setup::default() });
/// # let signed_in = world.login("alice");
/// # let step = world.begin(&Call::check_exist(signed_in.id_token()));
/// # let ask = world.until::<VerifyBytes>(step);
/// let answer = check(&ask, |key, bytes, signature| signature == stand_in_signature(key, bytes));
/// assert_eq!(world.finish(ask.answer(answer)).status, 200);
/// # Ok::<(), authflow::token::KeyError>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SignatureCheck {
    /// The signature is good.
    Valid,
    /// The signature is not good.
    Invalid,
}
