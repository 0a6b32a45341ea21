//! User names.

use crate::text::control::has_control;
use alloc::{boxed::Box, string::String};
use core::fmt;

/// A user name: 1 to 256 bytes, without control characters, trimmed.
///
/// `Debug` does not print it: people type passwords into the wrong field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct UserName(Box<str>);

impl UserName {
    const MAX_BYTES: usize = 256;

    /// # Errors
    /// When nothing is left after trimming, or it is over 256 bytes, or has a control character.
    pub fn new(text: &str) -> Result<Self, InvalidUserName> {
        let text = text.trim();
        let fits = (1..=Self::MAX_BYTES).contains(&text.len()) && !has_control(text);
        if fits { Ok(Self(text.into())) } else { Err(InvalidUserName) }
    }

    /// The text, trimmed, otherwise as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text in lower case, so that `Bob` and `bob` are one.
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserName(…)")
    }
}

/// A text that is no user name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user name is 1 to 256 bytes without control characters")]
pub struct InvalidUserName;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_user_name_is_trimmed_bounded_and_never_printed() {
        assert_eq!(UserName::new("  Erin ").unwrap().as_str(), "Erin");
        assert_eq!(UserName::new("Erin").unwrap().normalised(), "erin");
        assert!(UserName::new(" \t ").is_err());
        assert!(UserName::new("a\u{0}b").is_err());
        assert!(UserName::new(&"x".repeat(256)).is_ok());
        assert!(UserName::new(&"x".repeat(257)).is_err());
        let typed = UserName::new("hunter2").unwrap();
        assert_eq!(alloc::format!("{typed:?}"), "UserName(…)");
    }
}
