//! Where codes are sent: mobile numbers and e-mail addresses.

use alloc::{boxed::Box, format, string::String};
use core::{
    fmt,
    hash::{Hash, Hasher},
};
use serde::{Deserialize, Serialize};

/// A way to a subject.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Channel {
    /// A text message.
    Sms,
    /// An e-mail.
    Email,
}

/// A mobile number: 5 to 20 digits, perhaps a `+` before them, and single hyphens or spaces between them.
///
/// Two numbers are equal when their digits and `+` are; the text stays as it was given. `Debug` does not print it.
///
/// ```
/// use authflow::Mobile;
///
/// let mobile = Mobile::new("+86-13800000000").unwrap();
/// assert_eq!(mobile, Mobile::new("+86 138 0000 0000").unwrap());
/// assert_eq!(mobile.masked(), "+86-138****0000");
/// assert!(Mobile::new("erin").is_err());
/// ```
#[derive(Clone)]
pub struct Mobile(Box<str>);

impl Mobile {
    const MAX_BYTES: usize = 32;

    /// # Errors
    /// When the text, trimmed, is not a number in that form.
    pub fn new(text: &str) -> Result<Self, InvalidContact> {
        let text = text.trim();
        let national = text.strip_prefix('+').unwrap_or(text);
        let groups_are_digits = national
            .split(['-', ' '])
            .all(|group| !group.is_empty() && group.bytes().all(|byte| byte.is_ascii_digit()));
        let digits = national.bytes().filter(u8::is_ascii_digit).count();
        if groups_are_digits && text.len() <= Self::MAX_BYTES && (5..=20).contains(&digits) {
            Ok(Self(text.into()))
        } else {
            Err(InvalidContact)
        }
    }

    /// The number as it was given, trimmed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The number without what stands between its digits.
    pub fn normalised(&self) -> String {
        self.significant().collect()
    }

    /// The number as it may be shown to someone who has not proved that it is theirs: of 9 digits or more, four before the
    /// last four are hidden, as in the family's sample; of a shorter one, all but the last two.
    pub fn masked(&self) -> String {
        let digits = self.0.bytes().filter(u8::is_ascii_digit).count();
        let (shown_after, hidden) = if digits >= 9 { (4, 4) } else { (2, usize::MAX) };
        let mut after = digits;
        let mask = |character: char| {
            if !character.is_ascii_digit() {
                return character;
            }
            after = after.saturating_sub(1);
            let is_hidden = after >= shown_after && after.saturating_sub(shown_after) < hidden;
            if is_hidden { '*' } else { character }
        };
        self.0.chars().map(mask).collect()
    }

    fn significant(&self) -> impl Iterator<Item = char> {
        self.0.chars().filter(|character| !matches!(character, '-' | ' '))
    }
}

impl PartialEq for Mobile {
    fn eq(&self, other: &Self) -> bool {
        self.significant().eq(other.significant())
    }
}

impl Eq for Mobile {}

impl Hash for Mobile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.significant().for_each(|character| character.hash(state));
    }
}

/// An e-mail address: something on each side of one `@`, at most 254 bytes (RFC 5321 §4.5.3.1.3), without white space or
/// control characters. Whether it exists only sending to it can tell.
///
/// Two addresses are equal without regard to case; the text stays as it was given. `Debug` does not print it.
///
/// ```
/// use authflow::EmailAddress;
///
/// let email = EmailAddress::new("Erin@example.com").unwrap();
/// assert_eq!(email, EmailAddress::new("erin@EXAMPLE.com").unwrap());
/// assert_eq!(email.masked(), "E***@example.com");
/// ```
#[derive(Clone)]
pub struct EmailAddress(Box<str>);

impl EmailAddress {
    const MAX_BYTES: usize = 254;

    /// # Errors
    /// When the text, trimmed, is not in that form.
    pub fn new(text: &str) -> Result<Self, InvalidContact> {
        let text = text.trim();
        let (local, domain) = text.split_once('@').ok_or(InvalidContact)?;
        let foreign = |character: char| character.is_control() || character.is_whitespace();
        let fits =
            !local.is_empty() && !domain.is_empty() && !domain.contains('@') && text.len() <= Self::MAX_BYTES;
        if fits && !text.contains(foreign) { Ok(Self(text.into())) } else { Err(InvalidContact) }
    }

    /// The address as it was given, trimmed.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The address in lower case.
    pub fn normalised(&self) -> String {
        self.0.to_lowercase()
    }

    /// The address as it may be shown to someone who has not proved that it is theirs: its first character and its domain.
    pub fn masked(&self) -> String {
        let (local, domain) = self.0.split_once('@').unwrap_or_default();
        // A name of one character would be shown whole.
        let first = local.chars().next().filter(|first| first.len_utf8() < local.len());
        first.map_or_else(|| format!("***@{domain}"), |first| format!("{first}***@{domain}"))
    }
}

impl PartialEq for EmailAddress {
    fn eq(&self, other: &Self) -> bool {
        self.normalised() == other.normalised()
    }
}

impl Eq for EmailAddress {}

impl Hash for EmailAddress {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.normalised().hash(state);
    }
}

/// Whom a code is sent to.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Recipient {
    /// The owner of a mobile number.
    Mobile(Mobile),
    /// The owner of an e-mail address.
    Email(EmailAddress),
}

impl Recipient {
    /// Reads the recipient of a channel.
    ///
    /// # Errors
    /// When the text is not a number or an address.
    pub fn new(channel: Channel, text: &str) -> Result<Self, InvalidContact> {
        match channel {
            Channel::Sms => Mobile::new(text).map(Self::Mobile),
            Channel::Email => EmailAddress::new(text).map(Self::Email),
        }
    }

    /// By which way they are reached.
    pub fn channel(&self) -> Channel {
        match self {
            Self::Mobile(_) => Channel::Sms,
            Self::Email(_) => Channel::Email,
        }
    }

    /// The number or address as it was given.
    pub fn as_str(&self) -> &str {
        match self {
            Self::Mobile(mobile) => mobile.as_str(),
            Self::Email(email) => email.as_str(),
        }
    }

    /// The number or address in the one spelling that stands for all of its spellings.
    pub fn normalised(&self) -> String {
        match self {
            Self::Mobile(mobile) => mobile.normalised(),
            Self::Email(email) => email.normalised(),
        }
    }

    /// Whether a client that names `text` means this recipient: by any spelling, or by what it was shown of it.
    pub(crate) fn is_meant_by(&self, text: &str) -> bool {
        let masked = match self {
            Self::Mobile(mobile) => mobile.masked(),
            Self::Email(email) => email.masked(),
        };
        masked == text.trim() || Self::new(self.channel(), text).is_ok_and(|named| named == *self)
    }
}

macro_rules! redacted {
    ($($name:ident)*) => {
        $(impl fmt::Debug for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(concat!(stringify!($name), "(…)"))
            }
        })*
    };
}

redacted! { Mobile EmailAddress Recipient }

/// A text that is no mobile number or no e-mail address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a mobile number or e-mail address")]
pub struct InvalidContact;

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mobile_is_digits_in_groups() {
        for good in ["13800000000", "+8613800000000", " +86-138-0000-0000 ", "12345", "+12345678901234567890"]
        {
            assert!(Mobile::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "+",
            "1234",
            "138--00000",
            "-13800000",
            "13800000-",
            "138a0000",
            "++8613800000",
            "１３８００００００",
            "123456789012345678901",
            "138\u{0}00000",
            "1 2 3 4 5 6 7 8 9 0 1 2 3 4 5 6 7 8",
        ] {
            assert_eq!(Mobile::new(bad), Err(InvalidContact), "{bad}");
        }
    }

    #[test]
    fn spellings_of_one_number_are_equal_and_countries_are_not_guessed() {
        let number = |text| Mobile::new(text).unwrap();
        assert_eq!(number("+86-13800000000").normalised(), "+8613800000000");
        assert_eq!(number("138 0000 0000"), number("138-0000-0000"));
        assert_ne!(number("+86-13800000000"), number("13800000000"));
        assert_ne!(number("+8613800000000"), number("8613800000000"));
    }

    #[test]
    fn a_mask_hides_what_the_sample_hides() {
        for (number, masked) in [
            ("+86-13800000000", "+86-138****0000"),
            ("13812345678", "138****5678"),
            ("123456789", "1****6789"),
            ("12345678", "******78"),
            ("12-345", "**-*45"),
        ] {
            assert_eq!(Mobile::new(number).unwrap().masked(), masked);
        }
        assert_eq!(EmailAddress::new("éa@x").unwrap().masked(), "é***@x");
        assert_eq!(EmailAddress::new("é@x").unwrap().masked(), "***@x");
    }

    #[test]
    fn an_address_has_one_at_and_no_white_space() {
        for bad in [
            "",
            "@",
            "a@",
            "@b",
            "a@b@c",
            "a b@c",
            "a@b\u{a0}c",
            "a\u{7}@b",
            &alloc::format!("{}@b", "a".repeat(253)),
        ] {
            assert_eq!(EmailAddress::new(bad), Err(InvalidContact), "{bad}");
        }
        assert!(EmailAddress::new(&alloc::format!("{}@b", "a".repeat(252))).is_ok());
    }

    #[test]
    fn a_recipient_is_meant_by_every_spelling_and_by_its_mask_alone() {
        let erin = Recipient::new(Channel::Sms, "+86-13800000000").unwrap();
        for meant in ["+8613800000000", " +86 13800000000", "+86-138****0000"] {
            assert!(erin.is_meant_by(meant), "{meant}");
        }
        for other in ["", "13800000000", "+86-139****0000", "****", "erin@example.com"] {
            assert!(!erin.is_meant_by(other), "{other}");
        }
        let mail = Recipient::new(Channel::Email, "Erin@Example.com").unwrap();
        assert!(mail.is_meant_by("erin@example.com") && mail.is_meant_by("E***@Example.com"));
        assert!(!mail.is_meant_by("mallory@example.com"));
    }

    #[test]
    fn nothing_of_a_contact_is_printed() {
        let erin = Recipient::new(Channel::Email, "erin@example.com").unwrap();
        assert_eq!(format!("{erin:?} {:?}", Mobile::new("13800000000").unwrap()), "Recipient(…) Mobile(…)");
    }
}
