//! The place to which a client has moved the piece of a picture.

use crate::Secret;
use serde::Deserialize;

/// The longest text of a point.
pub(crate) const MAX_BYTES: usize = 256;

/// A place in a picture, in pixels from its upper left corner. Both numbers are finite. Nothing else is known about them.
///
/// ```
/// use authflow::captcha::{CaptchaPoint, PresentedPoint};
///
/// /// Whether a point is near enough: within the pixels to either side that your pictures forgive.
/// fn is_near(point: &CaptchaPoint, x: u8) -> bool {
///     (point.x - f64::from(x)).abs() <= 5.0
/// }
///
/// let PresentedPoint::Clear(point) = PresentedPoint::read(r#"{"x":237.0,"y":5.0}"#)? else {
///     panic!()
/// };
/// assert!(is_near(&point, 235) && !is_near(&point, 200));
/// # Ok::<(), authflow::captcha::InvalidCaptchaPoint>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CaptchaPoint {
    /// The distance from the left edge.
    pub x: f64,
    /// The distance from the upper edge. The family's clients send 5 whatever the height.
    pub y: f64,
}

impl CaptchaPoint {
    /// Reads the JSON of a point, as the family's clients write it, in at most 256 bytes: its two members, in any order, and nothing else.
    ///
    /// A host also reads a [sealed](PresentedPoint::Sealed) point with this function, once it has opened that point.
    ///
    /// ```
    /// use authflow::captcha::CaptchaPoint;
    ///
    /// let point = CaptchaPoint::from_json(r#"{"x":237.0,"y":5.0}"#).unwrap();
    /// assert_eq!(point, CaptchaPoint::from_json(r#"{"x":237,"y":5}"#).unwrap());
    /// assert!(CaptchaPoint::from_json(r#"{"x":"237","y":5}"#).is_err());
    /// ```
    ///
    /// # Errors
    /// When it is too long, or is not a JSON object of only the numbers `x` and `y`.
    pub fn from_json(text: &str) -> Result<Self, InvalidCaptchaPoint> {
        let text = Some(text).filter(|text| text.len() <= MAX_BYTES).ok_or(InvalidCaptchaPoint)?;
        // Serde would read a struct from an array, too.
        if !is_object(text) {
            return Err(InvalidCaptchaPoint);
        }
        let point: Self = serde_json::from_str(text).map_err(|_| InvalidCaptchaPoint)?;
        Some(point).filter(|point| point.x.is_finite() && point.y.is_finite()).ok_or(InvalidCaptchaPoint)
    }
}

/// A point as the client sends it. Either form may come, even if the picture had a [key](super::CaptchaPicture::secret_key), because samples of
/// the family send the point in clear all the same.
///
/// ```
/// use authflow::captcha::{CaptchaPoint, InvalidCaptchaPoint, PresentedPoint};
///
/// /// `open` decrypts with the key that was shown with the picture.
/// fn point(
///     presented: &PresentedPoint,
///     open: impl Fn(&str) -> Option<String>,
/// ) -> Result<CaptchaPoint, InvalidCaptchaPoint> {
///     match presented {
///         PresentedPoint::Clear(point) => Ok(*point),
///         PresentedPoint::Sealed(sealed) => {
///             CaptchaPoint::from_json(&open(sealed.expose()).ok_or(InvalidCaptchaPoint)?)
///         }
///     }
/// }
///
/// let open = |sealed: &str| (sealed == "c2VhbGVk").then(|| r#"{"x":237,"y":5}"#.to_owned());
/// for sent in [r#"{"x":237.0,"y":5.0}"#, "c2VhbGVk"] {
///     assert_eq!(point(&PresentedPoint::read(sent)?, open)?.x, 237.0);
/// }
/// assert!(point(&PresentedPoint::read("YW5vdGhlcg==")?, open).is_err());
/// # Ok::<(), InvalidCaptchaPoint>(())
/// ```
#[derive(Clone, Debug)]
pub enum PresentedPoint {
    /// In clear.
    Clear(CaptchaPoint),
    /// Base64 of an encrypted point. The host opens it with the key that it gave with the picture, and reads it with [`CaptchaPoint::from_json`].
    /// This form is wrong for a picture that had no key.
    Sealed(Secret),
}

impl PresentedPoint {
    /// Reads what a client sent: an object, or base64, in at most 256 bytes.
    ///
    /// # Errors
    /// When it is neither.
    pub fn read(text: &str) -> Result<Self, InvalidCaptchaPoint> {
        if is_object(text) {
            return CaptchaPoint::from_json(text).map(Self::Clear);
        }
        let is_base64 = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'+' | b'/' | b'=');
        if text.is_empty() || text.len() > MAX_BYTES || !text.bytes().all(is_base64) {
            return Err(InvalidCaptchaPoint);
        }
        Ok(Self::Sealed(Secret::new(text)))
    }
}

fn is_object(text: &str) -> bool {
    text.trim_ascii_start().starts_with('{')
}

/// A text that is no point.
///
/// ```
/// use authflow::captcha::CaptchaPoint;
///
/// let refused = CaptchaPoint::from_json(r#"{"x":1e999,"y":5}"#).unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "a point must be a JSON object of the numbers x and y, or base64, in at most 256 bytes"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a point must be a JSON object of the numbers x and y, or base64, in at most 256 bytes")]
pub struct InvalidCaptchaPoint;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::{format, string::String};

    fn clear(text: &str) -> Option<(f64, f64)> {
        match PresentedPoint::read(text) {
            Ok(PresentedPoint::Clear(point)) => Some((point.x, point.y)),
            _ => None,
        }
    }

    #[test]
    fn a_point_is_two_numbers_however_they_are_written() {
        for text in [r#"{"x":237.0,"y":5.0}"#, r#"{"x":237,"y":5}"#, r#" { "y" : 5e0, "x" : 23.7e1 } "#] {
            assert_eq!(clear(text), Some((237.0, 5.0)), "{text}");
        }
        assert_eq!(clear(r#"{"x":-1e300,"y":0}"#), Some((-1e300, 0.0)), "finite, and nothing else");
    }

    #[test]
    fn what_is_no_point_is_none() {
        let long = format!(r#"{{"x":1,"y":5{}}}"#, " ".repeat(MAX_BYTES));
        let deep = format!(r#"{{"x":{}}}"#, "[".repeat(200));
        for text in [
            "",
            " ",
            "{}",
            r#"{"x":1}"#,
            r#"{"x":1,"y":null}"#,
            r#"{"x":"1","y":5}"#,
            r#"{"x":1,"x":2,"y":5}"#,
            r#"{"x":1,"y":5,"z":0}"#,
            r#"{"x":1e999,"y":5}"#,
            r#"{"x":NaN,"y":5}"#,
            r#"{"x":1,"y":5}x"#,
            "[1,5]",
            "\u{a0}{}",
            "a b",
            "a-b",
            &long,
            &deep,
            &"A".repeat(MAX_BYTES + 1),
        ] {
            assert!(PresentedPoint::read(text).is_err(), "{text}");
        }
        assert!(CaptchaPoint::from_json("[1,5]").is_err());
    }

    #[test]
    fn what_is_sealed_is_handed_on_as_it_came_and_not_printed() {
        for length in [1, 24, MAX_BYTES] {
            let text: String = "a+/=".chars().cycle().take(length).collect();
            let read = PresentedPoint::read(&text).unwrap();
            assert_eq!(format!("{read:?}"), "Sealed(Secret(…))");
            assert!(matches!(read, PresentedPoint::Sealed(sealed) if sealed.expose() == text));
        }
    }
}
