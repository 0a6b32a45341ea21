//! The opaque form of a token: a prefix, and base64url of a compact binary form.
//!
//! ```text
//! version 1 │ key id: length, bytes │ the fields of the kind │ tag 32
//! ```
//! Numbers are big-endian. A length is one byte, and a length of 0 stands for no key id or no tenant. The token is signed, **not encrypted**.

use super::{KeyId, KeyRing, Keys, TokenError, Verified, mac::same_tag};
use crate::{
    AccountId, Audience, ClientId, TenantId, Timestamp,
    social::{Provider, SocialIdentity},
    text::base64url,
};
use alloc::vec::Vec;
use core::str;

const VERSION: u8 = 1;
const TAG: usize = 32;

/// The largest number of bytes that a token has around its fields.
pub(super) const AROUND: usize = 1 + 1 + KeyId::MAX_BYTES + TAG;
/// A text of 64 bytes with its length byte.
pub(super) const TEXT: usize = 65;

/// One kind of opaque token.
pub(super) trait Opaque: Sized {
    /// The beginning of a token's text.
    const PREFIX: &'static str;
    /// The bytes of all fields at their longest.
    const MAX_FIELDS: usize;

    /// The tag under the key of this kind.
    fn tag(keys: &Keys, signed: &[u8]) -> [u8; 32];
    /// Writes the fields.
    fn write<const N: usize>(&self, fields: &mut Writer<N>);
    /// Reads the fields.
    fn read(fields: &mut Fields<'_>) -> Option<Self>;
    /// When the token was minted, and the first second in which it is no longer good.
    fn times(&self) -> (Timestamp, Timestamp);
}

/// Writes fields into a buffer on the stack. Every field is bounded, and the capacity is their sum. If the capacity were smaller, the token would
/// be cut short and never verify.
pub(super) struct Writer<const CAPACITY: usize> {
    buffer: [u8; CAPACITY],
    length: usize,
}

impl<const CAPACITY: usize> Writer<CAPACITY> {
    pub(super) fn new() -> Self {
        Self { buffer: [0; CAPACITY], length: 0 }
    }

    pub(super) fn written(&self) -> &[u8] {
        self.buffer.get(..self.length).unwrap_or_default()
    }

    pub(super) fn bytes(&mut self, bytes: &[u8]) {
        if let Some(room) = self.buffer.get_mut(self.length..).and_then(|room| room.get_mut(..bytes.len())) {
            room.copy_from_slice(bytes);
            self.length = self.length.saturating_add(bytes.len());
        }
    }

    /// Appends the base64url of `bytes`.
    pub(super) fn base64url(&mut self, bytes: &[u8]) {
        let room = self.buffer.get_mut(self.length..).unwrap_or_default();
        let written = base64url::encode(bytes, room).unwrap_or_default().len();
        self.length = self.length.saturating_add(written);
    }

    pub(super) fn text(&mut self, text: &str) {
        self.bytes(&[text.len() as u8]);
        self.bytes(text.as_bytes());
    }

    pub(super) fn ids(&mut self, account: &AccountId, audience: &Audience) {
        self.text(account.as_str());
        self.text(audience.client_id.as_str());
        self.text(audience.tenant.as_ref().map_or("", TenantId::as_str));
    }

    pub(super) fn audience(&mut self, audience: &Audience) {
        self.text(audience.client_id.as_str());
        self.text(audience.tenant.as_ref().map_or("", TenantId::as_str));
    }

    pub(super) fn identity(&mut self, identity: &SocialIdentity) {
        self.text(identity.provider().as_str());
        self.text(identity.uid());
    }

    pub(super) fn number(&mut self, number: u64) {
        self.bytes(&number.to_be_bytes());
    }

    pub(super) fn time(&mut self, at: Timestamp) {
        self.number(at.as_unix());
    }
}

/// Reads fields from the front. A method returns `None` if too few bytes are left, or if the bytes are not such a field.
pub(super) struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    /// Requires that nothing is left.
    pub(super) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }

    pub(super) fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    pub(super) fn text(&mut self) -> Option<&'a [u8]> {
        let [length] = self.take()?;
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(text)
    }

    /// Reads the texts of an account and an audience. The length byte of an id is an ASCII character, and no longer UTF-8 character can contain it.
    /// So the three texts with their lengths are UTF-8 exactly if each text is. One check covers all three.
    #[inline]
    pub(super) fn ids(&mut self) -> Option<Ids<'a>> {
        let all = self.0;
        let [account, client_id, tenant] = [self.text()?.len(), self.text()?.len(), self.text()?.len()];
        let (span, _) = all.split_at_checked(all.len().checked_sub(self.0.len())?)?;
        let mut rest = str::from_utf8(span).ok()?;
        let mut text = |length| {
            let (text, after) = rest.get(1..)?.split_at_checked(length)?;
            rest = after;
            Some(text)
        };
        Some(Ids { account: text(account)?, client_id: text(client_id)?, tenant: text(tenant)? })
    }

    pub(super) fn audience(&mut self) -> Option<Audience> {
        audience(self.utf8()?, self.utf8()?)
    }

    pub(super) fn identity(&mut self) -> Option<SocialIdentity> {
        let provider = Provider::new(self.utf8()?).ok()?;
        SocialIdentity::new(provider, self.utf8()?).ok()
    }

    fn utf8(&mut self) -> Option<&'a str> {
        str::from_utf8(self.text()?).ok()
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        self.take().map(u64::from_be_bytes)
    }

    pub(super) fn time(&mut self) -> Option<Timestamp> {
        let seconds = self.number()?;
        (seconds <= Timestamp::MAX.as_unix()).then(|| Timestamp::from_unix(seconds))
    }
}

/// The texts of an account and an audience, where they stand in a token. Ids are large, so each is made where the claims keep it.
pub(super) struct Ids<'a> {
    account: &'a str,
    client_id: &'a str,
    tenant: &'a str,
}

impl Ids<'_> {
    #[inline]
    pub(super) fn account(&self) -> Option<AccountId> {
        AccountId::new(self.account).ok()
    }

    #[inline]
    pub(super) fn audience(&self) -> Option<Audience> {
        audience(self.client_id, self.tenant)
    }
}

#[inline]
fn audience(client_id: &str, tenant: &str) -> Option<Audience> {
    let client_id = ClientId::new(client_id).ok()?;
    let tenant = Some(tenant).filter(|text| !text.is_empty());
    Some(Audience { client_id, tenant: tenant.map(TenantId::new).transpose().ok()? })
}

/// The token of a kind. `BYTES` is [`AROUND`] and its fields.
pub(super) fn seal<T: Opaque, const BYTES: usize>(ring: &KeyRing, claims: &T) -> Vec<u8> {
    const { assert!(BYTES == AROUND + T::MAX_FIELDS, "the buffer holds the longest token") };
    let keys = ring.signer();
    let mut token = Writer::<BYTES>::new();
    write_signed(keys, claims, &mut token);
    let tag = T::tag(keys, token.written());
    token.bytes(&tag);
    text(T::PREFIX, token.written())
}

/// Writes the bytes that the tag covers.
pub(super) fn write_signed<T: Opaque, const BYTES: usize>(
    keys: &Keys,
    claims: &T,
    token: &mut Writer<BYTES>,
) {
    token.bytes(&[VERSION]);
    token.text(keys.id.as_ref().map_or("", KeyId::as_str));
    claims.write(token);
}

/// A prefix, and the base64url of `bytes`.
pub(super) fn text(prefix: &str, bytes: &[u8]) -> Vec<u8> {
    let encoded = base64url::encoded_len(bytes.len());
    let mut text = Vec::with_capacity(encoded.saturating_add(prefix.len()));
    text.extend_from_slice(prefix.as_bytes());
    base64url::push(bytes, &mut text);
    text
}

/// Verifies the tag and the time. A text longer than the longest token of its kind is refused unread.
pub(super) fn open<T: Opaque, const BYTES: usize>(
    ring: &KeyRing,
    text: &[u8],
    now: Timestamp,
) -> Result<Verified<T>, TokenError> {
    const { assert!(BYTES == AROUND + T::MAX_FIELDS, "the buffer holds the longest token") };
    let longest = base64url::encoded_len(BYTES).saturating_add(T::PREFIX.len());
    let encoded = text.strip_prefix(T::PREFIX.as_bytes()).filter(|_| text.len() <= longest);
    let mut buffer = [0; BYTES];
    let bytes = base64url::decode(encoded.ok_or(TokenError::Malformed)?, &mut buffer);
    let bytes = bytes.ok_or(TokenError::Malformed)?;
    let (signed, tag) = bytes.split_last_chunk::<TAG>().ok_or(TokenError::Malformed)?;

    let mut fields = Fields::new(signed);
    if fields.take() != Some([VERSION]) {
        return Err(TokenError::Malformed);
    }
    let key_id = fields.text().ok_or(TokenError::Malformed)?;
    let (key, keys) = ring.by_id(Some(key_id).filter(|id| !id.is_empty()), now)?;
    if !same_tag(&T::tag(keys, signed), tag) {
        return Err(TokenError::Forged);
    }
    match T::read(&mut fields) {
        Some(claims) if fields.end().is_some() => {
            let (issued_at, expires_at) = claims.times();
            ring.check_time(issued_at, expires_at, now)?;
            Ok(Verified::new(claims, key))
        }
        _ => Err(TokenError::Malformed),
    }
}

/// The bytes that the tag of a token covers, for tests of malformed tokens with a right tag.
#[cfg(test)]
pub(super) fn signed_bytes<T: Opaque>(keys: &Keys, claims: &T) -> Vec<u8> {
    let mut token = Writer::<512>::new();
    write_signed(keys, claims, &mut token);
    token.written().to_vec()
}

/// Any bytes as a token of a kind, for the same tests.
#[cfg(test)]
pub(super) fn sealed_bytes<T: Opaque>(bytes: &[u8], tag: [u8; TAG]) -> alloc::string::String {
    use alloc::string::String;
    String::from_utf8(text(T::PREFIX, &[bytes, &tag].concat())).unwrap()
}
