//! Which account is this?

use super::{Account, Identifier};
use crate::{AccountId, Audience, social::SocialIdentity};

/// Which account is this? `None` for no such account.
///
/// The answer must be of the tenant that the audience names, and have the id that was asked for. It is the account as it is now, from the
/// database that commits are written to: not from a cache, nor from a replica that lags behind.
///
/// ```sql
/// SELECT * FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND id = :id;
/// -- or, for each of the identifier's names, by the key of its kind
/// SELECT * FROM accounts WHERE tenant IS NOT DISTINCT FROM :tenant AND user_name_key = :text;   -- or mobile_key, email_key
/// -- or, of an identity
/// SELECT a.* FROM identities AS i JOIN accounts AS a ON a.tenant IS NOT DISTINCT FROM i.tenant AND a.id = i.account
///     WHERE i.tenant IS NOT DISTINCT FROM :tenant AND i.provider = :provider AND i.uid = :uid;
/// ```
///
/// The keys are the one spelling of each ([`UserName::normalised`](super::UserName::normalised) and its kin), made by this library when a row is
/// written: a database's own `lower()` makes others. Have no answer where two names lead to two accounts ([`only`](Self::only)): nobody knows who is
/// meant.
///
/// The exam of the test kit (`testkit::HostExam`) compares every column of the answer.
///
/// ```
/// use authflow::{
///     account::{Account, AccountKey, AmbiguousIdentifier, FindAccount, NameKind, UserName},
///     contact::{EmailAddress, Mobile},
///     testkit::{Call, World, demo},
/// };
///
/// fn find(
///     ask: &FindAccount,
///     table: &[Account],
/// ) -> Result<Option<Account>, AmbiguousIdentifier> {
///     let row = |is_it: &dyn Fn(&Account) -> bool| {
///         table.iter().find(|row| row.tenant == ask.audience.tenant && is_it(row)).cloned()
///     };
///     match &ask.key {
///         AccountKey::Id(id) => Ok(row(&|row| row.id == *id)),
///         AccountKey::Identifier(typed) => {
///             FindAccount::only(typed.names().map(|(kind, text)| {
///                 row(&|row| {
///                     let key = match kind {
///                         NameKind::UserName => {
///                             row.user_name.as_ref().map(UserName::normalised)
///                         }
///                         NameKind::Mobile => row.mobile.as_ref().map(Mobile::normalised),
///                         NameKind::Email => row.email.as_ref().map(EmailAddress::normalised),
///                     };
///                     key == Some(text)
///                 })
///             }))
///         }
///         AccountKey::Identity(_) => Ok(None), // this host keeps no identities
///     }
/// }
///
/// let mut world = World::new();
/// let table = demo::accounts();
/// let step = world.begin(&Call::login("ALICE", demo::PASSWORD));
/// let ask = world.until::<FindAccount>(step);
/// let found = find(&ask, &table);
/// assert_eq!(found.as_ref().unwrap().as_ref().unwrap().id.as_str(), "id-alice");
/// assert_eq!(world.finish(ask.resolve(found)).text("status"), "SUCCESS");
/// ```
///
/// **If you answer wrongly:** with somebody of another tenant, tenants share accounts. With another account than was meant, whoever knows that one's
/// password is signed in as it. With `None` for somebody who has an account, that one cannot sign in. With a column that is not read as it is:
/// without the status, whoever is disabled is let in as far as the commit; without enrolled factors or the authenticator, the second factor is
/// switched off; without the step used last, a one-time password counts twice; without `must_change` or `changed_at`, a password that was reset or
/// has expired is signed in with; without `factors_changed_at`, bearers from before a factor was taken away live on; without the form of the
/// password, whoever typed an accent in two parts cannot sign in any more; with a revision that does not change, sessions, codes and pending logins
/// outlive what they were judged on.
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
///
/// ```
/// use authflow::{
///     account::FindAccount,
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("alice", demo::PASSWORD));
/// let ask = world.until::<FindAccount>(step);
/// let two = FindAccount::only([Some(demo::account("alice")), Some(demo::account("erin"))]);
/// assert_eq!(
///     two.as_ref().unwrap_err().to_string(),
///     "a name must be one account's, and this one is of two"
/// );
/// // To have no answer is an error of the host: nobody is signed in as either of them.
/// assert_eq!(world.finish(ask.resolve(two)).status, 500);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name must be one account's, and this one is of two")]
pub struct AmbiguousIdentifier;

/// What an account is known by.
///
/// ```
/// use authflow::{
///     account::{AccountKey, FindAccount},
///     testkit::{Call, World, demo},
/// };
///
/// let mut world = World::new();
/// let step = world.begin(&Call::login("erin", demo::PASSWORD));
/// let AccountKey::Identifier(typed) = &world.until::<FindAccount>(step).key else { panic!() };
/// assert_eq!(typed.names().next().unwrap().1, "erin");
///
/// // The next call bears a token, which says the id.
/// let warned = world.login("erin");
/// let step = world.begin(&Call::skip(warned.state_token()));
/// let AccountKey::Id(id) = world.until::<FindAccount>(step).key else { panic!() };
/// assert_eq!(id.as_str(), "id-erin");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// What a client typed to sign in.
    Identifier(Identifier),
    /// The host's own id of it, from a token.
    Id(AccountId),
    /// An identity that a provider vouches for. Asked only where a policy has [`Factor::Federated`](crate::factor::Factor::Federated) among its first
    /// factors: a host that keeps no identities answers `None`.
    Identity(SocialIdentity),
}
