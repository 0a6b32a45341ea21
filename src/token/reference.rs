//! The short session token, for clients that must seal it with RSA-2048. It refers to a session, whose record names the subject.
//!
//! It is `LGT` and the base64url of these 91 bytes, always **125 characters**. OAEP with SHA-256 carries 190 bytes under RSA-2048 (RFC 8017
//! §7.1.1). The texts that are sealed together with the token leave 134 bytes for it.
//!
//! ```text
//! version 1 │ a byte of the key 1 │ session id 16 │ generation u32 │ exp u40 │ audience's digest 16 │ device's digest 16 │ tag 32
//! ```
//!
//! The byte of the key only saves work. Every key of the ring that has this byte is tried, and the tag decides. Numbers are big-endian. The token
//! is signed, **not encrypted**. It does not say when it was minted. The session's record has the time of the sign-in, and a sign-in in the future is
//! refused.

use super::{
    DeviceDigest, KeyRing, Keys, SessionToken, TokenError, TokenText, Untrusted, Verified,
    mac::same_tag,
    opaque::{self, Fields, Writer},
    session::PREFIX,
};
use crate::{Audience, SessionId, Timestamp, session::SessionRecord, text::base64url};
use core::fmt;

/// The self-contained form has version 1.
const VERSION: u8 = 2;
const TAG: usize = 32;
const BYTES: usize = 1 + 1 + 16 + 4 + SECONDS + 16 + 16 + TAG;
/// The number of bytes that [`Timestamp::MAX`] needs. They have room for thirty thousand years more.
const SECONDS: usize = 5;
/// The length of every reference, and of no other session token.
pub(super) const CHARACTERS: usize = PREFIX.len() + base64url::encoded_len(BYTES);

/// The keyed hash of an application and tenant. A [reference](ReferenceClaims) and a [captcha token](super::CaptchaToken) contain it.
#[derive(Clone, Copy)]
pub struct AudienceDigest([u8; 16]);

impl AudienceDigest {
    /// A digest of any bytes. Arbitrary bytes are the digest of an audience only by chance.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    pub(super) const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

/// Compared in constant time, like every value an attacker might try to guess byte by byte.
impl PartialEq for AudienceDigest {
    fn eq(&self, other: &Self) -> bool {
        same_tag(&self.0, &other.0)
    }
}

impl Eq for AudienceDigest {}

impl fmt::Debug for AudienceDigest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("AudienceDigest(…)")
    }
}

/// The claims of a reference. They name a session, but no person.
///
/// ```
/// use authflow::{
///     Application,
///     policy::{Policy, SessionTokenForm},
///     testkit::{World, demo},
///     token::{Untrusted, VerifiedSession},
/// };
///
/// let session_token_form = SessionTokenForm::Reference;
/// let mut world = World::with_policy(Policy { session_token_form, ..demo::policy() });
/// let signed_in = world.login("alice");
/// let application = Application::new(demo::audience().client_id);
/// let verifier = world.api.engine().verifier(&application)?;
/// let presented = Untrusted::new(signed_in.session_token());
/// let VerifiedSession::NeedsRecord(reference) =
///     verifier.verify(presented, &demo::audience(), world.clock.now)?
/// else {
///     panic!("the policy has references")
/// };
/// // SELECT … FROM sessions WHERE id = …
/// let record = world.host.sessions[&reference.claims().session];
/// assert_eq!(record.account.as_str(), "id-alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "testkit"), non_exhaustive)]
pub struct ReferenceClaims {
    /// The session, which is also the family of all tokens that its rotations make.
    pub session: SessionId,
    /// The number of times that the token has been rotated.
    pub generation: u32,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
    /// The application and tenant that were signed in to.
    pub audience: AudienceDigest,
    /// The digest by which the device that signed in is recognised.
    pub device: DeviceDigest,
}

impl ReferenceClaims {
    fn signed(&self, keys: &Keys) -> Writer<BYTES> {
        let mut bytes = Writer::new();
        bytes.bytes(&[VERSION, keys.mark]);
        bytes.bytes(self.session.as_bytes());
        bytes.bytes(&self.generation.to_be_bytes());
        let [_, _, _, seconds @ ..] = self.expires_at.as_unix().to_be_bytes();
        bytes.bytes(&seconds);
        bytes.bytes(&self.audience.0);
        bytes.bytes(self.device.as_bytes());
        bytes
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let session = SessionId::from_bytes(fields.take()?);
        let generation = u32::from_be_bytes(fields.take()?);
        let seconds = fields.take::<SECONDS>()?.iter().fold(0, |number, byte| number << 8 | u64::from(*byte));
        let expires_at = Timestamp::from_unix(seconds);
        let audience = AudienceDigest(fields.take()?);
        let device = DeviceDigest::from_bytes(fields.take()?);
        // A time after the last possible one would be another spelling of the last one.
        (expires_at.as_unix() == seconds).then_some(Self {
            session,
            generation,
            expires_at,
            audience,
            device,
        })
    }
}

/// Mints and verifies references.
///
/// ```
/// use authflow::{
///     Audience, ClientId,
///     policy::{Policy, SessionTokenForm},
///     testkit::{Call, World, demo, forge::Forge},
///     token::{ReferenceClaims, TokenError, Untrusted},
/// };
///
/// let session_token_form = SessionTokenForm::Reference;
/// let mut world = World::with_policy(Policy { session_token_form, ..demo::policy() });
/// let signed_in = world.login("alice");
/// let (ring, own, now) = (demo::ring(), demo::audience(), world.clock.now);
/// let references = Forge::of(&ring).session_references();
/// let presented = Untrusted::new(signed_in.session_token());
/// let claims = *references.for_application(&own).verify(presented, now).unwrap().claims();
///
/// // The same session, forged for another application.
/// let other = Audience { client_id: ClientId::new(demo::ORDINARY)?, tenant: None };
/// let forged = references.mint(&ReferenceClaims { audience: references.digest(&other), ..claims });
/// let refused = references.for_application(&own).verify(forged.presented(), now);
/// assert_eq!(refused.unwrap_err(), TokenError::WrongAudience);
/// assert_eq!(world.send(&Call::refresh(forged.expose())).status, 400);
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SessionReferences<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> SessionReferences<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// The digest of an application and tenant under the key that signs.
    pub fn digest(&self, audience: &Audience) -> AudienceDigest {
        self.ring.signer().audience_digest(audience)
    }

    /// A token with these `claims`.
    pub fn mint(&self, claims: &ReferenceClaims) -> TokenText<SessionToken> {
        let keys = self.ring.signer();
        let mut bytes = claims.signed(keys);
        let tag = keys.reference.tag(&[bytes.written()]);
        bytes.bytes(&tag);
        TokenText::new(opaque::text(PREFIX, bytes.written()))
    }

    /// Verifies the tag and the time of a reference of any application.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub(crate) fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        now: Timestamp,
    ) -> Result<SessionReference, TokenError> {
        let presented = presented.bytes();
        let encoded = presented.strip_prefix(PREFIX.as_bytes()).filter(|_| presented.len() == CHARACTERS);
        let mut buffer = [0; BYTES];
        let bytes = base64url::decode(encoded.ok_or(TokenError::Malformed)?, &mut buffer);
        let bytes = bytes.ok_or(TokenError::Malformed)?;
        let (signed, tag) = bytes.split_last_chunk::<TAG>().ok_or(TokenError::Malformed)?;
        let mut fields = Fields::new(signed);
        let Some([VERSION, mark]) = fields.take() else { return Err(TokenError::Malformed) };
        let is_right = |keys: &Keys| same_tag(&keys.reference.tag(&[signed]), tag);
        let key = self.ring.by_mark(mark, is_right, now)?;
        let claims = ReferenceClaims::read(&mut fields).ok_or(TokenError::Malformed)?;
        if now < claims.expires_at { Ok(Verified::new(claims, key)) } else { Err(TokenError::Expired) }
    }

    /// Narrows to the references of one application (and tenant).
    pub fn for_application<'a>(&self, audience: &'a Audience) -> ApplicationReferences<'a>
    where
        'ring: 'a,
    {
        ApplicationReferences { ring: self.ring, audience }
    }
}

/// The references to sessions of one application: [`SessionReferences::for_application`].
#[derive(Clone, Copy, Debug)]
pub struct ApplicationReferences<'a> {
    ring: &'a KeyRing,
    audience: &'a Audience,
}

impl ApplicationReferences<'_> {
    /// Verifies the tag, the audience and the time: see [`SessionVerifier::verify`](super::SessionVerifier::verify).
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        now: Timestamp,
    ) -> Result<SessionReference, TokenError> {
        let verified = self.ring.session_references().verify(presented, now);
        verified.and_then(|it| {
            if it.is_of(self.audience, self.ring) { Ok(it) } else { Err(TokenError::WrongAudience) }
        })
    }
}

/// A reference that verified. It is worthless without the session's record: see [`SessionVerifier::identify`](super::SessionVerifier::identify).
pub type SessionReference = Verified<ReferenceClaims>;

impl SessionReference {
    /// Whether the reference was made for this application and tenant. `ring` must be the ring that verified it. With another ring the answer is no.
    pub(crate) fn is_of(&self, audience: &Audience, ring: &KeyRing) -> bool {
        ring.at(self.key()).is_some_and(|keys| keys.audience_digest(audience) == self.claims().audience)
    }

    /// Checks that the token refers to this record, and that the record's sign-in is not in the future. The token has no issue time. So a session
    /// from the future is refused by the record's time, which comes from the instance of the sign-in.
    pub(crate) fn check(
        &self,
        record: &SessionRecord,
        ring: &KeyRing,
        now: Timestamp,
    ) -> Result<(), TokenError> {
        if record.session != self.claims().session || !self.is_of(&record.audience, ring) {
            Err(TokenError::WrongAudience)
        } else if ring.skew().is_impossible(record.auth_time, now) {
            Err(TokenError::NotYetValid)
        } else {
            Ok(())
        }
    }
}

#[cfg(test)]
#[path = "reference_tests.rs"]
mod tests;
