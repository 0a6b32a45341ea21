//! The answer of `captcha`: one object of exactly 15 members, all of which are always there.

use crate::{Dialect, Secret, captcha::PictureId, outcome::ShownPicture};
use alloc::{format, string::String};
use base64::{Engine as _, engine::general_purpose::STANDARD};
use serde::Serialize;

/// A picture of a captcha, in the members of AJ-Captcha. Nothing here uses most of them, and those are null.
///
/// ```
/// use authflow::{
///     captcha::CaptchaKind,
///     policy::Policy,
///     sdk::Body,
///     testkit::{Call, World, demo},
/// };
///
/// let captcha = CaptchaKind::Picture;
/// let mut world = World::with_policy(Policy { captcha, ..demo::policy() });
/// let answer = world.send(&Call::get("/api/v2/sdk/captcha"));
/// let outcome = world.outcome.unwrap();
/// let Body::Captcha(body) = Body::of(&outcome) else { panic!("it is shown") };
/// assert_eq!(body.original_image_base64, "YSBwaWN0dXJl"); // `a picture`: an image, in production
/// assert_eq!(body.token, answer.text("token"));
/// assert_eq!(answer.body.as_object().unwrap().len(), 15);
/// ```
#[derive(Clone, Default, Serialize)]
#[serde(rename_all = "camelCase")]
#[non_exhaustive]
pub struct CaptchaBody<'a> {
    captcha_id: Unused,
    project_code: Unused,
    captcha_original_path: Unused,
    captcha_font_type: Unused,
    captcha_font_size: Unused,
    /// The key that the point may be encrypted with. OneAccess has none.
    pub secret_key: Option<&'a str>,
    /// The picture without its piece: base64 of an image.
    pub original_image_base64: String,
    point: Unused,
    /// The piece: base64 of an image too.
    pub jigsaw_image_base64: String,
    word_list: Unused,
    point_list: Unused,
    point_json: Unused,
    /// The name of the picture in its solution: 32 hexadecimal digits.
    pub token: String,
    /// Whether the captcha is solved, which it is not yet.
    pub result: bool,
    captcha_verification: Unused,
}

/// Always null.
type Unused = Option<()>;

impl<'a> CaptchaBody<'a> {
    pub(super) fn of(shown: &'a ShownPicture, dialect: Dialect) -> Self {
        let ShownPicture { id, picture } = shown;
        let secret_key = picture.secret_key.as_ref().map(Secret::expose);
        Self {
            secret_key: secret_key.filter(|_| dialect != Dialect::OneAccess),
            original_image_base64: STANDARD.encode(&picture.picture),
            jigsaw_image_base64: STANDARD.encode(&picture.piece),
            token: written(*id),
            ..Self::default()
        }
    }

    /// About the length of the body: base64 of both images, and the names.
    pub(super) fn usual_len(shown: &ShownPicture) -> usize {
        let ShownPicture { picture, .. } = shown;
        let bytes = picture.picture.len().saturating_add(picture.piece.len());
        bytes.saturating_add(bytes / 3).saturating_add(512)
    }
}

/// 32 hexadecimal digits in lower case.
fn written(id: PictureId) -> String {
    format!("{:032x}", u128::from_be_bytes(*id.as_bytes()))
}

/// Reads the one spelling of an id.
pub(super) fn read(token: &str) -> Option<PictureId> {
    let is_digit = |byte: u8| matches!(byte, b'0'..=b'9' | b'a'..=b'f');
    let token = Some(token).filter(|token| token.len() == 32 && token.bytes().all(is_digit))?;
    let number = u128::from_str_radix(token, 16).ok()?;
    Some(PictureId::from_bytes(number.to_be_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::captcha::CaptchaPicture;

    const MEMBERS: [&str; 15] = [
        "captchaId",
        "projectCode",
        "captchaOriginalPath",
        "captchaFontType",
        "captchaFontSize",
        "secretKey",
        "originalImageBase64",
        "point",
        "jigsawImageBase64",
        "wordList",
        "pointList",
        "pointJson",
        "token",
        "result",
        "captchaVerification",
    ];

    fn shown() -> ShownPicture {
        let picture = CaptchaPicture {
            secret_key: Some(Secret::new("yMXC583dP4R7uhmq")),
            ..CaptchaPicture::new([0xFB, 0xFF].into(), b"piece".into())
        };
        ShownPicture { id: PictureId::from_bytes([0x0A; 16]), picture }
    }

    /// The members are in the order of the family's samples. Each is there, and is null where nothing uses it. The images have no `data:`.
    #[test]
    fn a_picture_has_exactly_the_familys_members() {
        for dialect in [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess] {
            let shown = shown();
            let text = serde_json::to_string(&CaptchaBody::of(&shown, dialect)).unwrap();
            let mut at = 0;
            for name in MEMBERS {
                at += text[at..].find(&format!("\"{name}\":")).unwrap_or_else(|| panic!("{name} in {text}"));
            }
            let read: serde_json::Value = serde_json::from_str(&text).unwrap();
            let key = (dialect != Dialect::OneAccess).then_some("yMXC583dP4R7uhmq");
            assert_eq!(read.as_object().unwrap().len(), MEMBERS.len());
            assert_eq!(read["secretKey"].as_str(), key, "{dialect:?}");
            assert_eq!(
                (&read["originalImageBase64"], &read["jigsawImageBase64"]),
                (&"+/8=".into(), &"cGllY2U=".into())
            );
            assert_eq!((&read["token"], &read["result"]), (&"0a".repeat(16).into(), &false.into()));
            assert_eq!(
                read.as_object().unwrap().values().filter(|it| it.is_null()).count(),
                10 + usize::from(key.is_none())
            );
            assert!(CaptchaBody::usual_len(&shown) >= text.len());
        }
    }

    #[test]
    fn a_pictures_token_has_one_spelling() {
        for bytes in [[0; 16], [0xFF; 16], *b"0123456789abcdef"] {
            let id = PictureId::from_bytes(bytes);
            assert_eq!(read(&written(id)), Some(id));
        }
        let good = "0a".repeat(16);
        assert!(read(&good).is_some(), "the control");
        for other in [&good.to_uppercase(), &good[1..], &format!("0{good}"), &format!("+{}", &good[1..]), ""]
        {
            assert_eq!(read(other), None, "{other}");
        }
    }
}
