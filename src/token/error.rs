//! The reasons for refusing a token.

/// Why a presented token was refused, for the host's logs. A client gets the same answer for all reasons.
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
/// let refused = verify("LGTnonsense", now).unwrap_err();
/// assert_eq!(refused, TokenError::Malformed);
/// assert_eq!(refused.to_string(), "the text must be a token of this kind, in its one spelling");
/// # Ok::<(), authflow::token::CallsAreSigned>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, thiserror::Error)]
pub enum TokenError {
    /// The text is too long, has no header or key id of the ring, or is not in the one spelling that this library writes.
    #[error("the text must be a token of this kind, in its one spelling")]
    Malformed,
    /// The tag differs from the one that the named key makes.
    #[error("the tag must be the one that the named key makes")]
    Forged,
    /// The signing key may not be used at this time.
    #[error("the named key must be good at this time")]
    KeyOutsideWindow,
    /// The token's expiry has come.
    #[error("the token must not have expired")]
    Expired,
    /// The issue time or not-before lies in the future, beyond the clock skew.
    #[error("the token must be valid by now, and its time lies ahead")]
    NotYetValid,
    /// The token was made for another application or tenant, or by another issuer.
    #[error("the token must be for this application and tenant, and by this issuer")]
    WrongAudience,
}

#[cfg(test)]
mod tests {
    use super::TokenError;
    use alloc::string::ToString as _;

    #[test]
    fn each_reason_says_what_must_be() {
        let texts = [
            (TokenError::Malformed, "the text must be a token of this kind, in its one spelling"),
            (TokenError::Forged, "the tag must be the one that the named key makes"),
            (TokenError::KeyOutsideWindow, "the named key must be good at this time"),
            (TokenError::Expired, "the token must not have expired"),
            (TokenError::NotYetValid, "the token must be valid by now, and its time lies ahead"),
            (
                TokenError::WrongAudience,
                "the token must be for this application and tenant, and by this issuer",
            ),
        ];
        for (reason, text) in texts {
            assert_eq!(reason.to_string(), text);
        }
    }
}
