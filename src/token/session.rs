//! The session token: `LGT` and base64url of a compact binary form.
//!
//! Signed, **not encrypted**: who holds one can read the account id and the times in it.
//!
//! ```text
//! version 1 │ key id: length, bytes │ session id 16 │ generation u32 │ account: length, bytes │ client id: length, bytes
//! │ tenant: length, bytes │ device digest 16 │ revision u64 │ auth_time u64 │ factors u8 │ iat u64 │ exp u64 │ tag 32
//! ```
//! Numbers are big-endian, lengths one byte, and a length of 0 stands for no key id or no tenant.

use super::{DeviceDigest, KeyRing, Keys, Session, TokenError, TokenText, Untrusted, base64url};
use crate::{AccountId, Audience, ClientId, FactorSet, Revision, SessionId, TenantId, Timestamp};
use alloc::{string::String, sync::Arc};
use arrayvec::ArrayVec;
use core::str;
use subtle::ConstantTimeEq as _;

const PREFIX: &str = "LGT";
const VERSION: u8 = 1;
const TAG: usize = 32;
/// Every field at its longest: a key id of 20 bytes and three ids of 64.
const MAX_BYTES: usize = 1 + 21 + 16 + 4 + 3 * 65 + 16 + 8 + 8 + 1 + 8 + 8 + TAG;
/// The longest session token: longer text is refused unread.
const MAX_TEXT: usize = PREFIX.len() + base64url::encoded_len(MAX_BYTES);

/// Everything a session token says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SessionClaims {
    /// The session: also the family of all tokens that rotations of it make.
    pub session: SessionId,
    /// How often the token has been rotated.
    pub generation: u32,
    /// Whose session it is.
    pub account: AccountId,
    /// The application and tenant that were signed in to.
    pub audience: Audience,
    /// The fingerprint of the device that signed in.
    pub device: DeviceDigest,
    /// The account's revision at sign-in.
    pub revision: Revision,
    /// When the subject last proved who they are.
    pub auth_time: Timestamp,
    /// What they proved it with.
    pub factors: FactorSet,
    /// When it was minted.
    pub issued_at: Timestamp,
    /// The first second in which it is no longer good.
    pub expires_at: Timestamp,
}

type Buffer = ArrayVec<u8, MAX_BYTES>;

fn push(buffer: &mut Buffer, bytes: &[u8]) {
    // Every field is bounded and `MAX_BYTES` is their sum; were it not, the token would be short and never verify.
    let _ = buffer.try_extend_from_slice(bytes);
}

fn push_text(buffer: &mut Buffer, text: &str) {
    push(buffer, &[text.len() as u8]);
    push(buffer, text.as_bytes());
}

/// Reads fields off the front; `None` when there is too little left.
struct Fields<'a>(&'a [u8]);

impl<'a> Fields<'a> {
    fn take<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(*taken)
    }

    fn text(&mut self) -> Option<&'a [u8]> {
        let [length] = self.take()?;
        let (text, rest) = self.0.split_at_checked(usize::from(length))?;
        self.0 = rest;
        Some(text)
    }

    fn time(&mut self) -> Option<Timestamp> {
        let seconds = u64::from_be_bytes(self.take()?);
        (seconds <= Timestamp::MAX.as_unix()).then(|| Timestamp::from_unix(seconds))
    }
}

impl SessionClaims {
    fn write(&self, keys: &Keys) -> Buffer {
        let mut buffer = Buffer::new();
        push(&mut buffer, &[VERSION]);
        push_text(&mut buffer, keys.id.as_ref().map_or("", |id| id.as_str()));
        push(&mut buffer, self.session.as_bytes());
        push(&mut buffer, &self.generation.to_be_bytes());
        push_text(&mut buffer, self.account.as_str());
        push_text(&mut buffer, self.audience.client_id.as_str());
        push_text(&mut buffer, self.audience.tenant.as_ref().map_or("", |tenant| tenant.as_str()));
        push(&mut buffer, self.device.as_bytes());
        push(&mut buffer, &self.revision.as_u64().to_be_bytes());
        push(&mut buffer, &self.auth_time.as_unix().to_be_bytes());
        push(&mut buffer, &[self.factors.bits()]);
        push(&mut buffer, &self.issued_at.as_unix().to_be_bytes());
        push(&mut buffer, &self.expires_at.as_unix().to_be_bytes());
        buffer
    }

    /// Reads what follows the key id.
    fn read(mut fields: Fields<'_>) -> Option<Self> {
        let session = SessionId::from_bytes(fields.take()?);
        let generation = u32::from_be_bytes(fields.take()?);
        let account = AccountId::new(str::from_utf8(fields.text()?).ok()?).ok()?;
        let client_id = ClientId::new(str::from_utf8(fields.text()?).ok()?).ok()?;
        let tenant = match fields.text()? {
            [] => None,
            text => Some(TenantId::new(str::from_utf8(text).ok()?).ok()?),
        };
        let device = DeviceDigest::from_bytes(fields.take()?);
        let revision = Revision::new(u64::from_be_bytes(fields.take()?));
        let auth_time = fields.time()?;
        let factors = FactorSet::from_bits(u8::from_be_bytes(fields.take()?))?;
        let claims = Self {
            session,
            generation,
            account,
            audience: Audience { client_id, tenant },
            device,
            revision,
            auth_time,
            factors,
            issued_at: fields.time()?,
            expires_at: fields.time()?,
        };
        fields.0.is_empty().then_some(claims)
    }
}

/// Mints and verifies session tokens: [`KeyRing::sessions`].
#[derive(Clone, Copy, Debug)]
pub struct Sessions<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> Sessions<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A token that says `claims`.
    pub fn mint(&self, claims: &SessionClaims) -> TokenText<Session> {
        let keys = self.ring.signer();
        let mut buffer = claims.write(keys);
        let tag = keys.session.tag(&[&buffer]);
        push(&mut buffer, &tag);
        let mut text =
            String::with_capacity(base64url::encoded_len(buffer.len()).saturating_add(PREFIX.len()));
        text.push_str(PREFIX);
        base64url::push(&buffer, &mut text);
        TokenText::new(text)
    }

    /// Narrows to the tokens of one application (and tenant): the only ones its middleware may accept.
    pub fn for_application<'a>(&self, audience: &'a Audience) -> ApplicationSessions<'a>
    where
        'ring: 'a,
    {
        ApplicationSessions { ring: self.ring, audience }
    }
}

/// The session tokens of one application: [`Sessions::for_application`].
#[derive(Clone, Copy, Debug)]
pub struct ApplicationSessions<'a> {
    ring: &'a KeyRing,
    audience: &'a Audience,
}

impl ApplicationSessions<'_> {
    /// Verifies the tag, the audience and the time, for middleware: no question, no allocation.
    ///
    /// **Says nothing about revocation.** A session that has been ended verifies until it expires; ask your store about
    /// [`SessionClaims::session`] where that matters. Whether the caller's device is the one that signed in is
    /// [`Device::holds`](crate::device::Device::holds).
    ///
    /// # Errors
    /// Why it was refused; a client is never told which.
    pub fn verify(
        &self,
        presented: Untrusted<'_, Session>,
        now: Timestamp,
    ) -> Result<SessionToken, TokenError> {
        let text = presented.bytes();
        let encoded = text.strip_prefix(PREFIX.as_bytes()).filter(|_| text.len() <= MAX_TEXT);
        let mut buffer = [0; MAX_BYTES];
        let bytes = base64url::decode(encoded.ok_or(TokenError::Malformed)?, &mut buffer);
        let bytes = bytes.ok_or(TokenError::Malformed)?;
        let (signed, tag) = bytes.split_last_chunk::<TAG>().ok_or(TokenError::Malformed)?;

        let mut fields = Fields(signed);
        if fields.take() != Some([VERSION]) {
            return Err(TokenError::Malformed);
        }
        let key_id = fields.text().ok_or(TokenError::Malformed)?;
        let keys = self.ring.by_id(Some(key_id).filter(|id| !id.is_empty()), now)?;
        if !bool::from(keys.session.tag(&[signed]).ct_eq(tag)) {
            return Err(TokenError::Forged);
        }
        let claims = SessionClaims::read(fields).ok_or(TokenError::Malformed)?;
        self.ring.check_time(claims.issued_at, claims.expires_at, now)?;
        if claims.audience != *self.audience {
            return Err(TokenError::WrongAudience);
        }
        Ok(SessionToken { claims, keys: Arc::clone(keys) })
    }
}

/// A session token that verified. Only [`ApplicationSessions::verify`] makes one.
#[derive(Clone, Debug)]
pub struct SessionToken {
    claims: SessionClaims,
    keys: Arc<Keys>,
}

impl SessionToken {
    /// What it says.
    pub fn claims(&self) -> &SessionClaims {
        &self.claims
    }

    /// The key that signed it: its device was hashed under the same one.
    pub(crate) fn keys(&self) -> &Keys {
        &self.keys
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
