//! Which account is this?

use super::{Account, Identifier};
use crate::{AccountId, Audience, social::SocialIdentity};

/// Which account is this? The answer is `None` if there is no such account.
///
/// The account must belong to the tenant that the audience names, and have the id that was asked for. Read it as it is now, from the database
/// that commits are written to. Do not read it from a cache or from a replica that lags behind.
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
/// Each key is the one spelling of a name ([`UserName::normalised`](super::UserName::normalised), and the same method of numbers and addresses).
/// This library makes the keys when a row is written, and a database's `lower()` makes different ones. Give no answer if two names lead to two
/// accounts ([`only`](Self::only)), because nobody knows which one is meant.
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
/// **If you answer wrongly:**
/// - An account of another tenant: tenants share accounts.
/// - Another account than was meant: anybody who knows its password is signed in to it.
/// - `None` for a subject who has an account: they cannot sign in.
/// - A status that is not read: a disabled account is let in as far as the commit.
/// - Enrolled factors or an authenticator that are not read: the second factor is switched off.
/// - A latest used step that is not read: a one-time password counts twice.
/// - `must_change` or `changed_at` that are not read: a password still signs in after it was reset or has expired.
/// - `factors_changed_at` that is not read: bearers from before a factor was removed live on.
/// - The form of the password that is not read: a subject who typed an accent in two parts can no longer sign in.
/// - A revision that does not change: sessions, codes and pending logins outlive the state on which they were based.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct FindAccount {
    /// The application and tenant.
    pub audience: Audience,
    /// The key to look the account up by.
    pub key: AccountKey,
}

impl FindAccount {
    /// The one account to which the names of an identifier lead. Pass one item for each name: the account that it leads to, or `None`.
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
    /// When the names lead to two accounts, because the user name of one is the number or address of the other. [`audit`](super::audit) lists
    /// such rows.
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

/// A typed name that belongs to two accounts.
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
/// // A missing answer is an error of the host. Nobody is signed in to either account.
/// assert_eq!(world.finish(ask.resolve(two)).status, 500);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a name must be one account's, and this one is of two")]
pub struct AmbiguousIdentifier;

/// A key to look an account up by: an identifier, an id or a social identity.
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
/// // The next call carries a token, which has the id.
/// let warned = world.login("erin");
/// let step = world.begin(&Call::skip(warned.state_token()));
/// let AccountKey::Id(id) = world.until::<FindAccount>(step).key else { panic!() };
/// assert_eq!(id.as_str(), "id-erin");
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum AccountKey {
    /// The identifier that a client typed to sign in.
    Identifier(Identifier),
    /// The host's id of the account, from a token.
    Id(AccountId),
    /// An identity that a provider vouches for. It is asked for only if a policy has [`Factor::Federated`](crate::factor::Factor::Federated)
    /// among its first factors. A host that keeps no identities answers `None`.
    Identity(SocialIdentity),
}
