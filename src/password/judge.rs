//! Is this new password good enough?

use super::PasswordRefusal;
use crate::{AccountId, Secret, account::UserName, contact::EmailAddress};
use serde::{Deserialize, Serialize};

/// Is this new password good enough? The pure rules have been checked already; this is for history, lists of common and breached passwords,
/// and words that an attacker expects of this subject (NIST SP 800-63B-4 §3.1.1.2). `parts::Blocklist` judges the last two.
///
/// **If you answer wrongly:** `Accepted` for a password that everybody tries first: five guesses at each of many accounts are enough, and no
/// lock stops them. `Refused` for a good one: its owner thinks of another one.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct JudgePassword {
    /// Whose it would be.
    pub account: AccountId,
    /// What its owner is called: words that an attacker expects in it.
    pub user_name: Option<UserName>,
    /// Where its owner is written to: the same.
    pub email: Option<EmailAddress>,
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
