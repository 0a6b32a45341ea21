//! The result of a guess that was not right.

use super::{AttemptRecord, AttemptSlot, Receipt, record::Settlement};

/// The result of a counted guess that was not right. It was wrong, or it is given back because its request ended without effect.
///
/// This question comes last, whatever factor the guess was at, and also for slots that no account has. In one transaction,
/// `SELECT record FROM attempts WHERE slot = ? FOR UPDATE`, put the record through [`settle`](Self::settle), and store the result with an
/// `UPDATE`. So a record of a slot that no account has stays dropped if it was dropped meanwhile.
///
/// ```
/// use authflow::{
///     guess::{AttemptRecord, SettleAttempt},
///     testkit::{Call, World},
/// };
/// use std::collections::BTreeMap;
///
/// fn settle(attempts: &mut BTreeMap<[u8; 32], Vec<u8>>, ask: &SettleAttempt) {
///     let slot = *ask.slot.as_bytes();
///     let stored = attempts.get(&slot).map(|bytes| AttemptRecord::from_bytes(bytes).unwrap());
///     attempts.insert(slot, ask.settle(stored).to_bytes());
/// }
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", "a guess"));
/// let ask = world.until::<SettleAttempt>(step); // it was wrong
/// let before = world.host.attempts[&ask.slot].to_bytes();
/// let mut attempts = BTreeMap::from([(*ask.slot.as_bytes(), before.clone())]);
/// settle(&mut attempts, &ask);
/// assert_ne!(
///     attempts[ask.slot.as_bytes()],
///     before,
///     "it is in flight no longer, and stays counted"
/// );
/// ```
///
/// **If you answer wrongly:** a wrong guess that is not settled counts as in flight for 30 seconds and as wrong afterwards, so a crash loses
/// nothing. If a record is *deleted* here, guesses are unlimited.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct SettleAttempt {
    /// The slot in which the guess was counted.
    pub slot: AttemptSlot,
    receipt: Receipt,
    settlement: Settlement,
}

impl SettleAttempt {
    pub(crate) fn new(slot: AttemptSlot, receipt: Receipt, settlement: Settlement) -> Self {
        Self { slot, receipt, settlement }
    }

    /// Makes the new record from the stored one.
    pub fn settle(&self, stored: Option<AttemptRecord>) -> AttemptRecord {
        stored.unwrap_or_default().settle(self.receipt, self.settlement)
    }
}
