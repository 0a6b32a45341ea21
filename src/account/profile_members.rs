//! The members of a profile that somebody sends to register.

use super::MemberName;
use alloc::{boxed::Box, vec::Vec};
use core::fmt;

/// The members of a profile that somebody sends to register and that the library does not interpret: their names and texts, as the client
/// sent them. The host decides which members there may be and what they must be like ([`JudgeProfile`](super::JudgeProfile)).
///
/// There are at most 32, of at most 1,024 bytes each. They are personal data, so `Debug` shows only how many there are.
///
/// ```
/// use authflow::account::{InvalidMembers, MemberName, ProfileMembers};
///
/// let members = ProfileMembers::new([("name", "Erin"), ("extension.age", "18")])?;
/// assert_eq!(members.get("name"), Some("Erin"));
/// assert_eq!(members.iter().count(), 2);
/// let name = MemberName::new("name")?;
/// assert_eq!(
///     ProfileMembers::new([("name", "Erin"), ("name", "Eve")]),
///     Err(InvalidMembers::Repeated(name))
/// );
/// # Ok::<(), InvalidMembers>(())
/// ```
#[derive(Clone, Default, PartialEq, Eq)]
pub struct ProfileMembers(Vec<(MemberName, Box<str>)>);

impl ProfileMembers {
    /// The highest number of members.
    pub const MOST: usize = 32;
    /// The highest number of bytes in the text of a member.
    pub const MOST_BYTES: usize = 1024;

    /// Takes members as a client has sent them.
    ///
    /// # Errors
    /// When there are too many, one is too long, or a name is malformed or occurs twice.
    pub fn new<'a>(members: impl IntoIterator<Item = (&'a str, &'a str)>) -> Result<Self, InvalidMembers> {
        let mut taken = Self::default();
        for (name, text) in members {
            let name = MemberName::new(name)?;
            if taken.0.len() >= Self::MOST {
                return Err(InvalidMembers::TooMany);
            }
            if taken.get(name.as_str()).is_some() {
                return Err(InvalidMembers::Repeated(name));
            }
            if text.len() > Self::MOST_BYTES {
                return Err(InvalidMembers::TooLong(name));
            }
            taken.0.push((name, text.into()));
        }
        Ok(taken)
    }

    /// The text of a member.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.iter().find(|(known, _)| *known == name).map(|(_, text)| text)
    }

    /// Every member, in the order in which the client sent them.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(name, text)| (name.as_str(), &**text))
    }
}

impl fmt::Debug for ProfileMembers {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "ProfileMembers({})", self.0.len())
    }
}

/// Why the members of a profile are refused.
///
/// ```
/// use authflow::account::{InvalidMembers, ProfileMembers};
///
/// let refused = |name, text: &str| ProfileMembers::new([(name, text)]).unwrap_err();
/// assert_eq!(refused("", "Erin"), InvalidMembers::Name);
/// assert_eq!(
///     refused("name", &"x".repeat(1_025)).to_string(),
///     "the member name must have at most 1,024 bytes"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum InvalidMembers {
    /// There are more than 32.
    #[error("a profile must have at most 32 members")]
    TooMany,
    /// A name is empty, over 64 bytes, or has a control character.
    #[error("the name of a member must be 1 to 64 bytes without control characters")]
    Name,
    /// This member occurs twice.
    #[error("the member {0} must stand once")]
    Repeated(MemberName),
    /// This member has more than 1,024 bytes.
    #[error("the member {0} must have at most 1,024 bytes")]
    TooLong(MemberName),
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    #[test]
    fn members_are_bounded_in_number_and_length_and_never_printed() {
        let names: Vec<String> = (0..=ProfileMembers::MOST).map(|number| format!("m{number}")).collect();
        let of = |number: usize| ProfileMembers::new(names.iter().take(number).map(|name| (&**name, "x")));
        assert_eq!(of(ProfileMembers::MOST).unwrap().iter().count(), 32);
        assert_eq!(of(ProfileMembers::MOST + 1), Err(InvalidMembers::TooMany));
        let text = |length: usize| "x".repeat(length);
        assert!(ProfileMembers::new([("a", &*text(1024))]).is_ok());
        let name = MemberName::new("a").unwrap();
        assert_eq!(ProfileMembers::new([("a", &*text(1025))]), Err(InvalidMembers::TooLong(name)));
        for wrong in ["", "a\u{7}", &text(65)] {
            assert_eq!(ProfileMembers::new([(wrong, "x")]), Err(InvalidMembers::Name), "{wrong}");
        }
        assert_eq!(format!("{:?}", of(2).unwrap()), "ProfileMembers(2)");
    }
}
