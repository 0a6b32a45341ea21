//! Base64url of a fixed number of bytes, for tags and ids. It is computed without a table and without a branch, so that neither the memory that
//! is read nor the time reveals anything about a tag. Decision 0012 says why it is our own.

use super::base64url::encoded_len;
use arrayvec::ArrayString;

/// A tag has 32 bytes. This is the next whole number of groups.
const MOST_BYTES: usize = 36;
/// The number of bytes that are encoded together, and the number of their characters.
const GROUP: usize = 6;
const SPELT: usize = 8;

/// The text of these bytes. A wrong length of the text does not compile.
pub(crate) fn encode<const BYTES: usize, const CHARACTERS: usize>(bytes: &[u8; BYTES]) -> [u8; CHARACTERS] {
    const {
        assert!(
            BYTES <= MOST_BYTES && CHARACTERS == encoded_len(BYTES),
            "the text is as long as its bytes make it"
        );
    }
    // Noughts follow the bytes, and the characters of those noughts are dropped. That is the same as ending with the bytes (RFC 4648 §4).
    let mut padded = [0; MOST_BYTES];
    padded.iter_mut().zip(bytes).for_each(|(to, from)| *to = *from);
    let mut sextets = [0; encoded_len(MOST_BYTES)];
    let (groups, _) = padded.as_chunks::<GROUP>();
    let (spelt, _) = sextets.as_chunks_mut::<SPELT>();
    for (to, [a, b, c, d, e, f]) in spelt.iter_mut().zip(groups) {
        *to = spread(u64::from_be_bytes([0, 0, *a, *b, *c, *d, *e, *f])).to_le_bytes();
    }
    // All sextets are mapped, so that the compiler has whole vectors.
    let characters = sextets.map(character);
    let mut text = [0; CHARACTERS];
    text.iter_mut().zip(characters).for_each(|(to, from)| *to = from);
    text
}

/// The same, as a text.
pub(crate) fn text<const BYTES: usize, const CHARACTERS: usize>(
    bytes: &[u8; BYTES],
) -> ArrayString<CHARACTERS> {
    // The text is ASCII. The fallback is an empty text, which is the text of no id and no tag.
    ArrayString::from_byte_string(&encode(bytes)).unwrap_or_default()
}

/// Six bytes as eight sextets, by halves, quarters and eighths. The first byte is the highest one, and the first sextet is in the lowest byte.
const fn spread(bits: u64) -> u64 {
    let halves = bits >> 24 | (bits & 0xFF_FFFF) << 32;
    let quarters = halves >> 12 & 0x0FFF_0000_0FFF | (halves & 0x0FFF_0000_0FFF) << 16;
    quarters >> 6 & 0x003F_003F_003F_003F | (quarters & 0x003F_003F_003F_003F) << 8
}

/// The character of a sextet (RFC 4648 §5). The alphabet is five runs, and the distance to the character changes where one begins.
const fn character(sextet: u8) -> u8 {
    /// All ones where the sextet is greater than `last`, and noughts elsewhere.
    const fn beyond(sextet: u8, last: i8) -> u8 {
        (last.wrapping_sub(sextet as i8) >> 7) as u8
    }
    let upper = sextet.wrapping_add(b'A');
    let lower = upper.wrapping_add(beyond(sextet, 25) & (b'a' - b'A' - 26));
    let digit = lower.wrapping_sub(beyond(sextet, 51) & (b'a' + 26 - b'0'));
    let dash = digit.wrapping_sub(beyond(sextet, 61) & (b'0' + 10 - b'-'));
    dash.wrapping_add(beyond(sextet, 62) & (b'_' - b'-' - 1))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::text::base64url;
    use base64ct::{Base64UrlUnpadded, Encoding as _};

    fn is_as_others_spell_it<const BYTES: usize, const CHARACTERS: usize>(bytes: &[u8; BYTES]) {
        let ours = text::<BYTES, CHARACTERS>(bytes);
        assert_eq!(ours.as_str(), Base64UrlUnpadded::encode_string(bytes), "{bytes:?}");
        assert_eq!(ours.as_str(), base64url::text(bytes), "{bytes:?}");
    }

    fn at_every_length(bytes: &[u8; 32]) {
        is_as_others_spell_it::<32, 43>(bytes);
        is_as_others_spell_it::<16, 22>(bytes.first_chunk().unwrap());
        is_as_others_spell_it::<1, 2>(bytes.first_chunk().unwrap());
        is_as_others_spell_it::<0, 0>(&[]);
    }

    /// RFC 4648 §5, table 2.
    #[test]
    fn the_alphabet_is_that_of_the_rfc() {
        let alphabet = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
        for (sextet, expected) in (0..64).zip(alphabet) {
            assert_eq!(character(sextet), *expected, "{sextet}");
        }
    }

    /// Every byte occurs in every place, among noughts and among ones. So each sextet occurs at each place of a group.
    #[test]
    fn every_byte_in_every_place_is_spelt_as_others_spell_it() {
        for around in [0x00, 0xFF] {
            for at in 0..32 {
                for byte in 0..=u8::MAX {
                    let mut bytes = [around; 32];
                    bytes[at] = byte;
                    at_every_length(&bytes);
                }
            }
        }
    }

    proptest::proptest! {
        #![proptest_config(proptest::prelude::ProptestConfig::with_cases(4096))]
        #[test]
        fn any_bytes_are_spelt_as_others_spell_them(bytes: [u8; 32]) {
            at_every_length(&bytes);
        }
    }
}
