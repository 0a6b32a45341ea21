//! What a client types to say who they are.

use crate::{EmailAddress, Mobile, Recipient, control::has_control};
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

/// What a client typed to say who they are, and what it may be.
///
/// A host may look only at the [`normalised`](Self::normalised) text, for one look-up over everything an account is known by,
/// as long as no account's user name can be another one's number or address.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Identifier {
    /// A user name.
    UserName(UserName),
    /// A mobile number.
    Mobile(Mobile),
    /// An e-mail address.
    Email(EmailAddress),
    /// Any of the three.
    Any(UserName),
}

impl Identifier {
    /// The text in the one spelling that guesses at an unknown account are counted by.
    pub fn normalised(&self) -> String {
        match self {
            Self::UserName(name) | Self::Any(name) => name.normalised(),
            Self::Mobile(mobile) => mobile.normalised(),
            Self::Email(email) => email.normalised(),
        }
    }
}

impl From<UserName> for Identifier {
    fn from(name: UserName) -> Self {
        Self::UserName(name)
    }
}

impl From<Recipient> for Identifier {
    fn from(recipient: Recipient) -> Self {
        match recipient {
            Recipient::Mobile(mobile) => Self::Mobile(mobile),
            Recipient::Email(email) => Self::Email(email),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn a_user_name_is_trimmed_bounded_and_never_printed() {
        assert_eq!(UserName::new("  Erin ").unwrap().as_str(), "Erin");
        assert_eq!(UserName::new("Erin").unwrap().normalised(), "erin");
        assert!(UserName::new(" \t ").is_err());
        assert!(UserName::new("a\u{0}b").is_err());
        assert!(UserName::new(&"x".repeat(256)).is_ok());
        assert!(UserName::new(&"x".repeat(257)).is_err());
        let typed = Identifier::Any(UserName::new("hunter2").unwrap());
        assert_eq!(format!("{typed:?}"), "Any(UserName(…))");
    }
}
