//! The link token: the state of a social sign-in whose identity is linked to no account yet. The client carries it.
//!
//! It is [dated](super::dated), under its own key. Its fields, in order:
//!
//! ```text
//! client id: length, bytes │ tenant: length, bytes │ provider: length, bytes │ id at the provider: length, bytes │ fingerprint's digest 16
//! │ bound u8, and a digest 16 for each of its bits: address 1, system 2, agent 4; its bit 16 is of a code that was bound │ id 16 │ iat u64
//! ```
//!
//! The token names an identity and no account, so no step of a login accepts it.

use super::{
    KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    dated::{self, Dated},
    mac::MacKey,
    opaque::{Fields, TEXT, Writer},
    state::{BoundToDevice, DeviceDigests, IS_BOUND, MAX_IDENTITY},
};
use crate::{Audience, Timestamp, TokenId, social::SocialIdentity};
use alloc::vec::Vec;

/// Every field at its longest.
const MAX_FIELDS: usize = 2 * TEXT + MAX_IDENTITY + DeviceDigests::MAX_BYTES + 16 + 8;
const MAX_PAYLOAD: usize = dated::max_payload(MAX_FIELDS);

/// The claims of a link token.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LinkClaims {
    /// The application and tenant that the sign-in is for.
    pub audience: Audience,
    /// The social identity that its owner has proved.
    pub identity: SocialIdentity,
    /// Whether the provider's code was bound to the client that brought it.
    pub is_bound: bool,
    /// The device on which the identity was proved.
    pub device: DeviceDigests,
    /// Using the token means inserting this id.
    pub id: TokenId,
    /// When the token was minted, which is when the login began.
    pub issued_at: Timestamp,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
}

impl BoundToDevice for LinkClaims {
    fn device(&self) -> &DeviceDigests {
        &self.device
    }
}

impl Dated for LinkClaims {
    fn key(keys: &Keys) -> &MacKey {
        &keys.link
    }

    fn write_fields<const N: usize>(&self, fields: &mut Writer<N>) {
        fields.audience(&self.audience);
        fields.identity(&self.identity);
        self.device.write(fields, if self.is_bound { IS_BOUND } else { 0 });
        fields.bytes(self.id.as_bytes());
        fields.time(self.issued_at);
    }

    #[inline]
    fn read_fields(fields: &mut Fields<'_>, expires_at: Timestamp) -> Option<Self> {
        let (audience, identity) = (fields.audience()?, fields.identity()?);
        let (device, more) = DeviceDigests::read(fields)?;
        let is_bound = match more {
            0 => false,
            IS_BOUND => true,
            _ => return None,
        };
        let (id, issued_at) = (TokenId::from_bytes(fields.take()?), fields.time()?);
        fields.end()?;
        Some(Self { audience, identity, is_bound, device, id, issued_at, expires_at })
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }
}

/// Mints and verifies link tokens.
#[derive(Clone, Copy, Debug)]
pub struct LinkTokens<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> LinkTokens<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A token with these `claims`.
    pub fn mint(&self, claims: &LinkClaims) -> TokenText<LinkToken> {
        let mut text = Vec::new();
        dated::seal::<_, MAX_FIELDS, MAX_PAYLOAD>(self.ring, claims, &mut text);
        TokenText::new(text)
    }

    /// Verifies the tag, the one spelling, and the time. The caller judges the token's audience, and whether the device is the one that began the
    /// login.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(
        &self,
        presented: Untrusted<'_, LinkToken>,
        now: Timestamp,
    ) -> Result<LinkToken, TokenError> {
        dated::open::<_, MAX_FIELDS, MAX_PAYLOAD>(self.ring, presented.bytes(), now)
    }
}

/// A link token that verified. It names an identity that its owner has proved, and that is linked to no account. Only an engine makes one.
pub type LinkToken = Verified<LinkClaims>;

#[cfg(test)]
#[path = "link_tests.rs"]
mod tests;
