//! Claims: the things that happen only once, and what became of them.

use crate::{SessionId, Timestamp, TokenId};

/// A thing that happens only once. It is the use of a state token, a link token, a ticket, a captcha token or the [signature](crate::signed_call) of
/// a call, in a [`Commit`](super::Commit), or the use of a code, in one of [its writes](super::Write::UseCode).
///
/// ```
/// use authflow::{
///     step::{Commit, Committed},
///     testkit::{Call, World},
/// };
/// use std::collections::BTreeMap;
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// let step = world.begin(&Call::skip(warned.state_token()));
/// let ask = world.until::<Commit>(step);
/// let claim = ask.claim.unwrap();
/// assert_eq!(claim.keep_until, world.clock.now.plus_seconds(600 + 300));
///
/// // INSERT INTO claims … ON CONFLICT (id) DO NOTHING: no row, so it is there already.
/// let mut claims = BTreeMap::from([(claim.id, claim.keep_until)]);
/// let is_new = claims.insert(claim.id, claim.keep_until).is_none();
/// let committed = if is_new { Committed::Done } else { Committed::Replayed { opened: None } };
/// assert_eq!(world.finish(ask.answer(committed)).status, 400);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Claim {
    /// The id, which is unique among claims.
    pub id: TokenId,
    /// The session that the same commit opens, if the step is a skip. A skip proves nothing, so it may be answered again. Keep the session
    /// with the claim ([`FindClaim`]). It is `None` for everything else, which is never answered twice.
    pub opens: Option<SessionId>,
    /// The claim may be forgotten from this second on. It is 5 minutes after the token, the signature or the code expires, so that a
    /// fast clock of a database does not free a claim early.
    pub keep_until: Timestamp,
}

/// Has this been claimed, and which session did the claim open?
///
/// Asked only where [`retry_grace`](crate::policy::Policy::retry_grace) is set, before a state token is used for a
/// skip. The answer to that skip may have been lost, and the client asks again.
///
/// Answer with the session that the claim [opened](Claim::opens), as it is stored now. Answer with `None` where nothing has been claimed under this
/// id, or the claim opened no session, or that session has been ended. Note nothing, because this is no use of the session. The library judges
/// whether the skip is answered again: how long ago the session was opened, by whom, and whether it has been used since.
///
/// In SQL: `SELECT sessions.* FROM claims JOIN sessions ON sessions.id = claims.session WHERE claims.id = :id AND sessions.ended_at IS NULL`.
///
/// ```
/// use authflow::{policy::{Policy, RetryGrace}, step::FindClaim, testkit::{Call, World, demo}};
///
/// let retry_grace = RetryGrace::try_from(30)?;
/// let mut world = World::with_policy(Policy { retry_grace, ..demo::policy() });
/// let warned = world.login("erin");
/// let skip = Call::skip(warned.state_token());
/// let lost = world.send(&skip); // the connection broke
///
/// let step = world.begin(&skip);
/// let ask = world.until::<FindClaim>(step);
/// let opened = world.host.claims[&ask.id].opens.map(|session| world.host.sessions[&session]);
/// let again = world.finish(ask.answer(opened));
/// assert_eq!(again.session_token(), lost.session_token());
/// # Ok::<(), authflow::policy::RetryGraceError>(())
/// ```
///
/// **If you answer wrongly:**
/// - Another session is a [contradiction](crate::outcome::Event::Contradiction), and nothing is issued, if it belongs to another account or
///   application, or was opened at another time or on other factors than this login could have. If all of this is the same, the session is that of
///   another login in the same second. Then the client is signed in to it, as the same subject, on the same device and the same proof.
/// - A session that has been ended: for up to a minute its client may have a token of it, which [`CheckSession`](crate::session::CheckSession) refuses.
/// - `None` where there is one: a client that lost an answer is told that the state token is spent. Its subject signs in again, and has
///   lost a skip.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct FindClaim {
    /// The id under which the skip would have been claimed.
    pub id: TokenId,
}
