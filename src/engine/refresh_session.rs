//! A new id token for a session and, where the application rotates them, a new session token.

use super::{
    admit::{Admitted, Errand},
    commit::{Writing, commit},
    config::Core,
    end_sessions,
    grant::grant,
    open_session::{OpenSession, Shown, with_session_token},
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
    with_session_token(Errand::Act, core, caller, presented, moment, |admitted, shown| {
        let shown = shown.to_refresh();
        shown.open(admitted, move |admitted, open| may_go_on(admitted, shown, open))
    })
}

fn may_go_on(admitted: Admitted, shown: Shown, open: OpenSession) -> Step {
    let fault = Fault::SessionTokenInvalid;
    open.allowed(admitted, AccessPurpose::Refresh, fault, move |admitted, open| {
        if shown.is_before(&open.record) {
            open.answer_again(admitted, Verdict::Refreshed)
        } else if admitted.policy().rotate_session_tokens {
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
    let (generation, unseen_since) = (record.generation.saturating_add(1), admitted.unseen_since());
    let rotated = SessionRecord { generation, unseen_since, ..record };
    let (id, revision) = (account.id, account.revision);
    grant(admitted, &account, rotated, move |admitted, grant| {
        let (session, expected_generation) = (record.session, record.generation);
        let device = admitted.context.device_binding();
        let rotation = Write::RotateSession { session, expected_generation, device, unseen_since };
        let (account, expected) = (Some(id), Some(revision));
        let writing = Writing { claim: None, account, expected, writes: Vec::from([rotation]) };
        commit(admitted, writing, move |admitted, _, committed| match committed {
            Committed::Done => admitted.context.end_with(refreshed(&record), Verdict::Refreshed(grant)),
            Committed::Changed => shown.refuse(admitted, TokenRefusal::AccountChanged),
            Committed::Refused(CommitRefusal::SessionEnded) => {
                shown.refuse(admitted, TokenRefusal::SessionEnded)
            }
            Committed::Refused(CommitRefusal::SessionRotated { now }) if now.is_later_of(&record) => {
                outrun(admitted, shown, *now, generation)
            }
            Committed::Replayed { .. } | Committed::Refused(_) => admitted.context.contradiction::<Commit>(),
        })
    })
}

/// Somebody else was faster with the same token: the same client, whose answer is on its way, or a thief.
fn outrun(admitted: Admitted, shown: Shown, now: SessionRecord, generation: u32) -> Step {
    if admitted.may_be_lost(&now, generation) {
        shown.take_up(admitted, now, |admitted, open| open.answer_again(admitted, Verdict::Refreshed))
    } else {
        end_sessions::end_reused(admitted, now)
    }
}

fn refreshed(record: &SessionRecord) -> Event {
    Event::SessionRefreshed { account: record.account, session: record.session }
}
