//! The form of a token that a client carries from one step to the next. It is a JWT of which other readers understand only the expiry (`exp`, RFC
//! 7519 §4.1.4): `{"exp":…,"s":"…"}`, where `s` is the base64url of the fields of its kind.

use super::{
    KeyRing, Keys, TokenError, Verified,
    jwt::{self, Opened},
    mac::MacKey,
    opaque::{Fields, Writer},
};
use crate::{Timestamp, text::base64url};
use alloc::vec::Vec;

/// The digits of [`Timestamp::MAX`].
const MAX_DIGITS: usize = 12;
const BEFORE_EXPIRY: &[u8] = br#"{"exp":"#;
const BEFORE_FIELDS: &[u8] = br#","s":""#;
const AFTER_FIELDS: &[u8] = br#""}"#;

/// One kind of token in this form.
pub(super) trait Dated: Sized {
    /// The derived key of this kind.
    fn key(keys: &Keys) -> &MacKey;
    /// Writes the fields.
    fn write_fields<const N: usize>(&self, fields: &mut Writer<N>);
    /// Reads the fields, and refuses anything after them.
    fn read_fields(fields: &mut Fields<'_>, expires_at: Timestamp) -> Option<Self>;
    /// When the token was minted, and the first second in which it is no longer good.
    fn times(&self) -> (Timestamp, Timestamp);
}

/// The length of the longest payload around this many bytes of fields.
pub(super) const fn max_payload(fields: usize) -> usize {
    const AROUND: usize = BEFORE_EXPIRY.len() + MAX_DIGITS + BEFORE_FIELDS.len() + AFTER_FIELDS.len();
    base64url::encoded_len(fields).saturating_add(AROUND)
}

/// The length of the longest token around this many bytes of fields.
pub(super) const fn longest(fields: usize) -> usize {
    const AROUND: usize = Keys::MAX_HEADER + 1 + base64url::encoded_len(32);
    base64url::encoded_len(max_payload(fields)).saturating_add(AROUND)
}

/// Writes a payload, by way of a buffer for the fields.
pub(super) fn write<T: Dated, const FIELDS: usize, const PAYLOAD: usize>(
    claims: &T,
    payload: &mut Writer<PAYLOAD>,
) {
    const { assert!(PAYLOAD == max_payload(FIELDS), "the buffer holds the longest payload") };
    let mut fields = Writer::<FIELDS>::new();
    claims.write_fields(&mut fields);
    payload.bytes(BEFORE_EXPIRY);
    payload.bytes(itoa::Buffer::new().format(claims.times().1.as_unix()).as_bytes());
    payload.bytes(BEFORE_FIELDS);
    payload.base64url(fields.written());
    payload.bytes(AFTER_FIELDS);
}

/// Reads exactly what [`write`] writes. The fields are decoded into `room`.
#[inline]
pub(super) fn read<T: Dated>(payload: &[u8], room: &mut [u8]) -> Option<T> {
    let (expires_at, rest) = read_time(payload.strip_prefix(BEFORE_EXPIRY)?)?;
    let encoded = rest.strip_prefix(BEFORE_FIELDS)?.strip_suffix(AFTER_FIELDS)?;
    T::read_fields(&mut Fields::new(base64url::decode(encoded, room)?), expires_at)
}

/// Verifies the tag, the one spelling, and the time.
#[inline]
pub(super) fn open<T: Dated, const FIELDS: usize, const PAYLOAD: usize>(
    ring: &KeyRing,
    presented: &[u8],
    now: Timestamp,
) -> Result<Verified<T>, TokenError> {
    const { assert!(PAYLOAD == max_payload(FIELDS), "the buffer holds the longest payload") };
    let tag = |keys: &Keys, signed: &[u8]| T::key(keys).tag(&[signed]);
    let Opened { key, payload } = jwt::open(presented, longest(FIELDS), ring, now, tag)?;
    let (mut buffer, mut room) = ([0; PAYLOAD], [0; FIELDS]);
    let claims: Option<T> =
        base64url::decode(payload, &mut buffer).and_then(|payload| read(payload, &mut room));
    let claims = claims.ok_or(TokenError::Malformed)?;
    let (issued_at, expires_at) = claims.times();
    ring.check_time(issued_at, expires_at, now)?;
    Ok(Verified::new(claims, key))
}

/// Appends the token of a kind to `out`.
pub(super) fn seal<T: Dated, const FIELDS: usize, const PAYLOAD: usize>(
    ring: &KeyRing,
    claims: &T,
    out: &mut Vec<u8>,
) {
    let (keys, mut payload) = (ring.signer(), Writer::<PAYLOAD>::new());
    write::<T, FIELDS, PAYLOAD>(claims, &mut payload);
    jwt::seal(keys.header.as_bytes(), T::key(keys), payload.written(), out);
}

/// Reads a time from the front. Its digits have no leading zero, and the time is no later than [`Timestamp::MAX`].
fn read_time(payload: &[u8]) -> Option<(Timestamp, &[u8])> {
    let (mut seconds, mut rest) = (0_u64, payload);
    while let [digit @ b'0'..=b'9', after @ ..] = rest {
        seconds = seconds.wrapping_mul(10).wrapping_add(digit.wrapping_sub(b'0').into());
        if seconds > Timestamp::MAX.as_unix() {
            return None;
        }
        rest = after;
    }
    let is_spelt_so = match payload {
        [b'0', second, ..] => !second.is_ascii_digit(),
        [first, ..] => first.is_ascii_digit(),
        [] => false,
    };
    is_spelt_so.then_some((Timestamp::from_unix(seconds), rest))
}
