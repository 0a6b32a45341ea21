//! Give somebody their guesses back.

use crate::{
    AccountId, TenantId,
    guess::{AttemptSlot, ClearGuesses},
};
use alloc::vec::Vec;

/// Give somebody their guesses back: all counts of every factor.
///
/// Do this in one transaction, for each of [`clears`](Self::clears), in this order: run `SELECT record FROM attempts WHERE slot = ? FOR UPDATE`,
/// and store what [`ClearGuesses::clear`] makes of the row, if there is one. Records are **cleared and never deleted**. Their receipts are
/// counted on from where they were. So the settlement of a guess that is still being judged cannot give a later guess back. The revision stays,
/// because nothing that was judged has changed.
///
/// An account that is not active stays so: see [`SetStatus`](super::SetStatus).
///
/// ```
/// use authflow::{
///     administration::{Administered, Unlock},
///     testkit::{Call, World},
/// };
///
/// let mut world = World::new();
/// for _ in 0..5 {
///     world.send(&Call::login("alice", "wrong"));
/// }
/// assert_ne!(world.login("alice").status, 200, "the right password does not help");
///
/// let (tenant, account) = (world.account("alice").tenant, world.account("alice").id);
/// assert_eq!(world.host.unlock(&Unlock { tenant, account }), Administered::Done);
/// assert_eq!(world.login("alice").status, 200);
/// ```
///
/// **If you answer wrongly:** if a slot is skipped, its owner stays locked out of that factor, and stays so for good if the slot has reached the
/// ceiling. If a record is deleted, the late settlement of an older guess may give back a guess that was wrong.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Unlock {
    /// The tenant of the account.
    pub tenant: Option<TenantId>,
    /// The account whose guesses are cleared.
    pub account: AccountId,
}

impl Unlock {
    /// The records to clear, in the order in which their slots must be locked: by the bytes of the slots.
    pub fn clears(&self) -> impl Iterator<Item = ClearGuesses> + use<> {
        let mut slots: Vec<_> = AttemptSlot::every(self.tenant, self.account).collect();
        slots.sort_unstable();
        slots.into_iter().map(ClearGuesses::all)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_slot_is_cleared_once_in_the_order_of_bytes() {
        let (tenant, account) = (None, AccountId::new("erin").unwrap());
        let cleared: Vec<_> = Unlock { tenant, account }.clears().map(|clear| clear.slot()).collect();
        assert!(cleared.is_sorted_by(|one, next| one < next));
        assert!(AttemptSlot::every(tenant, account).all(|slot| cleared.contains(&slot)));
    }
}
