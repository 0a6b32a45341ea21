//! What a code takes of what an application sends in all.

use super::{SendRefusal, SumRecord};
use crate::Timestamp;

/// What one code for somebody who has proved nothing takes of the [daily sum](super::SendPolicy::daily_in_all) of its application.
///
/// It is kept for the commit's [`audience`](crate::step::Commit::audience), one record for each:
/// `SELECT record FROM send_sums WHERE client_id = ? AND tenant = ? FOR UPDATE`, put it through [`spend`](Self::spend), and store what comes
/// out, in the commit's own transaction. Never a fresh one in the place of one that cannot be read. A record is stored for decoys too: they
/// count as asked for, though not as sent, and its bytes change with each of them, so that both cost the same.
///
/// ```
/// use authflow::{
///     code::{SendPolicy, SumRecord},
///     policy::Policy,
///     step::{Commit, Write},
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let sending = SendPolicy::default().with_daily_in_all(2_000)?;
/// let mut world = World::with_policy(Policy { sending, ..demo::policy() });
/// let call = Call::post(
///     "/api/v2/sdk/sms/send",
///     &json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" }),
/// );
/// let step = world.begin(&call);
/// let ask = world.until::<Commit>(step);
/// let sum = ask.writes.iter().find_map(|write| match write {
///     Write::CountSend(sum) => Some(sum),
///     _ => None,
/// });
/// let record = sum.unwrap().spend(None).unwrap(); // of ask.audience: store this
/// assert_ne!(record, SumRecord::default());
/// # Ok::<(), authflow::code::SendPolicyError>(())
/// ```
///
/// **If you answer wrongly:** a sum that is not stored bounds nothing: whoever names enough numbers makes you send to all of them. One that
/// counts for another application closes it to those who have done nothing. One that is not stored for decoys tells who has an account:
/// by when a captcha is demanded.
#[derive(Clone, Debug)]
pub struct SendSum {
    pub(super) daily_in_all: u32,
    pub(super) now: Timestamp,
    /// Whether it goes to somebody.
    pub(super) is_real: bool,
    /// Whether whoever asks has shown to be no robot.
    pub(super) is_human: bool,
}

impl SendSum {
    pub(crate) fn new(daily_in_all: u32, now: Timestamp, is_real: bool, is_human: bool) -> Self {
        Self { daily_in_all, now, is_real, is_human }
    }

    /// The new record, from the stored one, if there is one.
    ///
    /// # Errors
    /// When no code may be sent now, or not without a captcha: answer the [`Commit`](crate::step::Commit) with
    /// [`CommitRefusal::Code`](crate::step::CommitRefusal::Code).
    pub fn spend(&self, stored: Option<SumRecord>) -> Result<SumRecord, SendRefusal> {
        stored.unwrap_or_default().spend(self)
    }
}
