//! How often codes are sent to one recipient: a pure count over a record that the host keeps.

use crate::{Lifetime, Timestamp};
use serde::{Deserialize, Serialize};

/// The length of the day that a budget is for.
const DAY: u64 = 86_400;

/// How often codes are sent to one recipient.
///
/// Messages cost money and patience, and every code is a chance to guess one. Between two codes there are at least
/// `resend_after` seconds, and in a day that begins with the first of them there are at most `daily`.
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
    /// A code at most every `resend_after` (at most an hour), and `daily` of them (1 to 100) a day. The default is 60 s and 10.
    ///
    /// # Errors
    /// When a number is out of bounds.
    pub fn new(resend_after: Lifetime, daily: u32) -> Result<Self, SendPolicyError> {
        Self::try_from(Fields { resend_after, daily })
    }

    /// How long there must be between two codes.
    pub fn resend_after(&self) -> Lifetime {
        self.fields.resend_after
    }

    /// How many there may be in a day.
    pub fn daily(&self) -> u32 {
        self.fields.daily
    }
}

impl TryFrom<Fields> for SendPolicy {
    type Error = SendPolicyError;

    fn try_from(fields: Fields) -> Result<Self, SendPolicyError> {
        if fields.resend_after > Lifetime::of::<3600>() {
            Err(SendPolicyError::ResendAfter)
        } else if !(1..=100).contains(&fields.daily) {
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

/// Why no code may be sent now.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum SendRefusal {
    /// One was sent a moment ago.
    TooSoon,
    /// As many were sent as may be in a day.
    BudgetSpent,
}

/// What has been sent to one recipient, kept by the host as opaque bytes.
///
/// ```
/// use authflow::{Timestamp, policy::{SendPolicy, SendRecord, SendRefusal}};
///
/// let (policy, now) = (SendPolicy::default(), Timestamp::from_unix(1_700_000_000));
/// let sent = SendRecord::default().spend(&policy, now).unwrap();
/// let sent = SendRecord::from_bytes(&sent.to_bytes()).unwrap();
/// assert_eq!(sent.spend(&policy, now.plus_seconds(59)), Err(SendRefusal::TooSoon));
/// assert!(sent.spend(&policy, now.plus_seconds(60)).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendRecord {
    /// When the present day began.
    day: Timestamp,
    /// How many have been sent in it.
    sent: u32,
    /// When the latest was.
    latest: Timestamp,
}

impl SendRecord {
    /// The length of [`to_bytes`](Self::to_bytes).
    pub const BYTES: usize = 21;
    const VERSION: u8 = 1;

    /// Counts one code, before it is sent. A clock that goes back refills nothing.
    ///
    /// # Errors
    /// When none may be sent now.
    pub fn spend(self, policy: &SendPolicy, now: Timestamp) -> Result<Self, SendRefusal> {
        if self.sent > 0 && now < self.latest.plus(policy.fields.resend_after) {
            return Err(SendRefusal::TooSoon);
        }
        if self.sent == 0 || now >= self.forget_at() {
            return Ok(Self { day: now, sent: 1, latest: now });
        }
        if self.sent >= policy.fields.daily {
            return Err(SendRefusal::BudgetSpent);
        }
        Ok(Self { sent: self.sent.saturating_add(1), latest: now, ..self })
    }

    /// The first second in which the host may delete the record.
    pub fn forget_at(&self) -> Timestamp {
        self.day.plus_seconds(DAY).max(self.latest.plus_seconds(3600))
    }

    /// The record for the host's store.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [Self::VERSION]
            .into_iter()
            .chain(self.day.as_unix().to_be_bytes())
            .chain(self.sent.to_be_bytes())
            .chain(self.latest.as_unix().to_be_bytes());
        for (byte, field) in bytes.iter_mut().zip(fields) {
            *byte = field;
        }
        bytes
    }

    /// The record from the host's store.
    ///
    /// # Errors
    /// When the bytes are not a record. Do not go on with a fresh one: that would refill the budget.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSendRecord> {
        Self::read(bytes).ok_or(InvalidSendRecord)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (day, rest) = bytes.strip_prefix(&[Self::VERSION])?.split_first_chunk()?;
        let (sent, rest) = rest.split_first_chunk()?;
        let latest = u64::from_be_bytes(rest.try_into().ok()?);
        let (day, sent) = (u64::from_be_bytes(*day), u32::from_be_bytes(*sent));
        (day <= latest && latest <= Timestamp::MAX.as_unix()).then(|| Self {
            day: Timestamp::from_unix(day),
            sent,
            latest: Timestamp::from_unix(latest),
        })
    }
}

/// Bytes that are not a send record.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not a send record")]
pub struct InvalidSendRecord;

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;
    use proptest::prelude::*;

    const START: Timestamp = Timestamp::from_unix(1_000_000);

    fn policy(resend_after: u32, daily: u32) -> SendPolicy {
        SendPolicy::new(Lifetime::from_seconds(resend_after).unwrap(), daily).unwrap()
    }

    #[test]
    fn bounds() {
        let hour = Lifetime::of::<3600>();
        assert_eq!(SendPolicy::new(Lifetime::of::<3601>(), 1), Err(SendPolicyError::ResendAfter));
        assert_eq!(SendPolicy::new(hour, 0), Err(SendPolicyError::Daily));
        assert_eq!(SendPolicy::new(hour, 101), Err(SendPolicyError::Daily));
        assert!(SendPolicy::new(hour, 100).is_ok());
        let read: SendPolicy = serde_json::from_str("{}").unwrap();
        assert_eq!((read.resend_after().as_seconds(), read.daily()), (60, 10));
    }

    #[test]
    fn a_day_begins_with_its_first_code_and_ends_to_the_second() {
        let policy = policy(60, 3);
        let mut record = SendRecord::default();
        for at in [0, 60, 86_398] {
            record = record.spend(&policy, START.plus_seconds(at)).unwrap();
        }
        let at = |seconds| record.spend(&policy, START.plus_seconds(seconds)).map(|record| record.sent);
        assert_eq!(at(86_399), Err(SendRefusal::TooSoon), "both hold");
        assert_eq!(at(86_458), Err(SendRefusal::BudgetSpent), "the latest is kept for an hour");
        assert_eq!(record.forget_at(), START.plus_seconds(86_398 + 3600));
        assert_eq!(at(86_398 + 3600), Ok(1));
    }

    #[test]
    fn a_clock_that_goes_back_refills_nothing() {
        let policy = policy(60, 2);
        let record = SendRecord::default().spend(&policy, START).unwrap();
        assert_eq!(record.spend(&policy, START.minus_seconds(100_000)), Err(SendRefusal::TooSoon));
        assert_eq!(record.spend(&policy, START.minus_seconds(1)), Err(SendRefusal::TooSoon));
    }

    #[test]
    fn other_bytes_are_no_record() {
        let bytes = SendRecord::default().spend(&SendPolicy::default(), START).unwrap().to_bytes();
        assert!(SendRecord::from_bytes(&bytes).is_ok());
        assert!(SendRecord::from_bytes(&bytes[..20]).is_err());
        assert!(SendRecord::from_bytes(&[&bytes[..], &[0]].concat()).is_err());
        let mut other = bytes;
        other[0] = 2;
        assert!(SendRecord::from_bytes(&other).is_err(), "another version");
        let mut other = bytes;
        other[1] = 0xFF;
        assert!(SendRecord::from_bytes(&other).is_err(), "a day that begins after its latest code");
    }

    proptest! {
        /// Whatever is asked for and when: never two codes within `resend_after`, and never more than twice `daily` in any 24
        /// hours, because at most two days touch them.
        #[test]
        fn the_budget_holds(
            resend_after in 1..200_u32, daily in 1..5_u32, waits in proptest::collection::vec(0..20_000_u64, 0..60),
        ) {
            let policy = policy(resend_after, daily);
            let (mut record, mut now, mut sent) = (SendRecord::default(), START, Vec::new());
            for wait in waits {
                now = now.plus_seconds(wait);
                if let Ok(spent) = record.spend(&policy, now) {
                    record = SendRecord::from_bytes(&spent.to_bytes()).unwrap();
                    sent.push(now.as_unix());
                }
            }
            prop_assert!(sent.windows(2).all(|pair| pair[1] - pair[0] >= u64::from(resend_after)));
            for first in &sent {
                let in_a_day = sent.iter().filter(|at| (*first..first + DAY).contains(at)).count();
                prop_assert!(in_a_day <= 2 * daily as usize, "{in_a_day}");
            }
        }
    }
}
