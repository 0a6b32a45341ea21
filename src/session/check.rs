//! Does this session still live?

use super::SessionRecord;
use crate::{AccountId, Audience, Lifetime, SessionId, Timestamp, device::PresentedDevice};

/// A use is noted again after this part of the idle limit.
const PARTS: u64 = 20;

/// Does this session still live? The place for revocation and for noting when a session was last used.
///
/// Answer with its record: `None` when it has been ended, or there never was one. Whether it is the account's, of this application and device,
/// and within its limits is judged here. Where [`note`](Self::note) gives a record, keep that in the place of the one you found, and answer with
/// the one you found. Most uses are not to be noted, so that most answers cost no write.
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
/// A note only ever clears `unseen_since`. Write it so, as above: one that was made of an earlier read must not bring it back.
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
/// **If you answer wrongly:** a record that was ended: whoever was signed out is signed in. `None` for one that lives: its subject must sign
/// in again. A record of another session: refused, where it is of another account, application or device. A use that is not noted: the session
/// goes unused, and is over too early. One that is noted where `note` gives none: whoever stole a token keeps the session of its owner alive. An
/// `unseen_since` that comes back: an old token is answered though the new one is in use.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckSession {
    /// The application and tenant.
    pub audience: Audience,
    /// Whose session.
    pub account: AccountId,
    /// Which.
    pub session: SessionId,
    /// How often the token has been rotated that stands for it; `None` for one of a kind that is not rotated.
    pub generation: Option<u32>,
    /// Who presents it.
    pub device: PresentedDevice,
    /// How long it may go unused.
    pub idle_limit: Option<Lifetime>,
    /// The time of the request.
    pub now: Timestamp,
}

impl CheckSession {
    /// Whether a stored session is the one asked about, of this device, and within its limits.
    pub fn is_open(&self, record: &SessionRecord) -> bool {
        self.is_within_limits(record) && self.device.is_bound(&record.device, self.now)
    }

    /// Whether a stored session is the one asked about and within its limits, whoever presents it.
    ///
    /// The time of its last use was written by the clock of another instance. Where that was ahead, the session was used just now, until a
    /// use is noted by a better clock; it ends at its own end, whatever is noted.
    pub(crate) fn is_within_limits(&self, record: &SessionRecord) -> bool {
        let idle_since = self.idle_limit.map(|limit| record.used_at.plus(limit));
        record.session == self.session
            && record.account == self.account
            && record.audience == self.audience
            && self.now < record.expires_at
            && idle_since.is_none_or(|over_at| self.now < over_at)
    }

    /// The session as it is to be kept after this use of it: with the time of the use, and [bound](crate::device::DeviceBinding) to its device
    /// under the key that signs now. `None` where nothing is to be noted.
    ///
    /// Nothing is where the session is not [open](Self::is_open) to this device and audience, or where the token is of another generation. Else a
    /// use is noted where there is an idle limit and the last noted one lies a twentieth of it back, or ahead; where the binding was made
    /// under another key than the one that signs; and where the tokens of this generation had [not been seen](SessionRecord::unseen_since): from
    /// then on no lost answer is given again. So a session that goes unused may be over a twentieth of the limit early, and never late.
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

    /// Whether a token of the present generation is seen for the first time. One of a kind that is not rotated came with the first generation,
    /// or with an earlier one than the present: of that it says nothing.
    fn is_first_sight(&self, record: &SessionRecord) -> bool {
        record.unseen_since.is_some() && self.generation.unwrap_or_default() == record.generation
    }

    fn is_use_due(&self, record: &SessionRecord) -> bool {
        let since = self.now.seconds_since(record.used_at).max(record.used_at.seconds_since(self.now));
        self.idle_limit.is_some_and(|limit| since.saturating_mul(PARTS) >= u64::from(limit.as_seconds()))
    }
}
