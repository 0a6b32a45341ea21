//! Secrets that a host keeps and cannot read: sealed before they reach its database, opened in a request that needs them.
//!
//! ```text
//! secret in the clear ──seal──> text in the database ──open──> the one request that needs it
//!   import, enrolment            names its key                  the engine, and nothing else
//! ```
//!
//! A secret is sealed by XChaCha20-Poly1305 ([draft-irtf-cfrg-xchacha](https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha)) under a
//! [`SealingKey`], for one [`Owner`] and one purpose. What is moved to another row does not open there. Sealing keys are no keys of
//! the [ring](crate::token::KeyRing): they have no window, and each is kept until nothing is sealed under it.
//!
//! # Rotation
//!
//! 1. Give every instance the next key as one [that opens](SealingKeys::with_opener).
//! 2. Make it the one that seals, and the earlier one a key that opens. From here on, a secret that is used is sealed anew
//!    ([`Write::Reseal`](crate::step::Write::Reseal)).
//! 3. Seal the rest anew ([`TotpSecret::reseal`](crate::factor::TotpSecret::reseal)).
//! 4. Count what [names](SealedSecret::key_id) the earlier key. Drop it when that is nothing: who loses the key of a secret loses the
//!    second factor.

mod key;
mod keys;
mod sealed;

pub use key::SealingKey;
pub use keys::{NotOpened, SealingKeys, SealingKeysError};
pub use sealed::{InvalidSealedSecret, SealedSecret};

use crate::{AccountId, TenantId};

/// Whose a secret is. It opens for nobody else.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The tenant of the account; `None` where the application has no tenants.
    pub tenant: Option<TenantId>,
    /// The account.
    pub account: AccountId,
}

/// What a sealed secret is for. A secret that was sealed for one purpose does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The secret of an authenticator.
    Totp,
}

#[cfg(test)]
mod tests;
