//! The characters that a new name may have. An existing account is found by any name.

/// Whether a text, whose one spelling is `canonical`, may be a new name. It may have letters and digits of any script and the signs of ASCII (RFC
/// 8264 §4.2, IdentifierClass, without the characters that depend on their context), and no invisible characters. They must keep their order when
/// they are displayed (RFC 5893 §2).
#[cfg(feature = "unicode")]
pub(crate) fn is_fit_for_a_new_name(text: &str, canonical: &str) -> bool {
    !text.chars().any(super::characters::is_invisible)
        && canonical.chars().all(is_fit)
        && reads_one_way(canonical)
}

/// The same test for ASCII. No other text comes this far.
#[cfg(not(feature = "unicode"))]
pub(crate) fn is_fit_for_a_new_name(_: &str, canonical: &str) -> bool {
    canonical.bytes().all(|byte| byte.is_ascii_graphic())
}

#[cfg(feature = "unicode")]
fn is_fit(character: char) -> bool {
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_properties::{GeneralCategory as Category, UnicodeGeneralCategory as _};

    match character {
        '!'..='~' => true,
        // RFC 5892 §2.6 has letters and signs whose category says otherwise. The characters that need a context are refused, whatever it is.
        '\u{df}' | '\u{3c2}' | '\u{6fd}' | '\u{6fe}' | '\u{f0b}' | '\u{3007}' => true,
        '\u{640}' | '\u{7fa}' | '\u{302e}' | '\u{302f}' | '\u{3031}'..='\u{3035}' | '\u{303b}' => false,
        // Conjoining letters of old Korean, which make many spellings of one syllable (RFC 8264 §9.9).
        '\u{1100}'..='\u{11ff}' | '\u{a960}'..='\u{a97c}' | '\u{d7b0}'..='\u{d7fb}' => false,
        other => {
            let is_letter_or_digit = matches!(
                other.general_category(),
                Category::LowercaseLetter
                    | Category::OtherLetter
                    | Category::ModifierLetter
                    | Category::NonspacingMark
                    | Category::SpacingMark
                    | Category::DecimalNumber
            );
            let is_compatible = core::iter::once(other).nfkc().eq([other]);
            is_letter_or_digit && is_compatible && !super::characters::is_invisible(other)
        }
    }
}

/// The Bidi rule (RFC 5893 §2), if the name has a character that is written from right to left.
#[cfg(feature = "unicode")]
fn reads_one_way(name: &str) -> bool {
    use unicode_bidi::{
        BidiClass::{AL, AN, BN, CS, EN, ES, ET, NSM, ON, R},
        bidi_class,
    };

    let classes = || name.chars().map(bidi_class);
    if !classes().any(|class| matches!(class, R | AL | AN)) {
        return true;
    }
    let begins = matches!(classes().next(), Some(R | AL));
    let allowed = classes().all(|class| matches!(class, R | AL | AN | EN | ES | CS | ET | ON | BN | NSM));
    let last = classes().rfind(|class| *class != NSM);
    let ends = matches!(last, Some(R | AL | EN | AN));
    let one_kind_of_digits = !(classes().any(|class| class == EN) && classes().any(|class| class == AN));
    begins && allowed && ends && one_kind_of_digits
}

#[cfg(all(test, feature = "unicode"))]
mod tests {
    use super::*;

    #[test]
    fn letters_and_digits_of_any_script_are_fit() {
        for name in
            ["erin", "erin.smith-7", "josé", "李雷", "ивaн", "דוד", "محمد", "محمد١", "नमस्ते", "straße", "ガ"]
        {
            assert!(is_fit_for_a_new_name(name, name), "{name}");
        }
    }

    #[test]
    fn what_looks_alike_or_reads_two_ways_or_is_not_seen_is_not() {
        for name in [
            "erin smith",
            "ﬁn",
            "①",
            "½",
            "ali\u{200c}ce",
            "ali\u{200b}ce",
            "a\u{202e}b",
            "☃",
            "a\u{a0}b",
            "l·l",
            "דוד-a",
            "aדוד",
            "דוד-",
            "محمد١2",
            "ـ",
            "ᄀ",
        ] {
            assert!(!is_fit_for_a_new_name(name, name), "{name}");
        }
    }
}
