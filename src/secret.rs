//! Text that must not be printed: passwords as typed, and what a host stores to verify them.

use alloc::string::String;
use core::fmt;
use zeroize::Zeroizing;

/// A piece of secret text.
///
/// It has no `Display`, no serialisation and no equality; [`Debug`](fmt::Debug) prints a placeholder, and the memory
/// is wiped when it is dropped. [`expose`](Self::expose) is the one way to read it, so a reader can search for it.
///
/// ```
/// use authflow::Secret;
///
/// let password = Secret::new("Correct-Horse-7");
/// assert_eq!(password.expose(), "Correct-Horse-7");
/// assert_eq!(format!("{password:?}"), "Secret(…)");
/// ```
#[derive(Clone)]
pub struct Secret(Zeroizing<String>);

impl Secret {
    /// Takes ownership of the text. A `String` is moved, not copied, so no second copy stays behind.
    pub fn new(text: impl Into<String>) -> Self {
        Self(Zeroizing::new(text.into()))
    }

    /// The text itself.
    pub fn expose(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(…)")
    }
}
