//! Six digits drawn from the moment, kept only as a keyed digest.

use super::Asked;
use crate::{
    Moment, Secret, Timestamp, TokenId,
    token::{KeyId, KeyRing, half},
};
use alloc::{format, vec::Vec};
use arrayvec::ArrayVec;
use core::fmt;
use subtle::ConstantTimeEq as _;

/// The number of possible codes. They have six digits, the least that NIST SP 800-63B-4 §3.1.3.2 asks for.
const CODES: u128 = 1_000_000;

/// Draws six digits that nobody can predict, for one binding. Some codes come from one more of the 2¹²⁸ numbers than the others do, and so are
/// likelier by less than one part in 10³².
pub(super) fn draw(ring: &KeyRing, moment: &Moment, bound: &[&[u8]]) -> Secret {
    let drawn = ring.signer().draw(moment, "code", bound);
    Secret::new(format!("{:06}", u128::from_be_bytes(drawn) % CODES))
}

/// A keyed digest of a code, and the id of the key that made it. A host keeps it as opaque bytes. Nobody who reads them can try out the million
/// codes without the key.
///
/// ```
/// use authflow::{
///     code::CodeDigest,
///     testkit::{Call, World},
/// };
/// use serde_json::json;
///
/// let mut world = World::new();
/// let asks = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &asks));
/// let code = world.code();
/// let stored = world.host.codes.values_mut().next().unwrap();
///
/// // In a column of bytes, and back: the code is right by the digest that was read.
/// let column = stored.digest.to_bytes();
/// assert!((32..=CodeDigest::MAX_BYTES).contains(&column.len()));
/// stored.digest = CodeDigest::from_bytes(&column)?;
/// let shows = json!({ "mobile": "+86-13800000001", "verify_code": code });
/// let shown = world.send(&Call::post("/api/v2/sdk/login/mobile-verify-code", &shows));
/// assert_eq!(shown.text("status"), "SUCCESS");
/// # Ok::<(), authflow::code::InvalidCodeDigest>(())
/// ```
#[derive(Clone)]
pub struct CodeDigest {
    key_id: ArrayVec<u8, { KeyId::MAX_BYTES }>,
    tag: [u8; 32],
    asked: Option<Asked>,
}

/// The byte that precedes the session in which a code was requested. No id of a key begins with it.
const ASKED: u8 = 0;

impl CodeDigest {
    /// The most bytes that [`to_bytes`](Self::to_bytes) gives.
    pub const MAX_BYTES: usize = 32 + 1 + Asked::BYTES + KeyId::MAX_BYTES;

    /// The digest of a code that is bound to `bound`, and to the session it was asked for in if that matters.
    pub(super) fn new(ring: &KeyRing, bound: &[&[u8]], asked: Option<Asked>, code: &str) -> Self {
        let keys = ring.signer();
        let key_id = keys.id().map_or(&[][..], |id| id.as_str().as_bytes());
        let tag = keys.code_tag(&with_asked(bound, asked.map(Asked::to_bytes).as_ref()), code);
        Self { key_id: key_id.iter().copied().collect(), tag, asked }
    }

    /// The session that the code was asked for in, if it was kept.
    pub(crate) fn asked(&self) -> Option<Asked> {
        self.asked
    }

    /// Whether `presented` is the code of this digest, bound to `bound`, under the key that made it, if that key still counts.
    pub(super) fn matches(&self, ring: &KeyRing, bound: &[&[u8]], presented: &str, now: Timestamp) -> bool {
        let key_id = Some(&self.key_id[..]).filter(|id| !id.is_empty());
        let keys = ring.by_id(key_id, now);
        let asked = self.asked.map(Asked::to_bytes);
        let bound = with_asked(bound, asked.as_ref());
        keys.is_ok_and(|(_, keys)| bool::from(keys.code_tag(&bound, presented).ct_eq(&self.tag)))
    }

    /// The bytes for the host's store: at least 32, at most [`MAX_BYTES`](Self::MAX_BYTES).
    pub fn to_bytes(&self) -> ArrayVec<u8, { Self::MAX_BYTES }> {
        let asked = self.asked.map(Asked::to_bytes);
        let asked = asked.iter().flat_map(|asked| [ASKED].into_iter().chain(*asked));
        let (tag, key_id) = (self.tag.iter().copied(), self.key_id.iter().copied());
        tag.chain(asked).chain(key_id).take(Self::MAX_BYTES).collect()
    }

    /// A digest read back from the host's store.
    ///
    /// # Errors
    /// When the bytes are too few or too many.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidCodeDigest> {
        let (tag, rest) = bytes.split_first_chunk().ok_or(InvalidCodeDigest)?;
        let (asked, key_id) = match rest.split_first() {
            Some((&ASKED, rest)) => {
                let (asked, key_id) = rest.split_first_chunk().ok_or(InvalidCodeDigest)?;
                (Some(Asked::from_bytes(*asked).ok_or(InvalidCodeDigest)?), key_id)
            }
            _ => (None, rest),
        };
        let key_id = ArrayVec::try_from(key_id).map_err(|_| InvalidCodeDigest)?;
        Ok(Self { key_id, tag: *tag, asked })
    }

    /// The id that a use of the code claims.
    pub(crate) fn claim_id(&self) -> TokenId {
        TokenId::from_bytes(half(self.tag))
    }
}

/// The parts that a tag covers. Each part is preceded by its length, so an additional part is never read as another one.
fn with_asked<'a>(bound: &[&'a [u8]], asked: Option<&'a [u8; Asked::BYTES]>) -> Vec<&'a [u8]> {
    bound.iter().copied().chain(asked.map(|asked| &asked[..])).collect()
}

impl fmt::Debug for CodeDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("CodeDigest(…)")
    }
}

/// Bytes that are not a code's digest.
///
/// ```
/// use authflow::code::CodeDigest;
///
/// // A column that is too short cuts the digest, and then no code would ever be right.
/// let refused = CodeDigest::from_bytes(&[7; 31]).unwrap_err();
/// assert_eq!(refused.to_string(), "the digest of a code must be as the library wrote it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the digest of a code must be as the library wrote it")]
pub struct InvalidCodeDigest;

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{
        Entropy,
        token::{Key, VerifyWindow},
    };
    use proptest::prelude::*;

    const NOW: Timestamp = Timestamp::from_unix(1_700_000_000);

    fn ring(id: &str) -> KeyRing {
        KeyRing::new(Key::new(id, crate::token::known_secret(id.len() as u8)).unwrap())
    }

    fn moment(entropy: [u8; 32]) -> Moment {
        Moment::new(NOW, Entropy::from_bytes(entropy))
    }

    fn asked(byte: u8) -> Asked {
        Asked::new(crate::SessionId::from_bytes([byte; 16]), NOW)
    }

    /// Nobody who writes to the database can make a sign-in newer.
    #[test]
    fn where_a_code_was_asked_for_is_kept_and_in_its_tag() {
        for ring in [ring("2026-11"), KeyRing::new(Key::without_id(crate::token::known_secret(7)).unwrap())] {
            let stored = CodeDigest::new(&ring, &[b"k"], Some(asked(1)), "012345").to_bytes();
            let read = |bytes: &[u8]| CodeDigest::from_bytes(bytes).unwrap();
            let matches = |digest: &CodeDigest| digest.matches(&ring, &[b"k"], "012345", NOW);
            assert!(matches(&read(&stored)) && read(&stored).asked() == Some(asked(1)));
            for at in 33..57 {
                let mut other = stored.clone();
                other[at] ^= 1;
                assert!(!matches(&read(&other)), "{at}");
            }
            let without: alloc::vec::Vec<_> = stored[..32].iter().chain(&stored[57..]).copied().collect();
            assert!(!matches(&read(&without)) && read(&without).asked().is_none());
        }
    }

    #[test]
    fn a_code_matches_only_itself_and_what_it_is_bound_to() {
        let ring = ring("a");
        let digest = CodeDigest::new(&ring, &[b"key", b"erin"], None, "012345");
        let matches = |bound: &[&[u8]], code: &str| digest.matches(&ring, bound, code, NOW);
        assert!(matches(&[b"key", b"erin"], "012345"));
        for code in ["12345", "012346", "", "0123456"] {
            assert!(!matches(&[b"key", b"erin"], code), "{code}");
        }
        for bound in [&[&b"key"[..], b"erik"], &[b"kex", b"erin"], &[b"keye", b"rin"], &[b"key", b""]] {
            assert!(!matches(bound, "012345"));
        }
    }

    #[test]
    fn a_rotation_keeps_codes_until_their_key_retires() {
        let digest = CodeDigest::new(&ring("a"), &[b"k"], None, "012345");
        let until = NOW.plus_seconds(60);
        let window = VerifyWindow { from: NOW, until };
        let rotated =
            ring("bb").with_verifier(Key::new("a", crate::token::known_secret(1)).unwrap(), window).unwrap();
        assert!(digest.matches(&rotated, &[b"k"], "012345", NOW));
        assert!(!digest.matches(&rotated, &[b"k"], "012345", until));
        assert!(!digest.matches(&ring("bb"), &[b"k"], "012345", NOW));
    }

    #[test]
    fn a_digest_is_kept_as_bytes_and_never_printed() {
        for ring in [ring("2026-11"), KeyRing::new(Key::without_id(crate::token::known_secret(7)).unwrap())] {
            let bytes = CodeDigest::new(&ring, &[b"k"], None, "012345").to_bytes();
            let read = CodeDigest::from_bytes(&bytes).unwrap();
            assert!(read.matches(&ring, &[b"k"], "012345", NOW));
            assert_eq!(read.claim_id().as_bytes()[..], bytes[..16]);
            assert_eq!(format!("{read:?}"), "CodeDigest(…)");
        }
        for length in [0, 31, 32 + KeyId::MAX_BYTES + 1, CodeDigest::MAX_BYTES + 1] {
            assert!(CodeDigest::from_bytes(&alloc::vec![7; length]).is_err(), "{length}");
            assert!(CodeDigest::from_bytes(&alloc::vec![ASKED; length]).is_err(), "{length}");
        }
        assert!(CodeDigest::from_bytes(&[7; 33]).is_ok(), "a key id of one byte");
        // These are cut within the session that the code was asked for in.
        for length in [32 + 1, 32 + Asked::BYTES] {
            assert!(CodeDigest::from_bytes(&alloc::vec![ASKED; length]).is_err(), "{length}");
        }
    }

    #[test]
    fn the_longest_digest_is_the_longest() {
        let ring = KeyRing::new(Key::new(&"k".repeat(20), crate::token::known_secret(7)).unwrap());
        let bytes = CodeDigest::new(&ring, &[b"k"], Some(asked(1)), "012345").to_bytes();
        assert_eq!((bytes.len(), CodeDigest::MAX_BYTES), (77, 77));
        assert!(CodeDigest::from_bytes(&bytes).unwrap().matches(&ring, &[b"k"], "012345", NOW));
    }

    /// The expected values were computed without this library. If a label or the layout changed, every code that has been sent would be refused.
    #[test]
    fn digests_and_draws_are_what_they_have_always_been() {
        let ring = KeyRing::new(Key::new("2026-11", crate::token::known_secret(7)).unwrap());
        let bound: &[&[u8]] = &[b"web", b"erin", b"MFA_AUTH_SMS"];
        let stored = CodeDigest::new(&ring, bound, None, "012345").to_bytes();
        let (tag, key_id) = stored.split_at(32);
        let tag: alloc::string::String = tag.iter().map(|byte| format!("{byte:02x}")).collect();
        assert_eq!(tag, "bd8cb2b489bc2dc000492f97b21d4e7e7aa40235fbddbd3a56c283db7287bd86");
        assert_eq!(key_id, b"2026-11");
        assert_eq!(draw(&ring, &moment([1; 32]), bound).expose(), "891582");
    }

    #[test]
    fn every_changed_bit_and_every_prefix_of_a_stored_digest_is_refused() {
        let ring = ring("2026-11");
        let stored = CodeDigest::new(&ring, &[b"k"], None, "012345").to_bytes();
        let matches = |bytes: &[u8]| {
            CodeDigest::from_bytes(bytes).is_ok_and(|digest| digest.matches(&ring, &[b"k"], "012345", NOW))
        };
        assert!(matches(&stored), "the control");
        for at in 0..stored.len() {
            for bit in 0..8 {
                let mut bytes = stored.clone();
                bytes[at] ^= 1 << bit;
                assert!(!matches(&bytes), "{at} {bit}");
            }
            assert!(!matches(&stored[..at]), "a prefix of {at}");
        }
    }

    /// Every digit appears in every place about as often as chance predicts. 12,800 draws make about 1,280 of each digit, and 204 is six
    /// standard deviations.
    #[test]
    fn drawn_codes_use_every_digit_alike() {
        let (ring, mut counts) = (ring("a"), [[0_i32; 10]; 6]);
        for number in 0..12_800_u32 {
            let code = draw(&ring, &moment([1; 32]), &[&number.to_be_bytes()]);
            for (place, digit) in code.expose().bytes().enumerate() {
                counts[place][usize::from(digit - b'0')] += 1;
            }
        }
        assert!(counts.iter().flatten().all(|count| (count - 1280).abs() < 204), "{counts:?}");
    }

    proptest! {
        #[test]
        fn a_code_is_six_digits_and_follows_entropy_and_binding(entropy: [u8; 32], other: [u8; 32]) {
            let ring = ring("a");
            let code = |entropy, bound: &[u8]| draw(&ring, &moment(entropy), &[bound]);
            let drawn = code(entropy, b"k");
            prop_assert!(drawn.expose().len() == 6 && drawn.expose().bytes().all(|byte| byte.is_ascii_digit()));
            let again = code(entropy, b"k");
            prop_assert_eq!(again.expose(), drawn.expose());
            // Equal by chance once in a million.
            let (another, elsewhere) = (code(other, b"k"), code(entropy, b"l"));
            prop_assume!(entropy != other);
            prop_assert!(another.expose() != drawn.expose() || elsewhere.expose() != drawn.expose());
        }
    }
}
