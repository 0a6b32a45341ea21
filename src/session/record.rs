//! A session as the host keeps it.

use crate::{AccountId, Audience, SessionId, Timestamp, account::Revision, factor::FactorSet};
use serde::{Deserialize, Serialize};

/// A session as the host keeps it, from the write that opens it to the one that ends it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SessionRecord {
    /// Its id.
    pub session: SessionId,
    /// The application and tenant that were signed in to.
    pub audience: Audience,
    /// Whose it is.
    pub account: AccountId,
    /// The account's revision when it was opened, or renewed: a session of another revision is over, because what it was judged on
    /// has changed.
    pub revision: Revision,
    /// When the subject last proved who they are. The stored one counts, not a token's: a relying party that holds an exported
    /// key could write that.
    pub auth_time: Timestamp,
    /// On what proof.
    pub factors: FactorSet,
    /// How often its token has been rotated.
    pub generation: u32,
    /// When it was last used, as far as that is noted.
    pub used_at: Timestamp,
    /// The first second in which it is over, however much it is used.
    pub expires_at: Timestamp,
}
