//! The states of a login.

use crate::token::Stage;
use core::fmt;

/// The states of a login.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum State {
    /// Nothing has happened yet.
    Start,
    /// Right so far; it waits for one more step.
    Pending(Stage),
    /// The change of the password has been skipped.
    Skipped,
    /// The password has been changed.
    PasswordChanged,
    /// A new password has been set instead of a forgotten one, outside any login. Every session has ended.
    PasswordReset,
    /// Signed in.
    SessionIssued,
    /// Refused for good.
    Denied,
}

/// As the drawing names it.
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
