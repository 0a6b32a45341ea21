//! Requests that are refused before they are about anything.

use super::{admit, config::Core};
use crate::{
    Moment,
    device::{Caller, HeaderFaults, Language},
    outcome::{BodyFault, Event, Fault, Outcome, Verdict},
    step::Step,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// Device before client id.
pub(super) fn headers(core: &Core, faults: HeaderFaults) -> Step {
    let fault = if faults.concern_the_device() { Fault::DeviceIncomplete } else { Fault::ClientIdMissing };
    Step::Done(Box::new(Outcome {
        verdict: Verdict::Refused(fault),
        facts: core.facts(faults.language()),
        events: Vec::from([Event::HeadersRefused(faults)]),
    }))
}

/// The body of a call that no device makes, and that names no application.
pub(super) fn tenants_body(core: &Core, language: Option<Language>, fault: BodyFault) -> Step {
    Step::Done(Box::new(Outcome {
        verdict: Verdict::Refused(Fault::RequestMalformed(fault)),
        facts: core.facts(language),
        events: Vec::from([Event::BodyRefused(fault)]),
    }))
}

/// Application before body.
pub(super) fn body(core: &Arc<Core>, caller: Caller, fault: BodyFault, moment: Moment) -> Step {
    admit::admit(core, caller, moment, move |admitted| admitted.refuse_body(fault))
}
