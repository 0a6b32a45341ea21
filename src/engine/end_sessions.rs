//! Ending the sessions of an account on the host's own behalf: an administrator's, or a subject's who has lost a device.

use super::config::Core;
use crate::{
    AccountId, Audience, Outcome, SessionId, Step,
    outcome::{Event, Facts, Verdict},
    step::{Ask, Commit, Committed, EndSessions, Question as _, Write},
};
use alloc::{boxed::Box, vec::Vec};

pub(super) fn start(core: &Core, audience: Audience, account: AccountId, session: Option<SessionId>) -> Step {
    let facts = Facts { audience: Some(audience), account: Some(account), ..core.facts(None) };
    let which = session.map_or(EndSessions::All, EndSessions::One);
    let question = Commit {
        claim: None,
        audience,
        account: Some(account),
        expected: None,
        writes: Vec::from([Write::EndSessions(which)]),
    };
    Step::Commit(Ask::new(question, move |_, answer| {
        let (verdict, event) = match answer {
            Some(Committed::Done) => (Verdict::Done, Event::SessionsEnded { account, session }),
            Some(_) => (Verdict::Busy, Event::Contradiction { question: Commit::NAME }),
            None => (Verdict::Busy, Event::Unavailable { question: Commit::NAME }),
        };
        Step::Done(Box::new(Outcome { verdict, facts, events: Vec::from([event]) }))
    }))
}
