//! What middleware verifies session tokens with.

use super::{KeyRing, SessionToken, TokenError, Untrusted};
use crate::{Audience, Timestamp, device::Device};
use alloc::sync::Arc;

/// Verifies session tokens, for middleware: no question, no allocation, and nothing that minting could be done with.
/// [`Engine::verifier`](crate::Engine::verifier) makes one. Cheap to clone.
///
/// ```
/// # use authflow::{Application, Applications, Audience, ClientId, Config, Engine, token::{Issuer, Key, KeyRing}};
/// # let ring = KeyRing::new(Key::new("2026-11", authflow::testkit::demo::secret(7)).unwrap());
/// # let applications = Applications::Fixed(vec![Application::new(ClientId::new("web").unwrap())]);
/// # let issuer = Issuer::new("https://id.example.com").unwrap();
/// # let engine = Engine::new(Config::new(issuer, ring, applications)).unwrap();
/// use authflow::{Timestamp, device::Device, token::{SessionToken, TokenError, Untrusted}};
///
/// let verifier = engine.verifier(); // once, at start
/// let audience = Audience { client_id: ClientId::new("web").unwrap(), tenant: None };
///
/// // With every request: its session token, the device of its headers, and the time.
/// let device = Device::new("Android 10", "156aysdna213sac", "Mozilla/5.0", None).unwrap();
/// let presented = Untrusted::<SessionToken>::new("LGTnonsense");
/// let now = Timestamp::from_unix(1_800_000_000);
/// let refused = match verifier.verify(presented, &audience, now) {
///     Ok(token) if verifier.is_held(&token, &device) => panic!("{:?} is signed in", token.claims().account),
///     Ok(_) => panic!("a token of another device"),
///     Err(error) => error,
/// };
/// assert_eq!(refused, TokenError::Malformed);
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
    /// Whether the caller's device is the one that signed in is [`is_held`](Self::is_held).
    ///
    /// # Errors
    /// Why it was refused; a client is never told which.
    pub fn verify(
        &self,
        presented: Untrusted<'_, SessionToken>,
        audience: &Audience,
        now: Timestamp,
    ) -> Result<SessionToken, TokenError> {
        self.ring.session_tokens().for_application(audience).verify(presented, now)
    }

    /// Whether this device presents the fingerprint that the token was made for. A token that another ring verified is held by
    /// nobody here.
    pub fn is_held(&self, session: &SessionToken, by: &Device) -> bool {
        by.holds(session, &self.ring)
    }
}
