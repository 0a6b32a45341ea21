//! The sessions that a write ends.

use crate::SessionId;

/// The sessions of the account that a write ends, in every application of the tenant and not only in the commit's own.
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
    /// Every session.
    All,
    /// Every session but this one.
    AllBut(SessionId),
    /// This session alone.
    One(SessionId),
}
