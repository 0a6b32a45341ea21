//! One JSON object, one spelling: the payload of a state token.
//!
//! The writer puts the members in a fixed order, without white space, with the two escapes that JSON cannot do
//! without. The reader accepts exactly what the writer writes: it walks the bytes once, expects each literal in its
//! place, and stops at the first byte that differs. A duplicate, missing, mistyped or reordered claim has no spelling
//! here, so none of them needs a check.

use crate::text::base64url;
use arrayvec::{ArrayString, ArrayVec};
use core::str::{self, FromStr};

/// The characters of 16 bytes.
const ENCODED_16: usize = base64url::encoded_len(16);

/// Writes into a buffer on the stack. The callers' claims are bounded so that it never fills; if it did, the payload
/// would end early and no reader would take it.
pub(super) struct Writer<const CAPACITY: usize>(ArrayVec<u8, CAPACITY>);

impl<const CAPACITY: usize> Writer<CAPACITY> {
    pub(super) fn new() -> Self {
        Self(ArrayVec::new())
    }

    pub(super) fn bytes(&self) -> &[u8] {
        &self.0
    }

    pub(super) fn literal(&mut self, text: &str) {
        self.push(text.as_bytes());
    }

    /// 16 bytes, as a string of base64url.
    pub(super) fn bytes_16(&mut self, bytes: &[u8; 16]) {
        self.literal("\"");
        self.push(&base64url::encode_into::<ENCODED_16>(bytes));
        self.literal("\"");
    }

    /// A JSON string. Ids have no control characters, so `"` and `\` are all there is to escape.
    pub(super) fn string(&mut self, text: &str) {
        self.literal("\"");
        let mut rest = text;
        while let Some((plain, special)) = plain_len(rest.as_bytes()).and_then(|at| rest.split_at_checked(at))
        {
            self.literal(plain);
            self.literal(if special.starts_with('"') { "\\\"" } else { "\\\\" });
            rest = special.get(1..).unwrap_or_default();
        }
        self.literal(rest);
        self.literal("\"");
    }

    pub(super) fn number(&mut self, mut value: u64) {
        let mut digits = [b'0'; 20];
        let mut first = digits.len();
        for (at, digit) in digits.iter_mut().enumerate().rev() {
            *digit = b'0'.wrapping_add((value % 10) as u8);
            first = at;
            value /= 10;
            if value == 0 {
                break;
            }
        }
        self.push(digits.get(first..).unwrap_or_default());
    }

    fn push(&mut self, bytes: &[u8]) {
        let _ = self.0.try_extend_from_slice(bytes);
    }
}

/// Reads what a [`Writer`] wrote; `None` at the first byte that it would not have written.
pub(super) struct Reader<'a>(&'a str);

impl<'a> Reader<'a> {
    /// A reader of these bytes, where they are text.
    pub(super) fn new(bytes: &'a [u8]) -> Option<Self> {
        str::from_utf8(bytes).ok().map(Self)
    }

    pub(super) fn literal(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text)?;
        Some(())
    }

    /// Whether `text` comes next; it is consumed if it does.
    pub(super) fn optional(&mut self, text: &str) -> bool {
        self.literal(text).is_some()
    }

    /// The next `bytes` bytes.
    fn take(&mut self, bytes: usize) -> Option<&'a str> {
        let (taken, rest) = self.0.split_at_checked(bytes)?;
        self.0 = rest;
        Some(taken)
    }

    /// A string, as what it is read for: an id, which has 64 bytes at most. Nearly every one stands as it is.
    pub(super) fn string<T: FromStr>(&mut self) -> Option<T> {
        self.literal("\"")?;
        let plain = self.plain()?;
        if self.optional("\"") {
            return plain.parse().ok();
        }
        let mut value = ArrayString::<64>::from(plain).ok()?;
        while !self.optional("\"") {
            let escaped = if self.optional("\\\"") { '"' } else { self.literal("\\\\").map(|()| '\\')? };
            value.try_push(escaped).ok()?;
            value.try_push_str(self.plain()?).ok()?;
        }
        value.parse().ok()
    }

    /// What stands before the next `"` or `\`.
    fn plain(&mut self) -> Option<&'a str> {
        self.take(plain_len(self.0.as_bytes())?)
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let (mut value, mut length) = (0_u64, 0_usize);
        for digit in self.0.bytes().map(|byte| byte.wrapping_sub(b'0')).take_while(|digit| *digit < 10) {
            value = value.wrapping_mul(10).wrapping_add(digit.into());
            length = length.wrapping_add(1);
        }
        let digits = self.take(length)?;
        match length {
            1 => Some(value),
            _ if digits.starts_with('0') => None,
            2..20 => Some(value),
            // It may not fit, and is looked at once more; nor is no digit a number.
            _ => digits.parse().ok(),
        }
    }

    pub(super) fn bytes_16(&mut self) -> Option<[u8; 16]> {
        let mut bytes = [0; 16];
        self.literal("\"")?;
        let text = self.take(ENCODED_16)?;
        self.literal("\"")?;
        (base64url::decode(text.as_bytes(), &mut bytes)?.len() == 16).then_some(bytes)
    }

    pub(super) fn end(&self) -> Option<()> {
        self.0.is_empty().then_some(())
    }
}

/// How many bytes stand before the first `"` or `\`. Sixteen at a time are looked at without a branch, so that the compiler
/// can use vectors; which one it is, is found out once.
fn plain_len(bytes: &[u8]) -> Option<usize> {
    const CHUNK: usize = 16;
    let is_special = |byte: &u8| matches!(byte, b'"' | b'\\');
    let is_plain = |chunk: &[u8; CHUNK]| !chunk.iter().fold(false, |found, byte| found | is_special(byte));
    let (chunks, _) = bytes.as_chunks::<CHUNK>();
    let skipped = chunks.iter().take_while(|chunk| is_plain(chunk)).count().saturating_mul(CHUNK);
    let rest = bytes.get(skipped..)?;
    rest.iter().position(is_special).map(|at| skipped.saturating_add(at))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::AccountId;
    use alloc::{format, string::String};
    use proptest::prelude::*;

    #[test]
    fn other_spellings_are_refused() {
        let reader = |text: &'static str| Reader::new(text.as_bytes()).unwrap();
        for text in ["\"a", "a\"", "\"\\u0061\"", "\"\\n\"", "\"a\\/b\"", "'a'", "\"\\", "\"\\\\", ""] {
            assert!(reader(text).string::<String>().is_none(), "{text}");
        }
        for text in ["", "-1", "01", "00", "+1", "18446744073709551616", "99999999999999999999", "x"] {
            assert!(reader(text).number().is_none(), "{text}");
        }
        for text in [
            "\"AAAAAAAAAAAAAAAAAAAAAB\"",
            "\"AAAAAAAAAAAAAAAAAAAAA\"",
            "\"AAAAAAAAAAAAAAAAAAAAAAA\"",
            "AAAAAAAAAAAAAAAAAAAAAA",
        ] {
            assert!(reader(text).bytes_16().is_none(), "{text}");
        }
        assert!(Reader::new(b"\"\xFF\"").is_none());
    }

    #[test]
    fn nought_is_a_number_and_stands_alone() {
        for (text, number) in [("0", Some(0)), ("0,", Some(0)), ("9", Some(9)), ("00", None), ("01", None)] {
            assert_eq!(Reader::new(text.as_bytes()).unwrap().number(), number, "{text}");
        }
    }

    #[test]
    fn a_number_ends_at_the_first_byte_that_is_no_digit() {
        for other in (0..=0x7F).map(char::from).filter(|byte| !byte.is_ascii_digit()) {
            let text = format!("17{other}2");
            let mut reader = Reader::new(text.as_bytes()).unwrap();
            assert_eq!(reader.number(), Some(17), "{other:?}");
            assert_eq!(reader.number(), None, "{other:?} is still to be read");
        }
    }

    #[test]
    fn a_string_has_64_bytes_at_most_with_escapes_or_without() {
        for (text, fits) in [
            ("x".repeat(64), true),
            ("\\\\".repeat(64), true),
            ("\\\\".repeat(65), false),
            (format!("\\\"{}", "x".repeat(64)), false),
        ] {
            let json = format!("\"{text}\"");
            assert_eq!(Reader::new(json.as_bytes()).unwrap().string::<AccountId>().is_some(), fits, "{text}");
        }
    }

    proptest! {
        #[test]
        fn a_string_is_read_back_and_is_json(text in "\\PC{0,16}") {
            let mut writer = Writer::<200>::new();
            writer.string(&text);
            let mut reader = Reader::new(writer.bytes()).unwrap();
            prop_assert_eq!(reader.string(), Some(text.clone()));
            prop_assert!(reader.end().is_some());
            prop_assert_eq!(serde_json::from_slice::<String>(writer.bytes()).unwrap(), text);
        }

        #[test]
        fn a_number_is_read_back_and_is_json(value: u64) {
            let mut writer = Writer::<20>::new();
            writer.number(value);
            prop_assert_eq!(Reader::new(writer.bytes()).unwrap().number(), Some(value));
            prop_assert_eq!(serde_json::from_slice::<u64>(writer.bytes()).unwrap(), value);
        }

        #[test]
        fn sixteen_bytes_are_read_back_and_are_json(bytes: [u8; 16]) {
            let mut writer = Writer::<24>::new();
            writer.bytes_16(&bytes);
            prop_assert_eq!(Reader::new(writer.bytes()).unwrap().bytes_16(), Some(bytes));
            prop_assert_eq!(serde_json::from_slice::<String>(writer.bytes()).unwrap().len(), ENCODED_16);
        }
    }
}
