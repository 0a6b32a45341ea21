//! Which sessions a write ends.

use crate::SessionId;

/// Which of the account's sessions to end: in every application of the tenant, not only in the commit's own.
///
/// A session of another account is left as it is, also where it is named: `WHERE tenant … AND account = :account` stands in every
/// statement.
///
/// ```
/// use authflow::{SessionId, session::EndSessions};
///
/// /// Those that a write ends of somebody's.
/// fn ended(which: EndSessions, theirs: &[SessionId]) -> Vec<SessionId> {
///     let is_meant = |session: &&SessionId| match which {
///         EndSessions::All => true,
///         EndSessions::AllBut(kept) => **session != kept,
///         EndSessions::One(one) => **session == one,
///     };
///     theirs.iter().filter(is_meant).copied().collect()
/// }
///
/// let [first, second] = [1, 2].map(|byte| SessionId::from_bytes([byte; 16]));
/// assert_eq!(ended(EndSessions::AllBut(first), &[first, second]), [second]);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EndSessions {
    /// Every one.
    All,
    /// Every one but this.
    AllBut(SessionId),
    /// This one.
    One(SessionId),
}
