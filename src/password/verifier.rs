//! The verifier of a password.

use crate::Secret;
use alloc::string::String;
use core::fmt;

/// The verifier of a password, against which the host checks a presented password: a PHC string, say. The library never looks inside.
///
/// It is a separate type, so that a password in the clear does not compile where a verifier is stored. Like a [`Secret`] it is not printed,
/// and its memory is wiped, because anybody who reads a verifier can guess offline.
///
/// ```compile_fail,E0308
/// use authflow::{Secret, password::Verifier};
/// fn store(verifier: &Verifier) {}
///
/// store(&Secret::new("Correct-Horse-7"));
/// ```
#[derive(Clone)]
pub struct Verifier(Secret);

impl Verifier {
    /// Wraps a verifier that a hasher has made, or that was stored.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Secret::new(text))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        self.0.expose()
    }
}

impl fmt::Debug for Verifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Verifier(…)")
    }
}
