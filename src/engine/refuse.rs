//! Requests that are refused before their operation begins.

use super::{admit, config::Core};
use crate::{
    Moment,
    device::{Caller, HeaderFaults, Language},
    outcome::{BodyFault, Event, Fault, Outcome, Verdict},
    step::Step,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// A fault of the device is reported before one of the client id.
pub(super) fn headers(core: &Core, faults: HeaderFaults) -> Step {
    let fault = if faults.concern_the_device() { Fault::DeviceIncomplete } else { Fault::ClientIdMissing };
    Step::Done(Box::new(Outcome {
        verdict: Verdict::Refused(fault),
        facts: core.facts(faults.language()),
        events: Vec::from([Event::HeadersRefused(faults)]),
    }))
}

/// Refuses the body of a call that no device makes, and that names no application.
pub(super) fn tenants_body(core: &Core, language: Option<Language>, fault: BodyFault) -> Step {
    Step::Done(Box::new(Outcome {
        verdict: Verdict::Refused(Fault::RequestMalformed(fault)),
        facts: core.facts(language),
        events: Vec::from([Event::BodyRefused(fault)]),
    }))
}

/// A fault of the application is reported before one of the body.
pub(super) fn body(core: &Arc<Core>, caller: Caller, fault: BodyFault, moment: Moment) -> Step {
    admit::admit(core, caller, moment, move |admitted| admitted.refuse_body(fault))
}
