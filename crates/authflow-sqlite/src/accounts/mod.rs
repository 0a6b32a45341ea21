//! The place where accounts are kept: the store's own table, or a table of yours.

mod create;
mod import;
mod list;
mod own;
mod row;

pub use create::Created;
pub use own::OwnAccounts;

pub(crate) use create::taken_by_another;
pub(crate) use row::account;

use crate::{SqliteStore, StoreError, Transaction, identities, writer::Written};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, ContactNames, FindAccount, NewAccount, Revision},
    contact::Recipient,
    factor::{FactorSet, Totp},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    step::CommitRefusal,
    token::KeyId,
};
use rusqlite::Connection;
use std::sync::Arc;

/// The place where accounts are kept. Everything is read and written on the store's own connections, so an implementation for a table in another
/// database does not compile.
///
/// [`OwnAccounts`] and the accounts of a [`UsersTable`](crate::UsersTable) are two such places. Implement this trait if a mapping by column names
/// does not suffice. The exam of the test kit (`testkit::HostExam`) shows whether your implementation keeps its duties.
///
/// Only these methods change the revision: [`store_password`](Self::store_password), [`replace_contact`](Self::replace_contact),
/// [`set_revision`](Self::set_revision), [`set_status`](Self::set_status), [`require_change`](Self::require_change) and
/// [`enrol_authenticator`](Self::enrol_authenticator). See [`Write`](authflow::step::Write). Every method that writes runs on the store's one
/// writing thread, and no other write is served meanwhile.
///
/// ```
/// use authflow::{
///     Moment, TenantId,
///     account::{Account, AccountKey, Profile},
///     testkit::demo,
/// };
/// use authflow_sqlite::{
///     Accounts, IntoAccounts, OwnAccounts, Place, Settings, SqliteStore, StoreError, Transaction,
///     rusqlite::Connection,
/// };
/// use serde_json::json;
/// # use authflow::{AccountId, Timestamp, account::{AccountStatus, ContactNames, NewAccount, Revision}};
/// # use authflow::{contact::Recipient, factor::{FactorSet, Totp}, password::{MustChange, Verifier}};
/// # use authflow::{sealing::SealedSecret, step::CommitRefusal, token::KeyId};
/// # use authflow_sqlite::SealedRow;
///
/// /// The store's own accounts. Your own table keeps the additional claims of their id tokens.
/// struct WithPlans(OwnAccounts);
///
/// impl Accounts for WithPlans {
///     fn find(
///         &self,
///         connection: &Connection,
///         tenant: Option<TenantId>,
///         key: &AccountKey,
///     ) -> Result<Option<Account>, StoreError> {
///         let Some(account) = self.0.find(connection, tenant, key)? else { return Ok(None) };
///         let sql = "SELECT (SELECT plan FROM plans WHERE account = ?1)";
///         let plan: Option<String> =
///             connection.query_row(sql, [account.id.as_str()], |row| row.get(0))?;
///         let profile = Profile::new(&json!({ "plan": plan }));
///         let profile = profile.map_err(|_| StoreError::Malformed("plan"))?;
///         Ok(Some(Account { profile, ..account }))
///     }
///
///     // Everything else is handed on to `self.0`.
/// #     fn lock(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId) -> Result<Option<(Revision, AccountStatus)>, StoreError> { self.0.lock(transaction, tenant, account) }
/// #     fn record_skip(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, budget: u32) -> Result<bool, StoreError> { self.0.record_skip(transaction, tenant, account, budget) }
/// #     fn store_password(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, new: (&Verifier, Timestamp, Revision)) -> Result<(), StoreError> { self.0.store_password(transaction, tenant, account, new) }
/// #     fn replace_contact(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, new: (&Recipient, &ContactNames, Revision)) -> Result<bool, StoreError> { self.0.replace_contact(transaction, tenant, account, new) }
/// #     fn set_revision(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, revision: Revision) -> Result<(), StoreError> { self.0.set_revision(transaction, tenant, account, revision) }
/// #     fn rehash(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, verifier: &Verifier) -> Result<(), StoreError> { self.0.rehash(transaction, tenant, account, verifier) }
/// #     fn reseal(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, secret: &SealedSecret) -> Result<(), StoreError> { self.0.reseal(transaction, tenant, account, secret) }
/// #     fn use_totp_step(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, step: u64) -> Result<bool, StoreError> { self.0.use_totp_step(transaction, tenant, account, step) }
/// #     fn set_status(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, status: AccountStatus) -> Result<(), StoreError> { self.0.set_status(transaction, tenant, account, status) }
/// #     fn require_change(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, reason: MustChange) -> Result<(), StoreError> { self.0.require_change(transaction, tenant, account, reason) }
/// #     fn enrol_authenticator(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId, new: (&Totp, FactorSet, Timestamp)) -> Result<(), StoreError> { self.0.enrol_authenticator(transaction, tenant, account, new) }
/// #     fn delete(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, account: AccountId) -> Result<(), StoreError> { self.0.delete(transaction, tenant, account) }
/// #     fn create(&self, transaction: &Transaction<'_>, tenant: Option<TenantId>, new: &NewAccount<Verifier>) -> Result<Option<CommitRefusal>, StoreError> { self.0.create(transaction, tenant, new) }
/// #     fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> { self.0.seals(connection) }
/// #     fn sealed_by_others(&self, connection: &Connection, sealer: &KeyId) -> Result<Vec<SealedRow>, StoreError> { self.0.sealed_by_others(connection, sealer) }
/// }
///
/// impl IntoAccounts for WithPlans {
///     type Accounts = Self;
///
///     fn open(&self, transaction: &Transaction<'_>) -> Result<Self, StoreError> {
///         OwnAccounts.open(transaction).map(Self)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("authflow.db");
/// # let settings = Settings::new(Place::File(path.clone()), demo::sealing_keys(), Moment::now);
/// # let erin = demo::account("erin");
/// # let _ = SqliteStore::open(&settings)?.create_account(erin.clone()).await?;
/// # Connection::open(&path)?.execute_batch(
/// #     "CREATE TABLE plans (account TEXT, plan TEXT); INSERT INTO plans VALUES ('id-erin', 'gold');",
/// # )?;
/// let store = SqliteStore::open(&settings.accounts(WithPlans(OwnAccounts)))?;
/// let found = store.account(erin.tenant, erin.id).await?.unwrap();
/// assert_eq!(found.profile.to_json(), r#"{"plan":"gold"}"#);
/// # Ok(()) }
/// ```
pub trait Accounts: Send + Sync + 'static {
    /// See [`FindAccount`]. The store itself looks up identities, and then asks by the account's id. So return no account for an identity.
    ///
    /// # Errors
    /// When the account cannot be read, or a name leads to two accounts.
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError>;

    /// Returns the account as it is now. Nothing else can write until the transaction ends.
    ///
    /// # Errors
    /// When it cannot be read.
    fn lock(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError>;

    /// Counts one skip, if fewer than `budget` skips have been counted and there is a password. Returns whether it did.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn record_skip(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError>;

    /// Stores a verifier of a password's one spelling, and the time when the password was set. Clears the skips and the reason for a change.
    /// Afterwards the account has this revision.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn store_password(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError>;

    /// Stores a number or address in place of the earlier one, or as the first one, and sets this revision. It does so only if no other account of
    /// the tenant has it as its number or address, or has one of these user names. Returns whether it did. A violated unique key of a column that is
    /// not a name is an error, and not a refusal.
    ///
    /// # Errors
    /// When the account cannot be written, or there is no place for such a contact.
    fn replace_contact(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Recipient, &ContactNames, Revision),
    ) -> Result<bool, StoreError>;

    /// Sets this revision, and changes nothing else.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn set_revision(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> Result<(), StoreError>;

    /// Stores another verifier of the same password, of its one spelling. It changes no revision, and nothing else.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn rehash(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError>;

    /// Stores the same secret of an authenticator under another seal. It changes no revision, and nothing else.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn reseal(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError>;

    /// Uses a step of a one-time password, if it is later than every earlier one. Returns whether it did.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn use_totp_step(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError>;

    /// Sets a status, and raises the revision if the status changes.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn set_status(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError>;

    /// Marks a password as one that must be changed, and raises the revision if the password did not have this mark.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn require_change(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError>;

    /// Stores an authenticator without a used step, the factors that the account is asked for from now on, and when they changed. Raises the
    /// revision.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn enrol_authenticator(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Totp, FactorSet, Timestamp),
    ) -> Result<(), StoreError>;

    /// Deletes the account. The store removes its links to social identities. If something else deletes one of your accounts, it must remove the
    /// links in the same transaction (`DELETE FROM authflow_identities WHERE tenant = … AND account = …`), or the id must never be used again.
    /// Otherwise, the earlier owner's identities sign in to the next account that gets the id.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn delete(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError>;

    /// Makes an account with exactly this revision, or returns why not: see [`Write::CreateAccount`](authflow::step::Write::CreateAccount). Do not
    /// implement this method if accounts are made elsewhere. Then nobody can register.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn create(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> Result<Option<CommitRefusal>, StoreError> {
        let _ = (transaction, tenant, new);
        Err(StoreError::MakesNoAccounts)
    }

    /// The number of sealed secrets that name each key, by the key's id.
    ///
    /// # Errors
    /// When the secrets cannot be read.
    fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError>;

    /// The secrets that are sealed under a key other than this one.
    ///
    /// # Errors
    /// When the secrets cannot be read.
    fn sealed_by_others(&self, connection: &Connection, sealer: &KeyId)
    -> Result<Vec<SealedRow>, StoreError>;

    /// Whether some names must be [spelled](Self::spell) before every account is found by its names. There are no such names if every writer of a row
    /// also writes the keys of its names.
    ///
    /// # Errors
    /// When it cannot be read.
    fn has_unspelled(&self, connection: &Connection) -> Result<bool, StoreError> {
        let _ = connection;
        Ok(false)
    }

    /// Makes the keys of names that have no key yet. If there are many such names, this method makes only some of the keys.
    ///
    /// # Errors
    /// When the account cannot be written.
    fn spell(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let _ = transaction;
        Ok(())
    }
}

/// A sealed secret and its account, for [`Accounts::sealed_by_others`].
#[derive(Clone, Debug)]
pub struct SealedRow {
    /// The tenant, as it is stored.
    pub tenant: String,
    /// The account's id, as it is stored.
    pub account: String,
    /// The secret, as it is stored.
    pub sealed: String,
}

/// A value from which the accounts are made when a store is opened: the accounts themselves, or a mapping that is checked against the database's
/// tables.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{
///     IntoAccounts, OwnAccounts, Place, Settings, SqliteStore, StoreError, Transaction,
/// };
///
/// /// The store's own accounts, and a table of yours that is made together with them.
/// struct WithOrders;
///
/// impl IntoAccounts for WithOrders {
///     type Accounts = OwnAccounts;
///
///     fn open(&self, transaction: &Transaction<'_>) -> Result<OwnAccounts, StoreError> {
///         transaction.execute_batch("CREATE TABLE IF NOT EXISTS orders (account TEXT NOT NULL)")?;
///         OwnAccounts.open(transaction)
///     }
/// }
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// let settings = Settings::new(Place::Memory, demo::sealing_keys(), Moment::now);
/// let store = SqliteStore::open(&settings.accounts(WithOrders))?;
/// store.check().await?;
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where accounts are kept",
    label = "it must be `OwnAccounts`, a whole `UsersTable`, or `Accounts` of yours",
    note = "the next thing that a `UsersTable` must say stands between its angle brackets"
)]
pub trait IntoAccounts {
    /// The accounts.
    type Accounts: Accounts;

    /// Makes the tables and triggers that the accounts need in addition to the store's tables, and checks existing ones. It runs in one transaction
    /// with the store's own migration, and again at every start. It must leave existing tables and triggers in place.
    ///
    /// # Errors
    /// When something that the accounts need is missing, or is not as it must be. In that case, nothing was changed.
    fn open(&self, transaction: &Transaction<'_>) -> Result<Self::Accounts, StoreError>;
}

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn find_account(&self, ask: FindAccount) -> Result<Option<Account>, StoreError> {
        self.find_by(ask.audience.tenant, ask.key).await
    }

    pub(crate) async fn find_by(
        &self,
        tenant: Option<TenantId>,
        key: AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        if let AccountKey::Identifier(_) = key {
            let accounts = Arc::clone(&self.accounts);
            if self.read(move |connection| accounts.has_unspelled(connection)).await? {
                let accounts = Arc::clone(&self.accounts);
                self.write(move |transaction| accounts.spell(transaction).map(Written::Kept)).await?;
            }
        }
        let accounts = Arc::clone(&self.accounts);
        self.read(move |connection| match &key {
            AccountKey::Identity(identity) => match identities::owner(connection, tenant, identity)? {
                Some(account) => {
                    let found = accounts.find(connection, tenant, &AccountKey::Id(account))?;
                    // The link is read again, after the account. An unlink before this read is seen here. A later unlink changes the revision that
                    // was read.
                    let is_linked = identities::owner(connection, tenant, identity)? == Some(account);
                    Ok(found.filter(|_| is_linked))
                }
                None => Ok(None),
            },
            key => accounts.find(connection, tenant, key),
        })
        .await
    }

    /// An account, for an administrator.
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn account(
        &self,
        tenant: Option<TenantId>,
        id: AccountId,
    ) -> Result<Option<Account>, StoreError> {
        let accounts = Arc::clone(&self.accounts);
        self.read(move |connection| accounts.find(connection, tenant, &AccountKey::Id(id))).await
    }
}
