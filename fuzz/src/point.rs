//! A second reading of points of a captcha's picture, member by member.

use authflow::captcha::{CaptchaPoint, PresentedPoint};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use std::fmt;

const MOST: usize = 256;

/// The content of a text: two numbers, or a sealed text.
#[derive(Debug, PartialEq)]
pub enum Said {
    Clear(f64, f64),
    Sealed(String),
}

/// The second reading. Returns `None` if the text is no point.
pub fn read(text: &str) -> Option<Said> {
    let is_blank = |letter: char| matches!(letter, ' ' | '\t' | '\n' | '\r' | '\u{c}');
    if text.len() > MOST || text.is_empty() {
        return None;
    }
    if text.trim_start_matches(is_blank).starts_with('{') {
        let mut json = serde_json::Deserializer::from_str(text);
        let members = json.deserialize_map(Members).ok()?;
        json.end().ok()?;
        let number = |wanted: &str| {
            let number = members.iter().find(|(name, _)| name == wanted)?.1.as_f64()?;
            (members.len() == 2).then_some(number)
        };
        return Some(Said::Clear(number("x")?, number("y")?));
    }
    let alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/=";
    text.chars().all(|letter| alphabet.contains(letter)).then(|| Said::Sealed(text.into()))
}

/// Every member of an object, as often as it stands there.
struct Members;

impl<'de> Visitor<'de> for Members {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// Both readings agree, and a point in clear is finite.
pub fn check(text: &str) {
    let presented = PresentedPoint::read(text);
    let said = match &presented {
        Ok(PresentedPoint::Clear(CaptchaPoint { x, y })) => {
            assert!(x.is_finite() && y.is_finite(), "{text}");
            Some(Said::Clear(*x, *y))
        }
        Ok(PresentedPoint::Sealed(sealed)) => Some(Said::Sealed(sealed.expose().into())),
        Err(_) => None,
    };
    assert_eq!(said, read(text), "{text}");
    // A host that has opened a sealed point reads it in the same way.
    let opened = CaptchaPoint::from_json(text).ok().map(|point| Said::Clear(point.x, point.y));
    assert_eq!(opened, said.filter(|said| matches!(said, Said::Clear(..))), "{text}");
    if let Ok(sealed @ PresentedPoint::Sealed(_)) = presented {
        assert_eq!(format!("{sealed:?}"), "Sealed(Secret(…))");
    }
}
