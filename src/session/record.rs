//! A session as the host keeps it.

use crate::{
    AccountId, Audience, SessionId, Timestamp, account::Revision, device::DeviceBinding, factor::FactorSet,
};
use serde::{Deserialize, Serialize};

/// A session as the host keeps it, from the write that opens it to the one that ends it.
///
/// Its JSON may have members that only a later version knows. They are ignored, so that two versions can share a database.
///
/// ```
/// use authflow::{session::SessionRecord, testkit::World};
///
/// let mut world = World::new();
/// world.login("alice");
/// let opened = *world.host.sessions.values().next().unwrap();
/// assert_eq!(
///     (opened.account, opened.revision),
///     (world.account("alice").id, world.account("alice").revision)
/// );
///
/// // In a column of JSON, and back.
/// let stored = serde_json::to_string(&opened).unwrap();
/// assert_eq!(serde_json::from_str::<SessionRecord>(&stored).unwrap(), opened);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct SessionRecord {
    /// Its id.
    pub session: SessionId,
    /// The application and tenant that were signed in to.
    pub audience: Audience,
    /// The account.
    pub account: AccountId,
    /// The account's revision when the session was opened or renewed. The session is over once the account has another revision, because the account
    /// on which the session was based has changed.
    pub revision: Revision,
    /// When the subject last proved who they are. This stored time counts, not the time in a token, because a relying party that holds an exported
    /// key could write a token.
    pub auth_time: Timestamp,
    /// The factors that were proved at `auth_time` or in the login that ended then. None of them was proved earlier.
    pub factors: FactorSet,
    /// The device that signed in. A token of this session is refused from another device.
    pub device: DeviceBinding,
    /// The number of times that its token has been rotated.
    pub generation: u32,
    /// When the tokens of its present generation were sent, if their answer may have been lost and would be given again
    /// ([`retry_grace`](crate::policy::Policy::retry_grace)). It is `None` once one of them has been seen, and where there is no grace.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unseen_since: Option<Timestamp>,
    /// When it was last used, as far as that is noted.
    pub used_at: Timestamp,
    /// The first second in which the session is over, however much it is used.
    pub expires_at: Timestamp,
}

impl SessionRecord {
    /// Whether this is the session of an earlier record, rotated since.
    pub(crate) fn is_later_of(&self, earlier: &Self) -> bool {
        let who = |record: &Self| (record.session, record.account, record.audience);
        who(self) == who(earlier) && self.generation > earlier.generation
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::device::BindingKind;

    /// A text that is committed here may stand in a database.
    const STORED: &str = r#"{"session":"MDEyMzQ1Njc4OWFiY2RlZg","audience":{"client_id":"web","tenant":null},"account":"4711","revision":9223372036854775807,"auth_time":1700000000,"factors":["password","totp"],"device":{"kind":"fingerprint","key":"2026-11","digest":"AAECAwQFBgcICQoLDA0ODw"},"generation":2,"used_at":1700000001,"expires_at":1700043200}"#;

    #[test]
    fn a_stored_session_is_read_with_members_that_a_later_version_has_added() {
        let record: SessionRecord = serde_json::from_str(STORED).unwrap();
        assert_eq!(serde_json::to_string(&record).unwrap(), STORED);
        let later = STORED
            .replace(r#""tenant":null"#, r#""tenant":null,"region":"eu""#)
            .replace(r#""generation":2"#, r#""generation":2,"region":"eu""#)
            .replace(r#""kind":"fingerprint""#, r#""kind":"fingerprint","region":"eu""#);
        assert_ne!(later, STORED);
        assert_eq!(serde_json::from_str::<SessionRecord>(&later).unwrap(), record);
    }

    #[test]
    fn each_kind_of_device_has_its_word_and_a_key_without_id_is_null() {
        for (kind, word) in BindingKind::WORDS {
            let stored =
                STORED.replace(r#""fingerprint","key":"2026-11""#, &alloc::format!(r#""{word}","key":null"#));
            let record: SessionRecord = serde_json::from_str(&stored).unwrap();
            assert_eq!((record.device.kind, record.device.key), (*kind, None));
            assert_eq!(serde_json::to_string(&record).unwrap(), stored);
        }
        let digest = "AAECAwQFBgcICQoLDA0ODw";
        for other in ["AAECAwQFBgcICQoLDA0ODx", "AAECAwQFBgcICQoLDA0O", "AAECAwQFBgcICQoLDA0ODw=="] {
            let stored = STORED.replace(digest, other);
            assert!(serde_json::from_str::<SessionRecord>(&stored).is_err(), "{other}");
        }
        for key in ["", "a key", "of more than 20 characters"] {
            let stored = STORED.replace("2026-11", key);
            assert!(serde_json::from_str::<SessionRecord>(&stored).is_err(), "{key}");
        }
    }

    /// The member is missing in a record that is older than the handling of lost answers, and in one with no answer on its way.
    #[test]
    fn tokens_that_nobody_waits_for_are_not_mentioned() {
        let record: SessionRecord = serde_json::from_str(STORED).unwrap();
        assert_eq!(record.unseen_since, None);
        let unseen = SessionRecord { unseen_since: Some(Timestamp::from_unix(7)), ..record };
        let stored = serde_json::to_string(&unseen).unwrap();
        assert!(stored.contains(r#""generation":2,"unseen_since":7,"#), "{stored}");
        assert_eq!(serde_json::from_str::<SessionRecord>(&stored).unwrap(), unseen);
    }

    #[test]
    fn a_member_that_is_missing_is_no_session() {
        for member in ["revision", "auth_time", "factors", "device", "generation", "used_at", "expires_at"] {
            let mut stored: serde_json::Value = serde_json::from_str(STORED).unwrap();
            stored.as_object_mut().unwrap().remove(member);
            assert!(serde_json::from_value::<SessionRecord>(stored).is_err(), "{member}");
        }
    }
}
