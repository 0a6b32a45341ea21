//! The hasher, which hashes passwords.

use crate::{
    Secret,
    password::{PasswordMatch, Verifier},
};
use alloc::sync::Arc;
use core::{error::Error, future::Future};

/// The part that hashes passwords. It hashes slowly, and no more passwords at once than there are cores.
///
/// ```
/// use authflow::{
///     Secret,
///     parts::Hasher,
///     password::{PasswordMatch, Verifier},
/// };
/// use std::sync::Arc;
/// # struct Permit;
/// # struct Argon2;
/// # #[derive(Debug, thiserror::Error)]
/// # #[error("overloaded")]
/// # struct HasherError;
///
/// impl Hasher for Argon2 {
///     type Error = HasherError;
///     type Permit = Permit; // an owned permit of a semaphore
///
///     async fn permit(&self) -> Result<Permit, HasherError> {
///         // Wait for one, but not for ever: a caller who is turned away here has lost nothing.
/// #       Ok(Permit)
///     }
///     async fn verify(
///         &self,
///         verifier: Option<&Verifier>,
///         presented: &Secret,
///         permit: Arc<Permit>,
///     ) -> Result<PasswordMatch, HasherError> {
///         // On a thread for blocking work, which keeps the permit until it is done.
/// #       Ok(PasswordMatch::Differs)
///     }
///     async fn hash(&self, password: &Secret) -> Result<Verifier, HasherError> {
/// #       let phc = "$argon2id$…";
///         Ok(Verifier::new(phc))
///     }
/// }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no hasher of passwords",
    label = "it must implement `authflow::parts::Hasher`",
    note = "authflow-argon2 has one: `Argon2Hasher`; for tests there is `testkit::PlainHasher`"
)]
pub trait Hasher: Sync {
    /// The hasher's error.
    type Error: Error + Send;
    /// A place at the hasher, given back when it is dropped. It is `()` where there is no bound.
    type Permit: Send + Sync + 'static;

    /// Takes a place, so that one password can be verified. The place is taken before the guess is counted, so a request that is turned away here has
    /// written nothing and costs nobody a guess. Wait for a bounded time. A place is held while the guess is being counted, so there should be a few
    /// more places than cores.
    ///
    /// **If you answer wrongly:** if the number of places has no bound, an overload counts guesses that nobody judges in time, and locks the accounts
    /// of those who sign in. If the wait has no bound, the request waits without a bound too.
    fn permit(&self) -> impl Future<Output = Result<Self::Permit, Self::Error>> + Send;

    /// See [`VerifyPassword`](crate::password::VerifyPassword): hash even where there is no verifier. The thread that hashes must keep the permit,
    /// because the caller may be gone before the hash is done.
    fn verify(
        &self,
        verifier: Option<&Verifier>,
        presented: &Secret,
        permit: Arc<Self::Permit>,
    ) -> impl Future<Output = Result<PasswordMatch, Self::Error>> + Send;

    /// Makes a verifier of a password, with today's parameters and a new salt. The subject has proved something already, so let the call wait as long
    /// as its request does.
    ///
    /// **If you answer wrongly:** if the verifier is made of another text, the owner of the password is locked out. If the hash is fast, anybody who
    /// reads the database can guess fast, offline.
    fn hash(&self, password: &Secret) -> impl Future<Output = Result<Verifier, Self::Error>> + Send;
}
