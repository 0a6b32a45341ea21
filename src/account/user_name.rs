//! User names.

use crate::{
    contact::{EmailAddress, Mobile},
    spelling::{canonical_user_name, is_fit_for_a_new_name},
    text::control::has_control,
};
use alloc::boxed::Box;
use core::{
    cmp::Ordering,
    fmt,
    hash::{Hash, Hasher},
};

/// A user name, as it was typed or stored: 1 to 256 bytes, without control characters, trimmed.
///
/// Two names are equal if their [one spelling](Self::normalised) is the same. The text stays as it was given. `Debug` does not print it, because
/// people type passwords into the wrong field.
///
/// ```
/// use authflow::account::UserName;
///
/// let name = UserName::new("Erin")?;
/// assert_eq!(name, UserName::new(" erin ")?);
/// assert_eq!(name.normalised(), "erin");
/// # Ok::<(), authflow::account::InvalidUserName>(())
/// ```
#[derive(Clone)]
pub struct UserName {
    text: Box<str>,
    canonical: Box<str>,
}

impl UserName {
    pub(crate) const MAX_BYTES: usize = 256;

    /// A name that was typed or that is stored. Only these bounds are checked, and not whether the name is fit for a new account, so that every
    /// existing account can be named.
    ///
    /// # Errors
    /// When nothing is left after trimming, or it is over 256 bytes, or has a control character, or has no one spelling.
    pub fn new(text: &str) -> Result<Self, InvalidUserName> {
        let text = text.trim();
        if text.len() > Self::MAX_BYTES || has_control(text) {
            return Err(InvalidUserName);
        }
        let canonical = canonical_user_name(text).map_err(|_| InvalidUserName)?;
        if canonical.is_empty() {
            return Err(InvalidUserName);
        }
        Ok(Self { text: text.into(), canonical: canonical.into() })
    }

    /// A name for a new account, or a new name for an existing one. It has letters and digits of any script and the signs of ASCII, without white
    /// space and invisible characters (RFC 8264 §4.2). They must keep their order when they are displayed (RFC 5893 §2). The name does not have
    /// the form of a number or an address.
    ///
    /// ```
    /// use authflow::account::{UnfitUserName, UserName};
    ///
    /// assert!(UserName::for_new_account("Erin.Smith").is_ok());
    /// assert_eq!(UserName::for_new_account("erin smith"), Err(UnfitUserName::Characters));
    /// assert_eq!(UserName::for_new_account("+86-13800000000"), Err(UnfitUserName::Number));
    /// assert_eq!(UserName::for_new_account("erin@example.com"), Err(UnfitUserName::Address));
    /// ```
    ///
    /// # Errors
    /// The reason why the name is unfit.
    pub fn for_new_account(text: &str) -> Result<Self, UnfitUserName> {
        let name = Self::new(text).map_err(|InvalidUserName| UnfitUserName::Malformed)?;
        if Mobile::new(text).is_ok() {
            Err(UnfitUserName::Number)
        } else if EmailAddress::new(text).is_ok() {
            Err(UnfitUserName::Address)
        } else if !is_fit_for_a_new_name(&name.text, &name.canonical) {
            Err(UnfitUserName::Characters)
        } else {
            Ok(name)
        }
    }

    /// The text, trimmed, otherwise as it was given.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The name in its one spelling: width and case mapped, composed, and without invisible characters (RFC 8265 §3.3). A name that has the form
    /// of a mobile number is spelled as that number is.
    pub fn normalised(&self) -> &str {
        &self.canonical
    }
}

impl PartialEq for UserName {
    fn eq(&self, other: &Self) -> bool {
        self.canonical == other.canonical
    }
}

impl Eq for UserName {}

impl PartialOrd for UserName {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for UserName {
    fn cmp(&self, other: &Self) -> Ordering {
        self.canonical.cmp(&other.canonical)
    }
}

impl Hash for UserName {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.canonical.hash(state);
    }
}

impl fmt::Debug for UserName {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("UserName(…)")
    }
}

/// A text that is no user name.
///
/// ```
/// use authflow::account::UserName;
///
/// assert!(UserName::new(" erin\n").is_ok(), "white space around it is dropped");
/// let refused = UserName::new("erin\nsmith").unwrap_err();
/// assert_eq!(refused.to_string(), "a user name must be 1 to 256 bytes without control characters");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a user name must be 1 to 256 bytes without control characters")]
pub struct InvalidUserName;

/// Why a text is unfit as a new user name.
///
/// ```
/// use authflow::account::{UnfitUserName, UserName};
///
/// /// What your form says beside the field.
/// fn hint(unfit: UnfitUserName) -> &'static str {
///     match unfit {
///         UnfitUserName::Number | UnfitUserName::Address => "a name, not a number or an address",
///         UnfitUserName::Malformed | UnfitUserName::Characters => {
///             "letters, digits, and . - _ at most"
///         }
///     }
/// }
///
/// assert_eq!(
///     UserName::for_new_account("erin smith").map_err(hint),
///     Err("letters, digits, and . - _ at most")
/// );
/// let refused = UserName::for_new_account("erin@example.com").unwrap_err();
/// assert_eq!(refused.to_string(), "a new user name must be no e-mail address");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum UnfitUserName {
    /// It is not a user name at all.
    #[error("a user name must be 1 to 256 bytes without control characters")]
    Malformed,
    /// It could be somebody's mobile number.
    #[error("a new user name must be no mobile number")]
    Number,
    /// It could be somebody's e-mail address.
    #[error("a new user name must be no e-mail address")]
    Address,
    /// It has white space, signs beyond ASCII, invisible characters, or letters that change places when they are shown.
    #[error(
        "a new user name must be letters and digits of any script and signs of ASCII, in an order that reads one way"
    )]
    Characters,
}

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

    #[cfg(feature = "unicode")]
    #[test]
    fn what_nobody_sees_is_dropped_from_a_name_and_refused_in_a_new_one() {
        assert_eq!(UserName::new("ali\u{200b}ce"), UserName::new("alice"));
        assert_eq!(UserName::for_new_account("ali\u{200b}ce"), Err(UnfitUserName::Characters));
        assert!(UserName::new("\u{200b}").is_err());
    }

    /// An existing account that has such a name still signs in with it.
    #[test]
    fn a_new_name_is_nobodys_number_and_nobodys_address() {
        for (text, unfit) in [
            ("13800000000", UnfitUserName::Number),
            ("0086-138 0000 0000", UnfitUserName::Number),
            ("a@b", UnfitUserName::Address),
            ("guybrush threepwood", UnfitUserName::Characters),
            ("", UnfitUserName::Malformed),
        ] {
            assert_eq!(UserName::for_new_account(text), Err(unfit), "{text}");
            assert_eq!(UserName::new(text).is_ok(), unfit != UnfitUserName::Malformed, "{text}");
        }
        assert!(UserName::for_new_account("1234").is_ok() && UserName::for_new_account("erin-7").is_ok());
    }
}
