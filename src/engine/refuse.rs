//! Requests that are refused before they are about anything.

use super::{config::Core, context::Context};
use crate::{
    Moment, Outcome, Step,
    device::{Caller, HeaderFaults},
    outcome::{Event, Facts, Fault, Verdict},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// Device before client id.
pub(super) fn headers(core: &Core, faults: HeaderFaults) -> Step {
    let fault = if faults.concern_the_device() { Fault::DeviceIncomplete } else { Fault::ClientIdMissing };
    Step::Done(Box::new(Outcome {
        verdict: Verdict::Refused(fault),
        facts: Facts { language: faults.language().unwrap_or(core.language), ..Facts::default() },
        events: Vec::from([Event::HeadersRefused(faults)]),
    }))
}

/// Application before body.
pub(super) fn body(core: &Arc<Core>, caller: Caller, reason: &'static str, moment: Moment) -> Step {
    Context::new(core, caller, moment)
        .admit(move |admitted| admitted.context.refuse(Fault::RequestMalformed, Event::BodyRefused(reason)))
}
