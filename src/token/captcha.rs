//! The captcha token: `captcha-`, and the opaque form of the claims. It shows that a picture was solved for one recipient.
//!
//! Its fields, in order:
//!
//! ```text
//! id 16 │ audience's digest 16 │ recipient's digest 16 │ device's digest 16 │ iat u64 │ exp u64
//! ```
//!
//! The token names no person. It holds the values that it is bound to only as keyed hashes.

use super::{
    AudienceDigest, DeviceDigest, KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    mac::same_tag,
    opaque::{self, AROUND, Fields, Opaque, Writer},
};
use crate::{Audience, Lifetime, Timestamp, TokenId, contact::Recipient, device::Device};
use core::fmt;

const MAX_FIELDS: usize = 16 + 16 + 16 + 16 + 8 + 8;
const MAX_BYTES: usize = AROUND + MAX_FIELDS;

/// The keyed hash of the recipient of a code. A [captcha token](CaptchaToken) contains it.
#[derive(Clone, Copy)]
pub struct RecipientDigest([u8; 16]);

impl RecipientDigest {
    /// A digest of any bytes. Arbitrary bytes are the digest of a recipient only by chance.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }
}

/// Compared in constant time, like every value an attacker might try to guess byte by byte.
impl PartialEq for RecipientDigest {
    fn eq(&self, other: &Self) -> bool {
        same_tag(&self.0, &other.0)
    }
}

impl Eq for RecipientDigest {}

impl fmt::Debug for RecipientDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("RecipientDigest(…)")
    }
}

/// The claims of a captcha token.
///
/// ```
/// use authflow::{
///     captcha::CaptchaKind,
///     policy::Policy,
///     testkit::{
///         Call, World, demo,
///         forge::{CaptchaClaims, Forge},
///     },
///     token::{RecipientDigest, Untrusted},
/// };
/// use serde_json::json;
///
/// let captcha = CaptchaKind::Picture;
/// let policy = Policy { demands_captcha: true, captcha, ..demo::policy() };
/// let mut world = World::with_policy(policy);
/// let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
/// let point = world.host.solution();
/// let body = json!({ "token": shown.text("token"), "point_json": point, "sender": demo::MOBILE });
/// let solved = world.send(&Call::post("/api/v2/sdk/captcha/verify", &body));
///
/// let (ring, now) = (demo::ring(), world.clock.now);
/// let tokens = Forge::of(&ring).captcha_tokens();
/// let solved = Untrusted::new(solved.text("captcha_token"));
/// let claims = *tokens.verify(solved, now).unwrap().claims();
/// // For another recipient than it was solved for.
/// let forged = CaptchaClaims { recipient: RecipientDigest::from_bytes([7; 16]), ..claims };
/// let token = tokens.mint(&forged);
/// let body = json!({
///     "mobile": demo::MOBILE, "type": "LOGIN_SMS", "captcha_token": token.expose(),
/// });
/// assert_eq!(world.send(&Call::post("/api/v2/sdk/sms/send", &body)).status, 400);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct CaptchaClaims {
    /// Using the token means inserting this id.
    pub id: TokenId,
    /// The application and tenant of the captcha.
    pub audience: AudienceDigest,
    /// The recipient that a code may go to.
    pub recipient: RecipientDigest,
    /// The digest by which the device that solved the captcha is recognised.
    pub device: DeviceDigest,
    /// When the token was minted.
    pub issued_at: Timestamp,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
}

impl CaptchaClaims {
    /// The lifetime of a captcha token: three minutes, like that of AJ-Captcha's second token. The family's answers have the members of AJ-Captcha's.
    pub const LIFETIME: Lifetime = Lifetime::of::<180>();

    /// The claims of a token that is minted now for these values.
    pub(crate) fn new(
        ring: &KeyRing,
        id: TokenId,
        audience: &Audience,
        recipient: &Recipient,
        device: &Device,
        now: Timestamp,
    ) -> Self {
        let keys = ring.signer();
        Self {
            id,
            audience: keys.audience_digest(audience),
            recipient: keys.recipient_digest(recipient),
            device: device.digest(keys),
            issued_at: now,
            expires_at: now.plus(Self::LIFETIME),
        }
    }
}

impl Opaque for CaptchaClaims {
    const PREFIX: &'static str = "captcha-";
    const MAX_FIELDS: usize = MAX_FIELDS;

    fn tag(keys: &Keys, signed: &[u8]) -> [u8; 32] {
        keys.captcha.tag(&[signed])
    }

    fn write<const N: usize>(&self, fields: &mut Writer<N>) {
        fields.bytes(self.id.as_bytes());
        fields.bytes(self.audience.as_bytes());
        fields.bytes(&self.recipient.0);
        fields.bytes(self.device.as_bytes());
        fields.time(self.issued_at);
        fields.time(self.expires_at);
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        Some(Self {
            id: TokenId::from_bytes(fields.take()?),
            audience: AudienceDigest::from_bytes(fields.take()?),
            recipient: RecipientDigest(fields.take()?),
            device: DeviceDigest::from_bytes(fields.take()?),
            issued_at: fields.time()?,
            expires_at: fields.time()?,
        })
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }
}

/// Mints and verifies captcha tokens, as the example of [`CaptchaClaims`] does.
#[derive(Clone, Copy, Debug)]
pub struct CaptchaTokens<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> CaptchaTokens<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A token with these `claims`.
    pub fn mint(&self, claims: &CaptchaClaims) -> TokenText<CaptchaToken> {
        TokenText::new(opaque::seal::<_, MAX_BYTES>(self.ring, claims))
    }

    /// Verifies the tag and the time. The caller judges whether the token is bound to this request. The commit of the code judges whether the token
    /// has been used.
    ///
    /// # Errors
    /// Returns the reason for the refusal.
    pub fn verify(
        &self,
        presented: Untrusted<'_, CaptchaToken>,
        now: Timestamp,
    ) -> Result<CaptchaToken, TokenError> {
        opaque::open::<_, MAX_BYTES>(self.ring, presented.bytes(), now)
    }
}

/// A captcha token that verified: somebody has solved a picture of a [captcha](crate::captcha). Only an engine makes one.
pub type CaptchaToken = Verified<CaptchaClaims>;

impl CaptchaToken {
    /// Whether the token was made for this application and tenant. `ring` must be the ring that verified the token. With another ring the answer is
    /// no.
    pub(crate) fn is_for_audience(&self, audience: &Audience, ring: &KeyRing) -> bool {
        ring.at(self.key()).is_some_and(|keys| keys.audience_digest(audience) == self.claims().audience)
    }

    /// Whether the token was made for this recipient, in any spelling.
    pub(crate) fn is_for_recipient(&self, recipient: &Recipient, ring: &KeyRing) -> bool {
        ring.at(self.key()).is_some_and(|keys| keys.recipient_digest(recipient) == self.claims().recipient)
    }
}

#[cfg(test)]
#[path = "captcha_tests.rs"]
mod tests;
