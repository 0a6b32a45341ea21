//! Is the piece in its place?

use super::{PictureId, PresentedPoint};
use crate::{Audience, Timestamp, contact::Recipient, device::PresentedDevice};

/// Is the piece of this picture in its place? Asked only where the application's captcha is a
/// [picture](super::CaptchaKind::Picture).
///
/// Find the picture and forget it in one step, right or wrong: `DELETE FROM pictures WHERE id = ? RETURNING …`. So there is one try for each. It is
/// [`Passed`](super::Captcha::Passed) where there was one, of this audience and device, not over by now, and the point is near enough: the
/// family's clients say its left edge, `x`, and 5 for `y` whatever the height. Compare numbers: one client writes `5`, another `5.0`. Count what failed
/// for the device, and show it no more [pictures](super::IssueCaptcha) for a while when it has failed too often.
///
/// The answer, and how long it takes, must not depend on whether anybody has the recipient. You are told the recipient because of its price: refuse a
/// prefix that none of your people have.
///
/// ```
/// use authflow::{
///     captcha::{Captcha, CaptchaKind, JudgeCaptchaPoint, PresentedPoint},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// /// `place` is that of the picture, which has been forgotten with this: there is one try.
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
/// - `Passed` for a wrong point, or twice for one picture: a robot gets by, and makes you send codes, once for each token, to the recipient that it
///   is for.
/// - `Failed` for a right one: the client shows another picture.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCaptchaPoint {
    /// The application and tenant.
    pub audience: Audience,
    /// From where. [`PresentedDevice::is_bound`] says whether it is the device that the picture was shown to.
    pub device: PresentedDevice,
    /// Which picture, as the client names it: there may be none.
    pub id: PictureId,
    /// Where its piece is, as the client says.
    pub point: PresentedPoint,
    /// To whom the code would go, as the client typed it. The token will be for them alone.
    pub recipient: Recipient,
    /// The time of the request.
    pub now: Timestamp,
}
