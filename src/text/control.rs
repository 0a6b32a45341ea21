//! Control characters, which no id, name or header may have.

/// Whether a text has a control character (Unicode's `Cc`). Nearly all texts are printing ASCII. The test for that has no branch, so that the
/// compiler can use vectors.
pub(crate) fn has_control(text: &str) -> bool {
    let is_plain = text.bytes().fold(true, |plain, byte| plain & matches!(byte, b' '..=b'~'));
    !is_plain && text.chars().any(char::is_control)
}

#[cfg(test)]
mod tests {
    use super::has_control;
    use alloc::{format, string::String};

    #[test]
    fn it_is_every_control_character_and_no_other() {
        for character in '\0'..=char::MAX {
            let expected = character.is_control();
            assert_eq!(has_control(character.encode_utf8(&mut [0; 4])), expected, "{character:?}");
        }
        for length in 0..70 {
            let plain: String = "x".repeat(length);
            assert!(!has_control(&plain));
            assert!(has_control(&format!("{plain}\u{7F}{plain}")), "{length}");
            assert!(has_control(&format!("{plain}\u{85}{plain}")), "{length}");
        }
    }
}
