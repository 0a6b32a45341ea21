//! Skip the change of a password that is about to expire.

use super::{
    admit::Admitted,
    ask::InProgress as _,
    config::Core,
    pending::{Finished, PendingLogin},
};
use crate::{
    Moment,
    device::Caller,
    factor::FactorSet,
    flow::{Next, PasswordStep, Wait},
    outcome::{Fault, Verdict},
    session::SessionRecord,
    step::{AccessPurpose, FindClaim, Step, Write},
    token::{Stage, StateToken, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, StateToken>,
    moment: Moment,
) -> Step {
    PendingLogin::resume(core, caller, presented, moment, &[Stage::PasswordExpiring], resumed)
}

fn resumed(admitted: Admitted, login: PendingLogin) -> Step {
    if !admitted.policy().retry_grace.is_any() {
        return skip(admitted, login);
    }
    admitted.ask(FindClaim { id: login.id() }, |admitted, _, opened| match opened {
        None => skip(admitted, login),
        Some(record) => skipped_before(admitted, login, record),
    })
}

/// Only a warning can be skipped. A warning comes last in the order of steps, so nothing else is missing then.
fn skip(admitted: Admitted, login: PendingLogin) -> Step {
    match (login.next(&admitted), &admitted.policy().ageing) {
        (Next::Wait(Wait::PasswordExpiring { .. }), Some(ageing)) => {
            let mut writes = Vec::with_capacity(2); // with the session
            writes.push(Write::RecordSkip { budget: ageing.max_skips() });
            let finished = Finished {
                password: PasswordStep::Skipped,
                proved: FactorSet::EMPTY,
                proved_at: None,
                code: None,
                writes,
            };
            login.finish(admitted, finished).decide_access()
        }
        _ => login.refuse_closed(admitted),
    }
}

/// The skip was done before. Its answer may have got lost, and is given again if access is still allowed.
fn skipped_before(admitted: Admitted, login: PendingLogin, record: SessionRecord) -> Step {
    let opening = login.opening();
    admitted.opened_before::<FindClaim>(login.account, record, opening, |admitted, open| {
        open.allowed(admitted, AccessPurpose::SignIn, Fault::StateTokenInvalid, |admitted, open| {
            open.answer_again(admitted, Verdict::SignedIn)
        })
    })
}
