//! Is this no robot?

use crate::{Audience, Secret, contact::Recipient, device::Device};
use serde::{Deserialize, Serialize};

/// Is this no robot?
///
/// Asked before a code is made for somebody who has proved nothing, and only where the application's
/// [`Policy`](crate::policy::Policy::demands_captcha) demands a captcha. It comes before anything is looked up, counted or written, so that a
/// robot costs neither the recipient's budget nor a row.
///
/// Hand the token to whoever issued the captcha, and see to it that it counts once: `INSERT INTO used_captchas (digest) VALUES (…)`, and
/// [`Captcha::Failed`] where the row is there already. Whether anybody has the recipient must not decide, nor show in how long the
/// answer takes. What it is there for is its price: a prefix that none of your people have is refused here. Without a token the answer is
/// [`Captcha::Failed`], unless you have judged the device in another way.
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Captcha {
    /// A human.
    Passed,
    /// A robot, or no token, or one that is not good or not any more.
    Failed,
}
