//! What goes wrong, and how each request ended, told to `tracing`.

use authflow::{
    outcome::{Event, Outcome},
    parts::Log,
};
use std::error::Error;

/// A [`Log`] that tells the crate `tracing`: questions that went unanswered, and answers that contradict their questions, as errors; every other
/// event as information.
///
/// ```
/// use authflow::{parts::{AllowAll, NoCourier, NoSigner, Parts}, testkit::{MemoryHost, PlainHasher}};
/// use authflow_tower::TracingLog;
/// use std::sync::Mutex;
///
/// let store = Mutex::new(MemoryHost::demo()); // yours, on a database
/// let host =
///     Parts { store, hasher: PlainHasher, rules: AllowAll, courier: NoCourier, signer: NoSigner, log: TracingLog };
/// # let _ = host;
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLog;

impl Log for TracingLog {
    fn failed(&self, question: &'static str, error: &dyn Error) {
        tracing::error!(question, %error, "a question went unanswered");
    }

    fn observe(&self, outcome: &Outcome) {
        for event in &outcome.events {
            match event {
                Event::Unavailable { .. } | Event::Contradiction { .. } => tracing::error!(?event),
                _ => tracing::info!(?event),
            }
        }
    }
}
