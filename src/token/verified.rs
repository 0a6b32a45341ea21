//! A token that verified.

use super::ring::Place;

/// The claims of a token that verified, and the key of the ring that signed it. Only a verifier makes a value of this type. Each kind of token has
/// its own name for the type: [`StateToken`](super::StateToken), [`LinkToken`](super::LinkToken), [`SessionToken`](super::SessionToken),
/// [`SessionReference`](super::SessionReference), [`Ticket`](super::Ticket), [`TenantToken`](super::TenantToken) and
/// [`CaptchaToken`](super::CaptchaToken). The example of [`SessionClaims`](super::SessionClaims) reads the claims.
///
/// The value holds the key's place in the ring instead of a counted reference, so that verifying writes to no memory that cores share.
#[derive(Clone, Debug)]
pub struct Verified<Claims> {
    claims: Claims,
    key: Place,
}

impl<Claims> Verified<Claims> {
    pub(super) fn new(claims: Claims, key: Place) -> Self {
        Self { claims, key }
    }

    /// The claims.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// The place of the signing key. The digests in the token are hashed under the same key.
    pub(crate) fn key(&self) -> Place {
        self.key
    }
}
