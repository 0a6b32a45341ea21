//! A session token that verified, in either form.

use super::{KeyRing, SessionReference, SessionToken, TokenError, Untrusted, reference};
use crate::{AccountId, Audience, SessionId, Timestamp, device::Device};

/// A session token that verified, in one of its [two forms](crate::policy::SessionTokenForm).
///
/// ```
/// use authflow::{
///     Application,
///     device::Caller,
///     testkit::{World, demo},
///     token::{Untrusted, VerifiedSession},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let application = Application::new(demo::audience().client_id);
/// let verifier = world.api.engine().verifier(&application)?;
/// let session = verifier.verify(
///     Untrusted::new(signed_in.session_token()),
///     &demo::audience(),
///     world.clock.now,
/// )?;
/// assert!(verifier.is_held(&session, &Caller::from_headers(&demo::device()).unwrap().device));
/// let VerifiedSession::SelfContained(token) = session else {
///     panic!("the policy has no references")
/// };
/// assert_eq!(token.claims().account.as_str(), "id-alice");
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
#[allow(clippy::large_enum_variant, reason = "verifying allocates nothing")]
pub enum VerifiedSession {
    /// The token itself names the account.
    SelfContained(SessionToken),
    /// The session's record names the account: see [`SessionVerifier::identify`](super::SessionVerifier::identify).
    NeedsRecord(SessionReference),
}

impl VerifiedSession {
    /// Verifies the tag and the time of a token of any application.
    pub(crate) fn verify(
        ring: &KeyRing,
        presented: Untrusted<'_, SessionToken>,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        if is_reference(presented) {
            ring.session_references().verify(presented, now).map(Self::NeedsRecord)
        } else {
            ring.session_tokens().verify(presented, now).map(Self::SelfContained)
        }
    }

    /// Verifies the tag, the audience and the time of a token of one application.
    pub(super) fn verify_for(
        audience: &Audience,
        ring: &KeyRing,
        presented: Untrusted<'_, SessionToken>,
        now: Timestamp,
    ) -> Result<Self, TokenError> {
        if is_reference(presented) {
            ring.session_references().for_application(audience).verify(presented, now).map(Self::NeedsRecord)
        } else {
            ring.session_tokens().for_application(audience).verify(presented, now).map(Self::SelfContained)
        }
    }

    /// The session of the token.
    pub(crate) fn session(&self) -> SessionId {
        match self {
            Self::SelfContained(token) => token.claims().session,
            Self::NeedsRecord(reference) => reference.claims().session,
        }
    }

    /// The account of the session, if the token names it.
    pub(crate) fn account(&self) -> Option<AccountId> {
        match self {
            Self::SelfContained(token) => Some(token.claims().account),
            Self::NeedsRecord(_) => None,
        }
    }

    /// Whether the token was made for this application and tenant.
    pub(crate) fn is_of(&self, audience: &Audience, ring: &KeyRing) -> bool {
        match self {
            Self::SelfContained(token) => token.is_of(audience),
            Self::NeedsRecord(reference) => reference.is_of(audience, ring),
        }
    }

    /// Whether the token was made for this device.
    pub(crate) fn is_held(&self, by: &Device, ring: &KeyRing) -> bool {
        match self {
            Self::SelfContained(token) => by.holds(token, ring),
            Self::NeedsRecord(reference) => by.holds_reference(reference, ring),
        }
    }
}

/// No self-contained token is as short as a reference, so the length tells the two forms apart. Each form also has its own version byte and its own
/// key, and refuses the other.
fn is_reference(presented: Untrusted<'_, SessionToken>) -> bool {
    presented.bytes().len() == reference::CHARACTERS
}
