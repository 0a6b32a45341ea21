//! Where a code of a pending login would go, for the client to show.

use super::{config::Core, pending};
use crate::{
    Mobile, Moment, Step,
    device::Caller,
    flow::Next,
    outcome::Verdict,
    token::{Stage, State, Untrusted},
};
use alloc::sync::Arc;

pub(super) fn masked_mobile(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    moment: Moment,
) -> Step {
    pending::resume(core, caller, presented, moment, Stage::ALL, |admitted, login| {
        if let Next::Deny(_) = login.next(&admitted) {
            return login.refuse_closed(admitted);
        }
        let masked = login.account.mobile.as_ref().map(Mobile::masked);
        admitted.context.end(Verdict::Contact(masked))
    })
}
