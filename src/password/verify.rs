//! Is this the password?

use crate::Secret;
use serde::{Deserialize, Serialize};

/// Is this the password?
///
/// Without a verifier the account is unknown, locked, disabled or has no password: hash the presented password all the
/// same, against a verifier of your own, so that the answer takes as long as for everybody. That answer is ignored.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct VerifyPassword {
    /// What to verify against.
    pub verifier: Option<Secret>,
    /// What the client typed.
    pub presented: Secret,
}

/// Whether a presented password is the account's.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum PasswordMatch {
    /// It is.
    Matches,
    /// It is not.
    Differs,
}
