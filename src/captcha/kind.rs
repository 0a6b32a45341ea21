//! The kinds of captcha that an application can have.

use serde::{Deserialize, Serialize};

/// The kind of captcha that an application has. It decides who judges the token that comes with a request for a code. If a host does not
/// answer the question of this kind, nobody passes.
///
/// ```
/// use authflow::{captcha::CaptchaKind, policy::Policy};
///
/// let policy: Policy =
///     serde_json::from_str(r#"{ "demands_captcha": true, "captcha": "picture" }"#).unwrap();
/// assert_eq!(policy.captcha, CaptchaKind::Picture);
/// assert_eq!(Policy::default().captcha, CaptchaKind::Own);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum CaptchaKind {
    /// The host's own, or a service's: [`JudgeCaptcha`](super::JudgeCaptcha) judges its token, and no picture is handed out.
    #[default]
    Own,
    /// A picture with a piece that the client moves to its place: [`IssueCaptcha`](super::IssueCaptcha) and
    /// [`JudgeCaptchaPoint`](super::JudgeCaptchaPoint). The library makes and judges the token, and `JudgeCaptcha` is not asked.
    Picture,
}
