//! The one function that decides.

use super::{Action, ChangeReason, Wait, recovery::change_proofs};
use crate::{
    Timestamp,
    account::{Account, AccountStatus},
    factor::{Factor, FactorSet},
    password::Age,
    policy::{Policy, SecondFactor},
};

/// What a login has got through so far.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// The factors that have been proved. A set: one factor never counts twice.
    pub factors: FactorSet,
    /// What has been done about an old password.
    pub password: PasswordStep,
}

/// What has been done about an old password in this login.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordStep {
    /// Nothing.
    #[default]
    Open,
    /// Its change has been skipped.
    Skipped,
    /// It has been changed.
    Changed,
}

/// What a login needs next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Nothing will do.
    Deny(Denial),
    /// One more step of the client's.
    Wait(Wait),
    /// Nothing more: issue a session.
    Issue,
}

impl Next {
    /// What a client may do about it.
    pub fn actions(&self) -> impl Iterator<Item = Action> + use<> {
        let wait = match self {
            Self::Wait(wait) => Some(*wait),
            Self::Deny(_) | Self::Issue => None,
        };
        wait.into_iter().flat_map(|wait| wait.actions())
    }
}

/// Why nothing will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The account is locked by an administrator, or disabled.
    Inactive,
    /// None of the factors has been proved that one may sign in with.
    NoFirstFactor,
    /// A second factor is required and the account has none left to ask for.
    NoSecondFactor,
}

/// What a login needs next: a pure function of the policy, the account as it is now, and what has been proved.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet}, flow::{Next, PasswordStep, Progress, Wait, next}, password::Ageing, policy::Policy,
///     testkit::demo::{self, DAY, START},
/// };
///
/// let policy = Policy { ageing: Some(Ageing::new(90, 14, 3).unwrap()), ..Policy::default() };
/// let mut erin = demo::account("erin");
/// erin.password = Some(demo::password("…", START));
/// let now = START.plus_seconds(85 * DAY);
///
/// let proved = Progress { factors: FactorSet::EMPTY.with(Factor::Password), ..Progress::default() };
/// let by = FactorSet::EMPTY.with(Factor::Password); // erin can be reached by no channel
/// let warned = Next::Wait(Wait::PasswordExpiring { expires_in: 5 * DAY, skips_left: 3, by });
/// assert_eq!(next(&policy, &erin, proved, now), warned);
/// let skipped = Progress { password: PasswordStep::Skipped, ..proved };
/// assert_eq!(next(&policy, &erin, skipped, now), Next::Issue);
/// ```
pub fn next(policy: &Policy, account: &Account, progress: Progress, now: Timestamp) -> Next {
    if account.status != AccountStatus::Active {
        return Next::Deny(Denial::Inactive);
    }
    if !progress.factors.iter().any(|factor| policy.first_factors.contains(factor)) {
        return Next::Deny(Denial::NoFirstFactor);
    }
    let second_factor = match policy.second_factor {
        SecondFactor::Off => false,
        SecondFactor::WhenEnrolled => !account.enrolled.is_empty(),
        SecondFactor::Always => true,
    };
    if second_factor && progress.factors.len() < 2 {
        let choices = account.second_factors().without(progress.factors);
        return if choices.is_empty() {
            Next::Deny(Denial::NoSecondFactor)
        } else {
            Next::Wait(Wait::FactorRequired { choices })
        };
    }
    password_age(policy, account, progress, now)
}

/// A password that must be changed must be changed, however one came in; only one that was used is judged by its age.
fn password_age(policy: &Policy, account: &Account, progress: Progress, now: Timestamp) -> Next {
    let Some(password) = &account.password else {
        return Next::Issue;
    };
    if progress.password == PasswordStep::Changed {
        return Next::Issue;
    }
    let by = change_proofs(account, progress.factors);
    if let Some(must) = password.must_change {
        // A breached password is nothing to change it by, where there is more to prove with: a second factor, if no channel.
        let wait = match by.is_empty() {
            true => Wait::FactorRequired { choices: account.second_factors() },
            false => Wait::PasswordExpired { reason: must.into(), by },
        };
        return Next::Wait(wait);
    }
    if !progress.factors.contains(Factor::Password) {
        return Next::Issue;
    }
    let Some(ageing) = &policy.ageing else {
        return Next::Issue;
    };
    match ageing.age(password.changed_at, now) {
        Age::Current => Next::Issue,
        Age::Expired => Next::Wait(Wait::PasswordExpired { reason: ChangeReason::Expired, by }),
        Age::Expiring { .. } if progress.password == PasswordStep::Skipped => Next::Issue,
        Age::Expiring { seconds_left } => match ageing.max_skips().saturating_sub(password.skips_used) {
            0 => Next::Wait(Wait::PasswordExpired { reason: ChangeReason::SkipsSpent, by }),
            skips_left => Next::Wait(Wait::PasswordExpiring { expires_in: seconds_left, skips_left, by }),
        },
    }
}

#[cfg(test)]
#[path = "next_tests.rs"]
mod tests;
