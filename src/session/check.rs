//! Does this session still live?

use super::SessionRecord;
use crate::{AccountId, Audience, Lifetime, SessionId, Timestamp, device::PresentedDevice};

/// A use is noted again after this part of the idle limit.
const PARTS: u64 = 20;

/// Does this session still live? The place for revocation and for noting when a session was last used.
///
/// Answer with the session's record, or with `None` when it has been ended or there never was one. The library judges whether the session belongs to
/// the account, the application and the device, and is within its limits. If [`note`](Self::note) gives a record, keep it in place of the one that
/// you found, and answer with the one that you found. Most uses need no note, so most answers cost no write.
///
/// ```sql
/// SELECT … FROM sessions WHERE id = :session AND ended_at IS NULL;
/// -- Where `note` gives a record, of what it gives:
/// UPDATE sessions SET used_at = :used_at,
///         unseen_since = CASE WHEN :unseen_since IS NULL THEN NULL ELSE unseen_since END,
///         device_kind = :kind, device_key = :key, device_digest = :digest
///     WHERE id = :session AND generation = :generation AND ended_at IS NULL;
/// ```
///
/// A note only ever clears `unseen_since`. Write it as above, because a note that was made from an earlier read must not bring the value
/// back.
///
/// ```
/// use authflow::{
///     SessionId,
///     session::{CheckSession, SessionRecord},
///     testkit::{Call, World},
/// };
/// use std::collections::BTreeMap;
///
/// fn check(
///     sessions: &mut BTreeMap<SessionId, SessionRecord>,
///     ask: &CheckSession,
/// ) -> Option<SessionRecord> {
///     let found = *sessions.get(&ask.session)?; // yours: that has not been ended
///     if let Some(noted) = ask.note(&found) {
///         sessions.insert(ask.session, noted); // yours: UPDATE sessions …
///     }
///     Some(found)
/// }
///
/// let mut world = World::new();
/// let signed_in = world.login("alice");
/// let step = world.begin(&Call::check_exist(signed_in.id_token()));
/// let ask = world.until::<CheckSession>(step);
/// let record = check(&mut world.host.sessions, &ask);
/// assert!(record.is_some_and(|record| ask.is_open(&record)));
/// assert_eq!(world.finish(ask.answer(record)).status, 200);
/// ```
///
/// **If you answer wrongly:** if you answer with the record of a session that was ended, a subject who was signed out is signed in. If you answer
/// `None` for a session that lives, its subject must sign in again. The record of another session is refused if it belongs to another account,
/// application or device. If a use is not noted, the session counts as unused and is over too early. If a use is noted where `note` gives none, the
/// thief of a token keeps its owner's session alive. If an `unseen_since` comes back, an old token is answered although the new one is in use.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckSession {
    /// The application and tenant.
    pub audience: Audience,
    /// The account.
    pub account: AccountId,
    /// The session.
    pub session: SessionId,
    /// The number of rotations before the presented token was issued; `None` for a kind of token that is not rotated.
    pub generation: Option<u32>,
    /// The device that presents the token.
    pub device: PresentedDevice,
    /// The time for which the session may go unused.
    pub idle_limit: Option<Lifetime>,
    /// The time of the request.
    pub now: Timestamp,
}

impl CheckSession {
    /// Whether a stored session is the one asked about, of this device, and within its limits.
    pub fn is_open(&self, record: &SessionRecord) -> bool {
        self.is_within_limits(record) && self.device.is_bound(&record.device, self.now)
    }

    /// Whether a stored session is the one asked about and within its limits, whatever device presents it.
    ///
    /// The time of its last use was written by the clock of another instance. If that clock was ahead, the session counts as used just now,
    /// until a better clock notes a use. The session ends at its own end, whatever is noted.
    pub(crate) fn is_within_limits(&self, record: &SessionRecord) -> bool {
        let idle_since = self.idle_limit.map(|limit| record.used_at.plus(limit));
        record.session == self.session
            && record.account == self.account
            && record.audience == self.audience
            && self.now < record.expires_at
            && idle_since.is_none_or(|over_at| self.now < over_at)
    }

    /// The session to keep after this use: with the time of the use, and [bound](crate::device::DeviceBinding) to its device under the key that signs
    /// now. It is `None` where there is nothing to note.
    ///
    /// There is nothing to note where the session is not [open](Self::is_open) to this device and audience, or where the token is of another
    /// generation. Otherwise a use is noted if one of three things is true. There is an idle limit, and the last noted use lies at least a
    /// twentieth of it back, or as far ahead. Or the binding was made under another key than the one that signs now. Or the tokens of this
    /// generation had [not been seen](SessionRecord::unseen_since) before. From then on, no lost answer is given again. So an unused session may be
    /// over early, by a twentieth of the limit, but never late.
    pub fn note(&self, record: &SessionRecord) -> Option<SessionRecord> {
        let is_of_generation = self.generation.is_none_or(|generation| generation == record.generation);
        let is_seen = self.is_first_sight(record);
        let is_due = self.is_use_due(record) || !self.device.is_under_signer(&record.device) || is_seen;
        let is_noted = is_due && is_of_generation && self.is_open(record);
        is_noted.then(|| {
            let unseen_since = record.unseen_since.filter(|_| !is_seen);
            SessionRecord { used_at: self.now, device: self.device.binding(), unseen_since, ..*record }
        })
    }

    /// Whether a token of the present generation is seen for the first time. A token of a kind that is not rotated counts as one of the first
    /// generation. After a rotation, it does not show that the present generation has been seen.
    fn is_first_sight(&self, record: &SessionRecord) -> bool {
        record.unseen_since.is_some() && self.generation.unwrap_or_default() == record.generation
    }

    fn is_use_due(&self, record: &SessionRecord) -> bool {
        let since = self.now.seconds_since(record.used_at).max(record.used_at.seconds_since(self.now));
        self.idle_limit.is_some_and(|limit| since.saturating_mul(PARTS) >= u64::from(limit.as_seconds()))
    }
}
