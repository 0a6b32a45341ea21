//! Strict base64url (RFC 4648 §5): no padding, no trailing bits, no foreign bytes, so a text has one spelling.

use alloc::{string::String, vec::Vec};
use base64::{DecodeSliceError, Engine as _, engine::GeneralPurposeConfig};

const UNPADDED: GeneralPurposeConfig = GeneralPurposeConfig::new()
    .with_encode_padding(false)
    .with_decode_padding_mode(base64::engine::DecodePaddingMode::RequireNone)
    .with_decode_allow_trailing_bits(false);

/// The engine. Its tables are made once, because making them costs as much as encoding a tag.
// This is the condition under which base64 has `engine::Simd`.
#[cfg(all(
    feature = "std",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
))]
static ENGINE: std::sync::LazyLock<base64::engine::Simd> =
    std::sync::LazyLock::new(|| base64::engine::Simd::url_safe(UNPADDED));

#[cfg(not(all(
    feature = "std",
    any(target_arch = "x86_64", all(target_arch = "aarch64", target_feature = "neon"))
)))]
static ENGINE: base64::engine::GeneralPurpose =
    base64::engine::GeneralPurpose::new(&base64::alphabet::URL_SAFE, UNPADDED);

/// The characters that `bytes` bytes encode to.
pub(crate) const fn encoded_len(bytes: usize) -> usize {
    bytes.saturating_mul(4).div_ceil(3)
}

/// The bytes that `characters` characters can decode to, at most.
pub(crate) const fn decoded_len(characters: usize) -> usize {
    characters.saturating_mul(3) / 4
}

/// Appends the text of `bytes`.
pub(crate) fn push(bytes: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.resize(start.saturating_add(encoded_len(bytes.len())), 0);
    // The room is as long as the text.
    let _ = out.get_mut(start..).and_then(|room| encode(bytes, room));
}

/// The text of `bytes`.
pub(crate) fn text(bytes: &[u8]) -> String {
    let mut text = Vec::with_capacity(encoded_len(bytes.len()));
    push(bytes, &mut text);
    // It is ASCII.
    String::from_utf8(text).unwrap_or_default()
}

/// Encodes into the front of `out`. The result is `None` if `out` is too short.
pub(crate) fn encode<'out>(bytes: &[u8], out: &'out mut [u8]) -> Option<&'out [u8]> {
    let length = ENGINE.encode_slice(bytes, out).ok()?;
    out.get(..length)
}

/// Decodes into the front of `out`, which may be longer than the text needs.
pub(crate) fn decode<'out>(text: &[u8], out: &'out mut [u8]) -> Option<&'out [u8]> {
    let length = match ENGINE.decode_slice(text, out) {
        Ok(length) => length,
        Err(DecodeSliceError::DecodeError(_) | DecodeSliceError::OutputSliceTooSmall) => return None,
    };
    out.get(..length)
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 4648 §10, without the padding that the URL-safe form of §5 may drop.
    #[test]
    fn the_vectors_of_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg"),
            ("fo", "Zm8"),
            ("foo", "Zm9v"),
            ("foob", "Zm9vYg"),
            ("fooba", "Zm9vYmE"),
            ("foobar", "Zm9vYmFy"),
        ] {
            assert_eq!(super::text(plain.as_bytes()), text);
            let mut appended = Vec::from(*b"before ");
            push(plain.as_bytes(), &mut appended);
            assert_eq!(appended.strip_prefix(b"before "), Some(text.as_bytes()));
            assert_eq!(encoded_len(plain.len()), text.len());
            assert_eq!(decoded_len(text.len()), plain.len());
            let mut buffer = [0; 16];
            assert_eq!(decode(text.as_bytes(), &mut buffer), Some(plain.as_bytes()));
        }
    }

    #[test]
    fn every_other_spelling_is_refused_short_and_long() {
        let mut buffer = [0; 512];
        for text in ["Zh", "Zm9", "Zg==", "Zg=", "Z", "Zm 9v", "Zm9v\n", "Zm+v", "Zm/v", "Zm.v", "é"] {
            assert_eq!(decode(text.as_bytes(), &mut buffer), None, "{text}");
        }
        // Long enough for the SIMD path, with the fault at its very end.
        let mut long = "A".repeat(260);
        assert!(decode(long.as_bytes(), &mut buffer).is_some());
        for tail in ["AB", "A=", "+A", ".A"] {
            long.truncate(260);
            long.push_str(tail);
            assert_eq!(decode(long.as_bytes(), &mut buffer), None, "{tail}");
        }
    }
}
