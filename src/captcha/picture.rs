//! Show a picture.

use super::PictureId;
use crate::{Audience, Secret, Timestamp, device::PresentedDevice};
use alloc::vec::Vec;
use core::fmt;

/// Show a picture with a piece to be moved to its place. Asked only where the application's captcha is a
/// [picture](super::CaptchaKind::Picture), of whoever comes: nothing has been proved and nobody has been named.
///
/// Choose a place, and keep it under [`id`](Self::id), with the audience, the device and until when it is good: three minutes will do. In SQL
/// `INSERT INTO pictures (id, client_id, tenant, device, x, until) VALUES (…)`. Bound how many there are, the oldest first: anybody may ask. `None`
/// where there is none to be had, because the device has failed too often of late, say. That is the default answer.
///
/// ```
/// use authflow::{
///     captcha::{CaptchaKind, CaptchaPicture, IssueCaptcha, PictureId},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
/// use std::collections::BTreeMap;
///
/// /// Draws a picture with a hole at this place.
/// fn issue(ask: &IssueCaptcha, places: &mut BTreeMap<PictureId, u8>) -> CaptchaPicture {
///     let [x, ..] = *ask.seed.as_bytes(); // the rest of the seed for what the picture shows
///     places.insert(ask.id, x);
///     CaptchaPicture::new(b"a PNG".to_vec(), b"its piece".to_vec())
/// }
///
/// let mut world =
///     World::with_policy(Policy { captcha: CaptchaKind::Picture, ..demo::policy() });
/// let mut places = BTreeMap::new();
/// let step = world.begin(&Call::get("/api/v2/sdk/captcha"));
/// let ask = world.until::<IssueCaptcha>(step);
/// let picture = issue(&ask, &mut places);
/// let shown = world.finish(ask.answer(Some(picture)));
/// assert_eq!(shown.text("token").len(), 32, "the client names the picture by that");
/// assert_eq!(places.len(), 1);
/// ```
///
/// **If you answer wrongly:**
/// - The same place each time, or one that can be told from the picture's name, size or time: whoever knows it passes without looking.
/// - A picture for a device that fails again and again: it may guess on. A piece that may be five pixels off has eleven right places.
/// - `None` where one could be had: no code is sent where a captcha is demanded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssueCaptcha {
    /// The application and tenant.
    pub audience: Audience,
    /// From where. Keep its [binding](PresentedDevice::binding), and count failures by the digest of that.
    pub device: PresentedDevice,
    /// What the client names the picture by when it has solved it. Drawn for this question: no other picture has it.
    pub id: PictureId,
    /// Random bytes of this question alone, for the place and what the picture shows.
    pub seed: PictureSeed,
    /// The time of the request.
    pub now: Timestamp,
}

/// 16 random bytes for one picture. They are drawn from the request's entropy, and not printed.
///
/// ```
/// use authflow::captcha::{CaptchaPicture, PictureSeed};
///
/// /// What you draw pictures with: the place, and which of your photographs.
/// fn draw(seed: &PictureSeed, photographs: &[&'static [u8]]) -> (u8, &'static [u8]) {
///     let [x, which, ..] = *seed.as_bytes();
///     (x, photographs[usize::from(which) % photographs.len()])
/// }
///
/// // A test of it has a seed of its own.
/// let seed = PictureSeed::from_bytes([7; 16]);
/// assert_eq!(draw(&seed, &[b"a beach", b"a forest"]), (7, &b"a forest"[..]));
/// assert_eq!(format!("{seed:?}"), "PictureSeed(…)", "whoever reads a log learns no place");
/// ```
#[derive(Clone, Copy)]
pub struct PictureSeed([u8; 16]);

impl PictureSeed {
    /// Any bytes, for tests of whatever makes pictures.
    pub const fn from_bytes(bytes: [u8; 16]) -> Self {
        Self(bytes)
    }

    /// The bytes.
    pub const fn as_bytes(&self) -> &[u8; 16] {
        &self.0
    }
}

impl fmt::Debug for PictureSeed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PictureSeed(…)")
    }
}

/// A picture, as it is shown. Only somebody who looks at the images learns where the piece belongs: nothing else in them says it.
///
/// ```
/// use authflow::{
///     Secret,
///     captcha::{CaptchaKind, CaptchaPicture, IssueCaptcha},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::with_policy(Policy { captcha: CaptchaKind::Picture, ..demo::policy() });
/// let step = world.begin(&Call::get("/api/v2/sdk/captcha"));
/// let ask = world.until::<IssueCaptcha>(step);
/// let picture = CaptchaPicture {
///     secret_key: Some(Secret::new("XwKsGlMcdPMEhR1B")), // another one for each picture
///     ..CaptchaPicture::new(b"a PNG".to_vec(), b"its piece".to_vec())
/// };
/// let shown = world.finish(ask.answer(Some(picture)));
/// assert_eq!(shown.text("secretKey"), "XwKsGlMcdPMEhR1B");
/// ```
#[derive(Clone, Debug)]
pub struct CaptchaPicture {
    /// The picture without its piece: the bytes of an image, a PNG in the family. Its clients show it 310 pixels wide.
    pub picture: Vec<u8>,
    /// The piece, as high as the picture: the client moves it along.
    pub piece: Vec<u8>,
    /// What a client may encrypt the point with that it sends: 16 characters for AES-128-ECB with PKCS #7 (inferred from AJ-Captcha: no page of
    /// the family says it). `None`: the point comes in clear. It comes from the client that got the key, so it hides nothing from that; the
    /// dialect of OneAccess has none.
    pub secret_key: Option<Secret>,
}

impl CaptchaPicture {
    /// A picture whose point comes in clear.
    pub fn new(picture: Vec<u8>, piece: Vec<u8>) -> Self {
        Self { picture, piece, secret_key: None }
    }
}
