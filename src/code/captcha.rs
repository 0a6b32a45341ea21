//! Is this no robot?

use crate::{Audience, Secret, device::Device};
use serde::{Deserialize, Serialize};

/// Is this no robot? Asked before a code is made for somebody who has proved nothing.
///
/// Sending without any such judgement, and without limits by address, invites toll fraud.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgeCaptcha {
    /// The application and tenant.
    pub audience: Audience,
    /// From where.
    pub device: Device,
    /// What the client presented, if it did.
    pub captcha_token: Option<Secret>,
}

/// What the host thinks of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Captcha {
    /// A human, or none is demanded.
    Passed,
    /// A robot, or no proof where one is demanded.
    Failed,
}
