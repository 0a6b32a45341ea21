//! Names: user names, and e-mail addresses.

use super::{
    Unspellable,
    digits::{is_number, number},
};
use alloc::string::String;

/// The one spelling of a name: invisible characters dropped, width and case mapped, composed (RFC 8265 §3.3), without white space around it. The
/// mapping is repeated until the text no longer changes, because composing may make a letter that has another case.
///
/// # Errors
/// When the text never becomes stable, or has characters that this build does not know.
pub(crate) fn canonical_name(text: &str) -> Result<String, Unspellable> {
    if text.is_ascii() {
        // Only the letters of ASCII are mapped.
        return Ok(text.trim().to_ascii_lowercase());
    }
    beyond_ascii(text)
}

/// The one spelling of a user name. A name that has the form of a telephone number is spelled as a number is. Somebody who types such a text,
/// with blanks, hyphens and all, may mean a name or a number, so the two are compared as one text.
///
/// # Errors
/// As for any name.
pub(crate) fn canonical_user_name(text: &str) -> Result<String, Unspellable> {
    let canonical = canonical_name(text)?;
    Ok(number(&canonical).filter(|number| is_number(number)).unwrap_or(canonical))
}

#[cfg(feature = "unicode")]
fn beyond_ascii(text: &str) -> Result<String, Unspellable> {
    // Every known text is stable after two rounds. The bound is for a text that would never be stable.
    const MOST_ROUNDS: usize = 4;

    let mut canonical = mapped(text);
    for _ in 0..MOST_ROUNDS {
        let again = mapped(&canonical);
        if again == canonical {
            return Ok(canonical);
        }
        canonical = again;
    }
    Err(Unspellable)
}

#[cfg(not(feature = "unicode"))]
fn beyond_ascii(_: &str) -> Result<String, Unspellable> {
    Err(Unspellable)
}

#[cfg(feature = "unicode")]
fn mapped(text: &str) -> String {
    use super::characters::is_invisible;
    use unicode_normalization::UnicodeNormalization as _;

    let visible: String =
        text.chars().filter(|character| !is_invisible(*character)).map(width_mapped).collect();
    visible.to_lowercase().trim().nfc().collect()
}

/// Maps a full-width or half-width character to its ordinary one. Unicode's data calls them `<wide>` and `<narrow>` (RFC 8264 §5.2.1).
#[cfg(feature = "unicode")]
fn width_mapped(character: char) -> char {
    use unicode_normalization::UnicodeNormalization as _;

    let moved = |by: u32| char::from_u32(u32::from(character).saturating_sub(by)).unwrap_or(character);
    match character {
        '\u{3000}' => ' ',
        '\u{ff01}'..='\u{ff5e}' => moved(0xfee0),
        // NFKC would take these further, to conjoining letters and to a space with an accent.
        '\u{ffa1}'..='\u{ffbe}' => moved(0xffa1 - 0x3131),
        '\u{ffc2}'..='\u{ffc7}' => moved(0xffc2 - 0x314f),
        '\u{ffca}'..='\u{ffcf}' => moved(0xffca - 0x3155),
        '\u{ffd2}'..='\u{ffd7}' => moved(0xffd2 - 0x315b),
        '\u{ffda}'..='\u{ffdc}' => moved(0xffda - 0x3161),
        '\u{ffe3}' => '\u{af}',
        // Each of these maps to one other character.
        '\u{ff5f}'..='\u{ffef}' => core::iter::once(character).nfkc().next().unwrap_or(character),
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_is_trimmed_and_in_lower_case() {
        assert_eq!(canonical_name("  Erin.Smith ").as_deref(), Ok("erin.smith"));
        assert_eq!(canonical_name("guybrush threepwood").as_deref(), Ok("guybrush threepwood"));
    }

    #[test]
    fn a_user_name_that_is_a_number_is_spelled_as_one() {
        for (text, spelled) in [
            ("+86 138-0000 0000", "+8613800000000"),
            ("0086 13800000000", "+8613800000000"),
            ("138 0000 0000", "13800000000"),
            ("12-345", "12345"),
            ("1234", "1234"),
            ("+08613", "+08613"),
            ("Erin 12345", "erin 12345"),
            ("1234567890123456", "1234567890123456"),
        ] {
            assert_eq!(canonical_user_name(text).as_deref(), Ok(spelled), "{text}");
            assert_eq!(canonical_user_name(spelled).as_deref(), Ok(spelled), "{text}");
        }
    }

    #[cfg(not(feature = "unicode"))]
    #[test]
    fn without_the_tables_everything_else_is_refused() {
        for text in ["é", "ａ", "a\u{200b}", "李"] {
            assert_eq!(canonical_name(text), Err(Unspellable), "{text}");
        }
    }

    #[cfg(feature = "unicode")]
    mod beyond_ascii {
        use super::*;
        use proptest::prelude::*;

        fn canonical(text: &str) -> String {
            canonical_name(text).unwrap()
        }

        #[test]
        fn spellings_of_one_name_are_one() {
            for (text, expected) in [
                ("José", "josé"),
                ("jose\u{301}", "jos\u{e9}"),
                ("ａｌｉｃｅ＠ｅｘａｍｐｌｅ．ｃｏｍ", "alice@example.com"),
                ("\u{200b}ali\u{ad}ce\u{2069}", "alice"),
                ("\u{3000}alice\u{a0}", "alice"),
                ("ｶﾞ", "ガ"),
                ("ﾡ", "ㄱ"),
                ("￣", "¯"),
                ("ÄRGER-İN", "ärger-i\u{307}n"),
                ("李\u{fe00}", "李"),
            ] {
                assert_eq!(canonical(text), expected, "{text}");
            }
        }

        /// A small letter that is like another one, a ligature, a sharp s: RFC 8265 maps none of these.
        #[test]
        fn what_only_looks_alike_stays_apart() {
            for (one, other) in [("ﬁn", "fin"), ("straße", "strasse"), ("а", "a"), ("²", "2")] {
                assert_ne!(canonical(one), canonical(other));
            }
        }

        /// All characters that Unicode's data calls `<wide>` or `<narrow>` are within these two blocks.
        #[test]
        fn every_wide_and_narrow_character_is_one_other_and_no_further_one() {
            for character in '\u{ff01}'..='\u{ffef}' {
                let to = width_mapped(character);
                assert!(to == character || !('\u{ff00}'..='\u{ffef}').contains(&to), "{character:?} {to:?}");
            }
        }

        proptest! {
            #[test]
            fn what_is_canonical_stays_so_and_never_grows_without_bound(text: String) {
                let once = canonical_name(&text).unwrap();
                prop_assert_eq!(canonical_name(&once).unwrap(), once.clone());
                prop_assert!(once.len() <= text.len() * 3);
            }
        }
    }
}
