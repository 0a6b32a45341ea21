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
/// - A record of another application than the token's: refused.
/// - A record of another account: refused, if `CheckSession` is answered rightly; a sign-out ends nothing. If both are answered wrongly, the
///   token's bearer is that account.
/// - A record that was ended: `CheckSession` still refuses its token. [Middleware](crate::token::SessionVerifier::identify) that asks nothing else
///   lets in whoever was signed out.
/// - `None` for one that lives: its subject must sign in again, and cannot sign out.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FindSession {
    /// Which.
    pub session: SessionId,
}
