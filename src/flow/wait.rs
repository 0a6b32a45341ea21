//! What a login waits for.

use super::Action;
use crate::{factor::FactorSet, password::MustChange, token::Stage};

/// What a login waits for. Its key alone, without the details, is a [`Stage`], which a state token carries.
///
/// ```
/// use authflow::{
///     flow::{Action, Wait},
///     outcome::Verdict,
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// world.login("erin");
/// let Verdict::Pending(pending) = &world.outcome.as_ref().unwrap().verdict else {
///     panic!("she is warned")
/// };
/// assert_eq!((pending.wait.days_left(), pending.wait.skips_left()), (Some(5), 3));
/// assert!(pending.wait.actions().any(|action| action == Action::SkipPassword));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wait {
    /// One more factor, of these.
    FactorRequired {
        /// Any of them will do.
        choices: FactorSet,
    },
    /// A new password, before anything else.
    PasswordExpired {
        /// Why.
        reason: ChangeReason,
        /// What may prove the change. [`Factor::Password`](crate::factor::Factor::Password) is the present one, and the others are codes to channels.
        /// It is never empty.
        by: FactorSet,
    },
    /// A new password soon: change it now, or skip.
    PasswordExpiring {
        /// Seconds until the present one expires, at least 1.
        expires_in: u64,
        /// How often the change may still be skipped, at least 1.
        skips_left: u32,
        /// What may prove the change. [`Factor::Password`](crate::factor::Factor::Password) is the present one, and the others are codes to channels.
        /// It is never empty.
        by: FactorSet,
    },
}

impl Wait {
    /// The stage that the state token is minted for.
    pub fn stage(&self) -> Stage {
        match self {
            Self::PasswordExpiring { .. } => Stage::PasswordExpiring,
            Self::PasswordExpired { .. } => Stage::PasswordExpired,
            Self::FactorRequired { .. } => Stage::FactorRequired,
        }
    }

    /// What a client may do now.
    pub fn actions(&self) -> impl Iterator<Item = Action> + use<> {
        let none = FactorSet::EMPTY;
        let (proofs, skip, changes) = match *self {
            Self::FactorRequired { choices } => (choices, None, none),
            Self::PasswordExpired { by, .. } => (none, None, by),
            Self::PasswordExpiring { by, .. } => (none, Some(Action::SkipPassword), by),
        };
        let changes = changes.iter().map(Action::ChangePassword);
        proofs.iter().map(Action::ProveFactor).chain(skip).chain(changes)
    }

    /// What may prove a change of the password now. It is empty if the login waits for something else.
    pub fn change_by(&self) -> FactorSet {
        match self {
            Self::PasswordExpired { by, .. } | Self::PasswordExpiring { by, .. } => *by,
            Self::FactorRequired { .. } => FactorSet::EMPTY,
        }
    }

    /// Whole days until the present password expires, if it is about to. It is 0 on the last day.
    pub fn days_left(&self) -> Option<u64> {
        match self {
            Self::PasswordExpiring { expires_in, .. } => Some(expires_in / 86_400),
            Self::PasswordExpired { .. } | Self::FactorRequired { .. } => None,
        }
    }

    /// How often the change of the present password may still be skipped.
    pub fn skips_left(&self) -> u32 {
        match self {
            Self::PasswordExpiring { skips_left, .. } => *skips_left,
            Self::PasswordExpired { .. } | Self::FactorRequired { .. } => 0,
        }
    }
}

/// Why a password must be changed.
///
/// ```
/// use authflow::{
///     flow::{ChangeReason, Wait},
///     outcome::Verdict,
///     testkit::World,
/// };
///
/// let mut world = World::new();
/// world.login("frank");
/// let Verdict::Pending(pending) = &world.outcome.as_ref().unwrap().verdict else { panic!() };
/// let Wait::PasswordExpired { reason, .. } = pending.wait else { panic!() };
/// let told = match reason {
///     ChangeReason::Expired | ChangeReason::SkipsSpent => "Your password is too old.",
///     ChangeReason::AdministratorReset | ChangeReason::FirstLogin => "Choose a password of your own.",
///     ChangeReason::Breached => "Somebody else knows your password.",
/// };
/// assert_eq!(told, "Choose a password of your own.");
/// ```
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
