//! Which account is this?

use super::Identifier;
use crate::{AccountId, Audience};

/// Which account is this? `None` for no such account.
///
/// The answer must be of the tenant that the audience names, and have the id that was asked for. It is the account as it is now, from the
/// database that commits are written to: not from a cache, nor from a replica that lags behind.
///
/// ```sql
/// SELECT * FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :id;        -- or user_name, mobile, email
/// ```
///
/// The exam of the test kit (`testkit::HostExam`) compares every column of the answer.
///
/// **If you answer wrongly:** with somebody of another tenant, tenants share accounts. With another account than was meant, whoever
/// knows that one's password is signed in as it. With `None` for somebody there is, that one cannot sign in. With a column that is not
/// read as it is: without the status, who is disabled is let in as far as the commit; without enrolled factors or the authenticator, the
/// second factor is switched off; without the step used last, a one-time password counts twice; without `must_change` or `changed_at`, a
/// password that was reset or has expired is signed in with; without `factors_changed_at`, bearers from before a factor was taken away
/// live on; with a revision that does not change, sessions, codes and pending logins outlive what they were judged on.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindAccount {
    /// The application and tenant.
    pub audience: Audience,
    /// What the account is known by.
    pub key: AccountKey,
}

/// What an account is known by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// What a client typed to sign in.
    Identifier(Identifier),
    /// The host's own id of it, from a token.
    Id(AccountId),
}
