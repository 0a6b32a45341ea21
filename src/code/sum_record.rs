//! The codes that an application has sent in all, counted in a record that the host keeps.

use super::{SendRefusal, SendSum, send_policy::HIGHEST_IN_ALL, send_refusal::left};
use crate::{Lifetime, Timestamp};

const HOUR: u64 = 3_600;
const DAY: u64 = 24 * HOUR;
/// The parts that one send takes. There are as many as a day has hours, so that an hour gives back a whole number of parts.
const ONE: u64 = 24;

/// A record of what an application has sent in all to those who have proved nothing. The host keeps it as opaque bytes. The default is a record
/// without sends.
///
/// There are two counts. One counts what was really sent, and ends at the sum. The other counts what was requested, decoys included, and demands
/// a captcha from half of the sum on. So the time from which a captcha is demanded does not reveal whether anybody has a recipient.
///
/// Each hour gives back a twenty-fourth of the day's sum, so one burst closes an application for an hour and not for a day. Hours are counted
/// from the first send, by the clock of whichever instance sent it. If that clock is behind, an hour's sends come back early by as much, and if
/// it is ahead, they come back late. A record that is dated more than a day ahead counts as no record.
///
/// ```
/// use authflow::code::SumRecord;
///
/// let record = SumRecord::default();
/// assert_eq!(SumRecord::from_bytes(&record.to_bytes()), Ok(record));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SumRecord {
    /// The sends that were really made, in twenty-fourths of a send: never more than was requested.
    spent: u64,
    /// The sends that were requested, decoys included, in twenty-fourths of a send.
    asked: u64,
    /// The time up to which hours have given sends back.
    refilled_at: Timestamp,
    /// How many sends were counted, so that each of them changes the bytes, even when `asked` is at its highest.
    writes: u32,
}

impl SumRecord {
    /// The length of [`to_bytes`](Self::to_bytes).
    pub const BYTES: usize = 29;
    const VERSION: u8 = 1;

    pub(super) fn spend(self, sum: &SendSum) -> Result<Self, SendRefusal> {
        let most = u64::from(sum.daily_in_all).saturating_mul(ONE);
        let record = self.refilled(sum, most);
        let beyond = record.spent.saturating_add(ONE).saturating_sub(most);
        if beyond > 0 {
            let hours = beyond.div_ceil(u64::from(sum.daily_in_all).max(1));
            let wait = left(hours.saturating_mul(HOUR), record.refilled_at, sum.now);
            return Err(SendRefusal::SumSpent { wait: wait.unwrap_or(Lifetime::of::<1>()) });
        }
        if !sum.is_human && record.asked.saturating_mul(2) >= most {
            return Err(SendRefusal::CaptchaDemanded);
        }
        let taken = if sum.is_real { ONE } else { 0 };
        Ok(Self {
            spent: record.spent.saturating_add(taken),
            asked: record.asked.saturating_add(ONE).min(most),
            writes: record.writes.wrapping_add(1),
            ..record
        })
    }

    /// The record with the sends that the hours since `refilled_at` have given back. Counts above a sum that was lowered meanwhile are cut to
    /// that sum.
    fn refilled(self, sum: &SendSum, most: u64) -> Self {
        if self.asked == 0 || self.refilled_at > sum.now.plus_seconds(DAY) {
            return Self { spent: 0, asked: 0, refilled_at: sum.now, ..self };
        }
        let hours = sum.now.seconds_since(self.refilled_at) / HOUR;
        let given_back = hours.saturating_mul(sum.daily_in_all.into());
        let left = |counted: u64| counted.min(most).saturating_sub(given_back);
        Self {
            spent: left(self.spent),
            asked: left(self.asked),
            refilled_at: self.refilled_at.plus_seconds(hours.saturating_mul(HOUR)),
            ..self
        }
    }

    /// The record for the host's store.
    pub fn to_bytes(&self) -> [u8; Self::BYTES] {
        let mut bytes = [0; Self::BYTES];
        let fields = [Self::VERSION]
            .into_iter()
            .chain(self.spent.to_be_bytes())
            .chain(self.asked.to_be_bytes())
            .chain(self.refilled_at.as_unix().to_be_bytes())
            .chain(self.writes.to_be_bytes());
        for (byte, field) in bytes.iter_mut().zip(fields) {
            *byte = field;
        }
        bytes
    }

    /// The record from the host's store.
    ///
    /// # Errors
    /// When the bytes are not a record. Do not go on with a fresh one: that would refill the sum.
    pub fn from_bytes(bytes: &[u8]) -> Result<Self, InvalidSumRecord> {
        Self::read(bytes).ok_or(InvalidSumRecord)
    }

    fn read(bytes: &[u8]) -> Option<Self> {
        let (spent, rest) = bytes.strip_prefix(&[Self::VERSION])?.split_first_chunk()?;
        let (asked, rest) = rest.split_first_chunk()?;
        let (refilled_at, writes) = rest.split_first_chunk()?;
        let (spent, asked) = (u64::from_be_bytes(*spent), u64::from_be_bytes(*asked));
        let seconds = u64::from_be_bytes(*refilled_at);
        let refilled_at = Some(Timestamp::from_unix(seconds)).filter(|at| at.as_unix() == seconds)?;
        let record = Self { spent, asked, refilled_at, writes: u32::from_be_bytes(writes.try_into().ok()?) };
        (spent <= asked && asked <= u64::from(HIGHEST_IN_ALL).saturating_mul(ONE)).then_some(record)
    }
}

/// Bytes that are not a record of what was sent in all.
///
/// ```
/// use authflow::code::SumRecord;
///
/// // No row means no record, and not an empty one: `spend(None)`.
/// let refused = SumRecord::from_bytes(b"").unwrap_err();
/// assert_eq!(
///     refused.to_string(),
///     "a record of what was sent in all must be as the library wrote it"
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a record of what was sent in all must be as the library wrote it")]
pub struct InvalidSumRecord;

#[cfg(test)]
#[path = "sum_record_tests.rs"]
mod tests;
