//! What middleware verifies session tokens with.

use super::{KeyRing, SessionReference, SessionToken, TokenError, Untrusted, VerifiedSession};
use crate::{
    Audience, Timestamp,
    device::{Device, PresentedDevice},
    session::SessionRecord,
};
use alloc::sync::Arc;

/// Verifies session tokens, for middleware: no question, no allocation, and nothing that minting could be done with.
/// [`Engine::verifier`](crate::Engine::verifier) makes one. Cheap to clone.
///
/// A token of the [short form](crate::policy::SessionTokenForm::Reference) does not say whose it is. Its session's record does: there is no way
/// from the one to an account but by the other.
///
/// ```
/// use authflow::{
///     AccountId, SessionId, Timestamp,
///     device::Device,
///     session::SessionRecord,
///     token::{SessionToken, SessionVerifier, Untrusted, VerifiedSession},
/// };
///
/// # use authflow::{policy::{Policy, SessionTokenForm}, testkit::{World, demo::{self, audience}}};
///
/// /// Whose request it is, if it is anybody's.
/// fn subject(
///     verifier: &SessionVerifier,
///     presented: Untrusted<'_, SessionToken>,
///     device: &Device,
///     now: Timestamp,
///     find: impl Fn(SessionId) -> Option<SessionRecord>,
/// ) -> Option<AccountId> {
///     let session = verifier.verify(presented, &audience(), now).ok()?;
///     if !verifier.is_held(&session, device) {
///         return None;
///     }
///     match session {
///         VerifiedSession::SelfContained(token) => Some(token.claims().account),
///         VerifiedSession::NeedsRecord(reference) => {
///             let record = find(reference.claims().session); // SELECT … FROM sessions WHERE id = … AND ended_at IS NULL
///             let record = verifier.identify(&reference, record, device, now)?;
///             Some(record.account)
///         }
///     }
/// }
///
/// # let session_token_form = SessionTokenForm::Reference;
/// # let mut world = World::with_policy(Policy { session_token_form, ..demo::policy() });
/// # let answer = world.login("alice");
/// # let device = Device::new("Android 10", "156aysdna213sac", "Mozilla/5.0", None).unwrap();
/// # let find = |session| world.host.sessions.get(&session).copied();
/// let verifier = world.api.engine().verifier(); // once, at start
/// let presented = Untrusted::new(answer.session_token());
/// let who = subject(&verifier, presented, &device, world.clock.now, find);
/// assert_eq!(who, AccountId::new("id-alice").ok());
/// let nobody = subject(&verifier, Untrusted::new("LGTnonsense"), &device, world.clock.now, find);
/// assert_eq!(nobody, None);
/// ```
///
/// Without the record it says nothing of anybody:
///
/// ```compile_fail,E0609
/// # use authflow::{AccountId, token::SessionReference};
/// # fn middleware(reference: &SessionReference) -> AccountId {
/// reference.claims().account
/// # }
/// ```
///
/// It does not lead back to the keys, and neither does the engine:
///
/// ```compile_fail,E0599
/// # fn middleware(engine: &authflow::Engine) {
/// engine.ring();
/// # }
/// ```
///
/// ```compile_fail,E0616
/// # fn middleware(verifier: &authflow::token::SessionVerifier) {
/// let ring = &verifier.ring;
/// # }
/// ```
///
/// And keys do not mint, whoever has them:
///
/// ```compile_fail,E0624
/// # fn middleware(ring: &authflow::token::KeyRing) {
/// ring.session_tokens();
/// # }
/// ```
///
/// ```compile_fail,E0624
/// # fn middleware(ring: &authflow::token::KeyRing) {
/// ring.state_tokens();
/// # }
/// ```
#[derive(Clone, Debug)]
pub struct SessionVerifier {
    ring: Arc<KeyRing>,
}

impl SessionVerifier {
    pub(crate) fn new(ring: &Arc<KeyRing>) -> Self {
        Self { ring: Arc::clone(ring) }
    }

    /// Verifies the tag, the audience and the time.
    ///
    /// **Says nothing about revocation.** A session that has been ended verifies until it expires, and so does a token that a
    /// rotation has retired; ask your store about [`SessionClaims::session`](super::SessionClaims::session) where that matters.
    /// Whether the caller's device is the one that signed in is [`is_held`](Self::is_held); whose a token of the short form is, is
    /// [`identify`](Self::identify).
    ///
    /// # Errors
    /// Why it was refused; a client is never told which.
    pub fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        audience: &Audience,
        now: Timestamp,
    ) -> Result<VerifiedSession, TokenError> {
        VerifiedSession::verify_for(audience, &self.ring, presented, now)
    }

    /// Whether this device presents the fingerprint that the token was made for. A token that another ring verified is held by
    /// nobody here.
    pub fn is_held(&self, session: &VerifiedSession, by: &Device) -> bool {
        session.is_held(by, &self.ring)
    }

    /// Whose session a token of the short form refers to. `record` is what the store keeps under
    /// [`ReferenceClaims::session`](super::ReferenceClaims::session); `None` where that has been ended, or there never was one.
    ///
    /// Gives the record where it is of that session, of the token's application, of this device and generation, and neither over at `now` nor of a sign-in that lies ahead; else
    /// `None`, which is told as any other refusal. Whether the session went unused for too long, and whether its account may still use it, is
    /// not judged here: [`Engine::authenticate`](crate::Engine::authenticate) does.
    pub fn identify(
        &self,
        reference: &SessionReference,
        record: Option<SessionRecord>,
        by: &Device,
        now: Timestamp,
    ) -> Option<SessionRecord> {
        let device = PresentedDevice::new(by.clone(), &self.ring);
        record.filter(|record| {
            reference.check(record, &self.ring, now).is_ok()
                && record.generation == reference.claims().generation
                && now < record.expires_at
                && device.is_bound(&record.device, now)
        })
    }
}
