//! Mobile numbers.

use super::{InvalidContact, redacted};
use alloc::{boxed::Box, string::String};
use core::{
    fmt,
    hash::{Hash, Hasher},
};

/// A mobile number: 5 to 20 digits, perhaps a `+` before them, and single hyphens or spaces between them.
///
/// Two numbers are equal when their digits and `+` are; the text stays as it was given. `Debug` does not print it.
///
/// ```
/// use authflow::contact::Mobile;
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

redacted! { Mobile }

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
    }
}
