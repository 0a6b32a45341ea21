//! The one function that decides what a login needs next.

use super::{Action, ChangeReason, Wait, recovery::change_proofs};
use crate::{
    Timestamp,
    account::{Account, AccountStatus},
    factor::{Factor, FactorSet},
    password::Age,
    policy::{Policy, SecondFactor},
};

/// The progress of a login so far.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::{Next, Progress, next},
///     policy::{Policy, SecondFactor},
///     testkit::demo,
/// };
///
/// let policy = Policy { second_factor: SecondFactor::Always, ..Policy::default() };
/// let mut tom = demo::account("tom");
/// tom.password = Some(demo::password("Correct-Horse-7", demo::START));
/// demo::enrol(Factor::Totp, &mut tom);
///
/// let mut progress =
///     Progress { factors: FactorSet::EMPTY.with(Factor::Password), ..Progress::default() };
/// assert!(matches!(next(&policy, &tom, progress, demo::START), Next::Wait(_)));
/// progress.factors = progress.factors.with(Factor::Totp);
/// assert_eq!(next(&policy, &tom, progress, demo::START), Next::Issue);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Progress {
    /// The factors that have been proved. This is a set, so one factor never counts twice.
    pub factors: FactorSet,
    /// The step that has been taken about an old password.
    pub password: PasswordStep,
}

/// The step that a login has taken about a password.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::{Next, PasswordStep, Progress, next},
///     testkit::demo,
/// };
///
/// // victor's password has expired.
/// let accounts = demo::accounts();
/// let victor = accounts.iter().find(|account| account.id.as_str() == "id-victor").unwrap();
/// let issues = |password| {
///     let progress = Progress { factors: FactorSet::EMPTY.with(Factor::Password), password };
///     next(&demo::policy(), victor, progress, demo::START) == Next::Issue
/// };
/// assert!(!issues(PasswordStep::Open) && !issues(PasswordStep::Skipped));
/// assert!(issues(PasswordStep::Changed));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub enum PasswordStep {
    /// No step has been taken.
    #[default]
    Open,
    /// The change of the password has been skipped.
    Skipped,
    /// The password has been changed.
    Changed,
    /// The password is new: somebody who registers has just chosen it. They are not asked for it at once, and it was not
    /// proved.
    Chosen,
}

/// The next thing that a login needs.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::{Denial, Next, Progress, Wait, next},
///     testkit::demo,
/// };
///
/// /// For your help desk: why somebody does not get in by their password.
/// fn explain(needs: Next) -> &'static str {
///     match needs {
///         Next::Issue => "it is enough",
///         Next::Wait(Wait::FactorRequired { .. }) => "a second factor is asked for",
///         Next::Wait(_) => "the password is old",
///         Next::Deny(Denial::Inactive) => "the account is switched off",
///         Next::Deny(_) => "nothing that they have will do",
///     }
/// }
///
/// let by_password =
///     Progress { factors: FactorSet::EMPTY.with(Factor::Password), ..Progress::default() };
/// let said = demo::accounts().into_iter().filter_map(|account| {
///     let needs = next(&demo::policy(), &account, by_password, demo::START);
///     matches!(account.id.as_str(), "id-alice" | "id-dora" | "id-tom").then(|| explain(needs))
/// });
/// assert_eq!(
///     said.collect::<Vec<_>>(),
///     ["it is enough", "the account is switched off", "a second factor is asked for"]
/// );
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The login is denied, whatever the client does.
    Deny(Denial),
    /// The client must do one more step.
    Wait(Wait),
    /// Nothing more: issue a session.
    Issue,
}

impl Next {
    /// The actions by which a client may go on.
    pub fn actions(&self) -> impl Iterator<Item = Action> + use<> {
        let wait = match self {
            Self::Wait(wait) => Some(*wait),
            Self::Deny(_) | Self::Issue => None,
        };
        wait.into_iter().flat_map(|wait| wait.actions())
    }
}

/// The reason why a login is denied.
///
/// ```
/// use authflow::{
///     factor::Factor,
///     flow::Denial,
///     outcome::Event,
///     policy::{Policy, SecondFactor},
///     testkit::{World, demo},
/// };
///
/// let mut world =
///     World::with_policy(Policy { second_factor: SecondFactor::Always, ..demo::policy() });
/// world.login("alice"); // she has none
/// // The client reads "access denied"; the log says why.
/// let denial = world.outcome.unwrap().events.into_iter().find_map(|event| match event {
///     Event::AccessDenied { denial, .. } => denial,
///     _ => None,
/// });
/// assert_eq!(denial, Some(Denial::NoSecondFactor));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Denial {
    /// The account is locked by an administrator, or disabled.
    Inactive,
    /// None of the proved factors is a first factor here.
    NoFirstFactor,
    /// A second factor is required, and the account has none left that could be asked for.
    NoSecondFactor,
}

/// Decides what a login needs next: a pure function of the policy, the account as it is now, and what has been proved.
///
/// ```
/// use authflow::{
///     factor::{Factor, FactorSet},
///     flow::{Next, PasswordStep, Progress, Wait, next},
///     password::Ageing,
///     policy::Policy,
///     testkit::demo::{self, DAY, START},
/// };
///
/// let policy = Policy { ageing: Some(Ageing::new(90, 14, 3).unwrap()), ..Policy::default() };
/// let mut erin = demo::account("erin");
/// erin.password = Some(demo::password("…", START));
/// let now = START.plus_seconds(85 * DAY);
///
/// let proved =
///     Progress { factors: FactorSet::EMPTY.with(Factor::Password), ..Progress::default() };
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
    let is_first = |factor| policy.first_factors.contains(factor);
    // Somebody who has just chosen a password knows it.
    let comes_in_by_password = progress.password == PasswordStep::Chosen && is_first(Factor::Password);
    if !comes_in_by_password && !progress.factors.iter().any(is_first) {
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

/// A mandatory change cannot be avoided, however the subject came in. The age of a password counts only if the password was
/// used.
fn password_age(policy: &Policy, account: &Account, progress: Progress, now: Timestamp) -> Next {
    let Some(password) = &account.password else {
        return Next::Issue;
    };
    if matches!(progress.password, PasswordStep::Changed | PasswordStep::Chosen) {
        return Next::Issue;
    }
    let proofs = || change_proofs(account, progress.factors);
    if let Some(must) = password.must_change {
        // A breached password does not prove its own change if the account has something else to prove it with: a channel,
        // or else a second factor.
        let by = proofs();
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
        Age::Expired => Next::Wait(Wait::PasswordExpired { reason: ChangeReason::Expired, by: proofs() }),
        Age::Expiring { .. } if progress.password == PasswordStep::Skipped => Next::Issue,
        Age::Expiring { seconds_left } => match ageing.max_skips().saturating_sub(password.skips_used) {
            0 => Next::Wait(Wait::PasswordExpired { reason: ChangeReason::SkipsSpent, by: proofs() }),
            skips_left => {
                Next::Wait(Wait::PasswordExpiring { expires_in: seconds_left, skips_left, by: proofs() })
            }
        },
    }
}

#[cfg(test)]
#[path = "next_tests.rs"]
mod tests;
