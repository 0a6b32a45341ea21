//! The clearing of guesses after a success.

use super::{AttemptRecord, AttemptSlot, Receipt, record::UpTo};
use core::fmt;

/// Clears the count of a slot whose factor was proved or replaced. It is part of the [`Commit`](crate::step::Commit) of the step, so that a
/// proof whose commit is refused clears nothing.
///
/// In the commit's own transaction, `SELECT record FROM attempts WHERE slot = ? FOR UPDATE`, put the record through [`clear`](Self::clear),
/// and store the result. Never delete the row. The numbers of its receipts must go on. Otherwise a guess that is still in flight would be
/// given back to a new record that does not contain it.
///
/// An administrator unlocks an account by the same means, in one transaction with the other changes:
///
/// ```
/// use authflow::{AccountId, guess::{AttemptRecord, AttemptSlot, ClearGuesses}};
/// use std::collections::BTreeMap;
///
/// fn unlock(attempts: &mut BTreeMap<AttemptSlot, AttemptRecord>, account: AccountId) {
///     for slot in AttemptSlot::every(None, account) {
///         if let Some(record) = attempts.get_mut(&slot) {
///             *record = ClearGuesses::all(slot).clear(Some(record.clone()));
///         }
///     }
/// }
/// # unlock(&mut BTreeMap::new(), AccountId::new("erin")?);
/// # Ok::<(), authflow::InvalidId>(())
/// ```
///
/// **If you answer wrongly:** a count that is not cleared locks out a subject who makes five mistakes in a year. A count that is cleared
/// outside the commit refills the guesses of somebody whose right password led to nothing.
#[derive(Clone)]
pub struct ClearGuesses {
    slot: AttemptSlot,
    up_to: UpTo,
}

impl ClearGuesses {
    /// Clears the guess that was right and all earlier ones.
    pub(crate) fn up_to(slot: AttemptSlot, receipt: Receipt) -> Self {
        Self { slot, up_to: UpTo::Receipt(receipt) }
    }

    /// Clears every guess, because the password or other target was replaced, or because an administrator decided so.
    pub fn all(slot: AttemptSlot) -> Self {
        Self { slot, up_to: UpTo::All }
    }

    /// The slot in which the guesses are counted.
    pub fn slot(&self) -> AttemptSlot {
        self.slot
    }

    /// Makes the new record from the stored one.
    pub fn clear(&self, stored: Option<AttemptRecord>) -> AttemptRecord {
        stored.unwrap_or_default().clear(self.up_to)
    }
}

impl fmt::Debug for ClearGuesses {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ClearGuesses").field("slot", &self.slot).finish_non_exhaustive()
    }
}
