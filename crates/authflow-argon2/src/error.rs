//! The errors of a hasher.

use crate::parameters::{InvalidParameters, ParameterSet};
use std::time::Duration;

/// An error of a hasher. Its texts name parameters, but never a password, a salt or a hash.
///
/// ```
/// use authflow::password::Verifier;
/// use authflow_argon2::{Argon2Hasher, Argon2id, HasherError};
///
/// let hasher = Argon2Hasher::new(Argon2id::OWASP_MINIMUM, [])?;
/// let in_the_clear = Verifier::new("hunter2");
/// assert_eq!(hasher.accepts(&in_the_clear), Err(HasherError::Unreadable));
///
/// // This row is older, and its parameters are not among the accepted ones.
/// let weaker = "$argon2id$v=19$m=256,t=2,p=1$c29tZXNhbHQ$nf65EOgLrQMR/uIPnA4rEsF5h7TKyQwu9U1bMCHGi/4";
/// let refused = hasher.accepts(&Verifier::new(weaker)).unwrap_err();
/// assert!(refused.to_string().ends_with("and this one has $argon2id$v=19$m=256,t=2,p=1"));
/// # Ok::<(), HasherError>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum HasherError {
    /// Too many passwords are being hashed.
    #[error("a place at the hasher must be free within {} s, and none was", .0.as_secs_f32())]
    Overloaded(Duration),
    /// A stored verifier has none of the forms that this hasher reads.
    #[error(
        "a stored verifier must be a PHC string of argon2, scrypt or pbkdf2, or one of bcrypt, with its salt and hash, and this one is not"
    )]
    Unreadable,
    /// A stored verifier has parameters that no configuration can accept.
    #[error("a stored verifier is not verified: {0}")]
    OutOfBounds(InvalidParameters),
    /// A stored verifier has parameters that the configuration does not name.
    #[error("a stored verifier must have accepted parameters ({accepted}), and this one has {given}")]
    NotAccepted {
        /// The parameters of the verifier.
        given: ParameterSet,
        /// The accepted parameters.
        accepted: String,
    },
    /// There are no random numbers for a salt.
    #[error("a salt takes random numbers, and there are none: {0}")]
    NoEntropy(String),
    /// The algorithm refused its input.
    #[error("cannot hash: {0}")]
    Computation(String),
    /// The hashing thread ended before it was done.
    #[error("the thread that hashed has ended early")]
    ThreadEnded,
}

impl From<InvalidParameters> for HasherError {
    fn from(error: InvalidParameters) -> Self {
        match error {
            InvalidParameters::Algorithm => Self::Unreadable,
            error => Self::OutOfBounds(error),
        }
    }
}
