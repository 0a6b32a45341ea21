//! Show a picture.

use super::PictureId;
use crate::{Audience, Secret, Timestamp, device::PresentedDevice};
use alloc::vec::Vec;
use core::fmt;

/// Show a picture with a piece that the client moves to its place. The question is asked only if the application's captcha is a
/// [picture](super::CaptchaKind::Picture). Anybody may cause it, because nothing has been proved and nobody has been named.
///
/// Choose a place, and keep it under [`id`](Self::id), with the audience, the device and the end of its validity. Three minutes are enough. In
/// SQL: `INSERT INTO pictures (id, client_id, tenant, device, x, until) VALUES (…)`. Bound the number of pictures and drop the oldest first,
/// because anybody may ask. Answer `None` if you can show no picture, for example because the device has failed too often recently. `None` is the
/// default answer.
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
/// - A place that is always the same, or that the picture's name, size or time gives away: a robot that knows it passes without looking.
/// - A picture for a device that fails again and again: it can go on guessing. A piece that may be five pixels off has eleven right places.
/// - `None` although you could show a picture: no code is sent if a captcha is demanded.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct IssueCaptcha {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the request comes from. Keep its [binding](PresentedDevice::binding), and count failures by the digest of the binding.
    pub device: PresentedDevice,
    /// The id by which the client names the picture that it has solved. It is drawn for this question, so no other picture has it.
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
/// /// Your drawing code chooses the place, and one of your photographs.
/// fn draw(seed: &PictureSeed, photographs: &[&'static [u8]]) -> (u8, &'static [u8]) {
///     let [x, which, ..] = *seed.as_bytes();
///     (x, photographs[usize::from(which) % photographs.len()])
/// }
///
/// // A test of it makes its own seed.
/// let seed = PictureSeed::from_bytes([7; 16]);
/// assert_eq!(draw(&seed, &[b"a beach", b"a forest"]), (7, &b"a forest"[..]));
/// assert_eq!(format!("{seed:?}"), "PictureSeed(…)", "whoever reads a log learns no place");
/// ```
#[derive(Clone, Copy)]
pub struct PictureSeed([u8; 16]);

impl PictureSeed {
    /// A seed of any bytes, for tests of code that makes pictures.
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

/// A picture, as it is shown. Only somebody who looks at the images may learn where the piece belongs. Nothing else about them may reveal it.
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
    /// The piece. It is as high as the picture, and the client moves it along.
    pub piece: Vec<u8>,
    /// The key that a client may encrypt its point with: 16 characters for AES-128-ECB with PKCS #7. This is inferred from AJ-Captcha, because no
    /// page of the family says it. The point comes in clear if it is `None`. The client that encrypts the point has the key, so nothing is hidden
    /// from that client. The dialect of OneAccess has no key.
    pub secret_key: Option<Secret>,
}

impl CaptchaPicture {
    /// A picture whose point comes in clear.
    pub fn new(picture: Vec<u8>, piece: Vec<u8>) -> Self {
        Self { picture, piece, secret_key: None }
    }
}
