//! The state that every operation carries from its first question to its outcome.

use super::{ask::InProgress, config::Core, guess::OpenGuess, spent::Spent};
use crate::{
    Application, Audience, Moment,
    device::{Device, DeviceBinding, Language, PresentedDevice},
    outcome::{Event, Facts, Fault, Outcome, Verdict},
    step::{Question, Step},
    token::DeviceDigest,
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// A request in progress. It is large and goes from question to question, so it is boxed once.
pub(super) struct Context {
    pub(super) core: Arc<Core>,
    pub(super) device: Device,
    pub(super) moment: Moment,
    /// The outcome as far as it is known. Until the end, its verdict is that the host could not answer.
    pub(super) outcome: Box<Outcome>,
    /// The guess that the request has made, until it is known what became of it.
    pub(super) guess: Option<OpenGuess>,
    /// The digest of the device under the key that signs, if a token of that key has been found to be of this device.
    pub(super) known_digest: Option<DeviceDigest>,
    /// Whether the request comes as a signed call.
    pub(super) is_signed: bool,
    /// The use of the signature, once that has been opened. The first commit of the request claims it.
    pub(super) signature: Option<Spent>,
    /// The language that the caller asks for.
    asked: Option<Language>,
}

impl Context {
    pub(super) fn new(
        core: &Arc<Core>,
        device: Device,
        asked: Option<Language>,
        moment: Moment,
    ) -> Box<Self> {
        let facts = Facts { at: moment.timestamp(), ..core.facts(asked) };
        let outcome = Box::new(Outcome { verdict: Verdict::Busy, facts, events: Vec::new() });
        Box::new(Self {
            core: Arc::clone(core),
            device,
            moment,
            outcome,
            guess: None,
            known_digest: None,
            is_signed: false,
            signature: None,
            asked,
        })
    }

    /// From here on, the application decides how to answer the caller.
    pub(super) fn speak_for(&mut self, application: &Application, audience: Audience) {
        let facts = &mut self.outcome.facts;
        facts.audience = Some(audience);
        facts.language = self.asked.unwrap_or(application.language);
        facts.dialect = application.dialect;
        facts.tells_attempts = application.tells_attempts;
        facts.password_rules = application.policy.password_rules;
        facts.first_factors = application.policy.first_factors;
        facts.recovery = application.policy.recovery;
        facts.registration = application.policy.registration;
        facts.replaces_contacts = application.policy.replaces_contacts;
    }

    /// The digest of the device under the key that signs, for tokens that are about to be minted.
    pub(super) fn device_digest(&self) -> DeviceDigest {
        self.known_digest.unwrap_or_else(|| self.device.digest(self.core.ring.signer()))
    }

    /// The same, for a session that is about to be stored.
    pub(super) fn device_binding(&self) -> DeviceBinding {
        let key = self.core.ring.signer().id().copied();
        DeviceBinding { kind: self.device.binding_kind(), key, digest: self.device_digest() }
    }

    /// The device, for a question about a session.
    pub(super) fn presented_device(&self) -> PresentedDevice {
        PresentedDevice::new(self.device.clone(), &self.core.ring)
    }

    /// Ends the request, and settles its guess if nothing was carried out for it. Every request without a commit ends here.
    pub(super) fn end(mut self: Box<Self>, verdict: Verdict) -> Step {
        self.outcome.verdict = verdict;
        let Some(guess) = self.guess else {
            return Step::Done(self.outcome);
        };
        if !guess.is_wrong() {
            self.outcome.facts.attempts_left = None;
        }
        Ended(self.outcome).ask(guess.settle(), |ended, _, ()| Step::Done(ended.0))
    }

    /// Ends the request with an event for the log.
    pub(super) fn end_with(mut self: Box<Self>, event: Event, verdict: Verdict) -> Step {
        self.outcome.events.push(event);
        self.end(verdict)
    }

    /// Ends the request with a fault of the caller.
    pub(super) fn refuse(self: Box<Self>, fault: Fault, event: Event) -> Step {
        self.end_with(event, Verdict::Refused(fault))
    }

    /// Ends the request because the host's answer contradicts its question.
    pub(super) fn contradiction<Q: Question>(self: Box<Self>) -> Step {
        self.end_with(Event::Contradiction { question: Q::NAME }, Verdict::Busy)
    }
}

impl InProgress for Box<Context> {
    fn unanswered(self, question: &'static str) -> Step {
        self.end_with(Event::Unavailable { question }, Verdict::Busy)
    }
}

/// A request whose outcome is known, and whose guess is still to be settled. If the host cannot settle it, the outcome stays as it is. The
/// guess is in flight then, and counts as wrong afterwards.
struct Ended(Box<Outcome>);

impl InProgress for Ended {
    fn unanswered(mut self, question: &'static str) -> Step {
        self.0.events.push(Event::Unavailable { question });
        Step::Done(self.0)
    }
}
