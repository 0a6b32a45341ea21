//! The log, which records what went wrong.

use crate::outcome::Outcome;
use core::error::Error;

/// The log of a host. It records what went wrong and how each request ended.
///
/// A closure with the signature of the first method is a log:
///
/// ```
/// use authflow::parts::Log;
/// use std::error::Error;
///
/// fn is_a_log(_: impl Log) {}
///
/// is_a_log(|question: &'static str, error: &dyn Error| {
///     eprintln!("{question} went unanswered: {error}")
/// });
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` is no log",
    label = "it must implement `authflow::parts::Log`",
    note = "a closure is one where it says its types: `|question: &'static str, error: &dyn std::error::Error| …`",
    note = "authflow-tracing has one: `TracingLog`"
)]
pub trait Log: Sync {
    /// Logs a question that went unanswered, with the error of the part. Raise an alarm here: the client is told only "system busy", so nobody learns
    /// the reason anywhere else.
    fn failed(&self, question: &'static str, error: &dyn Error);

    /// Logs how a request ended. This is the place to log its events.
    fn observe(&self, outcome: &Outcome) {
        let _ = outcome;
    }
}

impl<F: Fn(&'static str, &dyn Error) + Sync> Log for F {
    fn failed(&self, question: &'static str, error: &dyn Error) {
        self(question, error);
    }
}
