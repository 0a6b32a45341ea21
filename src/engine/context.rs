//! What every operation carries from its first question to its outcome.

use super::config::Core;
use crate::{
    Moment, Outcome, Step,
    device::Caller,
    outcome::{Event, Facts, Fault, Verdict},
    step::Question,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// A request in progress.
pub(super) struct Context {
    pub(super) core: Arc<Core>,
    pub(super) caller: Caller,
    pub(super) moment: Moment,
    pub(super) facts: Facts,
    pub(super) events: Vec<Event>,
}

impl Context {
    pub(super) fn new(core: &Arc<Core>, caller: Caller, moment: Moment) -> Self {
        let facts = Facts { language: caller.language.unwrap_or(core.language), ..Facts::default() };
        Self { core: Arc::clone(core), caller, moment, facts, events: Vec::new() }
    }

    /// The request has ended.
    pub(super) fn end(self, verdict: Verdict) -> Step {
        Step::Done(Box::new(Outcome { verdict, facts: self.facts, events: self.events }))
    }

    /// The caller is at fault.
    pub(super) fn refuse(mut self, fault: Fault, event: Event) -> Step {
        self.events.push(event);
        self.end(Verdict::Refused(fault))
    }

    /// The host could not answer.
    pub(super) fn unavailable<Q: Question>(mut self) -> Step {
        self.events.push(Event::Unavailable { question: Q::NAME });
        self.end(Verdict::Busy)
    }

    /// The host's answer contradicts its question.
    pub(super) fn contradiction<Q: Question>(mut self) -> Step {
        self.events.push(Event::Contradiction { question: Q::NAME });
        self.end(Verdict::Busy)
    }
}
