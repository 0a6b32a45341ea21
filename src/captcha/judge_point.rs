//! Is the piece in its place?

use super::{PictureId, PresentedPoint};
use crate::{Audience, Timestamp, contact::Recipient, device::PresentedDevice};

/// Is the piece of this picture in its place? The question is asked only if the application's captcha is a
/// [picture](super::CaptchaKind::Picture).
///
/// Find the picture and forget it in one step, whether the point is right or wrong: `DELETE FROM pictures WHERE id = ? RETURNING …`. So each
/// picture allows one try. Answer [`Passed`](super::Captcha::Passed) if the picture existed for this audience and device, has not expired, and
/// the point is near enough. The family's clients send the left edge of the piece as `x`, and 5 as `y` whatever the height. Compare numbers,
/// because one client writes `5` and another `5.0`. Count the failures of the device, and show it no more [pictures](super::IssueCaptcha) for a
/// while if it has failed too often.
///
/// Neither the answer nor its duration may depend on whether anybody has the recipient. The question names the recipient because codes to some
/// numbers are expensive: refuse a prefix that none of your people have.
///
/// ```
/// use authflow::{
///     captcha::{Captcha, CaptchaKind, JudgeCaptchaPoint, PresentedPoint},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// /// `place` is where the piece belongs. The picture is forgotten already, so there is one try.
/// fn judge(ask: &JudgeCaptchaPoint, place: Option<u8>) -> Captcha {
///     match (&ask.point, place) {
///         (PresentedPoint::Clear(point), Some(x)) if (point.x - f64::from(x)).abs() <= 5.0 => {
///             Captcha::Passed
///         }
///         _ => Captcha::Failed,
///     }
/// }
///
/// let mut world =
///     World::with_policy(Policy { captcha: CaptchaKind::Picture, ..demo::policy() });
/// let shown = world.send(&Call::get("/api/v2/sdk/captcha"));
/// let solved = json!({
///     "token": shown.text("token"),
///     "point_json": r#"{"x":237.0,"y":5.0}"#,
///     "sender": "+86-13800000001",
/// });
/// let step = world.begin(&Call::post("/api/v2/sdk/captcha/verify", &solved));
/// let ask = world.until::<JudgeCaptchaPoint>(step);
/// assert_eq!(
///     (judge(&ask, Some(235)), judge(&ask, Some(200)), judge(&ask, None)),
///     (Captcha::Passed, Captcha::Failed, Captcha::Failed)
/// );
/// ```
///
/// **If you answer wrongly:**
/// - `Passed` for a wrong point, or twice for one picture: a robot gets through. It makes you send one code for each token, to the recipient that
///   the token is for.
/// - `Failed` for a right one: the client shows another picture.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCaptchaPoint {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the request comes from. [`PresentedDevice::is_bound`] says whether it is the device that the picture was shown to.
    pub device: PresentedDevice,
    /// The picture that the client names. There may be no such picture.
    pub id: PictureId,
    /// The place of the piece, as the client gives it.
    pub point: PresentedPoint,
    /// The recipient of the code, as the client typed it or as the tenant's plan completes it. The token will be for this recipient alone.
    pub recipient: Recipient,
    /// The time of the request.
    pub now: Timestamp,
}
