//! E-mail addresses.

use super::{InvalidContact, redacted};
use crate::spelling::canonical_name;
use alloc::{boxed::Box, format, string::String};
use core::{
    fmt,
    hash::{Hash, Hasher},
};

/// An e-mail address: something on each side of one `@`, at most 254 bytes (RFC 5321 §4.5.3.1.3), without white space or control characters. Only
/// a message to the address can show whether it exists.
///
/// Two addresses are equal if their [one spelling](Self::normalised) is the same. It is made as for names: case, width and invisible characters
/// do not count. A domain is compared as it is written, so its form `xn--…` counts as another domain. The text stays as it was given. `Debug`
/// does not print it.
///
/// ```
/// use authflow::contact::EmailAddress;
///
/// let email = EmailAddress::new("Erin@example.com").unwrap();
/// assert_eq!(email, EmailAddress::new("erin@EXAMPLE.com").unwrap());
/// assert_eq!(email.masked(), "E***@example.com");
/// ```
#[derive(Clone)]
pub struct EmailAddress {
    text: Box<str>,
    canonical: Box<str>,
}

impl EmailAddress {
    const MAX_BYTES: usize = 254;

    /// # Errors
    /// When the text, trimmed, is not in that form.
    pub fn new(text: &str) -> Result<Self, InvalidContact> {
        let text = text.trim();
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidContact);
        }
        let canonical = canonical_name(text).map_err(|_| InvalidContact)?;
        let (local, domain) = canonical.split_once('@').ok_or(InvalidContact)?;
        let foreign = |character: char| character.is_control() || character.is_whitespace();
        let fits = !local.is_empty() && !domain.is_empty() && !domain.contains('@');
        if fits && !canonical.contains(foreign) {
            Ok(Self { text: text.into(), canonical: canonical.into() })
        } else {
            Err(InvalidContact)
        }
    }

    /// The address as it was given, trimmed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The address in its one spelling.
    pub fn normalised(&self) -> &str {
        &self.canonical
    }

    /// The same address, written in its one spelling.
    pub(crate) fn in_one_spelling(self) -> Self {
        Self { text: self.canonical.clone(), ..self }
    }

    /// The address as it may be shown to someone who has not proved that it is theirs: its first character and its domain.
    pub fn masked(&self) -> String {
        let shown = if self.text.is_ascii() { &self.text } else { &self.canonical };
        let (local, domain) = shown.split_once('@').unwrap_or_default();
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

redacted! { EmailAddress }

#[cfg(test)]
mod tests {
    use super::*;

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
    fn a_mask_shows_the_first_character_where_there_are_more() {
        if !cfg!(feature = "unicode") {
            return;
        }
        assert_eq!(EmailAddress::new("éa@x").unwrap().masked(), "é***@x");
        assert_eq!(EmailAddress::new("é@x").unwrap().masked(), "***@x");
    }
}
