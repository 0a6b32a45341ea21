//! The table of states: the next need of a login, by the person, the proved factors, and the age of the password.

use super::{
    calls::F,
    rules::Rules,
    state::{Must, Person},
};
use std::collections::BTreeSet;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// There is no password, it has not been proved, or it has just been changed.
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

/// The change or skip of the password in this login.
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
        _ if password.must_change.is_some() => Age::Expired,
        (false, _) => Age::None,
        _ if old >= rules.expired_from => Age::Expired,
        _ if old >= rules.warned_from => Age::Warned,
        _ => Age::Current,
    }
}

const CHANNELS: [F; 2] = [F::Sms, F::Email];

/// Whether all proved factors are channels that are the person's second factors.
pub fn rests_on_second_factors(person: &Person, proved: &BTreeSet<F>) -> bool {
    proved.iter().all(|factor| CHANNELS.contains(factor) && person.enrolled.contains(factor))
}

/// The factors that may prove the change of a password in a login. In a login that has proved the password, any channel may. In any
/// other login, a channel that is a second factor may not, and no channel may if only second factors have been proved. The old password
/// may, unless it is breached and nothing else has been proved.
pub fn changes_by(person: &Person, proved: &BTreeSet<F>) -> BTreeSet<F> {
    let is_open = |channel: &F| {
        proved.contains(&F::Password)
            || !person.enrolled.contains(channel) && !rests_on_second_factors(person, proved)
    };
    let channels = CHANNELS.into_iter().filter(|channel| person.contact(*channel).is_some()).filter(is_open);
    let breached = person.password.as_ref().is_some_and(|known| known.must_change == Some(Must::Breached));
    // This applies unless there is nothing else to prove with.
    let has_more = person.mobile.is_some() || person.email.is_some() || person.has_totp;
    // An attacker who had the password may have linked an identity.
    let is_another = |factor: &F| !matches!(factor, F::Password | F::Fed);
    let old = !breached || !has_more || proved.iter().any(is_another);
    channels.chain(old.then_some(F::Password)).collect()
}

/// Each situation has one row.
pub fn need(rules: &Rules, person: &Person, proved: &BTreeSet<F>, done: Done, now: u64) -> Need {
    let asked = rules.always_second || !person.enrolled.is_empty();
    let enough = proved.len() >= if asked { 2 } else { 1 };
    let at_hand = |factor: &F| match factor {
        F::Totp => person.has_totp,
        channel => person.contact(*channel).is_some(),
    };
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
