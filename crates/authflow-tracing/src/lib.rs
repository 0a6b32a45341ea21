#![doc = include_str!("../README.md")]
#![no_std]

use authflow::{
    outcome::{Event, Outcome},
    parts::Log,
};
use core::error::Error;

/// A [`Log`] that logs by `tracing`. The [crate] says which level is for what.
#[derive(Clone, Copy, Debug, Default)]
pub struct TracingLog;

impl Log for TracingLog {
    fn failed(&self, question: &'static str, error: &dyn Error) {
        tracing::error!(question, %error, "a question went unanswered");
    }

    fn observe(&self, outcome: &Outcome) {
        for event in &outcome.events {
            match event {
                Event::Unavailable { .. } | Event::Contradiction { .. } | Event::SecretNotOpened { .. } => {
                    tracing::error!(?event);
                }
                Event::SessionReused { .. }
                | Event::BreachedPasswordSufficed { .. }
                | Event::NoWayBack { .. }
                | Event::NumberWithoutCountry { .. }
                | Event::CaptchaDemanded => tracing::warn!(?event),
                _ => tracing::info!(?event),
            }
        }
    }
}
