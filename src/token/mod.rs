//! Tokens: minted and verified under a key ring with rotation.
//!
//! | kind | form | who reads it |
//! |---|---|---|
//! | [state token](StateToken) | compact JWT, HS256, one spelling: when it ends, and opaque base64url | this library |
//! | [link token](LinkToken) | the same form | this library |
//! | [session token](SessionToken) | `LGT` and opaque base64url | this library, a host's middleware |
//! | the short one, a [reference](SessionReference) | `LGT` and opaque base64url, 125 characters | the same, with the session's record |
//! | [ticket](Ticket) | `ssoTicket-` and opaque base64url | this library |
//! | a tenant's server's [token](TenantToken) | `tenantToken-` and opaque base64url | this library |
//! | [captcha token](CaptchaToken) | `captcha-` and opaque base64url | this library |
//! | [id token](IdToken) | compact JWT, HS256 under a key per application, or signed outside | this library and the relying party |
//!
//! ```
//! use authflow::{PresentedToken, outcome::Verdict, testkit::{World, demo}, token::Untrusted};
//!
//! let mut world = World::new();
//! let warned = world.login("erin"); // a state token: good for one step, once
//! let signed_in = world.skip(warned.state_token()); // a session token and an id token
//! assert_eq!(world.skip(warned.state_token()).status, 400);
//!
//! // Each kind has its own key, so a token in the place of another kind is noise.
//! assert_eq!(world.skip(signed_in.session_token()).status, 400);
//! let as_session = PresentedToken::Session(Untrusted::new(signed_in.id_token()));
//! let caller = authflow::device::Caller::from_headers(&demo::device())?;
//! assert!(matches!(world.authenticate(caller, as_session), Verdict::Refused(_)));
//! # Ok::<(), authflow::device::HeaderFaults>(())
//! ```
//!
//! Only the operations of the [`Engine`](crate::Engine) mint tokens, at their end. Middleware verifies session tokens with a
//! [`SessionVerifier`].
//!
//! Every kind has its own key, derived from the ring's keys, so the verifier of one kind refuses the tokens of every other kind. Text that a client
//! presents is [`Untrusted`]. A verifier returns a type with private fields that cannot be deserialised. Verification comes before parsing: a
//! verifier reads nothing inside a token before it has found the tag right.

#![cfg_attr(not(feature = "testkit"), allow(unreachable_pub, reason = "the test kit hands them out"))]

mod beginning;
pub(crate) mod captcha;
mod dated;
mod error;
pub(crate) mod id;
mod jwt;
mod keys;
pub(crate) mod link;
mod opaque;
mod outside;
mod public_key;
pub(crate) mod reference;
mod ring;
pub(crate) mod session;
pub(crate) mod state;
pub(crate) mod tenant;
mod text;
pub(crate) mod ticket;
mod verified;
mod verified_session;
mod verifier;

pub use crate::key::{Key, KeyError, KeyId};
pub use captcha::{CaptchaToken, RecipientDigest};
pub use error::TokenError;
pub use id::{IdToken, Issuer, IssuerError};
pub use keys::IdTokenKey;
pub use link::LinkToken;
pub use outside::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm};
pub use public_key::{PublicKey, PublicKeys};
pub use reference::{AudienceDigest, ReferenceClaims, SessionReference};
pub use ring::{KeyRing, RingError, VerifyWindow};
pub use session::{SessionClaims, SessionToken};
pub use state::{DeviceDigest, Stage, StateToken};
pub use tenant::{TenantServer, TenantToken};
pub use text::{Kind, TokenText, Untrusted};
pub use ticket::Ticket;
pub use verified::Verified;
pub use verified_session::VerifiedSession;
pub use verifier::{CallsAreSigned, SessionVerifier};

#[cfg(any(test, feature = "testkit"))]
pub(crate) use crate::key::known_secret;
use crate::mac;
pub(crate) use captcha::{CaptchaClaims, CaptchaTokens};
pub(crate) use id::{IdClaims, IdTokens, IdentityClaims};
pub(crate) use keys::Keys;
pub(crate) use link::{LinkClaims, LinkTokens};
pub(crate) use mac::half;
pub(crate) use reference::SessionReferences;
pub(crate) use ring::Place;
pub(crate) use session::SessionTokens;
pub(crate) use state::{
    BoundToDevice, DeviceDigests, LONGEST as LONGEST_STATE_TOKEN, StateClaims, StateTokens,
};
pub(crate) use tenant::{TenantClaims, TenantTokens};
pub(crate) use text::LONGEST;
pub(crate) use ticket::{TicketClaims, Tickets};

#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod kinds_tests;
