//! Is this new password good enough?

use super::PasswordRefusal;
use crate::{AccountId, Secret};
use serde::{Deserialize, Serialize};

/// Is this new password good enough? The pure rules have been checked already; this is for history and breach lists.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgePassword {
    /// Whose it would be.
    pub account: AccountId,
    /// What it would be.
    pub new_password: Secret,
}

/// What the host thinks of a new password.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Judgement {
    /// Fine.
    Accepted,
    /// Not this one.
    Refused(PasswordRefusal),
}
