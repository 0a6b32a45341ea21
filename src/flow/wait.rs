//! The steps that a login can wait for.

use super::Action;
use crate::{factor::FactorSet, password::MustChange, token::Stage};

/// The step that a login waits for. The name of the step, without its details, is a [`Stage`], which a state token carries.
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
    /// The login needs one more factor.
    FactorRequired {
        /// The factors to choose from. Any of them will do.
        choices: FactorSet,
    },
    /// The password must be changed before anything else.
    PasswordExpired {
        /// The reason.
        reason: ChangeReason,
        /// The factors that may prove the change. [`Factor::Password`](crate::factor::Factor::Password) is the present password, and the others are
        /// codes to channels. The set is never empty.
        by: FactorSet,
    },
    /// The password is about to expire. The client may change it now, or skip the change.
    PasswordExpiring {
        /// Seconds until the present password expires, at least 1.
        expires_in: u64,
        /// The number of times that the change may still be skipped, at least 1.
        skips_left: u32,
        /// The factors that may prove the change. [`Factor::Password`](crate::factor::Factor::Password) is the present password, and the others are
        /// codes to channels. The set is never empty.
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

    /// The actions that a client may take now.
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

    /// The factors that may prove a change of the password now. The set is empty if the login waits for something else.
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

    /// The number of times that the change of the present password may still be skipped.
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
    /// The password has reached its greatest age.
    Expired,
    /// The password is about to expire, and no more skips are allowed.
    SkipsSpent,
    /// An administrator set the password.
    AdministratorReset,
    /// Attackers know the password.
    Breached,
    /// The password was given out for a single sign-in.
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
