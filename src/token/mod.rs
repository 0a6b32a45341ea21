//! Tokens: minted and verified under a key ring with rotation.
//!
//! | kind | form | who reads it |
//! |---|---|---|
//! | [state token](StateToken) | compact JWT, HS256, one spelling: when it ends, and opaque base64url | this library |
//! | [session token](SessionToken) | `LGT` and opaque base64url | this library, a host's middleware |
//! | [ticket](Ticket) | `ssoTicket-` and opaque base64url | this library |
//! | [id token](IdToken) | compact JWT, HS256 under a key per application, or signed outside | this library and the relying party |
//!
//! Every kind has a key of its own, derived from the ring's keys, so a token of one kind is noise to the verifier of
//! another. Text that a client presents is [`Untrusted`]; what a verifier hands back is a type with private fields and
//! no way to be deserialised. Verification comes first and parsing after it: nothing inside a token is looked at before
//! its tag has been found right.
//!
//! ```
//! use authflow::{Timestamp, token::{Key, KeyRing, SessionToken, TokenError, Untrusted}};
//! # use authflow::{Audience, ClientId};
//!
//! let ring = KeyRing::new(Key::new("2026-11", [7; 32]).unwrap());
//! let audience = Audience { client_id: ClientId::new("web").unwrap(), tenant: None };
//! let presented = Untrusted::<SessionToken>::new("LGTnonsense");
//! let refused = ring.session_tokens().for_application(&audience).verify(presented, Timestamp::from_unix(0));
//! assert_eq!(refused.unwrap_err(), TokenError::Malformed);
//! ```

mod error;
mod id;
mod jwt;
mod keys;
mod mac;
mod opaque;
mod outside;
mod ring;
mod session;
mod state;
mod text;
mod ticket;
mod verified;

pub use error::TokenError;
pub use id::{IdClaims, IdToken, IdTokens, IdentityClaims, Issuer, IssuerError};
pub use keys::{IdTokenKey, Key, KeyError, KeyId};
pub use outside::{IdTokenSigning, OutsideKey, OutsideKeys, SignatureAlgorithm};
pub use ring::{KeyRing, RingError, VerifyWindow};
pub use session::{ApplicationSessions, SessionClaims, SessionToken, SessionTokens};
pub use state::{DeviceDigest, DeviceDigests, Stage, StateClaims, StateToken, StateTokens};
pub use text::{Kind, TokenText, Untrusted};
pub use ticket::{Ticket, TicketClaims, Tickets};
pub use verified::Verified;

pub(crate) use keys::Keys;
pub(crate) use ring::Place;
pub(crate) use state::LONGEST as LONGEST_STATE_TOKEN;
pub(crate) use text::LONGEST;

#[cfg(test)]
mod fields_tests;
#[cfg(test)]
mod kinds_tests;
