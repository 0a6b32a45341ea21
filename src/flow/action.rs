//! What a client does next.

use crate::factor::Factor;
use core::fmt;

/// What a client does to get from one state to the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Action {
    /// Prove the first factor.
    SignIn,
    /// Prove one more factor.
    ProveFactor(Factor),
    /// Skip the change of a password that is about to expire.
    SkipPassword,
    /// Change the password.
    ChangePassword,
}

impl fmt::Display for Action {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::SignIn => f.write_str("sign in"),
            Self::ProveFactor(factor) => write!(f, "prove {}", factor.amr()),
            Self::SkipPassword => f.write_str("skip"),
            Self::ChangePassword => f.write_str("change the password"),
        }
    }
}
