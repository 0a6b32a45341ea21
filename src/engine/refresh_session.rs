//! A new id token for a session. A new session token comes with it if the application rotates them and the call has a place for
//! one.

use super::{
    admit::{self, Admitted, Errand},
    commit::{Writing, commit},
    config::Core,
    end_sessions,
    grant::{SessionTerms, Tokens},
    id_token,
    open_session::{OpenSession, Shown},
    presented::{PresentedSession, with_session_token},
    signature,
    tenant::{self, TenantCaller},
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
    presented: PresentedSession<'_>,
    moment: Moment,
) -> Step {
    match presented {
        PresentedSession::Token(_) => {
            with_session_token(Errand::Act, core, caller, presented, moment, refresh)
        }
        // Somebody who has copied one signature would get the session token, and so every later one.
        PresentedSession::Signed(_) => admit::admit(core, caller, moment, signature::refuse_refresh),
    }
}

/// The same, for a tenant's server that holds the token and also shows its credential.
pub(super) fn for_tenant(
    core: &Arc<Core>,
    caller: TenantCaller,
    presented: Untrusted<'_, SessionToken>,
    moment: Moment,
) -> Step {
    tenant::with_session_token(core, caller, presented, moment, |admitted, shown| {
        if admitted.policy().refreshes_for_servers {
            refresh(admitted, shown)
        } else {
            shown.refuse(admitted, TokenRefusal::NotForServers)
        }
    })
}

fn refresh(admitted: Admitted, shown: Shown) -> Step {
    let shown = shown.to_refresh();
    shown.open(admitted, move |admitted, open| may_go_on(admitted, shown, open))
}

/// A new id token alone. The session token stays, because the reply has no place for a new one.
pub(super) fn id_token_alone(
    core: &Arc<Core>,
    caller: Caller,
    presented: PresentedSession<'_>,
    moment: Moment,
) -> Step {
    with_session_token(Errand::Act, core, caller, presented, moment, |admitted, shown| {
        shown.open(admitted, |admitted, open| {
            open.allowed(admitted, AccessPurpose::Refresh, Fault::SessionTokenInvalid, |admitted, open| {
                let OpenSession { account, record } = open;
                let claims = id_token::claims(&admitted, &account, SessionTerms::of(&record));
                id_token::mint(admitted, &claims, move |admitted, id_token| {
                    admitted.context.end_with(refreshed(&record), Verdict::IdToken(id_token))
                })
            })
        })
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
    Tokens::of(&admitted, &account, SessionTerms::of(&record)).grant(admitted, move |admitted, grant| {
        admitted.context.end_with(refreshed(&record), Verdict::Refreshed(grant))
    })
}

/// The tokens are made first, because the id token may be signed outside. If the rotation were written and the signature then
/// failed, the client would come back with the old token, as a thief would.
fn rotate(admitted: Admitted, shown: Shown, open: OpenSession) -> Step {
    let OpenSession { account, record } = open;
    let (generation, unseen_since) = (record.generation.saturating_add(1), admitted.unseen_since());
    let rotated = SessionTerms { generation, ..SessionTerms::of(&record) };
    let (id, revision) = (account.id, account.revision);
    Tokens::of(&admitted, &account, rotated).grant(admitted, move |admitted, grant| {
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

/// Another request was faster with the same token. It came from the same client, whose answer is on its way, or from a thief.
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
