//! The self-contained session token: `LGT`, and the opaque form of the claims. (The other form is a [reference](super::reference).)
//!
//! The token is signed, **not encrypted**. Its holder can read the account id and the times in it. Its fields, in order:
//!
//! ```text
//! session id 16 │ generation u32 │ account: length, bytes │ client id: length, bytes │ tenant: length, bytes
//! │ device digest 16 │ revision u64 │ auth_time u64 │ factors u8 │ iat u64 │ exp u64
//! ```

use super::{
    DeviceDigest, KeyRing, Keys, TokenError, TokenText, Untrusted, Verified,
    opaque::{self, AROUND, Fields, Opaque, TEXT, Writer},
};
use crate::{AccountId, Audience, SessionId, Timestamp, account::Revision, factor::FactorSet};

/// Three ids of 64 bytes, and the fields of fixed length.
const MAX_FIELDS: usize = 16 + 4 + 3 * TEXT + 16 + 8 + 8 + 1 + 8 + 8;
const MAX_BYTES: usize = AROUND + MAX_FIELDS;
/// The beginning of a session token's text, in either form.
pub(super) const PREFIX: &str = "LGT";

/// The claims of a session token.
///
/// ```
/// use authflow::{
///     Application,
///     factor::Factor,
///     testkit::{World, demo},
///     token::{SessionClaims, Untrusted, VerifiedSession},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let application = Application::new(demo::audience().client_id);
/// let verifier = world.api.engine().verifier(&application)?;
/// let presented = Untrusted::new(signed_in.session_token());
/// let VerifiedSession::SelfContained(token) =
///     verifier.verify(presented, &demo::audience(), world.clock.now)?
/// else {
///     panic!("the policy has no references")
/// };
/// let SessionClaims { account, factors, auth_time, .. } = token.claims();
/// assert_eq!((account.as_str(), *auth_time), ("id-alice", world.clock.now));
/// assert!(!factors.contains(Factor::Totp), "not enough to move money");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[cfg_attr(not(feature = "testkit"), non_exhaustive)]
pub struct SessionClaims {
    /// The session, which is also the family of all tokens that its rotations make.
    pub session: SessionId,
    /// The number of times that the token has been rotated.
    pub generation: u32,
    /// The account of the session.
    pub account: AccountId,
    /// The application and tenant that were signed in to.
    pub audience: Audience,
    /// The digest by which the device that signed in is recognised.
    pub device: DeviceDigest,
    /// The account's revision at sign-in.
    pub revision: Revision,
    /// When the subject last proved who they are.
    pub auth_time: Timestamp,
    /// The factors that the subject proved.
    pub factors: FactorSet,
    /// When the token was minted.
    pub issued_at: Timestamp,
    /// The first second in which the token is no longer good.
    pub expires_at: Timestamp,
}

impl Opaque for SessionClaims {
    const PREFIX: &'static str = PREFIX;
    const MAX_FIELDS: usize = MAX_FIELDS;

    fn tag(keys: &Keys, signed: &[u8]) -> [u8; 32] {
        keys.session.tag(&[signed])
    }

    fn write<const N: usize>(&self, fields: &mut Writer<N>) {
        fields.bytes(self.session.as_bytes());
        fields.bytes(&self.generation.to_be_bytes());
        fields.ids(&self.account, &self.audience);
        fields.bytes(self.device.as_bytes());
        fields.number(self.revision.as_u64());
        fields.time(self.auth_time);
        fields.bytes(&[self.factors.to_bits()]);
        fields.time(self.issued_at);
        fields.time(self.expires_at);
    }

    fn read(fields: &mut Fields<'_>) -> Option<Self> {
        let session = SessionId::from_bytes(fields.take()?);
        let generation = u32::from_be_bytes(fields.take()?);
        let ids = fields.ids()?;
        Some(Self {
            session,
            generation,
            account: ids.account()?,
            audience: ids.audience()?,
            device: DeviceDigest::from_bytes(fields.take()?),
            revision: Revision::new(fields.number()?).ok()?,
            auth_time: fields.time()?,
            factors: FactorSet::from_bits(u8::from_be_bytes(fields.take()?)).ok()?,
            issued_at: fields.time()?,
            expires_at: fields.time()?,
        })
    }

    fn times(&self) -> (Timestamp, Timestamp) {
        (self.issued_at, self.expires_at)
    }
}

/// Mints and verifies session tokens.
///
/// ```
/// use authflow::{
///     AccountId, Audience, ClientId,
///     testkit::{Call, World, demo, forge::Forge},
///     token::{SessionClaims, TokenError, Untrusted},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let (ring, own, now) = (demo::ring(), demo::audience(), world.clock.now);
/// let sessions = Forge::of(&ring).session_tokens();
/// let presented = Untrusted::new(signed_in.session_token());
/// let claims = *sessions.for_application(&own).verify(presented, now).unwrap().claims();
///
/// // The same session, forged for another account.
/// let account = AccountId::new("id-erin")?;
/// let forged = sessions.mint(&SessionClaims { account, ..claims });
/// assert_eq!(world.send(&Call::refresh(forged.expose())).status, 400);
///
/// let other = Audience { client_id: ClientId::new(demo::ORDINARY)?, tenant: None };
/// let refused = sessions.for_application(&other).verify(presented, now).unwrap_err();
/// assert_eq!(refused, TokenError::WrongAudience);
/// # Ok::<(), authflow::InvalidId>(())
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SessionTokens<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> SessionTokens<'ring> {
    pub(super) fn new(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// A token with these `claims`.
    pub fn mint(&self, claims: &SessionClaims) -> TokenText<SessionToken> {
        TokenText::new(opaque::seal::<_, MAX_BYTES>(self.ring, claims))
    }

    /// Verifies the tag and the time of a token of any application, for calls that name no application.
    pub(crate) fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        now: Timestamp,
    ) -> Result<SessionToken, TokenError> {
        opaque::open::<_, MAX_BYTES>(self.ring, presented.bytes(), now)
    }

    /// Narrows to the tokens of one application (and tenant). The middleware of an application must accept no other tokens.
    pub fn for_application<'a>(&self, audience: &'a Audience) -> ApplicationSessions<'a>
    where
        'ring: 'a,
    {
        ApplicationSessions { ring: self.ring, audience }
    }
}

/// The session tokens of one application: [`SessionTokens::for_application`].
#[derive(Clone, Copy, Debug)]
pub struct ApplicationSessions<'a> {
    ring: &'a KeyRing,
    audience: &'a Audience,
}

impl ApplicationSessions<'_> {
    /// Verifies the tag, the audience and the time: see [`SessionVerifier::verify`](super::SessionVerifier::verify).
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        now: Timestamp,
    ) -> Result<SessionToken, TokenError> {
        match self.ring.session_tokens().verify(presented, now) {
            Ok(token) if !token.is_of(self.audience) => Err(TokenError::WrongAudience),
            verified => verified,
        }
    }
}

/// A self-contained session token that verified. Only [`SessionVerifier::verify`](super::SessionVerifier::verify) makes one.
pub type SessionToken = Verified<SessionClaims>;

impl SessionToken {
    /// Whether the token was made for this application and tenant.
    pub(crate) fn is_of(&self, audience: &Audience) -> bool {
        self.claims().audience == *audience
    }
}

#[cfg(test)]
#[path = "session_tests.rs"]
mod tests;
