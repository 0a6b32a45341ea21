//! What a success clears.

use super::{AttemptRecord, AttemptSlot, Receipt, record::UpTo};
use core::fmt;

/// Clears the count of a slot that was proved, or of what was replaced: part of the [`Commit`](crate::step::Commit) of the step, so that a
/// proof that was not carried out clears nothing.
///
/// `SELECT record FROM attempts WHERE slot = ? FOR UPDATE`, put it through [`clear`](Self::clear), and store what comes out, in the commit's
/// own transaction. Never delete the row: its numbers go on.
#[derive(Clone)]
pub struct ClearGuesses {
    slot: AttemptSlot,
    up_to: UpTo,
}

impl ClearGuesses {
    /// Of the guess that was right and all earlier ones.
    pub(crate) fn up_to(slot: AttemptSlot, receipt: Receipt) -> Self {
        Self { slot, up_to: UpTo::Receipt(receipt) }
    }

    /// Of every guess, because what was guessed at has been replaced.
    pub(crate) fn all(slot: AttemptSlot) -> Self {
        Self { slot, up_to: UpTo::All }
    }

    /// Where the count is kept.
    pub fn slot(&self) -> AttemptSlot {
        self.slot
    }

    /// The new record, from the stored one.
    pub fn clear(&self, stored: Option<AttemptRecord>) -> AttemptRecord {
        stored.unwrap_or_default().clear(self.up_to)
    }
}

impl fmt::Debug for ClearGuesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClearGuesses").field("slot", &self.slot).finish_non_exhaustive()
    }
}
