//! The states of a login.

use crate::token::Stage;
use core::fmt;

/// The states of a login.
///
/// ```
/// use authflow::{
///     flow::{State, graph},
///     testkit::demo,
///     token::Stage,
/// };
///
/// // What your page explains: every state that a policy leads to, except the first.
/// let states: std::collections::BTreeSet<_> =
///     graph(&demo::policy()).edges().map(|edge| edge.to).collect();
/// assert!(states.contains(&State::from(Stage::PasswordExpiring)));
/// assert!(!states.contains(&State::RegisterSocial) && !states.contains(&State::Start));
/// assert_eq!(State::Pending(Stage::FactorRequired).to_string(), "FactorRequired");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing has happened yet.
    Start,
    /// The login is right so far, and waits for one more step.
    Pending(Stage),
    /// The change of the password has been skipped.
    Skipped,
    /// The password has been changed.
    PasswordChanged,
    /// A new password has been set instead of a forgotten one, outside any login. Every session has ended.
    PasswordReset,
    /// An account has been made, with the password that was chosen for it, if one was.
    Registered,
    /// A number or address has been replaced, in a session that goes on.
    ContactReplaced,
    /// A social identity that is linked to no account is proved. The login waits for the proof of an account.
    BindSocial,
    /// As [`BindSocial`](State::BindSocial), but somebody without an account may register instead.
    RegisterSocial,
    /// A session has been issued.
    SessionIssued,
    /// The login has been denied.
    Denied,
}

impl State {
    /// Every state, in order.
    pub const ALL: &[Self] = &[
        Self::Start,
        Self::Pending(Stage::FactorRequired),
        Self::Pending(Stage::PasswordExpiring),
        Self::Pending(Stage::PasswordExpired),
        Self::Skipped,
        Self::PasswordChanged,
        Self::PasswordReset,
        Self::Registered,
        Self::ContactReplaced,
        Self::BindSocial,
        Self::RegisterSocial,
        Self::SessionIssued,
        Self::Denied,
    ];
}

/// The state as the drawing names it.
impl fmt::Display for State {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Pending(stage) => write!(f, "{stage}"),
            other => write!(f, "{other:?}"),
        }
    }
}

impl From<Stage> for State {
    fn from(stage: Stage) -> Self {
        Self::Pending(stage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A new state does not compile here until it has a place.
    #[test]
    fn all_states_are_there_in_order() {
        let place = |state| match state {
            State::Start => 0,
            State::Pending(Stage::FactorRequired) => 1,
            State::Pending(Stage::PasswordExpiring) => 2,
            State::Pending(Stage::PasswordExpired) => 3,
            State::Skipped => 4,
            State::PasswordChanged => 5,
            State::PasswordReset => 6,
            State::Registered => 7,
            State::ContactReplaced => 8,
            State::BindSocial => 9,
            State::RegisterSocial => 10,
            State::SessionIssued => 11,
            State::Denied => 12,
        };
        assert!(State::ALL.iter().map(|state| place(*state)).eq(0..13));
        assert!(State::ALL.is_sorted(), "as edges are");
    }
}
