//! The verifier of session tokens, for middleware.

use super::{KeyRing, SessionReference, SessionToken, TokenError, Untrusted, VerifiedSession};
use crate::{
    Application, Audience, ClientId, Timestamp,
    device::{Device, PresentedDevice},
    session::SessionRecord,
};
use alloc::sync::Arc;

/// Verifies session tokens for middleware. It asks the host nothing, allocates nothing, and cannot mint tokens.
/// [`Engine::verifier`](crate::Engine::verifier) makes one for the tokens of one application. It is cheap to clone.
///
/// There is no verifier for an application whose calls must be [signed](crate::signed_call), because such an application does not accept a token in
/// the clear. Guard its routes with [`Engine::authenticate`](crate::Engine::authenticate), which takes signatures.
///
/// ```
/// use authflow::{Application, testkit::{World, demo}};
///
/// let world = World::new();
/// let application = Application::new(demo::audience().client_id);
/// assert!(world.api.engine().verifier(&application).is_ok());
/// let signing = Application { call_key: Some(demo::call_key()), ..application };
/// assert!(world.api.engine().verifier(&signing).is_err());
/// ```
///
/// A token of the [short form](crate::policy::SessionTokenForm::Reference) does not name its account. Only the session's record names it.
///
/// ```
/// use authflow::{
///     AccountId, Application, SessionId, Timestamp,
///     device::Device,
///     policy::{Policy, SessionTokenForm},
///     session::SessionRecord,
///     testkit::{World, demo},
///     token::{SessionToken, SessionVerifier, Untrusted, VerifiedSession},
/// };
///
/// /// The account of a request, if the request has a session.
/// fn subject(
///     verifier: &SessionVerifier,
///     presented: Untrusted<'_, SessionToken>,
///     device: &Device,
///     now: Timestamp,
///     find: impl Fn(SessionId) -> Option<SessionRecord>,
/// ) -> Option<AccountId> {
///     let session = verifier.verify(presented, &demo::audience(), now).ok()?;
///     if !verifier.is_held(&session, device) {
///         return None;
///     }
///     match session {
///         VerifiedSession::SelfContained(token) => Some(token.claims().account),
///         VerifiedSession::NeedsRecord(reference) => {
///             // SELECT … FROM sessions WHERE id = … AND ended_at IS NULL
///             let record = find(reference.claims().session);
///             let record = verifier.identify(&reference, record, device, now)?;
///             Some(record.account)
///         }
///     }
/// }
///
/// let session_token_form = SessionTokenForm::Reference;
/// let mut world = World::with_policy(Policy { session_token_form, ..demo::policy() });
/// let answer = world.login("alice");
/// let device = Device::new("Android 10", "156aysdna213sac", "Mozilla/5.0", None).unwrap();
/// let find = |session| world.host.sessions.get(&session).copied();
/// let application = Application::new(demo::audience().client_id);
/// let verifier = world.api.engine().verifier(&application)?; // once, at start
/// let presented = Untrusted::new(answer.session_token());
/// let who = subject(&verifier, presented, &device, world.clock.now, find);
/// assert_eq!(who, AccountId::new("id-alice").ok());
/// let nobody =
///     subject(&verifier, Untrusted::new("LGTnonsense"), &device, world.clock.now, find);
/// assert_eq!(nobody, None);
/// # Ok::<(), authflow::token::CallsAreSigned>(())
/// ```
///
/// The token itself has no account:
///
/// ```compile_fail,E0609
/// use authflow::{AccountId, token::SessionReference};
/// # fn middleware(reference: &SessionReference) -> AccountId {
/// reference.claims().account
/// # }
/// ```
///
/// Neither the verifier nor the engine gives access to the keys:
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
/// The holder of a ring cannot mint tokens with it:
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
    application: ClientId,
}

/// The calls of this application must be [signed](crate::signed_call), so it accepts no session token in the clear.
///
/// ```
/// use authflow::{
///     Application,
///     testkit::{World, demo},
///     token::CallsAreSigned,
/// };
///
/// let call_key = Some(demo::call_key());
/// let signing = Application { call_key, ..Application::new(demo::audience().client_id) };
/// let refused = World::new().api.engine().verifier(&signing).unwrap_err();
/// assert_eq!(refused, CallsAreSigned(signing.client_id));
/// assert!(refused.to_string().ends_with("DRrYIqauawN0I8myTMoDTPys6ezGZxnm has a call_key"));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error(
    "an application whose session tokens are verified by themselves must take calls that are not signed, and {0} has a call_key"
)]
pub struct CallsAreSigned(pub ClientId);

impl SessionVerifier {
    pub(crate) fn new(ring: &Arc<KeyRing>, application: &Application) -> Result<Self, CallsAreSigned> {
        let client_id = application.client_id;
        match application.call_key {
            Some(_) => Err(CallsAreSigned(client_id)),
            None => Ok(Self { ring: Arc::clone(ring), application: client_id }),
        }
    }

    /// Verifies the tag, the audience and the time. The audience must be of the verifier's application, with any tenant.
    ///
    /// **This method does not check revocation.** The token of an ended session verifies until it expires, and so does a token that a rotation has
    /// retired. If that matters, ask your store about [`SessionClaims::session`](super::SessionClaims::session). [`is_held`](Self::is_held) says
    /// whether the caller's device is the one that signed in. [`identify`](Self::identify) finds the account of a token of the short form.
    ///
    /// # Errors
    /// Returns the reason for the refusal. The client must not learn it.
    pub fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        audience: &Audience,
        now: Timestamp,
    ) -> Result<VerifiedSession, TokenError> {
        if audience.client_id != self.application {
            return Err(TokenError::WrongAudience);
        }
        VerifiedSession::verify_for(audience, &self.ring, presented, now)
    }

    /// Whether this device presents the thing that the token is bound to: a fingerprint, a cookie, or nothing if the policy [allows
    /// that](crate::policy::Policy::allows_unbound). The answer is no for a token that another ring verified.
    pub fn is_held(&self, session: &VerifiedSession, by: &Device) -> bool {
        session.is_held(by, &self.ring)
    }

    /// The record of the session that a token of the short form refers to. `record` is the record that the store keeps under
    /// [`ReferenceClaims::session`](super::ReferenceClaims::session), or `None` if that session has ended or never existed.
    ///
    /// Returns the record if it belongs to that session, to the token's application, and to this device and generation. Its session must not be over
    /// at `now`, and its sign-in must not lie in the future. Otherwise this method returns `None`. Then give the client the same answer as for any
    /// other refusal. This method does not judge whether the session went unused for too long, nor whether its account may still use it.
    /// [`Engine::authenticate`](crate::Engine::authenticate) judges both.
    pub fn identify(
        &self,
        reference: &SessionReference,
        record: Option<SessionRecord>,
        by: &Device,
        now: Timestamp,
    ) -> Option<SessionRecord> {
        let device = PresentedDevice::new(by.clone(), &self.ring);
        record.filter(|record| {
            record.audience.client_id == self.application
                && reference.check(record, &self.ring, now).is_ok()
                && record.generation == reference.claims().generation
                && now < record.expires_at
                && device.is_bound(&record.device, now)
        })
    }
}
