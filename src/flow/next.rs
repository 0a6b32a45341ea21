//! The one function that decides.

use super::Call;
use crate::{
    Account, AccountStatus, Factor, FactorSet, MustChange, Timestamp,
    policy::{Age, Policy, SecondFactor},
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
    /// One more factor, of these.
    Factor(FactorSet),
    /// A new password, before anything else.
    ChangePassword(ChangeReason),
    /// A new password soon: change it now, or skip.
    WarnPassword {
        /// Seconds until it expires, at least 1.
        expires_in: u64,
        /// How often the change may still be skipped, at least 1.
        skips_left: u32,
    },
    /// Nothing more: issue a session.
    Issue,
}

impl Next {
    /// What a client may do about it.
    pub fn calls(&self) -> impl Iterator<Item = Call> + use<> {
        let (factors, password) = match self {
            Self::Deny(_) | Self::Issue => (FactorSet::EMPTY, &[][..]),
            Self::Factor(choices) => (*choices, &[][..]),
            Self::ChangePassword(_) => (FactorSet::EMPTY, &[Call::ChangePassword][..]),
            Self::WarnPassword { .. } => (FactorSet::EMPTY, &[Call::SkipPassword, Call::ChangePassword][..]),
        };
        let factors = Factor::ALL.into_iter().filter(move |factor| factors.contains(*factor));
        factors.map(Call::ProveFactor).chain(password.iter().copied())
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

/// Why a password must be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum ChangeReason {
    /// It has reached its greatest age.
    Expired,
    /// It is about to expire, and its change has been skipped as often as it may be.
    SkipsSpent,
    /// An administrator set it.
    AdministratorReset,
    /// It is known to attackers.
    Breached,
    /// It was given out to sign in with once.
    FirstLogin,
}

impl From<MustChange> for ChangeReason {
    fn from(must: MustChange) -> Self {
        match must {
            MustChange::AdministratorReset => Self::AdministratorReset,
            MustChange::Breached => Self::Breached,
            MustChange::FirstLogin => Self::FirstLogin,
        }
    }
}

/// What a login needs next: a pure function of the policy, the account as it is now, and what has been proved.
///
/// ```
/// use authflow::{
///     Account, AccountId, Factor, FactorSet, Password, Revision, Secret, Timestamp,
///     flow::{Next, PasswordStep, Progress, next},
///     policy::{Ageing, Policy},
/// };
///
/// let policy = Policy { ageing: Some(Ageing::new(90, 14, 3).unwrap()), ..Policy::default() };
/// let mut erin = Account::new(AccountId::new("erin").unwrap(), Revision::new(1));
/// erin.password = Some(Password::new(Secret::new("…"), Timestamp::from_unix(0)));
/// let now = Timestamp::from_unix(85 * 86_400);
///
/// let proved = Progress { factors: FactorSet::EMPTY.with(Factor::Password), ..Progress::default() };
/// assert_eq!(next(&policy, &erin, proved, now), Next::WarnPassword { expires_in: 5 * 86_400, skips_left: 3 });
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
        return if choices.is_empty() { Next::Deny(Denial::NoSecondFactor) } else { Next::Factor(choices) };
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
    if let Some(must) = password.must_change {
        return Next::ChangePassword(must.into());
    }
    if !progress.factors.contains(Factor::Password) {
        return Next::Issue;
    }
    let Some(ageing) = &policy.ageing else {
        return Next::Issue;
    };
    match ageing.age(password.changed_at, now) {
        Age::Current => Next::Issue,
        Age::Expired => Next::ChangePassword(ChangeReason::Expired),
        Age::Expiring { .. } if progress.password == PasswordStep::Skipped => Next::Issue,
        Age::Expiring { seconds_left } => match ageing.max_skips().saturating_sub(password.skips_used) {
            0 => Next::ChangePassword(ChangeReason::SkipsSpent),
            skips_left => Next::WarnPassword { expires_in: seconds_left, skips_left },
        },
    }
}

#[cfg(test)]
#[path = "next_tests.rs"]
mod tests;
