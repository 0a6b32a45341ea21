//! Why a token was refused.

/// Why a presented token was refused, for the host's logs. A client is told the same for all reasons.
///
/// ```
/// use authflow::{
///     Application,
///     testkit::{World, demo},
///     token::{TokenError, Untrusted},
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let application = Application::new(demo::audience().client_id);
/// let verifier = world.api.engine().verifier(&application)?;
/// let verify = |text: &str, now| {
///     verifier.verify(Untrusted::new(text), &demo::audience(), now).map(|_| ())
/// };
/// let (token, now) = (signed_in.session_token(), world.clock.now);
/// assert_eq!(verify(token, now.plus_seconds(43_199)), Ok(()));
/// assert_eq!(verify(token, now.plus_seconds(43_200)), Err(TokenError::Expired));
/// assert_eq!(verify("LGTnonsense", now), Err(TokenError::Malformed));
/// # Ok::<(), authflow::token::CallsAreSigned>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TokenError {
    /// The text is too long, has no header or key id of ours, or is not the one spelling that we write.
    #[error("the text is not a token of this kind")]
    Malformed,
    /// The tag is not the one that the named key makes.
    #[error("the tag does not match")]
    Forged,
    /// The signing key may not be used at this time.
    #[error("the key is outside its window")]
    KeyOutsideWindow,
    /// The time is at or after its expiry.
    #[error("expired")]
    Expired,
    /// The issue time or not-before lies in the future, beyond the clock skew.
    #[error("not valid yet")]
    NotYetValid,
    /// The token was made for another application or tenant, or by another issuer.
    #[error("made for another audience")]
    WrongAudience,
}
