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
