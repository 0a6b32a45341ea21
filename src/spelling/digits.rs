//! Codes and numbers, by their digits.

use super::characters::{digit, is_between_digits};
use alloc::string::String;
use zeroize::Zeroizing;

/// The digits of a code, without its other characters.
pub(crate) type Digits = Zeroizing<String>;

/// The digits of a code in ASCII, whatever their script, without blanks, hyphens and invisible characters. The result is `None` if the code has
/// any other character, because such a code is wrong.
pub(crate) fn digits_alone(typed: &str) -> Option<Digits> {
    // The digits have at most as many bytes, so the buffer is never moved and leaves no copy behind.
    let mut digits = Zeroizing::new(String::with_capacity(typed.len()));
    for character in typed.chars() {
        match digit(character) {
            Some(value) => digits.push(char::from(b'0'.saturating_add(value))),
            None if is_between_digits(character) => {}
            None => return None,
        }
    }
    Some(digits)
}

/// A telephone number as its digits, with a `+` before them if the number names its country by a plus sign or by `00`. The result is `None` if
/// the text has anything else.
pub(crate) fn number(typed: &str) -> Option<String> {
    let typed = typed.trim_start_matches(is_between_digits);
    let (plus, rest) = match typed.strip_prefix(PLUS) {
        Some(rest) => ("+", rest),
        None => ("", typed),
    };
    let digits = digits_alone(rest)?;
    Some(match digits.strip_prefix("00").filter(|_| plus.is_empty()) {
        Some(international) => ["+", international].concat(),
        None => [plus, &digits].concat(),
    })
}

/// Whether such a spelling can be a telephone number: 5 to 15 digits (ITU-T E.164 §6.2.1), and no nought after a plus.
pub(crate) fn is_number(number: &str) -> bool {
    (5..=15).contains(&number.trim_start_matches('+').len()) && !number.starts_with("+0")
}

/// Plus signs; without the feature `unicode`, ASCII's.
const PLUS: &[char] = if cfg!(feature = "unicode") { &['+', '＋'] } else { &['+'] };

#[cfg(test)]
mod tests {
    use super::*;

    fn alone(typed: &str) -> Option<String> {
        digits_alone(typed).map(|digits| digits.as_str().into())
    }

    #[test]
    fn a_code_is_its_digits() {
        for typed in ["123456", "123 456", "123-456", " 123456\t", "1 2 3 4 5 6"] {
            assert_eq!(alone(typed).as_deref(), Some("123456"), "{typed}");
        }
        for wrong in ["12345a", "123.456", "+123456", "123_456", "12345６a"] {
            assert_eq!(alone(wrong), None, "{wrong}");
        }
        assert_eq!(alone(" - ").as_deref(), Some(""));
    }

    #[cfg(feature = "unicode")]
    #[test]
    fn any_scripts_digits_are_digits() {
        for typed in [
            "１２３４５６",
            "١٢٣٤٥٦",
            "۱۲۳۴۵۶",
            "\u{200b}123456\u{200b}",
            "\u{2068}123456\u{2069}",
            "123\u{a0}456",
            "123–456",
        ] {
            assert_eq!(alone(typed).as_deref(), Some("123456"), "{typed}");
        }
    }

    #[cfg(not(feature = "unicode"))]
    #[test]
    fn without_the_tables_nothing_beyond_ascii_is_a_digit_or_is_passed_over() {
        for typed in ["１２３４５６", "\u{200b}123456", "123\u{a0}456"] {
            assert_eq!(alone(typed), None, "{typed}");
        }
    }

    #[test]
    fn a_number_says_its_country_by_a_plus_or_by_two_noughts() {
        for typed in [
            "+8613800000000",
            "+86-138 0000 0000",
            "008613800000000",
            " 00 86-13800000000",
            "0086 138-0000-0000",
        ] {
            assert_eq!(number(typed).as_deref(), Some("+8613800000000"), "{typed}");
        }
        assert_eq!(number("138 0000 0000").as_deref(), Some("13800000000"));
        assert_eq!(number("0 138 0000 0000").as_deref(), Some("013800000000"));
        assert_eq!(number("+00138").as_deref(), Some("+00138"));
        for wrong in ["++86138", "86+138", "+86(138)", "erin", "86138x"] {
            assert_eq!(number(wrong), None, "{wrong}");
        }
    }
}
