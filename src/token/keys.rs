//! One key of the ring, and every key derived from it.

use super::{
    DeviceDigest, VerifyWindow,
    mac::{MacKey, half, same_tag},
};
use crate::{Audience, Moment, text::base64url};
use alloc::{boxed::Box, format, string::String};
use arrayvec::ArrayString;
use core::fmt;
use serde::{Deserialize, Serialize};
use zeroize::{Zeroize as _, Zeroizing};

/// The labels that tell derived keys apart. Fixed for ever: changing one invalidates every token of its kind. A form that changes
/// takes a new label, so that a token of the old one is forged under the new one, and never misread.
mod label {
    pub(super) const STATE: &[u8] = b"authflow/v2/state";
    pub(super) const SESSION: &[u8] = b"authflow/v1/session";
    pub(super) const TICKET: &[u8] = b"authflow/v1/ticket";
    pub(super) const CODE: &[u8] = b"authflow/v1/code";
    pub(super) const DEVICE: &[u8] = b"authflow/v1/device";
    pub(super) const GUESS: &[u8] = b"authflow/v1/guess";
    pub(super) const RANDOM: &[u8] = b"authflow/v1/random";
    /// Followed by the client id and the tenant, each behind its length.
    pub(super) const ID: &[u8] = b"authflow/v1/id/";
}

/// Names a key in a token (`kid`): 1 to 20 characters of `A–Z a–z 0–9 - _ .`
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

/// A secret of the ring and, if it has one, its id.
///
/// The secret must be 32 bytes or more (RFC 7518 §3.2) of real randomness; a passphrase will not do.
pub struct Key {
    pub(super) id: Option<KeyId>,
    secret: Zeroizing<Box<[u8]>>,
}

impl Key {
    /// A key with an id, so that tokens name it.
    ///
    /// # Errors
    /// When the id is not a [`KeyId`], the secret is shorter than 32 bytes, or its bytes are all equal or count up or down.
    pub fn new(id: &str, secret: impl Into<Box<[u8]>>) -> Result<Self, KeyError> {
        Ok(Self { id: Some(KeyId::new(id)?), ..Self::without_id(secret)? })
    }

    /// A key without an id: the header of its state tokens is exactly the one the family's samples show,
    /// `eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9`. A ring has at most one of them.
    ///
    /// # Errors
    /// When the secret is shorter than 32 bytes, or its bytes are all equal or count up or down.
    pub fn without_id(secret: impl Into<Box<[u8]>>) -> Result<Self, KeyError> {
        let secret = Zeroizing::new(secret.into());
        if secret.len() < 32 {
            Err(KeyError::Short)
        } else if is_counted(&secret) {
            Err(KeyError::Weak)
        } else {
            Ok(Self { id: None, secret })
        }
    }
}

/// Whether each byte lies as far from the one before as the next from it: all equal, or counting. Examples and tests are full of
/// such keys, and attackers try those first. Random bytes are so once in 2²⁴⁰.
fn is_counted(secret: &[u8]) -> bool {
    let steps = || secret.iter().zip(secret.iter().skip(1)).map(|(one, next)| next.wrapping_sub(*one));
    steps().zip(steps().skip(1)).all(|(step, next)| step == next)
}

/// Secrets that look like one, different for each number, for tests: everybody knows them.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum KeyError {
    /// The id is not 1 to 20 characters of `A–Z a–z 0–9 - _ .`
    #[error("a key id is 1 to 20 characters of A-Z a-z 0-9 - _ .")]
    Id,
    /// The secret is shorter than 32 bytes.
    #[error("a key must have at least 32 bytes")]
    Short,
    /// The secret's bytes are all equal, or count up or down: an example's key, or none that was drawn at random.
    #[error("a key must be random bytes, and these are all equal or count up or down")]
    Weak,
}

/// The key that signs the id tokens of one application, for a relying party to verify them with (HS256).
///
/// The only derived key that leaves the library. HS256 keys sign as well as they verify: who has it can forge this
/// application's id tokens, which are also the bearers of its post-login calls, for any session that still lives.
/// It makes no session, no state token, and nothing for another application or tenant.
#[derive(Clone)]
pub struct IdTokenKey {
    id: Option<KeyId>,
    secret: Zeroizing<[u8; 32]>,
    window: Option<VerifyWindow>,
}

impl IdTokenKey {
    /// When it counts; `None` for the key that signs. A relying party forgets a key whose window is over.
    pub fn window(&self) -> Option<VerifyWindow> {
        self.window
    }

    pub(super) fn within(self, window: Option<VerifyWindow>) -> Self {
        Self { window, ..self }
    }

    /// What the `kid` of its tokens is.
    pub fn id(&self) -> Option<&KeyId> {
        self.id.as_ref()
    }

    /// The 32 bytes, for the configuration of the relying party.
    pub fn expose(&self) -> &[u8; 32] {
        &self.secret
    }
}

impl fmt::Debug for IdTokenKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("IdTokenKey").field("id", &self.id).finish_non_exhaustive()
    }
}

/// A key of the ring with the keys derived from it, one for each purpose.
pub(crate) struct Keys {
    pub(super) id: Option<KeyId>,
    /// The encoded JWT header and its dot: a constant of the key.
    pub(super) header: Box<str>,
    pub(super) state: MacKey,
    pub(super) session: MacKey,
    pub(super) ticket: MacKey,
    pub(super) device: MacKey,
    code: MacKey,
    guess: MacKey,
    random: MacKey,
    root: MacKey,
}

impl Keys {
    /// The longest header segment with its dot: a key id of 20 characters.
    pub(super) const MAX_HEADER: usize = base64url::encoded_len(27 + 9 + KeyId::MAX_BYTES) + 1;

    pub(super) fn new(key: Key) -> Self {
        let root = MacKey::new(&key.secret);
        let derived = |label: &[u8]| {
            let mut secret = root.derive(&[label]);
            let prepared = MacKey::new(&secret);
            secret.zeroize();
            prepared
        };
        Self {
            header: jwt_header("HS256", key.id.as_ref()),
            state: derived(label::STATE),
            session: derived(label::SESSION),
            ticket: derived(label::TICKET),
            device: derived(label::DEVICE),
            code: derived(label::CODE),
            guess: derived(label::GUESS),
            random: derived(label::RANDOM),
            root,
            id: key.id,
        }
    }

    pub(super) fn id_token_key(&self, audience: &Audience) -> IdTokenKey {
        let client_id = audience.client_id.as_str().as_bytes();
        let tenant = audience.tenant.as_ref().map_or(&[][..], |tenant| tenant.as_str().as_bytes());
        // Ids are at most 64 bytes, so a length is one byte; no tenant is the length 0, which no tenant has.
        let [client_length, tenant_length] = [client_id, tenant].map(|text| [text.len() as u8]);
        let parts = [label::ID, &client_length, client_id, &tenant_length, tenant];
        IdTokenKey { id: self.id, secret: Zeroizing::new(self.root.derive(&parts)), window: None }
    }

    /// The same key, prepared.
    pub(super) fn id_token_mac(&self, audience: &Audience) -> MacKey {
        MacKey::new(self.id_token_key(audience).expose())
    }

    /// What tokens name it by, if they do.
    pub(crate) fn id(&self) -> Option<&KeyId> {
        self.id.as_ref()
    }

    pub(super) fn id_bytes(&self) -> Option<&[u8]> {
        self.id.as_ref().map(|id| id.as_str().as_bytes())
    }

    /// Whether the other one has the same secret, as what is derived from it shows.
    pub(super) fn has_secret_of(&self, other: &Self) -> bool {
        same_tag(&self.state.tag(&[]), &other.state.tag(&[]))
    }

    /// The keyed hash of one thing a device says about itself; `what` tells the things apart.
    pub(crate) fn device_digest(&self, what: &str, value: &[u8]) -> DeviceDigest {
        DeviceDigest::from_bytes(half(self.device.tag_list([what.as_bytes(), value])))
    }

    /// The tag over a code and what it is bound to.
    pub(crate) fn code_tag(&self, bound: &[&[u8]], code: &str) -> [u8; 32] {
        self.code.tag_list(bound.iter().copied().chain([code.as_bytes()]))
    }

    /// The keyed hash of a name that somebody guesses at.
    pub(crate) fn guess_tag<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
        self.guess.tag_list(parts)
    }

    /// 16 bytes for one use in one request: half an HMAC of the moment, what the bytes are for, and what they are bound to.
    pub(crate) fn draw(&self, moment: &Moment, purpose: &str, bound: &[&[u8]]) -> [u8; 16] {
        let now = moment.timestamp().as_unix().to_be_bytes();
        let fixed = [&moment.entropy().as_bytes()[..], &now, purpose.as_bytes()];
        half(self.random.tag_list(fixed.into_iter().chain(bound.iter().copied())))
    }
}

/// The encoded header segment of a JWT (RFC 7515 §4), with its dot.
pub(super) fn jwt_header(algorithm: &str, id: Option<&KeyId>) -> Box<str> {
    let json = match id {
        Some(id) => format!(r#"{{"alg":"{algorithm}","kid":"{}","typ":"JWT"}}"#, id.as_str()),
        None => format!(r#"{{"alg":"{algorithm}","typ":"JWT"}}"#),
    };
    let mut header = String::with_capacity(Keys::MAX_HEADER);
    base64url::push(json.as_bytes(), &mut header);
    header.push('.');
    header.into_boxed_str()
}

impl fmt::Debug for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Keys").field("id", &self.id).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{ClientId, Entropy, TenantId, Timestamp};
    use alloc::vec::Vec;

    #[test]
    fn a_key_without_id_has_the_header_of_the_seed() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        assert_eq!(&*keys.header, "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9.");
    }

    #[test]
    fn keys_are_printed_by_their_ids_and_nothing_of_a_secret_is() {
        let key = || Key::new("2026-11", crate::token::known_secret(171)).unwrap();
        let audience = Audience { client_id: ClientId::new("web").unwrap(), tenant: None };
        let keys = Keys::new(key());
        let id = r#"id: Some(KeyId("2026-11"))"#;
        assert_eq!(format!("{:?}", key()), format!("Key {{ {id}, .. }}"));
        assert_eq!(format!("{keys:?}"), format!("Keys {{ {id}, .. }}"));
        let exported = keys.id_token_key(&audience);
        assert_eq!(format!("{exported:?}"), format!("IdTokenKey {{ {id}, .. }}"));
    }

    #[test]
    fn the_longest_header_is_the_longest() {
        let keys = Keys::new(Key::new(&"k".repeat(20), crate::token::known_secret(1)).unwrap());
        assert_eq!(keys.header.len(), Keys::MAX_HEADER);
    }

    #[test]
    fn short_secrets_and_odd_ids_are_refused() {
        assert_eq!(Key::without_id([1; 31]).unwrap_err(), KeyError::Short);
        let random = known_secret(1);
        for length in [0, 1, 31] {
            assert_eq!(Key::without_id(&random[..length]).unwrap_err(), KeyError::Short, "{length}");
        }
        for id in ["", "a b", "a\"b", "é", &"k".repeat(21)] {
            assert_eq!(Key::new(id, crate::token::known_secret(1)).unwrap_err(), KeyError::Id, "{id}");
        }
    }

    /// Whatever the first byte and the step, and one byte that is another is enough.
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

    #[test]
    fn id_token_keys_of_two_audiences_differ_even_where_their_texts_join_alike() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let key = |client: &str, tenant: Option<&str>| {
            let tenant = tenant.map(|tenant| TenantId::new(tenant).unwrap());
            *keys.id_token_key(&Audience { client_id: ClientId::new(client).unwrap(), tenant }).expose()
        };
        let all = [key("ab", None), key("a", Some("b")), key("ab", Some("b")), key("a", None)];
        for (at, one) in all.iter().enumerate() {
            assert!(all[at + 1..].iter().all(|other| other != one));
        }
    }

    #[test]
    fn a_draw_depends_on_everything_it_is_given() {
        let keys = Keys::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let draw = |entropy, now, purpose: &str, bound: &[&[u8]]| {
            let moment = Moment::new(Timestamp::from_unix(now), Entropy::from_bytes([entropy; 32]));
            keys.draw(&moment, purpose, bound)
        };
        let base = draw(1, 1, "session", &[b"ab", b"c"]);
        assert_eq!(base, draw(1, 1, "session", &[b"ab", b"c"]));
        assert_ne!(base, draw(2, 1, "session", &[b"ab", b"c"]));
        assert_ne!(base, draw(1, 2, "session", &[b"ab", b"c"]));
        assert_ne!(base, draw(1, 1, "state", &[b"ab", b"c"]));
        assert_ne!(base, draw(1, 1, "session", &[b"a", b"bc"]));
    }
}
