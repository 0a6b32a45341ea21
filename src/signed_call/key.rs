//! The key of an application's signed calls.

use crate::token::{KeyError, KeyId};
use alloc::{
    boxed::Box,
    string::{String, ToString as _},
    vec::Vec,
};
use base64::{Engine as _, prelude::BASE64_STANDARD};
use core::fmt;
use serde::{Deserialize, Serialize};

const BEGIN: &str = "-----BEGIN PUBLIC KEY-----";
const END: &str = "-----END PUBLIC KEY-----";
/// The length of a line in the family's sample and in RFC 7468 §2.
const LINE: usize = 64;
/// This is more than a key of 4,096 bits needs.
const LONGEST_PEM: usize = 1_024;

/// The key that an application's clients seal their session tokens with: an RSA key of 2,048 to 4,096 bits. The host or a KMS has its private half.
///
/// An application that has one demands a [signature](super) of every call after the sign-in. It hands the public half to anybody who asks.
///
/// ```
/// use authflow::{signed_call::CallKey, testkit::demo};
///
/// // openssl genrsa 2048 > call-key.pem; openssl rsa -in call-key.pem -pubout
/// let key = CallKey::new("2026-11", demo::PUBLIC_KEY)?;
/// assert_eq!(key.id().as_str(), "2026-11");
/// assert!(key.public_key().starts_with("-----BEGIN PUBLIC KEY-----\n"));
///
/// let refused = CallKey::new("2026-11", "-----BEGIN PRIVATE KEY-----\n…").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "a call's key must be an RSA public key of 2,048 to 4,096 bits in PEM, between BEGIN PUBLIC KEY and END PUBLIC KEY"
/// );
/// # Ok::<(), authflow::signed_call::CallKeyError>(())
/// ```
#[derive(Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Written", into = "Written")]
pub struct CallKey {
    id: KeyId,
    public_key: Box<str>,
    modulus_bytes: usize,
}

impl CallKey {
    /// A key by the id that the host knows it by, with its public half as `SubjectPublicKeyInfo` in PEM (RFC 7468 §13).
    ///
    /// # Errors
    /// When the id is not a [`KeyId`], or the text is not an RSA public key of 2,048 to 4,096 bits.
    pub fn new(id: &str, public_key: &str) -> Result<Self, CallKeyError> {
        let id = KeyId::new(id).map_err(CallKeyError::Id)?;
        let spki = read_pem(public_key).ok_or(CallKeyError::PublicKey)?;
        let modulus_bytes = modulus_bytes(&spki).ok_or(CallKeyError::PublicKey)?;
        Ok(Self { id, public_key: write_pem(&spki).into(), modulus_bytes })
    }

    /// The id by which the host knows the key.
    pub fn id(&self) -> &KeyId {
        &self.id
    }

    /// The public half, in lines of 64 characters and without a line feed at the end, as in the family's sample.
    pub fn public_key(&self) -> &str {
        &self.public_key
    }

    /// The length in bytes of a text that is sealed with the key.
    pub(crate) fn sealed_bytes(&self) -> usize {
        self.modulus_bytes
    }
}

/// Shows the id alone.
impl fmt::Debug for CallKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("CallKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// The key as it stands in a configuration.
#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
struct Written {
    id: String,
    public_key: String,
}

impl TryFrom<Written> for CallKey {
    type Error = CallKeyError;

    fn try_from(written: Written) -> Result<Self, CallKeyError> {
        Self::new(&written.id, &written.public_key)
    }
}

impl From<CallKey> for Written {
    fn from(key: CallKey) -> Self {
        Self { id: key.id.as_str().to_string(), public_key: key.public_key.into() }
    }
}

/// The reason why something is not a key of signed calls.
///
/// ```
/// use authflow::{
///     signed_call::{CallKey, CallKeyError},
///     testkit::demo,
/// };
///
/// let certificate = demo::PUBLIC_KEY.replace("PUBLIC KEY", "CERTIFICATE");
/// assert_eq!(CallKey::new("2026-11", &certificate), Err(CallKeyError::PublicKey));
/// assert!(matches!(CallKey::new("two words", demo::PUBLIC_KEY), Err(CallKeyError::Id(_))));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallKeyError {
    /// The text is not the id of a key.
    #[error(transparent)]
    Id(KeyError),
    /// The text is not a public key, or the key has another kind or size.
    #[error(
        "a call's key must be an RSA public key of 2,048 to 4,096 bits in PEM, between BEGIN PUBLIC KEY and END PUBLIC KEY"
    )]
    PublicKey,
}

fn read_pem(text: &str) -> Option<Vec<u8>> {
    let text = Some(text.trim()).filter(|text| text.len() <= LONGEST_PEM)?;
    let encoded: String = text.strip_prefix(BEGIN)?.strip_suffix(END)?.split_ascii_whitespace().collect();
    BASE64_STANDARD.decode(encoded).ok()
}

fn write_pem(spki: &[u8]) -> String {
    let mut text = String::from(BEGIN);
    for (at, character) in BASE64_STANDARD.encode(spki).chars().enumerate() {
        if at % LINE == 0 {
            text.push('\n');
        }
        text.push(character);
    }
    text.push('\n');
    text.push_str(END);
    text
}

/// The length of the modulus in a `SubjectPublicKeyInfo` (RFC 5280 §4.1, RFC 3279 §2.3.1), for sizes whose lengths take two bytes in DER. The host
/// must see that the rest is a key, because it has the other half.
fn modulus_bytes(spki: &[u8]) -> Option<usize> {
    /// `rsaEncryption`, with its parameters, which are null.
    const ALGORITHM: &[u8] =
        &[0x30, 0x0d, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x01, 0x01, 0x05, 0x00];
    const SEQUENCE: u8 = 0x30;
    const BIT_STRING: u8 = 0x03;
    const INTEGER: u8 = 0x02;
    let key = whole(SEQUENCE, spki)?.strip_prefix(ALGORITHM)?;
    let numbers = whole(SEQUENCE, whole(BIT_STRING, key)?.strip_prefix(&[0])?)?;
    // A modulus has its highest bit set, so a zero stands before it.
    let (modulus, exponent) = long(INTEGER, numbers)?;
    let modulus = modulus.strip_prefix(&[0]).filter(|modulus| modulus.first() >= Some(&0x80))?;
    ((256..=512).contains(&modulus.len()) && !exponent.is_empty()).then_some(modulus.len())
}

/// The content of a value that begins with this tag and a length of two bytes, and the bytes after the value.
fn long(tag: u8, der: &[u8]) -> Option<(&[u8], &[u8])> {
    match der {
        [first, 0x82, high, low, rest @ ..] if *first == tag => {
            rest.split_at_checked(usize::from(u16::from_be_bytes([*high, *low])))
        }
        _ => None,
    }
}

/// The same, for a value that nothing follows.
fn whole(tag: u8, der: &[u8]) -> Option<&[u8]> {
    long(tag, der).filter(|(_, rest)| rest.is_empty()).map(|(content, _)| content)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testkit::demo::PUBLIC_KEY;
    use alloc::format;

    #[test]
    fn a_key_is_written_as_the_sample_is_however_its_lines_were_broken() {
        let key = CallKey::new("2026-11", PUBLIC_KEY).unwrap();
        assert_eq!((key.sealed_bytes(), key.public_key()), (256, PUBLIC_KEY));
        let last = PUBLIC_KEY.lines().rev().nth(1).unwrap();
        assert!(last.len() == 8 && !last.contains('='), "as in the sample: {last}");
        let otherwise = format!("\r\n{}\r\n\r\n", PUBLIC_KEY.replace('\n', "\r\n"));
        assert_eq!(CallKey::new("2026-11", &otherwise).unwrap(), key);
        let json = serde_json::to_string(&key).unwrap();
        assert_eq!(serde_json::from_str::<CallKey>(&json).unwrap(), key);
        assert_eq!(format!("{key:?}"), r#"CallKey { id: KeyId("2026-11"), .. }"#);
        assert_eq!(CallKey::new("", PUBLIC_KEY).unwrap_err(), CallKeyError::Id(KeyError::Id));
    }

    #[test]
    fn what_is_no_rsa_public_key_of_that_size_is_refused() {
        let spki = read_pem(PUBLIC_KEY).unwrap();
        let of = |bytes: &[u8]| CallKey::new("k", &write_pem(bytes)).map(|key| key.sealed_bytes());
        assert_eq!(of(&spki), Ok(256));
        for length in 0..spki.len() {
            assert_eq!(of(&spki[..length]), Err(CallKeyError::PublicKey), "{length}");
        }
        // Every byte before the modulus is fixed. The highest bit of its first byte is fixed too, but this flips the lowest.
        for at in (0..34).filter(|at| *at != 33) {
            let mut other = spki.clone();
            other[at] ^= 1;
            assert!(of(&other).is_err(), "{at}");
        }
        assert!(of(&[&spki[..], &[0]].concat()).is_err(), "longer");
        for (bits, fits) in [(1_024, false), (2_040, false), (3_072, true), (4_096, true), (4_104, false)] {
            assert_eq!(of(&made_up(bits / 8)).is_ok(), fits, "{bits}");
        }
        for wrong in
            ["", "x", BEGIN, &PUBLIC_KEY.replace("PUBLIC", "PRIVATE"), &PUBLIC_KEY.replace('M', "\0")]
        {
            assert_eq!(CallKey::new("k", wrong).unwrap_err(), CallKeyError::PublicKey, "{wrong}");
        }
    }

    /// A key whose modulus has so many bytes, all of them set.
    fn made_up(modulus: usize) -> Vec<u8> {
        let with = |tag: u8, content: &[u8]| {
            let length = content.len() as u16;
            [&[tag, 0x82][..], &length.to_be_bytes(), content].concat()
        };
        let modulus = with(0x02, &[&[0], &alloc::vec![0xff; modulus][..]].concat());
        let numbers = with(0x30, &[&modulus[..], &[0x02, 0x03, 0x01, 0x00, 0x01]].concat());
        let algorithm = &read_pem(PUBLIC_KEY).unwrap()[4..19];
        with(0x30, &[algorithm, &with(0x03, &[&[0], &numbers[..]].concat())].concat())
    }
}
