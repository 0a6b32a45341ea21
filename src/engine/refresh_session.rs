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
    step::{Ask, Commit, CommitRefusal, Committed, SessionRecord, Write},
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
        let OpenSession { account, record } = open;
        grant(admitted, &account, record, move |admitted, grant| {
            admitted.context.end_with(refreshed(&record), Verdict::Refreshed(grant))
        })
    }
}

/// The tokens are made first, because one may be signed outside: were the rotation written and the signature not to be had, the
/// client would come back with the old token, as a thief would.
fn rotate(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let rotated = SessionRecord { generation: record.generation.saturating_add(1), ..record };
    let (id, revision) = (account.id, account.revision);
    grant(admitted, &account, rotated, move |admitted, grant| {
        let question = Commit {
            claim: None,
            audience: admitted.audience,
            account: Some(id),
            expected: Some(revision),
            writes: Vec::from([Write::RotateSession {
                session: record.session,
                expected_generation: record.generation,
            }]),
        };
        Step::Commit(Ask::new(question, move |_, answer| match answer {
            None => admitted.context.unavailable::<Commit>(),
            Some(Committed::Done) => admitted.context.end_with(refreshed(&record), Verdict::Refreshed(grant)),
            Some(Committed::Changed) => session::refuse(admitted, Some(id), TokenRefusal::AccountChanged),
            Some(Committed::Refused(CommitRefusal::SessionEnded)) => {
                session::refuse(admitted, Some(id), TokenRefusal::SessionEnded)
            }
            // Somebody else was faster with the same token.
            Some(Committed::Refused(CommitRefusal::SessionRotated)) => session::end_reused(admitted, record),
            Some(Committed::Replayed | Committed::Refused(_)) => admitted.context.contradiction::<Commit>(),
        }))
    })
}

fn refreshed(record: &SessionRecord) -> Event {
    Event::SessionRefreshed { account: record.account, session: record.session }
}
