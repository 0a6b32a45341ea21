//! How often codes are sent to one recipient.

use crate::Lifetime;
use serde::{Deserialize, Serialize};

/// The longest `resend_after`: an hour.
pub(super) const LONGEST_WAIT: Lifetime = Lifetime::of::<3600>();

pub(super) const HIGHEST_DAILY: u32 = 100;

/// How often codes are sent to one recipient: how long after one the next may follow, and how many there are in a day.
///
/// A day begins with a send and lasts 24 hours; the next begins with the first send after it. So any 24 hours have less
/// than twice `daily`: what one day keeps for its end, and a whole new one. A clock that goes back refills nothing: until
/// `resend_after` the latest send by that clock, there is none.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "Fields", into = "Fields")]
pub struct SendPolicy {
    fields: Fields,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct Fields {
    resend_after: Lifetime,
    daily: u32,
}

impl Default for Fields {
    fn default() -> Self {
        Self { resend_after: Lifetime::of::<60>(), daily: 10 }
    }
}

impl SendPolicy {
    /// One send follows another after `resend_after` (at most an hour), and a day has `daily` of them (1 to 100). The
    /// default is 60 s and 10.
    ///
    /// # Errors
    /// When a number is out of bounds.
    pub fn new(resend_after: Lifetime, daily: u32) -> Result<Self, SendPolicyError> {
        Self::try_from(Fields { resend_after, daily })
    }

    /// How long after one send the next may follow.
    pub fn resend_after(&self) -> Lifetime {
        self.fields.resend_after
    }

    /// How many sends a day has.
    pub fn daily(&self) -> u32 {
        self.fields.daily
    }
}

impl TryFrom<Fields> for SendPolicy {
    type Error = SendPolicyError;

    fn try_from(fields: Fields) -> Result<Self, SendPolicyError> {
        if fields.resend_after > LONGEST_WAIT {
            Err(SendPolicyError::ResendAfter)
        } else if !(1..=HIGHEST_DAILY).contains(&fields.daily) {
            Err(SendPolicyError::Daily)
        } else {
            Ok(Self { fields })
        }
    }
}

impl From<SendPolicy> for Fields {
    fn from(policy: SendPolicy) -> Self {
        policy.fields
    }
}

/// A number that is out of bounds.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendPolicyError {
    /// `resend_after` is longer than an hour.
    #[error("resend_after is at most 3600 seconds")]
    ResendAfter,
    /// `daily` is not 1 to 100.
    #[error("daily is 1 to 100")]
    Daily,
}
