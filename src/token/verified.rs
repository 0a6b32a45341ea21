//! A token that verified.

use super::ring::Place;

/// What a token says that verified, and which key of the ring signed it. Only a verifier makes one, and the claims that it holds
/// are those of its kind: [`StateToken`](super::StateToken), [`LinkToken`](super::LinkToken), [`SessionToken`](super::SessionToken),
/// [`SessionReference`](super::SessionReference), [`Ticket`](super::Ticket), [`TenantToken`](super::TenantToken) and
/// [`CaptchaToken`](super::CaptchaToken) are names for it. The example of [`SessionClaims`](super::SessionClaims) reads one.
///
/// It holds the key's place in the ring instead of a counted reference, so that verifying writes to no memory that cores share.
#[derive(Clone, Debug)]
pub struct Verified<Claims> {
    claims: Claims,
    key: Place,
}

impl<Claims> Verified<Claims> {
    pub(super) fn new(claims: Claims, key: Place) -> Self {
        Self { claims, key }
    }

    /// What it says.
    pub fn claims(&self) -> &Claims {
        &self.claims
    }

    /// Where the key stands that signed it: what the token is bound to was hashed under the same one.
    pub(crate) fn key(&self) -> Place {
        self.key
    }
}
