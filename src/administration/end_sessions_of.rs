//! End somebody's sessions.

use crate::{AccountId, TenantId, session::EndSessions};

/// End somebody's sessions, in every application of the tenant: one of them, or all.
///
/// ```sql
/// UPDATE sessions SET ended_at = :now
/// WHERE tenant IS NOT DISTINCT FROM :tenant AND account = :account AND ended_at IS NULL; -- AND id = :one, where it is one
/// ```
///
/// A named session that belongs to another account stays. The rows stay as well, until they are [swept](super::Sweep). The answer is
/// [`Done`](super::Administered::Done) even if there is no session to end. The revision stays: the subject may sign in again, and a pending login
/// goes on.
///
/// [`Engine::end_sessions`](crate::Engine::end_sessions) does the same with an engine, by the host's [`Commit`](crate::step::Commit), and leaves
/// an event.
///
/// ```
/// use authflow::{
///     administration::{Administered, EndSessionsOf},
///     session::EndSessions,
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// let session = world.login("alice");
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// let ask = EndSessionsOf { tenant, account, which: EndSessions::All };
/// assert_eq!(world.host.end_sessions_of(&ask), Administered::Done);
/// assert_ne!(world.check_exist(session.id_token()).status, 200);
/// ```
///
/// **If you answer wrongly:** a session that lives on stays open to whoever uses it, although the administrator wanted to end it. If a session of
/// somebody else ends, they are signed out.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct EndSessionsOf {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account whose sessions end.
    pub account: AccountId,
    /// The sessions that end.
    pub which: EndSessions,
}
