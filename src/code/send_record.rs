//! The budget of codes for one recipient, computed from a record that the host keeps.
//!
//! Each code sent costs somebody money or patience, and is one more that a guess may hit. So a send is counted before it happens, in one atomic
//! read-modify-write by the host. A send that then fails stays counted.

use super::{
    SendRefusal,
    send_policy::{HIGHEST_DAILY, LONGEST_WAIT, SendPolicy},
    send_refusal::left,
};
use crate::Timestamp;

const DAY: u64 = 86_400;

/// A record of the codes that were sent to one recipient. The host keeps it as opaque bytes. The default is a record without sends.
///
/// Its times come from the clocks of the instances that sent. A clock that is behind lets the next code go early by as much as it is behind, and
/// a clock that is ahead lets it go late. A refusal writes nothing, so it cannot correct a record. A record that is dated more than a day ahead
/// therefore counts as no record, and nobody is refused for longer than two days because of a clock.
///
/// ```
/// use authflow::{Lifetime, Timestamp, code::{SendPolicy, SendRecord, SendRefusal}};
///
/// let (policy, now) = (SendPolicy::default(), Timestamp::from_unix(1_700_000_000));
/// let sent = SendRecord::default().spend(&policy, now).unwrap();
/// let sent = SendRecord::from_bytes(&sent.to_bytes()).unwrap();
/// let too_soon = SendRefusal::TooSoon { wait: Lifetime::of::<1>() };
/// assert_eq!(sent.spend(&policy, now.plus_seconds(59)), Err(too_soon));
/// assert!(sent.spend(&policy, now.plus_seconds(60)).is_ok());
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SendRecord {
    /// The first send of the latest day.
    first: Timestamp,
    /// The latest send.
    latest: Timestamp,
    /// Sends of that day. It is 0 only if there never was one.
    sent: u32,
}

impl SendRecord {
    /// The length of [`to_bytes`](Self::to_bytes).
    pub const BYTES: usize = 21;
    const VERSION: u8 = 1;

    /// Counts one send, before it happens.
    ///
    /// # Errors
    /// When no code may be sent now. The error says how long that lasts. The record stays as it is.
    pub fn spend(self, policy: &SendPolicy, now: Timestamp) -> Result<Self, SendRefusal> {
        if self.latest > now.plus_seconds(DAY) {
            return Self::default().spend(policy, now);
        }
        let resend_after = u64::from(policy.resend_after().as_seconds());
        let (cooling, day) = match self.sent {
            0 => (None, None),
            _ => (left(resend_after, self.latest, now), left(DAY, self.first, now)),
        };
        match (day, cooling) {
            (Some(day), cooling) if self.sent >= policy.daily() => {
                return Err(SendRefusal::BudgetSpent {
                    wait: cooling.map_or(day, |cooling| cooling.max(day)),
                });
            }
            (_, Some(wait)) => return Err(SendRefusal::TooSoon { wait }),
            (_, None) => {}
        }
        Ok(match day {
            None => Self { first: now, latest: now, sent: 1 },
            Some(_) => Self { latest: now, sent: self.sent.saturating_add(1), ..self },
        })
    }

    /// The time from which the host may delete the record, because no policy can then refuse a send because of it.
    pub fn forget_at(&self) -> Timestamp {
        match self.sent {
            0 => Timestamp::default(),
            _ => self.first.plus_seconds(DAY).max(self.latest.plus(LONGEST_WAIT)),
        }
    }

    /// The record for the host's store.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [Self::VERSION]
            .into_iter()
            .chain(self.first.as_unix().to_be_bytes())
            .chain(self.latest.as_unix().to_be_bytes())
            .chain(self.sent.to_be_bytes());
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
        fn time(bytes: [u8; 8]) -> Option<Timestamp> {
            let seconds = u64::from_be_bytes(bytes);
            Some(Timestamp::from_unix(seconds)).filter(|at| at.as_unix() == seconds)
        }
        let (first, rest) = bytes.strip_prefix(&[Self::VERSION])?.split_first_chunk()?;
        let (latest, sent) = rest.split_first_chunk()?;
        let sent = u32::from_be_bytes(sent.try_into().ok()?);
        let record = Self { first: time(*first)?, latest: time(*latest)?, sent };
        let possible = match record.sent {
            0 => record == Self::default(),
            sent => sent <= HIGHEST_DAILY && record.latest.seconds_since(record.first) < DAY,
        };
        (possible && record.first <= record.latest).then_some(record)
    }
}

/// Bytes that are not a record of sends.
///
/// ```
/// use authflow::code::SendRecord;
///
/// let mut column = SendRecord::default().to_bytes();
/// column[0] = 9; // of a version that is not known here
/// let refused = SendRecord::from_bytes(&column).unwrap_err();
/// assert_eq!(refused.to_string(), "a record of sends must be as the library wrote it");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record of sends must be as the library wrote it")]
pub struct InvalidSendRecord;

#[cfg(test)]
#[path = "send_record_tests.rs"]
mod tests;
