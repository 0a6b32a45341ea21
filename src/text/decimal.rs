//! The digits of a number.

/// The digits of [`u64::MAX`].
pub(crate) const MOST: usize = 20;

/// The digits, at the end of the buffer.
pub(crate) fn digits(mut number: u64, buffer: &mut [u8; MOST]) -> &[u8] {
    let mut first = MOST;
    for (at, digit) in buffer.iter_mut().enumerate().rev() {
        *digit = b'0'.wrapping_add((number % 10) as u8);
        first = at;
        number /= 10;
        if number == 0 {
            break;
        }
    }
    buffer.get(first..).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{MOST, digits};
    use alloc::string::ToString as _;

    #[test]
    fn they_are_those_that_everybody_writes() {
        let powers = (0..20).map(|power| 10_u64.pow(power));
        let around = powers.flat_map(|power| [power - 1, power, power + 1]);
        for number in around.chain([0, 7, 1_800_000_000, u64::MAX]) {
            assert_eq!(digits(number, &mut [0; MOST]), number.to_string().as_bytes());
        }
    }
}
