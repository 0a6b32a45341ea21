//! One JSON object, one spelling: the payload of a state token.
//!
//! The writer puts the members in a fixed order, without white space, with the two escapes that JSON cannot do
//! without. The reader accepts exactly what the writer writes: it walks the bytes once, expects each literal in its
//! place, and stops at the first byte that differs. A duplicate, missing, mistyped or reordered claim has no spelling
//! here, so none of them needs a check.

use arrayvec::{ArrayString, ArrayVec};
use core::str;

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
        let _ = self.0.try_extend_from_slice(text.as_bytes());
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
        let _ = self.0.try_extend_from_slice(digits.get(first..).unwrap_or_default());
    }
}

/// Reads what a [`Writer`] wrote; `None` at the first byte that it would not have written.
pub(super) struct Reader<'a>(&'a [u8]);

impl<'a> Reader<'a> {
    pub(super) fn new(bytes: &'a [u8]) -> Self {
        Self(bytes)
    }

    pub(super) fn literal(&mut self, text: &str) -> Option<()> {
        self.0 = self.0.strip_prefix(text.as_bytes())?;
        Some(())
    }

    /// Whether `text` comes next; it is consumed if it does.
    pub(super) fn optional(&mut self, text: &str) -> bool {
        self.literal(text).is_some()
    }

    pub(super) fn string(&mut self) -> Option<ArrayString<64>> {
        self.literal("\"")?;
        let mut value = ArrayString::new();
        loop {
            let plain = plain_len(self.0)?;
            let (text, rest) = self.0.split_at_checked(plain)?;
            value.try_push_str(str::from_utf8(text).ok()?).ok()?;
            self.0 = rest;
            if self.optional("\"") {
                return Some(value);
            }
            let escaped = if self.optional("\\\"") { '"' } else { self.literal("\\\\").map(|()| '\\')? };
            value.try_push(escaped).ok()?;
        }
    }

    pub(super) fn number(&mut self) -> Option<u64> {
        let mut rest = self.0;
        let mut value = 0_u64;
        while let [digit @ b'0'..=b'9', after @ ..] = rest {
            value = value.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0')))?;
            rest = after;
        }
        let length = self.0.len().wrapping_sub(rest.len());
        if length == 0 || (length > 1 && self.0.starts_with(b"0")) {
            return None;
        }
        self.0 = rest;
        Some(value)
    }

    /// The next `N` bytes.
    pub(super) fn take<const N: usize>(&mut self) -> Option<&'a [u8; N]> {
        let (taken, rest) = self.0.split_first_chunk()?;
        self.0 = rest;
        Some(taken)
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
    use proptest::prelude::*;

    #[test]
    fn other_spellings_are_refused() {
        for text in ["\"a", "a\"", "\"\\u0061\"", "\"\\n\"", "\"a\\/b\"", "'a'", "\"\\", ""] {
            assert!(Reader::new(text.as_bytes()).string().is_none(), "{text}");
        }
        for text in ["", "-1", "01", "00", "+1", "18446744073709551616", "x"] {
            assert!(Reader::new(text.as_bytes()).number().is_none(), "{text}");
        }
        assert!(Reader::new(format!("\"{}\"", "x".repeat(65)).as_bytes()).string().is_none());
        assert!(Reader::new(b"\"\xFF\"").string().is_none());
    }

    proptest! {
        #[test]
        fn a_string_is_read_back_and_is_json(text in "\\PC{0,16}") {
            let mut writer = Writer::<200>::new();
            writer.string(&text);
            let mut reader = Reader::new(writer.bytes());
            let read = reader.string();
            prop_assert_eq!(read.as_deref(), Some(text.as_str()));
            prop_assert!(reader.end().is_some());
            prop_assert_eq!(serde_json::from_slice::<alloc::string::String>(writer.bytes()).unwrap(), text);
        }

        #[test]
        fn a_number_is_read_back_and_is_json(value: u64) {
            let mut writer = Writer::<20>::new();
            writer.number(value);
            prop_assert_eq!(Reader::new(writer.bytes()).number(), Some(value));
            prop_assert_eq!(serde_json::from_slice::<u64>(writer.bytes()).unwrap(), value);
        }
    }

    use alloc::format;
}
