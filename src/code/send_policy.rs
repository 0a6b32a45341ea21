//! Limits on how often codes are sent: to one recipient, and by an application in all.

use crate::Lifetime;
use serde::{Deserialize, Serialize};

/// The longest `resend_after`: an hour.
pub(super) const LONGEST_WAIT: Lifetime = Lifetime::of::<3600>();

pub(super) const HIGHEST_DAILY: u32 = 100;

/// The highest `daily_in_all`.
pub(super) const HIGHEST_IN_ALL: u32 = 10_000_000;

/// Limits on how often codes are sent. For one recipient, the policy says how long after one code the next may follow, and how many codes a day
/// may have. If configured, it also limits how many codes are sent in all.
///
/// A recipient's day begins with a send and lasts 24 hours. The next day begins with the first send after it. So any 24 hours have less than
/// twice `daily` sends: at most those that one day keeps for its end, and those of a whole new day. A clock that goes back by a day or less
/// refills nothing: it allows no send until that clock is `resend_after` past the latest one.
///
/// **In all** counts what an application in a tenant really sends to those who have proved nothing. A code to a signed-in subject's new contact
/// counts as well. Decoys do not count, because they cost no money. Codes within a pending login count only against the budget of their account.
/// A twenty-fourth of the sum comes back each hour, so any 24 hours have less than twice that sum. Once half of the sum has been requested,
/// decoys included, a captcha is demanded of everybody who has proved nothing, whether the policy
/// [demands](crate::policy::Policy::demands_captcha) one or not. Once the sum is spent, everybody is refused alike, whether anybody has the
/// recipient or not. So strangers who ask for recipients that nobody has make captchas appear early, but they cannot use up the sum. Captchas
/// therefore do not reveal whether anybody has a recipient. The end of the sum does reveal it, to somebody who solves captchas for the second
/// half of the sum.
///
/// ```
/// use authflow::code::SendPolicy;
///
/// let policy: SendPolicy =
///     serde_json::from_str(r#"{ "daily": 5, "daily_in_all": 2000 }"#).unwrap();
/// assert_eq!(policy.daily_in_all(), Some(2000));
/// let refused =
///     serde_json::from_str::<SendPolicy>(r#"{ "daily": 5, "daily_in_all": 4 }"#).unwrap_err();
/// assert_eq!(refused.to_string(), "daily_in_all (4) must be at least daily (5)");
/// ```
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
    #[serde(skip_serializing_if = "Option::is_none")]
    daily_in_all: Option<u32>,
}

impl Default for Fields {
    fn default() -> Self {
        Self { resend_after: Lifetime::of::<60>(), daily: 10, daily_in_all: None }
    }
}

impl SendPolicy {
    /// A policy with at least `resend_after` (at most an hour) between two sends to a recipient, and `daily` sends to a recipient (1 to 100) in
    /// a day. The default is 60 s and 10, and no bound in all.
    ///
    /// # Errors
    /// When a number is out of bounds.
    pub fn new(resend_after: Lifetime, daily: u32) -> Result<Self, SendPolicyError> {
        Self::try_from(Fields { resend_after, daily, daily_in_all: None })
    }

    /// The same, with a bound on what is sent in all to those who have proved nothing: at least `daily` and at most 10,000,000.
    ///
    /// # Errors
    /// When it is out of bounds.
    pub fn with_daily_in_all(self, daily_in_all: u32) -> Result<Self, SendPolicyError> {
        Self::try_from(Fields { daily_in_all: Some(daily_in_all), ..self.fields })
    }

    /// The time after one send to a recipient from which the next may follow.
    pub fn resend_after(&self) -> Lifetime {
        self.fields.resend_after
    }

    /// The highest number of sends in a recipient's day.
    pub fn daily(&self) -> u32 {
        self.fields.daily
    }

    /// The bound on the sends of a day, in all, to those who have proved nothing. It is `None` if there is no such bound.
    pub fn daily_in_all(&self) -> Option<u32> {
        self.fields.daily_in_all
    }
}

impl TryFrom<Fields> for SendPolicy {
    type Error = SendPolicyError;

    fn try_from(fields: Fields) -> Result<Self, SendPolicyError> {
        let Fields { resend_after, daily, daily_in_all } = fields;
        if resend_after > LONGEST_WAIT {
            return Err(SendPolicyError::ResendAfter(resend_after.as_seconds()));
        }
        if !(1..=HIGHEST_DAILY).contains(&daily) {
            return Err(SendPolicyError::Daily(daily));
        }
        match daily_in_all {
            Some(in_all) if in_all < daily => Err(SendPolicyError::InAllBelowDaily { in_all, daily }),
            Some(in_all) if in_all > HIGHEST_IN_ALL => Err(SendPolicyError::InAll(in_all)),
            _ => Ok(Self { fields }),
        }
    }
}

impl From<SendPolicy> for Fields {
    fn from(policy: SendPolicy) -> Self {
        policy.fields
    }
}

/// A number that is out of bounds.
///
/// ```
/// use authflow::{
///     Lifetime,
///     code::{SendPolicy, SendPolicyError},
/// };
///
/// let refused = SendPolicy::new(Lifetime::of::<60>(), 0).unwrap_err();
/// assert_eq!(refused, SendPolicyError::Daily(0));
/// assert_eq!(refused.to_string(), "daily (0) must be 1 to 100");
/// let refused = SendPolicy::new(Lifetime::of::<7200>(), 5).unwrap_err();
/// assert_eq!(refused.to_string(), "resend_after (7200) must be at most 3600 seconds");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SendPolicyError {
    /// `resend_after` is longer than an hour.
    #[error("resend_after ({0}) must be at most 3600 seconds")]
    ResendAfter(u32),
    /// `daily` is not 1 to 100.
    #[error("daily ({0}) must be 1 to 100")]
    Daily(u32),
    /// `daily_in_all` is less than `daily`: one recipient could spend it.
    #[error("daily_in_all ({in_all}) must be at least daily ({daily})")]
    InAllBelowDaily {
        /// The number for all.
        in_all: u32,
        /// The number for one.
        daily: u32,
    },
    /// `daily_in_all` is more than 10,000,000.
    #[error("daily_in_all ({0}) must be at most 10000000")]
    InAll(u32),
}
