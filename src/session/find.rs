//! Which session is this?

use crate::SessionId;

/// Which session is this? Asked where a session token is a [reference](crate::policy::SessionTokenForm::Reference): it names the session and no
/// account. Its tag, its time and its device have been found right before, and its application where the call names one.
///
/// Answer with the session's record: `None` when it has been ended, or there never was one. Note nothing: this is no use of the session.
/// What the record says is compared here with the token, and where the call goes on, [`CheckSession`](super::CheckSession) is asked as for every
/// other token.
///
/// In SQL: `SELECT … FROM sessions WHERE id = :session AND ended_at IS NULL`.
///
/// **If you answer wrongly:**
/// - The record of another session is a [contradiction](crate::outcome::Event::Contradiction), and nothing is done.
/// - One of another application than the token's: refused. One of another account: its subject signs that one out, and is refused elsewhere
///   unless `CheckSession` is answered wrongly as well; then its subject is somebody else.
/// - A record that was ended: whoever was signed out is so still, by `CheckSession`; middleware that asks nothing else lets them in.
/// - `None` for one that lives: its subject must sign in again, and a sign-out ends nothing.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FindSession {
    /// Which.
    pub session: SessionId,
}
