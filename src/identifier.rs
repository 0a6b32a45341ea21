//! What a client types to say who they are.

use alloc::{boxed::Box, string::String};
use core::fmt;

/// What a client typed to say who they are: a user name, 1 to 256 bytes, without control characters, trimmed.
///
/// `Debug` does not print it: people type passwords into the wrong field.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Identifier(Box<str>);

impl Identifier {
    const MAX_BYTES: usize = 256;

    /// # Errors
    /// When nothing is left after trimming, or it is over 256 bytes, or has a control character.
    pub fn new(text: &str) -> Result<Self, InvalidIdentifier> {
        let text = text.trim();
        let fits = (1..=Self::MAX_BYTES).contains(&text.len()) && !text.chars().any(char::is_control);
        if fits { Ok(Self(text.into())) } else { Err(InvalidIdentifier) }
    }

    /// The text, trimmed, otherwise as typed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The text in lower case: what guesses at an unknown account are counted by, so that `Bob` and `bob` are one.
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }
}

impl fmt::Debug for Identifier {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Identifier(…)")
    }
}

/// A text that is no identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("an identifier is 1 to 256 bytes without control characters")]
pub struct InvalidIdentifier;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn an_identifier_is_trimmed_bounded_and_never_printed() {
        assert_eq!(Identifier::new("  Erin ").unwrap().as_str(), "Erin");
        assert_eq!(Identifier::new("Erin").unwrap().normalised(), "erin");
        assert!(Identifier::new(" \t ").is_err());
        assert!(Identifier::new("a\u{0}b").is_err());
        assert!(Identifier::new(&"x".repeat(256)).is_ok());
        assert!(Identifier::new(&"x".repeat(257)).is_err());
        assert_eq!(format!("{:?}", Identifier::new("hunter2").unwrap()), "Identifier(…)");
    }
}
