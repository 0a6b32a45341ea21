//! What the library knows of an account, and how it asks for one.

mod find;
mod identifier;
mod profile;
mod subject;
mod user_name;

pub use find::{AccountKey, FindAccount};
pub use identifier::Identifier;
pub use profile::{Profile, ProfileError};
pub use subject::Subject;
pub use user_name::{InvalidUserName, UserName};

use crate::{
    AccountId, TenantId, Timestamp,
    contact::{Channel, EmailAddress, Mobile, Recipient},
    factor::{Factor, FactorSet, Totp},
    password::Password,
};
use serde::{Deserialize, Serialize};

/// Counts the changes of an account that end what was judged before: password, status, factors.
///
/// The host counts it up by one in the same transaction as such a change. Tokens carry the revision they were judged on, and a
/// [`Commit`](crate::step::Commit) names the one it expects, so nothing is issued for an account that changed in between.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
pub struct Revision(u64);

impl Revision {
    /// A revision read from the host's store.
    pub const fn new(number: u64) -> Self {
        Self(number)
    }

    /// The number, for the host's store.
    pub const fn as_u64(self) -> u64 {
        self.0
    }

    /// The revision after one change.
    pub const fn next(self) -> Self {
        Self(self.0.saturating_add(1))
    }
}

/// Whether an account may sign in at all.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It may.
    #[default]
    Active,
    /// Locked by an administrator. (The lock after too many wrong guesses is not a status: see
    /// [`AttemptRecord`](crate::guess::AttemptRecord).)
    Locked,
    /// Switched off.
    Disabled,
}

/// An account as it is now, from the host's store.
///
/// ```
/// use authflow::{AccountId, Secret, Timestamp, account::{Account, Revision}, password::Password};
///
/// let mut account = Account::new(AccountId::new("4711").unwrap(), Revision::new(3));
/// account.password = Some(Password::new(Secret::new("$argon2id$…"), Timestamp::from_unix(1_700_000_000)));
/// ```
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Account {
    /// The host's stable id of it.
    pub id: AccountId,
    /// The tenant it belongs to; `None` where the application has no tenants.
    pub tenant: Option<TenantId>,
    /// Counted up by the host with every change of password, status or factors.
    pub revision: Revision,
    /// Whether it may sign in.
    pub status: AccountStatus,
    /// Its user name, where it has one: no password may be the same.
    pub user_name: Option<UserName>,
    /// Its password, if one is set.
    pub password: Option<Password>,
    /// Its verified mobile number: where codes for it go.
    pub mobile: Option<Mobile>,
    /// Its verified e-mail address: where codes for it go.
    pub email: Option<EmailAddress>,
    /// Its time-based one-time password.
    pub totp: Option<Totp>,
    /// The factors that it is asked for beside the first one. One that it has nothing to prove with – no number for
    /// [`Factor::Sms`], say – is still asked for, and cannot be proved: it never lets anyone in.
    pub enrolled: FactorSet,
    /// When a factor was last changed or removed: a session from before that no longer counts as a bearer. (The password
    /// has its own [`changed_at`](Password::changed_at), which counts too.)
    pub factors_changed_at: Timestamp,
    /// Claims for its id tokens.
    pub profile: Profile,
}

impl Account {
    /// An active account without tenant, password or factors.
    pub fn new(id: AccountId, revision: Revision) -> Self {
        Self {
            id,
            tenant: None,
            revision,
            status: AccountStatus::Active,
            user_name: None,
            password: None,
            mobile: None,
            email: None,
            totp: None,
            enrolled: FactorSet::EMPTY,
            factors_changed_at: Timestamp::default(),
            profile: Profile::default(),
        }
    }
}

impl Account {
    /// Where its codes of a channel go.
    pub(crate) fn recipient(&self, channel: Channel) -> Option<Recipient> {
        match channel {
            Channel::Sms => self.mobile.clone().map(Recipient::Mobile),
            Channel::Email => self.email.clone().map(Recipient::Email),
        }
    }

    /// The enrolled factors that it has something to prove with, beside the password.
    pub(crate) fn second_factors(&self) -> FactorSet {
        let at_hand = |factor: &Factor| match factor {
            Factor::Password => false,
            Factor::Sms => self.mobile.is_some(),
            Factor::Email => self.email.is_some(),
            Factor::Totp => self.totp.is_some(),
        };
        self.enrolled.iter().filter(at_hand).collect()
    }

    /// When any credential last changed.
    pub(crate) fn credentials_changed_at(&self) -> Timestamp {
        let password = self.password.as_ref().map_or(Timestamp::default(), |password| password.changed_at);
        self.factors_changed_at.max(password)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Secret;
    use alloc::format;

    #[test]
    fn an_account_prints_no_verifier() {
        let mut account = Account::new(AccountId::new("4711").unwrap(), Revision::new(1));
        account.password = Some(Password::new(Secret::new("$argon2id$secret"), Timestamp::from_unix(1)));
        let printed = format!("{account:?}");
        assert!(printed.contains("4711") && !printed.contains("argon2"), "{printed}");
    }
}
