//! Does this session still live?

use super::SessionRecord;
use crate::{AccountId, Audience, Lifetime, SessionId, Timestamp};

/// Does this session still live? The place for revocation and for noting when a session was last used.
///
/// Answer with its record: `None` when it has been ended, or there never was one. Whether it is the account's, of this
/// application, and within its limits is judged here. Where [`idle_limit`](Self::idle_limit) is set, also note `now` as the
/// record's [`used_at`](SessionRecord::used_at) – in the same atomic step, and only where [`is_open`](Self::is_open) says so –
/// and answer with the record as it was before.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct CheckSession {
    /// The application and tenant.
    pub audience: Audience,
    /// Whose session.
    pub account: AccountId,
    /// Which.
    pub session: SessionId,
    /// How long it may go unused.
    pub idle_limit: Option<Lifetime>,
    /// The time of the request.
    pub now: Timestamp,
}

impl CheckSession {
    /// Whether a stored session is the one asked about and within its limits.
    pub fn is_open(&self, record: &SessionRecord) -> bool {
        let idle_since = self.idle_limit.map(|limit| record.used_at.plus(limit));
        record.session == self.session
            && record.account == self.account
            && record.audience == self.audience
            && self.now < record.expires_at
            && idle_since.is_none_or(|over_at| self.now < over_at)
    }
}
