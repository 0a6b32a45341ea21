//! Secrets that a host's database keeps and cannot read. They are sealed before they reach it, and opened only in a request that needs them.
//!
//! ```text
//! secret in the clear ──seal──> text in the database ──open──> the one request that needs it
//!   import, enrolment            names its key                  the engine, and nothing else
//! ```
//!
//! A secret is sealed by XChaCha20-Poly1305 ([draft-irtf-cfrg-xchacha](https://datatracker.ietf.org/doc/html/draft-irtf-cfrg-xchacha)) under a
//! [`SealingKey`], for one [`Owner`] and one purpose. A secret that is moved to another row does not open there. Sealing keys are not keys of the
//! [ring](crate::token::KeyRing). They have no window, and each is kept until nothing is sealed under it.
//!
//! ```
//! use authflow::{
//!     factor::{Totp, TotpAlgorithm, TotpSecret},
//!     sealing::Owner,
//!     step::{Commit, Write},
//!     testkit::{Call, World, demo},
//! };
//!
//! let mut world = World::new();
//! // Yours: SealingKeys::new(SealingKey::new("2027", secret)?).with_opener(earlier)?
//! let keys = demo::sealing_keys();
//! let alice = world.account("alice").clone();
//!
//! // Enrolment: the database keeps a text that it cannot read.
//! let secret = TotpSecret::new(demo::TOTP_SECRET.to_vec())?;
//! let sealed =
//!     secret.seal(&keys, Owner { tenant: alice.tenant, account: alice.id }, &world.moment());
//! assert!(sealed.as_str().starts_with("1:seal-2:"));
//! assert!(Totp::new(sealed, TotpAlgorithm::Sha1, 6, None).is_ok());
//!
//! // tom's secret is under an earlier key. The login that uses it seals it anew.
//! world.host.seal_under_earlier_key("tom");
//! let pending = world.login("tom");
//! let code = world.totp("tom", 0);
//! let step = world.begin(&Call::prove_totp(pending.state_token(), &code));
//! let ask = world.until::<Commit>(step);
//! let resealed = ask
//!     .writes
//!     .iter()
//!     .find_map(|write| if let Write::Reseal { secret } = write { Some(secret) } else { None });
//! assert_eq!(resealed.unwrap().key_id(), keys.sealer().id());
//! # Ok::<(), authflow::factor::TotpError>(())
//! ```
//!
//! # Rotation
//!
//! 1. Give every instance the next key as one [that opens](SealingKeys::with_opener).
//! 2. Make it the one that seals, and the earlier one a key that opens. From here on, a secret that is used is sealed anew
//!    ([`Write::Reseal`](crate::step::Write::Reseal)).
//! 3. Seal the rest anew ([`TotpSecret::reseal`](crate::factor::TotpSecret::reseal)).
//! 4. Count the secrets that [name](SealedSecret::key_id) the earlier key. Drop the key only when none are left, because a second factor is lost with
//!    the key of its secret.

mod key;
mod keys;
mod sealed;

pub use key::SealingKey;
pub use keys::{NotOpened, SealingKeys, SealingKeysError};
pub use sealed::{InvalidSealedSecret, SealedSecret};

use crate::{AccountId, TenantId};

/// The owner of a secret. It opens for nobody else.
///
/// ```
/// use authflow::{
///     factor::TotpSecret,
///     sealing::Owner,
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let (tom, alice) = (world.account("tom").clone(), world.account("alice").id);
/// let sealed = tom.totp.unwrap().secret().clone();
/// // Somebody who writes to the database gives tom's authenticator to another account. It does not
/// // open there.
/// let moved = Owner { tenant: tom.tenant, account: alice };
/// assert!(
///     TotpSecret::reseal(&demo::earlier_sealing_keys(), moved, &sealed, &world.moment())
///         .is_err()
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Owner {
    /// The tenant of the account; `None` where the application has no tenants.
    pub tenant: Option<TenantId>,
    /// The account.
    pub account: AccountId,
}

/// The purpose of a sealed secret. A secret that was sealed for one purpose does not open for another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// The secret of an authenticator.
    Totp,
}

#[cfg(test)]
mod tests;
