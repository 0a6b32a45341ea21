//! Which sessions a write ends.

use crate::SessionId;

/// Which of the account's sessions to end: in every application of the tenant, not only in the commit's own.
///
/// A session of another account is left as it is, also where it is named: `WHERE tenant … AND account = :account` stands in every
/// statement.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndSessions {
    /// Every one.
    All,
    /// Every one but this.
    AllBut(SessionId),
    /// This one.
    One(SessionId),
}
