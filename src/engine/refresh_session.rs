//! A new id token for a session and, where the application rotates them, a new session token.

use super::{
    admit::Admitted,
    config::Core,
    grant::grant,
    session::{self, OpenSession},
};
use crate::{
    Moment, Step,
    device::Caller,
    outcome::{Event, TokenRefusal, Verdict},
    step::{Ask, Commit, CommitRefusal, Committed, Write},
    token::{Session, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, Session>,
    moment: Moment,
) -> Step {
    session::with_token(core, caller, presented, moment, |admitted, token| {
        admitted.open_session(token, session_open)
    })
}

fn session_open(admitted: Admitted, open: OpenSession) -> Step {
    if admitted.application.policy.rotate_session_tokens {
        rotate(admitted, open)
    } else {
        refreshed(admitted, open)
    }
}

fn rotate(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, mut record } = open;
    let expected_generation = record.generation;
    let question = Commit {
        claim: None,
        audience: admitted.audience,
        account: Some(account.id),
        expected: Some(account.revision),
        writes: Vec::from([Write::RotateSession { session: record.session, expected_generation }]),
    };
    Step::Commit(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<Commit>(),
        Some(Committed::Done) => {
            record.generation = expected_generation.saturating_add(1);
            refreshed(admitted, OpenSession { account, record })
        }
        Some(Committed::Changed) => session::refuse(admitted, Some(account.id), TokenRefusal::AccountChanged),
        // Somebody else was faster with the same token.
        Some(Committed::Refused(CommitRefusal::SessionRotated)) => session::end_reused(admitted, record),
        Some(Committed::Replayed | Committed::Refused(_)) => admitted.context.contradiction::<Commit>(),
    }))
}

fn refreshed(mut admitted: Admitted, OpenSession { account, record }: OpenSession) -> Step {
    let event = Event::SessionRefreshed { account: account.id, session: record.session };
    admitted.context.events.push(event);
    grant(admitted, &account, record, |admitted, grant| admitted.context.end(Verdict::Refreshed(grant)))
}
