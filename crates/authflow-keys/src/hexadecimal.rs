//! Secrets as text.

use zeroize::Zeroizing;

/// The bytes of an even number of hexadecimal digits.
pub(crate) fn read(text: &str) -> Option<Box<[u8]>> {
    let (pairs, rest) = text.as_bytes().as_chunks::<2>();
    let digit = |byte: u8| char::from(byte).to_digit(16).and_then(|value| u8::try_from(value).ok());
    let bytes =
        pairs.iter().map(|&[high, low]| Some(digit(high)? << 4 | digit(low)?)).collect::<Option<_>>()?;
    rest.is_empty().then_some(bytes)
}

/// This number of random bytes, as text.
pub(crate) fn draw<const BYTES: usize>() -> Option<Zeroizing<String>> {
    let mut drawn = Zeroizing::new([0; BYTES]);
    getrandom::fill(&mut *drawn).ok()?;
    let mut text = Zeroizing::new(String::with_capacity(BYTES * 2));
    let nibbles = drawn.iter().flat_map(|byte| [byte >> 4, byte & 15]);
    text.extend(nibbles.filter_map(|nibble| char::from_digit(u32::from(nibble), 16)));
    Some(text)
}
