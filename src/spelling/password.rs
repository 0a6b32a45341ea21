//! Passwords.

use super::Unspellable;
use crate::Secret;

/// The one spelling of a password (RFC 8265 §4.2, OpaqueString): spaces of other scripts are U+0020, and the text is composed. Its case, its
/// width and the spaces around it stay as they were typed.
///
/// # Errors
/// When it has characters that this build does not know.
pub(crate) fn canonical_password(typed: &Secret) -> Result<Secret, Unspellable> {
    if typed.expose().is_ascii() { Ok(typed.clone()) } else { beyond_ascii(typed) }
}

#[cfg(feature = "unicode")]
fn beyond_ascii(typed: &Secret) -> Result<Secret, Unspellable> {
    use alloc::string::String;
    use unicode_normalization::UnicodeNormalization as _;
    use unicode_properties::{GeneralCategory, UnicodeGeneralCategory as _};

    let space = |character: char| {
        if character.general_category() == GeneralCategory::SpaceSeparator { ' ' } else { character }
    };
    let text = typed.expose();
    // NFC is at most three times as long (UAX #15 §9), so the buffer is never moved and leaves no copy behind.
    let mut canonical = String::with_capacity(text.len().saturating_mul(3));
    canonical.extend(text.chars().map(space).nfc());
    Ok(Secret::new(canonical))
}

#[cfg(not(feature = "unicode"))]
fn beyond_ascii(_: &Secret) -> Result<Secret, Unspellable> {
    Err(Unspellable)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascii_stays_as_it_is() {
        assert_eq!(canonical_password(&Secret::new(" Correct Horse ")).unwrap().expose(), " Correct Horse ");
    }

    #[cfg(feature = "unicode")]
    #[test]
    fn accents_are_composed_and_spaces_are_one_and_nothing_else_changes() {
        for (typed, canonical) in [
            ("Pa\u{308}sswo\u{308}rter", "P\u{e4}ssw\u{f6}rter"),
            ("correct\u{a0}horse\u{3000}", "correct horse "),
            ("ＣＯＲＲＥＣＴ", "ＣＯＲＲＥＣＴ"),
            ("\u{200b}x", "\u{200b}x"),
            ("\u{212b}", "\u{c5}"),
        ] {
            assert_eq!(canonical_password(&Secret::new(typed)).unwrap().expose(), canonical, "{typed}");
        }
    }

    #[cfg(not(feature = "unicode"))]
    #[test]
    fn without_the_tables_everything_else_is_refused() {
        assert!(canonical_password(&Secret::new("Pässwörter")).is_err());
    }
}
