//! Mobile numbers.

use super::{InvalidContact, NumberingPlan, redacted};
use crate::spelling::{is_number, number};
use alloc::{boxed::Box, string::String};
use core::{
    fmt,
    hash::{Hash, Hasher},
};

/// A mobile number, as it was typed or stored: 5 to 15 digits (ITU-T E.164 §6.2.1) of any script, perhaps with a `+` or `00` before them. Blanks,
/// hyphens and invisible characters may stand anywhere in it.
///
/// Two numbers are equal if they have the same digits, and both or neither begin with `+` or `00`. The text stays as it was given. `Debug` does
/// not print it. A number without a country is completed by the tenant's [`NumberingPlan`] if it was typed, and reaches nobody if it is stored.
///
/// ```
/// use authflow::contact::Mobile;
///
/// let mobile = Mobile::new("+86-13800000000").unwrap();
/// assert_eq!(mobile, Mobile::new("0086 138 0000 0000").unwrap());
/// assert_eq!(mobile.normalised(), "+8613800000000");
/// assert_eq!(mobile.masked(), "+86-138****0000");
/// assert!(Mobile::new("erin").is_err());
/// assert!(!Mobile::new("138 0000 0000").unwrap().is_international());
/// ```
#[derive(Clone)]
pub struct Mobile {
    text: Box<str>,
    number: Box<str>,
}

impl Mobile {
    const MAX_BYTES: usize = 96;

    /// # Errors
    /// When the text, trimmed, is not a number in that form.
    pub fn new(text: &str) -> Result<Self, InvalidContact> {
        let text = text.trim();
        if text.len() > Self::MAX_BYTES {
            return Err(InvalidContact);
        }
        Self::of(text, number(text).ok_or(InvalidContact)?)
    }

    fn of(text: &str, number: String) -> Result<Self, InvalidContact> {
        if is_number(&number) {
            Ok(Self { text: text.into(), number: number.into() })
        } else {
            Err(InvalidContact)
        }
    }

    /// The number as it was given, trimmed.
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The number in its one spelling: its digits in ASCII, with a `+` before them if it says its country.
    pub fn normalised(&self) -> &str {
        &self.number
    }

    /// The same number, written in its one spelling.
    pub(crate) fn in_one_spelling(self) -> Self {
        Self { text: self.number.clone(), ..self }
    }

    /// Whether the number names its country. No code can reach a number that does not.
    pub fn is_international(&self) -> bool {
        self.number.starts_with('+')
    }

    /// The typed number. If it names no country, the plan of its tenant completes it. The number stays as it is if there is no plan, or if it
    /// would get too long. If it then names no country, it belongs to nobody.
    pub(crate) fn completed(self, plan: Option<&NumberingPlan>) -> Self {
        let plan = plan.filter(|_| !self.is_international());
        let full = plan.map(|plan| plan.complete(&self.number));
        full.and_then(|full| Self::of(&full.clone(), full).ok()).unwrap_or(self)
    }

    /// The number as it may be shown to somebody who has not proved that it is theirs. A number of 9 digits or more has the four before the last
    /// four hidden, as in the family's sample. A shorter number has all but the last two hidden.
    pub fn masked(&self) -> String {
        // Digits of other scripts would not be hidden.
        let shown = if self.text.is_ascii() { &self.text } else { &self.number };
        let digits = shown.bytes().filter(u8::is_ascii_digit).count();
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
        shown.chars().map(mask).collect()
    }
}

impl PartialEq for Mobile {
    fn eq(&self, other: &Self) -> bool {
        self.number == other.number
    }
}

impl Eq for Mobile {}

impl Hash for Mobile {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.number.hash(state);
    }
}

redacted! { Mobile }

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::borrow::ToOwned as _;

    #[test]
    fn a_mobile_is_digits_in_groups() {
        for good in [
            "13800000000",
            "+8613800000000",
            " +86-138-0000-0000 ",
            "12345",
            "+123456789012345",
            "138--00000",
            "008613800000",
        ] {
            assert!(Mobile::new(good).is_ok(), "{good}");
        }
        for bad in [
            "",
            "+",
            "1234",
            "138a0000",
            "++8613800000",
            "+08613800000",
            "000013800000",
            "1234567890123456",
            "138\u{0}00000",
            &"1 ".repeat(65),
        ] {
            assert_eq!(Mobile::new(bad), Err(InvalidContact), "{bad}");
        }
    }

    #[cfg(feature = "unicode")]
    #[test]
    fn digits_of_every_script_are_digits_and_a_mask_hides_them() {
        let mobile = Mobile::new("\u{202a}＋８６-１３８００００００００\u{202c}").unwrap();
        assert_eq!(mobile, Mobile::new("+86-13800000000").unwrap());
        assert_eq!(mobile.masked(), "+86138****0000");
    }

    #[cfg(not(feature = "unicode"))]
    #[test]
    fn without_the_tables_no_other_digit_is_one() {
        assert!(Mobile::new("１３８００００００").is_err());
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
    fn a_plan_completes_what_says_no_country_and_nothing_else() {
        let completed = |text: &str, plan: &NumberingPlan| {
            Mobile::new(text).unwrap().completed(Some(plan)).normalised().to_owned()
        };
        let china = NumberingPlan::new(86).unwrap();
        let germany = NumberingPlan::new(49).unwrap().with_trunk_prefix("0").unwrap();
        assert_eq!(completed("138 0000 0000", &china), "+8613800000000");
        assert_eq!(completed("+49 171 0000000", &china), "+491710000000");
        assert_eq!(completed("0049 171 0000000", &germany), "+491710000000");
        assert_eq!(completed("0171 0000000", &germany), "+491710000000");
        assert_eq!(completed("171 0000000", &germany), "+491710000000");
        assert_eq!(completed("0171 0000000", &china), "+8601710000000", "a prefix that is not configured");
        assert_eq!(completed("12345678901234", &china), "12345678901234", "sixteen digits are nobody's");
        assert_eq!(Mobile::new("13800000000").unwrap().completed(None).normalised(), "13800000000");
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
