//! Guesses, counted one by one.

use super::{NeglectedDuty, Sitting, answered, holds, together::together};
use crate::{
    Host,
    factor::Factor,
    guess::{
        Aim, Attempt, AttemptPolicy, AttemptSlot, ClearGuesses, Receipt, Reservation, ReserveAttempt,
        SettleAttempt, Settlement,
    },
    moment::Skew,
    step::Write,
};
use alloc::vec::Vec;

impl<H: Host> Sitting<'_, H> {
    /// Sends twice as many guesses at once as the policy allows. Exactly the allowed number is let in. Then the guesses end in different ways, and
    /// the count must follow.
    pub(super) async fn guesses(&self) -> Result<(), NeglectedDuty> {
        let policy = AttemptPolicy::default();
        let slot = AttemptSlot::from_bytes(self.slot());
        let ask = ReserveAttempt::new(Aim::at(slot, Factor::Totp), policy, self.now(), Skew::of_seconds(0));
        let at_once = (0..2 * policy.threshold()).map(|_| self.host.reserve_attempt(&ask));
        let mut receipts = Vec::new();
        for reservation in together(at_once).await {
            receipts.extend(receipt(&answered::<ReserveAttempt, _>(reservation)?));
        }
        holds(receipts.len() == policy.threshold() as usize, NeglectedDuty::CountGuesses)?;
        receipts.sort_unstable_by_key(|receipt| receipt.number());
        let [first, second, third, ..] = receipts[..] else { return Err(NeglectedDuty::CountGuesses) };
        // A guess in the middle is given back, so one guess is free again, and no more.
        self.settle(slot, second, Settlement::GivenBack).await?;
        holds(self.is_reserved(&ask).await?, NeglectedDuty::SettleGuess)?;
        holds(!self.is_reserved(&ask).await?, NeglectedDuty::SettleGuess)?;
        // A wrong guess stays counted.
        self.settle(slot, third, Settlement::Wrong).await?;
        holds(!self.is_reserved(&ask).await?, NeglectedDuty::SettleGuess)?;
        // A success clears nothing if its commit is not written. A written success clears its own guess and those before it.
        let clear = Write::ClearGuesses(ClearGuesses::up_to(slot, first));
        self.rolled_back("clear and roll back", Vec::from([clear.clone()])).await?;
        holds(!self.is_reserved(&ask).await?, NeglectedDuty::RollBack)?;
        self.done("clear the first", Vec::from([clear]), NeglectedDuty::ClearGuesses).await?;
        holds(self.is_reserved(&ask).await?, NeglectedDuty::ClearGuesses)?;
        holds(!self.is_reserved(&ask).await?, NeglectedDuty::ClearGuesses)?;
        // The guess in the middle is no longer there to be cleared, and no other guess is cleared in its place.
        let clear = Write::ClearGuesses(ClearGuesses::up_to(slot, third));
        self.done("clear up to the third", Vec::from([clear]), NeglectedDuty::ClearGuesses).await?;
        holds(self.is_reserved(&ask).await?, NeglectedDuty::ClearGuesses)?;
        holds(!self.is_reserved(&ask).await?, NeglectedDuty::SettleGuess)?;
        // A new secret clears every guess, and receipts go on: no new receipt repeats an earlier one.
        let clear = Write::ClearGuesses(ClearGuesses::all(slot));
        self.done("clear all", Vec::from([clear]), NeglectedDuty::ClearGuesses).await?;
        for _ in 0..policy.threshold() {
            let next = answered::<ReserveAttempt, _>(self.host.reserve_attempt(&ask).await)?;
            let next = receipt(&next).ok_or(NeglectedDuty::ClearGuesses)?;
            let goes_on = receipts.iter().all(|earlier| earlier.number() < next.number());
            holds(goes_on, NeglectedDuty::KeepReceipts)?;
        }
        holds(!self.is_reserved(&ask).await?, NeglectedDuty::CountGuesses)
    }

    async fn settle(
        &self,
        slot: AttemptSlot,
        receipt: Receipt,
        settlement: Settlement,
    ) -> Result<(), NeglectedDuty> {
        let settle = SettleAttempt::new(slot, receipt, settlement);
        answered::<SettleAttempt, _>(self.host.settle_attempt(&settle).await)
    }

    async fn is_reserved(&self, ask: &ReserveAttempt) -> Result<bool, NeglectedDuty> {
        let next = answered::<ReserveAttempt, _>(self.host.reserve_attempt(ask).await)?;
        if let Attempt::Locked { receipt, .. } = next.attempt() {
            self.settle(ask.slot, receipt, Settlement::Wrong).await?;
        }
        Ok(receipt(&next).is_some())
    }

    /// A slot for this exam, so that the account's real count stays as it is.
    fn slot(&self) -> [u8; 32] {
        let mut slot = *AttemptSlot::of_account(None, self.exam.expected.id, Factor::Password).as_bytes();
        for (to, from) in slot.iter_mut().zip(self.id("slot")) {
            *to = from;
        }
        slot
    }
}

fn receipt(reservation: &Reservation) -> Option<Receipt> {
    match reservation.attempt() {
        Attempt::Reserved { receipt, .. } => Some(receipt),
        Attempt::Contended | Attempt::Locked { .. } => None,
    }
}
