//! Skip the change of a password that is about to expire.

use super::{
    admit::Admitted,
    config::Core,
    pending::{Finished, PendingLogin},
};
use crate::{
    Moment,
    device::Caller,
    factor::FactorSet,
    flow::{Next, PasswordStep, Wait},
    step::{Step, Write},
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

/// Only a warning can be skipped. It is the last thing in the order, so nothing else is missing then.
fn resumed(admitted: Admitted, login: PendingLogin) -> Step {
    match (login.next(&admitted), &admitted.policy().ageing) {
        (Next::Wait(Wait::PasswordExpiring { .. }), Some(ageing)) => {
            let mut writes = Vec::with_capacity(2); // with the session
            writes.push(Write::RecordSkip { budget: ageing.max_skips() });
            let finished = Finished {
                password: PasswordStep::Skipped,
                proved: FactorSet::EMPTY,
                proved_at: None,
                writes,
            };
            login.finish(admitted, finished).decide_access()
        }
        _ => login.refuse_closed(admitted),
    }
}
