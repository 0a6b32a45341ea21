//! Which session is this?

use crate::SessionId;

/// Which session is this?
///
/// It is asked where a session token is a [reference](crate::policy::SessionTokenForm::Reference), which names the
/// session and no account. The tag and the time of the token have been found right before. So has its device, unless the call is
/// a sign-out, and its application, if the call names one.
///
/// Answer with the session's record, or with `None` when it has been ended or there never was one. Note nothing, because this is no use of the
/// session. The library compares the record with the token. If the call goes on, [`CheckSession`](super::CheckSession) is asked as for every other
/// token.
///
/// In SQL: `SELECT … FROM sessions WHERE id = :session AND ended_at IS NULL`.
///
/// ```
/// use authflow::{
///     policy::{Policy, SessionTokenForm},
///     session::FindSession,
///     testkit::{Call, World, demo},
/// };
///
/// let policy = Policy { session_token_form: SessionTokenForm::Reference, ..demo::policy() };
/// let mut world = World::with_policy(policy);
/// let signed_in = world.login("alice");
/// let step = world.begin(&Call::refresh(signed_in.session_token()));
/// let ask = world.until::<FindSession>(step);
/// let record = world.host.sessions.get(&ask.session).copied();
/// assert_eq!(record.unwrap().account.as_str(), "id-alice", "the token does not say so");
/// assert_eq!(world.finish(ask.answer(record)).status, 200);
/// ```
///
/// **If you answer wrongly:**
/// - The record of another session is a [contradiction](crate::outcome::Event::Contradiction), and nothing is done.
/// - A record of another application than the token's is refused.
/// - A record of another account is refused if `CheckSession` is answered rightly, and a sign-out ends nothing. If both are answered wrongly, the
///   token's bearer is signed in as that account.
/// - The record of a session that was ended: `CheckSession` still refuses its token. [Middleware](crate::token::SessionVerifier::identify) that asks
///   nothing else lets in a subject who was signed out.
/// - `None` for a session that lives: its subject must sign in again, and cannot sign out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FindSession {
    /// The session.
    pub session: SessionId,
}
