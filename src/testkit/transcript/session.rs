//! A written session, with times that a person can read.

use super::date_time::DateTime;
use crate::{
    AccountId, Audience, SessionId, account::Revision, device::DeviceBinding, factor::FactorSet,
    session::SessionRecord,
};
use serde::{Deserialize, Serialize};

#[derive(Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct RecordedSession {
    session: SessionId,
    audience: Audience,
    account: AccountId,
    revision: Revision,
    auth_time: DateTime,
    factors: FactorSet,
    device: DeviceBinding,
    generation: u32,
    unseen_since: Option<DateTime>,
    used_at: DateTime,
    expires_at: DateTime,
}

impl From<SessionRecord> for RecordedSession {
    fn from(record: SessionRecord) -> Self {
        let SessionRecord {
            session,
            audience,
            account,
            revision,
            auth_time,
            factors,
            device,
            generation,
            unseen_since,
            used_at,
            expires_at,
        } = record;
        Self {
            session,
            audience,
            account,
            revision,
            auth_time: DateTime(auth_time),
            factors,
            device,
            generation,
            unseen_since: unseen_since.map(DateTime),
            used_at: DateTime(used_at),
            expires_at: DateTime(expires_at),
        }
    }
}

impl From<RecordedSession> for SessionRecord {
    fn from(recorded: RecordedSession) -> Self {
        let RecordedSession {
            session,
            audience,
            account,
            revision,
            auth_time: DateTime(auth_time),
            factors,
            device,
            generation,
            unseen_since,
            used_at: DateTime(used_at),
            expires_at: DateTime(expires_at),
        } = recorded;
        let unseen_since = unseen_since.map(|DateTime(at)| at);
        Self {
            session,
            audience,
            account,
            revision,
            auth_time,
            factors,
            device,
            generation,
            unseen_since,
            used_at,
            expires_at,
        }
    }
}
