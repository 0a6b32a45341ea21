//! Which sessions a write ends.

use crate::SessionId;

/// Which of the account's sessions to end, in every application of the tenant and not only in the commit's own.
///
/// A session of another account is left alone, even if it is named. Every statement has `WHERE tenant … AND account = :account`.
///
/// ```
/// use authflow::{SessionId, session::EndSessions};
///
/// /// The sessions of one account that a write ends.
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
