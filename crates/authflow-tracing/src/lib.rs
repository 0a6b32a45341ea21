#![doc = include_str!("../README.md")]
#![no_std]

use authflow::{
    outcome::{Event, Outcome},
    parts::Log,
};
use core::error::Error;

/// A [`Log`] that logs by `tracing`. The [crate] lists the levels.
///
/// ```
/// use authflow::{
///     parts::Log,
///     testkit::{Call, World},
/// };
/// use authflow_tracing::TracingLog;
///
/// tracing_subscriber::fmt().init(); // once, at start
/// let mut world = World::new();
/// world.send(&Call::login("alice", "a guess"));
/// // `Parts` calls this with every outcome: INFO … event="proof_refused" detail=…
/// TracingLog.observe(world.outcome.as_ref().unwrap());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLog;

impl Log for TracingLog {
    fn failed(&self, question: &'static str, error: &dyn Error) {
        tracing::error!(event = "question_unanswered", question, %error, "a question went unanswered");
    }

    fn observe(&self, outcome: &Outcome) {
        for event in &outcome.events {
            match event {
                Event::Unavailable { .. } | Event::Contradiction { .. } | Event::SecretNotOpened { .. } => {
                    tracing::error!(event = event.name(), detail = ?event);
                }
                Event::SessionReused { .. }
                | Event::BreachedPasswordSufficed { .. }
                | Event::NoWayBack { .. }
                | Event::NumberWithoutCountry { .. }
                | Event::CaptchaDemanded => tracing::warn!(event = event.name(), detail = ?event),
                _ => tracing::info!(event = event.name(), detail = ?event),
            }
        }
    }
}
