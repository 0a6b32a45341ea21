//! What a client types to say who they are.

use super::UserName;
use crate::contact::{EmailAddress, Mobile, Recipient};
use alloc::string::String;

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
