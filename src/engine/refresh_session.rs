//! A new id token for a session and, where the application rotates them, a new session token.

use super::{
    admit::Admitted,
    commit::{Writing, commit},
    config::Core,
    end_sessions,
    grant::grant,
    open_session::{OpenSession, Shown, usable_here, with_session_token},
};
use crate::{
    Moment,
    device::Caller,
    outcome::{Event, Fault, TokenRefusal, Verdict},
    session::SessionRecord,
    step::{AccessPurpose, Commit, CommitRefusal, Committed, Step, Write},
    token::{SessionToken, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, SessionToken>,
    moment: Moment,
) -> Step {
    with_session_token(core, caller, presented, moment, |admitted, token| {
        usable_here(admitted, token, |admitted, token| {
            let shown = Shown::by_session_token(&token);
            shown.open(admitted, move |admitted, open| may_go_on(admitted, shown, open))
        })
    })
}

fn may_go_on(admitted: Admitted, shown: Shown, open: OpenSession) -> Step {
    let fault = Fault::SessionTokenInvalid;
    open.allowed(admitted, AccessPurpose::Refresh, fault, move |admitted, open| {
        if admitted.policy().rotate_session_tokens {
            rotate(admitted, shown, open)
        } else {
            renew(admitted, open)
        }
    })
}

fn renew(admitted: Admitted, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    grant(admitted, &account, record, move |admitted, grant| {
        admitted.context.end_with(refreshed(&record), Verdict::Refreshed(grant))
    })
}

/// The tokens are made first, because one may be signed outside: were the rotation written and the signature not to be had, the
/// client would come back with the old token, as a thief would.
fn rotate(admitted: Admitted, shown: Shown, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let rotated = SessionRecord { generation: record.generation.saturating_add(1), ..record };
    let (id, revision) = (account.id, account.revision);
    grant(admitted, &account, rotated, move |admitted, grant| {
        let (session, expected_generation) = (record.session, record.generation);
        let device = admitted.context.device_binding();
        let rotation = Write::RotateSession { session, expected_generation, device };
        let (account, expected) = (Some(id), Some(revision));
        let writing = Writing { claim: None, account, expected, writes: Vec::from([rotation]) };
        commit(admitted, writing, move |admitted, _, committed| match committed {
            Committed::Done => admitted.context.end_with(refreshed(&record), Verdict::Refreshed(grant)),
            Committed::Changed => shown.refuse(admitted, TokenRefusal::AccountChanged),
            Committed::Refused(CommitRefusal::SessionEnded) => {
                shown.refuse(admitted, TokenRefusal::SessionEnded)
            }
            // Somebody else was faster with the same token.
            Committed::Refused(CommitRefusal::SessionRotated) => end_sessions::end_reused(admitted, record),
            Committed::Replayed | Committed::Refused(_) => admitted.context.contradiction::<Commit>(),
        })
    })
}

fn refreshed(record: &SessionRecord) -> Event {
    Event::SessionRefreshed { account: record.account, session: record.session }
}
