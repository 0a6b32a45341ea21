//! The table of states: what a login needs, from who, what has been proved, and how old the password is.

use super::{calls::F, rules::Rules, state::Person};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// No password, or not signed in with, or just changed.
    None,
    Current,
    Warned,
    Expired,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Need {
    Deny,
    Factor(BTreeSet<F>),
    Change,
    Warn,
    Nothing,
}

/// What has been done about the password in this login.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    Nothing,
    Skipped,
    Changed,
}

pub fn age(rules: &Rules, person: &Person, proved: &BTreeSet<F>, done: Done, now: u64) -> Age {
    let Some(password) = &person.password else { return Age::None };
    let old = now.saturating_sub(password.set_at);
    match (proved.contains(&F::Password), done) {
        (_, Done::Changed) => Age::None,
        _ if password.must_change => Age::Expired,
        (false, _) => Age::None,
        _ if old >= rules.expired_from => Age::Expired,
        _ if old >= rules.warned_from => Age::Warned,
        _ => Age::Current,
    }
}

/// One row a situation.
pub fn need(rules: &Rules, person: &Person, proved: &BTreeSet<F>, done: Done, now: u64) -> Need {
    let asked = rules.always_second || !person.enrolled.is_empty();
    let enough = proved.len() >= if asked { 2 } else { 1 };
    let at_hand = |factor: &F| *factor != F::Totp || person.has_totp;
    let left: BTreeSet<F> = person.enrolled.iter().copied().filter(at_hand).collect();
    let left: BTreeSet<F> = left.difference(proved).copied().collect();
    let skips_left = person.password.as_ref().is_some_and(|password| password.skips < rules.skips);
    match (person.active, proved.len(), enough, left.len(), age(rules, person, proved, done, now)) {
        //  active  proved enough left  age
        (false, _, _, _, _) => Need::Deny,
        (true, 0, _, _, _) => Need::Deny,
        (true, _, false, 0, _) => Need::Deny,
        (true, _, false, _, _) => Need::Factor(left),
        (true, _, true, _, Age::None | Age::Current) => Need::Nothing,
        (true, _, true, _, Age::Expired) => Need::Change,
        (true, _, true, _, Age::Warned) => match (done, skips_left) {
            (Done::Skipped, _) => Need::Nothing,
            (_, true) => Need::Warn,
            (_, false) => Need::Change,
        },
    }
}
