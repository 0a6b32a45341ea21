//! Tokens that a test mints and verifies at will.
//!
//! The library mints a token only at the end of an operation. It gives no program the means to mint, because a program that can mint can pass for
//! anybody. A test needs tokens that no operation would mint, such as one of another account, of yesterday, or with a factor that nobody proved. It
//! must see the library refuse them.
//!
//! ```
//! use authflow::testkit::{
//!     World, demo,
//!     forge::{Forge, StateClaims},
//! };
//! use authflow::{AccountId, token::Untrusted};
//!
//! let mut world = World::new();
//! let own = world.login("erin").state_token().to_owned();
//! let (ring, now) = (demo::ring(), world.clock.now);
//! let states = Forge::of(&ring).state_tokens();
//!
//! let claims = states.verify(Untrusted::new(&own), now).unwrap().claims().clone();
//! let forged =
//!     states.mint(&StateClaims { account: AccountId::new("nobody").unwrap(), ..claims });
//! assert_eq!(world.skip(forged.expose()).status, 400);
//! ```

pub use crate::token::{
    captcha::{CaptchaClaims, CaptchaTokens},
    id::{IdClaims, IdTokens, IdentityClaims},
    link::{LinkClaims, LinkTokens},
    reference::{ApplicationReferences, SessionReferences},
    session::{ApplicationSessions, SessionTokens},
    state::{DeviceDigests, StateClaims, StateTokens},
    tenant::{TenantClaims, TenantTokens},
    ticket::{TicketClaims, Tickets},
};

pub use crate::social::pending::PendingIdentity;

use crate::{
    Audience,
    token::{Issuer, KeyRing},
};

/// Every kind of token under the keys of a ring.
///
/// ```
/// use authflow::{
///     testkit::{World, demo, forge::Forge},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let ring = demo::ring();
/// let session = Untrusted::new(signed_in.session_token());
/// let audience = demo::audience();
/// let sessions = Forge::of(&ring).session_tokens();
/// let verified = sessions.for_application(&audience).verify(session, world.clock.now).unwrap();
/// assert_eq!(verified.claims().account.as_str(), "id-alice");
/// ```
#[derive(Clone, Copy, Debug)]
pub struct Forge<'ring> {
    ring: &'ring KeyRing,
}

impl<'ring> Forge<'ring> {
    /// Mints and verifies with the keys of this ring.
    pub fn of(ring: &'ring KeyRing) -> Self {
        Self { ring }
    }

    /// Mints and verifies state tokens.
    pub fn state_tokens(self) -> StateTokens<'ring> {
        self.ring.state_tokens()
    }

    /// Mints and verifies link tokens.
    pub fn link_tokens(self) -> LinkTokens<'ring> {
        self.ring.link_tokens()
    }

    /// Mints and verifies session tokens.
    pub fn session_tokens(self) -> SessionTokens<'ring> {
        self.ring.session_tokens()
    }

    /// Mints and verifies references to sessions.
    pub fn session_references(self) -> SessionReferences<'ring> {
        self.ring.session_references()
    }

    /// Mints and verifies tickets.
    pub fn tickets(self) -> Tickets<'ring> {
        self.ring.tickets()
    }

    /// Mints and verifies the tokens of tenants' servers.
    pub fn tenant_tokens(self) -> TenantTokens<'ring> {
        self.ring.tenant_tokens()
    }

    /// Mints and verifies captcha tokens.
    pub fn captcha_tokens(self) -> CaptchaTokens<'ring> {
        self.ring.captcha_tokens()
    }

    /// Mints and verifies the id tokens of one application, in the name of `issuer`.
    pub fn id_tokens(self, issuer: &'ring Issuer, audience: &'ring Audience) -> IdTokens<'ring> {
        self.ring.id_tokens(issuer, audience)
    }
}
