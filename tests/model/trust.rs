//! The factors that made a link, how sure each was, and the links that an application accepts (decision 0041).

use super::calls::{F, Identity};
use std::collections::BTreeSet;

/// The unproved facts that an application accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Trust {
    /// Codes of providers that are not bound to a client.
    pub unbound_codes: bool,
    /// Mobiles that another party vouches for.
    pub vouched_mobiles: bool,
}

/// One factor that proved the account of a link, and its origin.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Making {
    pub by: F,
    /// The identity came by a code that was bound to its client.
    pub is_bound: bool,
    /// The factor is a mobile that another party vouched for.
    pub is_vouched: bool,
}

/// An identity on its way to an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Brought {
    pub identity: Identity,
    pub is_bound: bool,
    /// The mobile that proves the account was vouched for.
    pub is_vouched: bool,
}

impl Trust {
    pub fn takes(self, making: Making) -> bool {
        (making.is_bound || self.unbound_codes) && (!making.is_vouched || self.vouched_mobiles)
    }
}

impl Brought {
    /// The proofs of the link, in a login that has proved these factors.
    pub fn made_by(self, proved: &BTreeSet<F>) -> BTreeSet<Making> {
        let Self { is_bound, is_vouched, .. } = self;
        let making = |by: &F| Making { by: *by, is_bound, is_vouched: is_vouched && *by == F::Sms };
        proved.iter().map(making).collect()
    }
}

const FACTORS: [F; 5] = [F::Password, F::Sms, F::Email, F::Totp, F::Fed];
/// The bit of each factor, and the bit of a vouched mobile.
const BITS: [u16; 5] = [1, 2, 4, 8, 16];
const VOUCHED: u16 = 128;

fn bit(making: Making) -> u16 {
    let own = if making.is_vouched { VOUCHED } else { BITS[making.by as usize] };
    // The high byte has the bound codes.
    if making.is_bound { own << 8 } else { own }
}

/// The number that a database keeps.
pub fn written(made: &BTreeSet<Making>) -> u16 {
    made.iter().fold(0, |bits, making| bits | bit(*making))
}

/// The proofs that this number stands for.
pub fn read(bits: u16) -> BTreeSet<Making> {
    let ways = [true, false].into_iter().flat_map(|is_bound| {
        let making = move |by, is_vouched| Making { by, is_bound, is_vouched };
        FACTORS.into_iter().map(move |by| making(by, false)).chain([making(F::Sms, true)])
    });
    ways.filter(|making| bits & bit(*making) != 0).collect()
}
