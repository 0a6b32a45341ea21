//! The server's log, and the notices that it sends to contacts.

use crate::{
    missing,
    operations::{Audit, Metrics},
    outbox::Outbox,
};
use authflow::{
    outcome::{Event, Outcome},
    parts::Log,
};
use authflow_tracing::TracingLog;
use std::error::Error;

/// Logs by `tracing`, and tells a contact that another one has taken its place: an attacker who has taken over a session takes the contacts
/// next.
pub(crate) struct ServerLog {
    /// The outbox for messages, if there is one.
    pub(crate) outbox: Option<Outbox>,
    pub(crate) metrics: Metrics,
    /// The audit stream, if there is one.
    pub(crate) audit: Option<Audit>,
}

impl Log for ServerLog {
    fn failed(&self, question: &'static str, error: &dyn Error) {
        self.metrics.unanswered(question);
        TracingLog.failed(question, error);
    }

    fn observe(&self, outcome: &Outcome) {
        self.metrics.outcome(outcome);
        if let Some(audit) = &self.audit {
            audit.record(outcome);
        }
        TracingLog.observe(outcome);
        for lacking in missing::lacking(outcome) {
            tracing::info!(event = "request_lacks", "a request was refused: {lacking}");
        }
        for event in &outcome.events {
            if let (Event::ContactReplaced { before: Some(before), .. }, Some(outbox)) = (event, &self.outbox)
            {
                outbox.tell_replaced(before, outcome.facts.language);
            }
        }
    }
}
