//! Is this no robot?

use crate::{Audience, Secret, contact::Recipient, device::Device};
use serde::{Deserialize, Serialize};

/// Is this no robot?
///
/// Asked before a code is made for somebody who has proved nothing, and only where the application's
/// [`Policy`](crate::policy::Policy::demands_captcha) demands a captcha, of the
/// [host's own](super::CaptchaKind::Own) kind. It comes before anything is looked up, counted or written, so that a
/// robot costs neither the recipient's budget nor a row.
///
/// Hand the token to whoever issued the captcha, and see to it that it counts once: `INSERT INTO used_captchas (digest) VALUES (…)`, and
/// [`Captcha::Failed`] where the row is there already. The answer, and how long it takes, must not depend on whether anybody has the recipient. You
/// are told the recipient because of its price: refuse a prefix that none of your people have. Without a token the answer is [`Captcha::Failed`],
/// unless you have judged the device in another way.
///
/// ```
/// use authflow::{
///     captcha::{Captcha, JudgeCaptcha},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// /// `use_up` asks whoever issued it, and says `true` once for each token.
/// fn judge(ask: &JudgeCaptcha, mut use_up: impl FnMut(&str) -> bool) -> Captcha {
///     match &ask.captcha_token {
///         Some(token) if use_up(token.expose()) => Captcha::Passed,
///         _ => Captcha::Failed,
///     }
/// }
///
/// let mut world = World::with_policy(Policy { demands_captcha: true, ..demo::policy() });
/// let asks =
///     json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS", "captcha_token": "solved" });
/// let step = world.begin(&Call::post("/api/v2/sdk/sms/send", &asks));
/// let ask = world.until::<JudgeCaptcha>(step);
/// let judged = judge(&ask, |token| token == "solved");
/// assert_eq!(world.finish(ask.answer(judged)).status, 200);
/// ```
///
/// **If you answer wrongly:**
/// - `Passed` for a robot: it makes you send codes to whomever it names, within each recipient's budget. Numbers of its own with a premium
///   earn it money (toll fraud); those of others are harassed, and their codes of the day are spent.
/// - `Failed` for a human: they get no code by this request, and their client shows another captcha. Nothing is spent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCaptcha {
    /// The application and tenant.
    pub audience: Audience,
    /// From where.
    pub device: Device,
    /// To whom the code would go, as the client typed it. Nobody has looked up yet whether anybody has it.
    pub recipient: Recipient,
    /// What the client presented, if it did.
    pub captcha_token: Option<Secret>,
}

/// What the host thinks of it.
///
/// ```
/// use authflow::{
///     captcha::{Captcha, JudgeCaptcha},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let mut world = World::with_policy(Policy { demands_captcha: true, ..demo::policy() });
/// let asks = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS", "captcha_token": "x" });
/// for (judged, status, sent) in [(Captcha::Failed, 400, 0), (Captcha::Passed, 200, 1)] {
///     let step = world.begin(&Call::post("/api/v2/sdk/sms/send", &asks));
///     let ask = world.until::<JudgeCaptcha>(step);
///     assert_eq!(world.finish(ask.answer(judged)).status, status);
///     assert_eq!(world.host.outbox.len(), sent);
/// }
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Captcha {
    /// A human.
    Passed,
    /// A robot, or no token, or one that is not good or not any more.
    Failed,
}
