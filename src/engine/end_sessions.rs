//! Ends sessions: at a sign-out, when a retired token comes back, and on the host's own behalf. (A changed password ends them too, with its
//! own write.)

use super::{
    admit::{Admitted, Errand},
    ask::InProgress,
    commit::{Writing, commit},
    config::Core,
    presented::{PresentedSession, with_session_token},
};
use crate::{
    AccountId, Audience, Moment, SessionId,
    device::Caller,
    outcome::{Event, Facts, Fault, Outcome, TokenRefusal, Verdict},
    session::{EndSessions, SessionRecord},
    step::{Commit, Committed, Question, Step, Write},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// Ends one session, for any holder of a token of it. A right may be given up from any device, with a token of any generation. So a client
/// can still sign out if its fingerprint has changed, or if it has lost the answer to a refresh. A thief who signs out only helps.
pub(super) fn sign_out(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedSession<'_>,
    moment: Moment,
) -> Step {
    with_session_token(Errand::GiveUp, core, caller, presented, moment, |mut admitted, shown| {
        let (account, session) = (shown.account(), shown.session());
        admitted.context.outcome.facts.account = Some(account);
        end(admitted, account, session, move |admitted| {
            admitted.context.end_with(Event::SessionsEnded { account, session: Some(session) }, Verdict::Done)
        })
    })
}

/// A token that was rotated away has come back, so two parties have it. The session ends for both (RFC 9700 §4.14.2).
pub(super) fn end_reused(mut admitted: Admitted, record: SessionRecord) -> Step {
    let SessionRecord { account, session, .. } = record;
    admitted.context.outcome.events.push(Event::SessionReused { account, session });
    end(admitted, account, session, move |admitted| {
        admitted.refuse_token(Fault::SessionTokenInvalid, Some(account), TokenRefusal::Rotated)
    })
}

/// Ends one session of an account, whatever its state, and goes on with `then`.
fn end(
    admitted: Admitted,
    account: AccountId,
    session: SessionId,
    then: impl FnOnce(Admitted) -> Step + Send + Sync + 'static,
) -> Step {
    let writes = Vec::from([Write::EndSessions(EndSessions::One(session))]);
    let writing = Writing { claim: None, account: Some(account), expected: None, writes };
    commit(admitted, writing, |admitted, _, committed| match committed {
        Committed::Done => then(admitted),
        // Nothing was claimed, expected or bounded, so nothing can be refused.
        _ => admitted.context.contradiction::<Commit>(),
    })
}

/// Ends one session of an account, or all, for an administrator, or a subject who has lost a device.
pub(super) fn for_host(
    core: &Core,
    audience: Audience,
    account: AccountId,
    session: Option<SessionId>,
) -> Step {
    let facts = Facts { audience: Some(audience), account: Some(account), ..core.facts(None) };
    let which = session.map_or(EndSessions::All, EndSessions::One);
    let writes = Vec::from([Write::EndSessions(which)]);
    let question = Commit { claim: None, audience, account: Some(account), expected: None, writes };
    OfHost(facts).ask(question, move |host, _, committed| match committed {
        Committed::Done => host.end(Event::SessionsEnded { account, session }, Verdict::Done),
        _ => host.end(Event::Contradiction { question: Commit::NAME }, Verdict::Busy),
    })
}

/// A request that the host makes itself, without a device or an application.
struct OfHost(Facts);

impl OfHost {
    fn end(self, event: Event, verdict: Verdict) -> Step {
        Step::Done(Box::new(Outcome { verdict, facts: self.0, events: Vec::from([event]) }))
    }
}

impl InProgress for OfHost {
    fn unanswered(self, question: &'static str) -> Step {
        self.end(Event::Unavailable { question }, Verdict::Busy)
    }
}
