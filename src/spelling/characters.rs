//! Properties of single characters. Without the feature `unicode`, only characters of ASCII are known.

/// The value of a decimal digit, of any script.
#[cfg(feature = "unicode")]
pub(super) fn digit(character: char) -> Option<u8> {
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

    if let Some(value) = ascii_digit(character) {
        return Some(value);
    }
    let is_digit = |character: char| character.general_category() == GeneralCategory::DecimalNumber;
    if !is_digit(character) {
        return None;
    }
    // Digits stand in runs of ten, from zero on (Unicode §4.6, stable since version 6.3). The longest run has five tens.
    let before = (1..LONGEST_RUN).take_while(|back| {
        let other = u32::from(character).checked_sub(*back).and_then(char::from_u32);
        other.is_some_and(is_digit)
    });
    u8::try_from(before.count() % 10).ok()
}

#[cfg(feature = "unicode")]
const LONGEST_RUN: u32 = 50;

/// The value of a decimal digit of ASCII.
#[cfg(not(feature = "unicode"))]
pub(super) fn digit(character: char) -> Option<u8> {
    ascii_digit(character)
}

fn ascii_digit(character: char) -> Option<u8> {
    character.to_digit(10).and_then(|value| u8::try_from(value).ok())
}

/// Whether a character stands between groups of digits: a blank, a hyphen or dash, or something invisible.
pub(super) fn is_between_digits(character: char) -> bool {
    is_blank(character) || is_hyphen(character) || is_invisible(character)
}

/// White space; without the feature `unicode`, ASCII's.
pub(super) fn is_blank(character: char) -> bool {
    if cfg!(feature = "unicode") { character.is_whitespace() } else { character.is_ascii_whitespace() }
}

#[cfg(feature = "unicode")]
fn is_hyphen(character: char) -> bool {
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

    // The minus sign is a symbol of mathematics to Unicode, and a hyphen to people who type it.
    character == '\u{2212}' || character.general_category() == GeneralCategory::DashPunctuation
}

#[cfg(not(feature = "unicode"))]
fn is_hyphen(character: char) -> bool {
    character == '-'
}

/// Whether a character is invisible: a format character (Unicode's `Cf`), or one that is ignorable by default (UAX #44,
/// `Default_Ignorable_Code_Point`: fillers, joiners, variation selectors).
#[cfg(feature = "unicode")]
pub(super) fn is_invisible(character: char) -> bool {
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

    !character.is_ascii()
        && (matches!(character,
            '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{2065}' | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{ffa0}' | '\u{fff0}'..='\u{fff8}'
            | '\u{e0000}'..='\u{e0fff}')
            || character.general_category() == GeneralCategory::Format)
}

#[cfg(not(feature = "unicode"))]
pub(super) fn is_invisible(_: char) -> bool {
    false
}

#[cfg(all(test, feature = "unicode"))]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    #[test]
    fn every_script_has_ten_digits_in_their_order() {
        let digits: Vec<(char, u8)> =
            (char::MIN..=char::MAX).filter_map(|character| Some((character, digit(character)?))).collect();
        assert!(digits.len() > 700 && digits.len().is_multiple_of(10), "{}", digits.len());
        for (at, (character, value)) in digits.iter().enumerate() {
            assert_eq!(usize::from(*value), at % 10, "{character:?}");
        }
        for (zero, script) in [
            ('0', "ASCII"),
            ('０', "full width"),
            ('٠', "Arabic"),
            ('۰', "Persian"),
            ('०', "Devanagari"),
            ('𝟎', "bold"),
        ] {
            assert_eq!(digit(zero), Some(0), "{script}");
            assert_eq!(digit(char::from_u32(u32::from(zero) + 9).unwrap()), Some(9), "{script}");
        }
        for none in ['a', '²', '一', '①', '½', 'Ⅷ'] {
            assert_eq!(digit(none), None, "{none}");
        }
    }

    #[test]
    fn what_stands_between_digits_is_no_letter_and_no_other_sign() {
        for between in
            [' ', '\t', '\u{a0}', '\u{3000}', '-', '–', '−', '\u{ad}', '\u{200b}', '\u{2068}', '\u{feff}']
        {
            assert!(is_between_digits(between), "{between:?}");
        }
        for other in ['.', ',', '/', '_', '+', 'a', '0', 'ー', '\u{0}', '\u{7}'] {
            assert!(!is_between_digits(other), "{other:?}");
        }
    }
}
