//! The key with which an application's clients seal their session tokens.

use super::{admit, config::Core};
use crate::{
    Moment,
    device::Caller,
    outcome::{Event, Fault, Verdict},
    step::Step,
};
use alloc::sync::Arc;

pub(super) fn start(core: &Arc<Core>, caller: Caller, moment: Moment) -> Step {
    admit::admit(core, caller, moment, |admitted| match &admitted.application.call_key {
        Some(key) => {
            let public_key = key.public_key().into();
            admitted.context.end(Verdict::PublicKey(public_key))
        }
        None => admitted.context.refuse(Fault::NoCallKey, Event::NoCallKey),
    })
}
