//! The compact form of a JWT (RFC 7515 §3.1) under HS256: `header.payload.tag`.
//!
//! A header is never parsed. It must equal one of the ring's own constants, byte by byte. Otherwise the token is refused. So there is no `alg` to
//! obey (RFC 8725 §3.1).

use super::{
    KeyRing, Keys, TokenError,
    mac::{MacKey, same_tag},
    ring::Place,
};
use crate::{
    Timestamp,
    text::{base64url, fixed},
};
use alloc::vec::Vec;

/// The characters of an encoded 32-byte tag.
const TAG: usize = base64url::encoded_len(32);

/// Appends the token over `payload` to `out`.
pub(super) fn seal(header: &[u8], key: &MacKey, payload: &[u8], out: &mut Vec<u8>) {
    let start = out.len();
    out.reserve(sealed_len(header, payload));
    out.extend_from_slice(header);
    base64url::push(payload, out);
    let tag = key.tag(&[out.get(start..).unwrap_or_default()]);
    push_tag(&tag, out);
}

/// Appends the tag over the text that is in `out`.
pub(super) fn push_tag(tag: &[u8; 32], out: &mut Vec<u8>) {
    out.push(b'.');
    out.extend_from_slice(&fixed::encode::<32, TAG>(tag));
}

/// The length of the token over `payload`.
pub(super) fn sealed_len(header: &[u8], payload: &[u8]) -> usize {
    let parts = [header.len(), base64url::encoded_len(payload.len()), 1, TAG];
    parts.into_iter().fold(0, usize::saturating_add)
}

/// A token whose tag is right: the place of its key, and its payload, still encoded.
pub(super) struct Opened<'a> {
    pub(super) key: Place,
    pub(super) payload: &'a [u8],
}

/// Checks the tag of a presented token of at most `cap` bytes. Nothing in it is decoded.
///
/// `with_key` computes the tag under the derived key of the token's kind.
pub(super) fn open<'a>(
    text: &'a [u8],
    cap: usize,
    ring: &KeyRing,
    now: Timestamp,
    with_key: impl FnOnce(&Keys, &[u8]) -> [u8; 32],
) -> Result<Opened<'a>, TokenError> {
    if text.len() > cap {
        return Err(TokenError::Malformed);
    }
    let (key, keys) = ring.by_header(text, now)?;
    let (rest, tag) = text.split_last_chunk::<TAG>().ok_or(TokenError::Malformed)?;
    let signed = rest.strip_suffix(b".").ok_or(TokenError::Malformed)?;
    // A text with fewer than two dots ends here, because the signed part must reach beyond the header.
    let payload = signed.get(keys.header.len()..).ok_or(TokenError::Malformed)?;
    // The expected tag is encoded, and the presented tag is not decoded. So no bytes from an attacker are interpreted, and any other spelling of the
    // right tag is a different text.
    let expected = fixed::encode(&with_key(keys, signed));
    if same_tag(&expected, tag) { Ok(Opened { key, payload }) } else { Err(TokenError::Forged) }
}

/// A token over any payload, with a right tag, for tests.
#[cfg(test)]
pub(super) fn sealed(header: &str, key: &MacKey, payload: &[u8]) -> alloc::string::String {
    let mut token = Vec::new();
    seal(header.as_bytes(), key, payload, &mut token);
    alloc::string::String::from_utf8(token).unwrap()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::token::Key;

    /// RFC 7515 A.1: its key, header and payload give its tag. Our ring never writes that header. The test shows that this library computes the
    /// standard tag of a compact form.
    #[test]
    fn the_vector_of_rfc_7515_a1() {
        let mut buffer = [0; 64];
        let secret = base64url::decode(
            b"AyM1SysPpbyDfgZld3umj1qzKObwVMkoqQ-EstJQLr_T-1qS0gZH75aKtMN3Yj0iPS4hcgUuTwjAzZr1Z9CAow",
            &mut buffer,
        );
        let payload = b"{\"iss\":\"joe\",\r\n \"exp\":1300819380,\r\n \"http://example.com/is_root\":true}";
        let header = "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.";
        let token = sealed(header, &MacKey::new(secret.unwrap()), payload);
        assert_eq!(
            token,
            "eyJ0eXAiOiJKV1QiLA0KICJhbGciOiJIUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9\
             leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk"
        );
        assert_eq!(token.len(), sealed_len(header.as_bytes(), payload));
    }

    #[test]
    fn a_text_of_the_cap_is_read_and_one_byte_more_is_not() {
        let ring = KeyRing::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let keys = ring.signer();
        let text = sealed(&keys.header, &keys.state, b"payload");
        let within = |cap| {
            let tag = |keys: &Keys, signed: &[u8]| keys.state.tag(&[signed]);
            open(text.as_bytes(), cap, &ring, Timestamp::from_unix(0), tag).err()
        };
        assert_eq!(within(text.len()), None);
        assert_eq!(within(text.len() - 1), Some(TokenError::Malformed));
    }

    #[test]
    fn a_text_of_fewer_than_three_parts_is_malformed() {
        let ring = KeyRing::new(Key::without_id(crate::token::known_secret(1)).unwrap());
        let header = "eyJhbGciOiJIUzI1NiIsInR5cCI6IkpXVCJ9";
        let tag = "A".repeat(TAG);
        for text in
            ["", ".", "..", header, &alloc::format!("{header}.{tag}"), &alloc::format!("{header}{tag}")]
        {
            let opened = open(text.as_bytes(), 1024, &ring, Timestamp::from_unix(0), |_, _| [0; 32]);
            assert_eq!(opened.err(), Some(TokenError::Malformed), "{text}");
        }
    }
}
