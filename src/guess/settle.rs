//! What became of a counted guess.

use super::{AttemptRecord, AttemptSlot, Settlement};

/// What became of a counted guess.
///
/// Read the record of the slot, put it through [`settle`](Self::settle) and store what comes out, in one atomic step.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SettleAttempt {
    /// Where the count is kept.
    pub slot: AttemptSlot,
    settlement: Settlement,
}

impl SettleAttempt {
    pub(crate) fn new(slot: AttemptSlot, settlement: Settlement) -> Self {
        Self { slot, settlement }
    }

    /// The new record, from the stored one.
    pub fn settle(&self, stored: Option<AttemptRecord>) -> AttemptRecord {
        stored.unwrap_or_default().settle(self.settlement)
    }
}
