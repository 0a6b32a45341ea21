//! The code's share of the sum that an application may send in all.

use super::{SendRefusal, SumRecord};
use crate::Timestamp;

/// One code's share of the [daily sum](super::SendPolicy::daily_in_all) of its application. Only a code for somebody who has proved nothing
/// has a share.
///
/// Keep one record for each [`audience`](crate::step::Commit::audience) of a commit. Run
/// `SELECT record FROM send_sums WHERE client_id = ? AND tenant = ? FOR UPDATE`, put the record through [`spend`](Self::spend), and store the
/// result, all in the commit's transaction. Never put a fresh record in the place of one that cannot be read. Store the record for decoys too.
/// They count as requested, though not as sent, and each of them changes the bytes, so that decoys and codes cost the same.
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
/// **If you answer wrongly:** a sum that is not stored bounds nothing: a client that names enough numbers makes you send to all of them. A sum
/// that counts for another application closes that application to people who have done nothing. If a sum is not stored for decoys, the time at
/// which a captcha is demanded reveals who has an account.
#[derive(Clone, Debug)]
pub struct SendSum {
    pub(super) daily_in_all: u32,
    pub(super) now: Timestamp,
    /// Whether the code is really sent, and is not a decoy.
    pub(super) is_real: bool,
    /// Whether the client has passed a captcha.
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
