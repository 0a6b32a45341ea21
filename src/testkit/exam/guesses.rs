//! Guesses, counted one by one.

use super::{NeglectedDuty, Sitting, answered, holds, together::together};
use crate::{
    Host,
    factor::Factor,
    guess::{Attempt, AttemptPolicy, AttemptSlot, Reservation, ReserveAttempt, SettleAttempt, Settlement},
};
use alloc::vec::Vec;

impl<H: Host> Sitting<'_, H> {
    /// Twice as many at once as there are: so many are let in, and the one that was right clears the count.
    pub(super) async fn guesses(&self) -> Result<(), NeglectedDuty> {
        let policy = AttemptPolicy::default();
        let slot = AttemptSlot::from_bytes(self.slot());
        let ask = ReserveAttempt::new(slot, policy, self.now());
        let at_once = (0..2 * policy.threshold()).map(|_| self.host.reserve_attempt(&ask));
        let mut receipts = Vec::new();
        for reservation in together(at_once).await {
            receipts.extend(receipt(answered::<ReserveAttempt, _>(reservation)?));
        }
        holds(receipts.len() == policy.threshold() as usize, NeglectedDuty::CountGuesses)?;
        let Some(right) = receipts.into_iter().max_by_key(|receipt| receipt.number()) else { return Ok(()) };
        let settle = SettleAttempt::new(slot, Settlement::Passed(right));
        answered::<SettleAttempt, _>(self.host.settle_attempt(&settle).await)?;
        let next = answered::<ReserveAttempt, _>(self.host.reserve_attempt(&ask).await)?;
        holds(receipt(next).is_some(), NeglectedDuty::ClearGuesses)
    }

    /// One of its own, so that the account's real count stays as it is.
    fn slot(&self) -> [u8; 32] {
        let mut slot = *AttemptSlot::of_account(None, self.exam.expected.id, Factor::Password).as_bytes();
        for (to, from) in slot.iter_mut().zip(self.id("slot")) {
            *to = from;
        }
        slot
    }
}

fn receipt(reservation: Reservation) -> Option<crate::guess::Receipt> {
    match reservation.attempt() {
        Attempt::Reserved { receipt, .. } => Some(receipt),
        Attempt::Locked { .. } => None,
    }
}
