//! Is this a human?

use crate::{Audience, Secret, contact::Recipient, device::Device};
use serde::{Deserialize, Serialize};

/// Is this a human?
///
/// The question is asked before a code is sent for somebody who has proved nothing. It is asked only if the application's captcha is of the
/// [host's own](super::CaptchaKind::Own) kind and a captcha is demanded, either by the [`Policy`](crate::policy::Policy::demands_captcha) or
/// because half of what may be sent [in all](crate::code::SendPolicy) has been requested. A captcha that the policy demands comes before anything
/// is looked up, counted or written. So a robot costs neither the recipient's budget nor a row.
///
/// Hand the token to the issuer of the captcha, and make sure that it counts once: `INSERT INTO used_captchas (digest) VALUES (…)`, and answer
/// [`Captcha::Failed`] if the row is there already. Neither the answer nor its duration may depend on whether anybody has the recipient. The
/// question names the recipient because codes to some numbers are expensive: refuse a prefix that none of your people have. If there is no token,
/// answer [`Captcha::Failed`], unless you have judged the device in another way.
///
/// ```
/// use authflow::{
///     captcha::{Captcha, JudgeCaptcha},
///     policy::Policy,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// /// `use_up` asks the issuer of the token, and says `true` once for each token.
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
/// - `Passed` for a robot: it makes you send codes to everybody it names, within each recipient's budget. Its own premium numbers earn it money
///   (toll fraud). The owners of other numbers are harassed, and their budgets of the day are spent.
/// - `Failed` for a human: they get no code by this request, and their client shows another captcha. Nothing is spent.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCaptcha {
    /// The application and tenant.
    pub audience: Audience,
    /// The device that the request comes from.
    pub device: Device,
    /// The recipient of the code, as the client typed it or as the tenant's plan completes it. There may be no account that has it.
    pub recipient: Recipient,
    /// The token that the client presented, if any.
    pub captcha_token: Option<Secret>,
}

/// The host's judgement of a captcha.
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
    /// A robot, no token, or a token that is wrong or no longer good.
    Failed,
}
