//! Where a code of a pending login would go, for the client to show.

use super::{config::Core, pending::PendingLogin};
use crate::{
    Moment,
    contact::Channel,
    device::Caller,
    flow::Next,
    outcome::Verdict,
    step::Step,
    token::{Stage, StateToken, Untrusted},
};
use alloc::sync::Arc;

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, StateToken>,
    moment: Moment,
) -> Step {
    PendingLogin::resume(core, caller, presented, moment, Stage::ALL, |admitted, login| {
        if let Next::Deny(_) = login.next(&admitted) {
            return login.refuse_closed(admitted);
        }
        let masked = login.account.recipient(Channel::Sms).map(|recipient| recipient.masked());
        admitted.context.end(Verdict::Contact(masked))
    })
}
