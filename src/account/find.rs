//! Which account is this?

use super::{Account, Identifier};
use crate::{AccountId, Audience};

/// Which account is this? `None` for no such account.
///
/// The answer must be of the tenant that the audience names, and have the id that was asked for. It is the account as it is now, from the
/// database that commits are written to: not from a cache, nor from a replica that lags behind.
///
/// ```sql
/// SELECT * FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :id;
/// -- or, for each of the identifier's names, by the key of its kind
/// SELECT * FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND user_name_key = :text;   -- or mobile_key, email_key
/// ```
///
/// The keys are the one spelling of each ([`UserName::normalised`](super::UserName::normalised) and its kin), made by this library when a row is
/// written: a database's own `lower()` makes others. Where two names lead to two accounts, it is not known who is meant: have no answer
/// ([`only`](Self::only)).
///
/// The exam of the test kit (`testkit::HostExam`) compares every column of the answer.
///
/// **If you answer wrongly:** with somebody of another tenant, tenants share accounts. With another account than was meant, whoever
/// knows that one's password is signed in as it. With `None` for somebody there is, that one cannot sign in. With a column that is not
/// read as it is: without the status, who is disabled is let in as far as the commit; without enrolled factors or the authenticator, the
/// second factor is switched off; without the step used last, a one-time password counts twice; without `must_change` or `changed_at`, a
/// password that was reset or has expired is signed in with; without `factors_changed_at`, bearers from before a factor was taken away
/// live on; without the form of the password, who typed an accent in two parts cannot sign in any more; with a revision that does not change, sessions, codes and pending logins outlive what they were judged on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindAccount {
    /// The application and tenant.
    pub audience: Audience,
    /// What the account is known by.
    pub key: AccountKey,
}

impl FindAccount {
    /// The one account among those that the names of an identifier led to, each found or not.
    ///
    /// ```
    /// use authflow::{account::FindAccount, testkit::demo::account};
    ///
    /// let found = FindAccount::only([Some(account("erin")), None, Some(account("erin"))]).unwrap();
    /// assert_eq!(found.unwrap().id, account("erin").id);
    /// assert!(FindAccount::only([Some(account("erin")), Some(account("eve"))]).is_err());
    /// ```
    ///
    /// # Errors
    /// When they are two: one account's user name is another one's number or address. [`audit`](super::audit) lists such rows.
    pub fn only(
        found: impl IntoIterator<Item = Option<Account>>,
    ) -> Result<Option<Account>, AmbiguousIdentifier> {
        let mut found = found.into_iter().flatten();
        let first = found.next();
        match &first {
            Some(one) if found.any(|other| other.id != one.id) => Err(AmbiguousIdentifier),
            _ => Ok(first),
        }
    }
}

/// What was typed is a name of two accounts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name must be one account's, and this one is of two")]
pub struct AmbiguousIdentifier;

/// What an account is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// What a client typed to sign in.
    Identifier(Identifier),
    /// The host's own id of it, from a token.
    Id(AccountId),
}
