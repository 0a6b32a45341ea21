//! Where accounts are kept: in the store's own table, or in one of yours.

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

/// Where accounts are kept. Everything is read and written on the store's own connections, so a table in another database does not compile.
///
/// [`OwnAccounts`] and the accounts of a [`UsersTable`](crate::UsersTable) are two. A third is yours where a mapping by column names does not
/// reach; the exam of the test kit (`testkit::HostExam`) says whether it keeps its duties.
///
/// None of these but [`store_password`](Self::store_password), [`replace_contact`](Self::replace_contact), [`set_revision`](Self::set_revision), [`set_status`](Self::set_status),
/// [`require_change`](Self::require_change) and [`enrol_authenticator`](Self::enrol_authenticator) changes the revision: see [`Write`](authflow::step::Write). They run on the one thread that writes, and nobody else is served meanwhile.
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
/// /// The store's own accounts; what stands in their id tokens is kept in a table of yours.
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
    /// See [`FindAccount`]. The store knows whose an identity is, and asks by the id then: an identity is nobody's here.
    ///
    /// # Errors
    /// When it cannot be read; when a name leads to two accounts.
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError>;

    /// What an account is now. Nobody else writes until the transaction ends.
    ///
    /// # Errors
    /// When it cannot be read.
    fn lock(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError>;

    /// Counts one skip, if fewer than these have been counted and there is a password. Says whether it did.
    ///
    /// # Errors
    /// When it cannot be written.
    fn record_skip(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError>;

    /// Stores a verifier of a password's one spelling, and when it was set; clears skips and what made its change due; and leaves this revision
    /// behind.
    ///
    /// # Errors
    /// When it cannot be written.
    fn store_password(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError>;

    /// Stores a number or address in the place of the one that there is, or as the first one, and leaves this revision behind; if no other account of
    /// the tenant is known by it, as its number or its address, or by a user name that is one of these. Says whether it did. A unique key of a column that is no
    /// name is an error, and no refusal.
    ///
    /// # Errors
    /// When it cannot be written, or there is no place for such a contact.
    fn replace_contact(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Recipient, &ContactNames, Revision),
    ) -> Result<bool, StoreError>;

    /// Leaves this revision behind, and changes nothing else.
    ///
    /// # Errors
    /// When it cannot be written.
    fn set_revision(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> Result<(), StoreError>;

    /// Stores another verifier of the same password, of its one spelling. No revision, and nothing else.
    ///
    /// # Errors
    /// When it cannot be written.
    fn rehash(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError>;

    /// Stores the same secret of an authenticator under another seal. No revision, and nothing else.
    ///
    /// # Errors
    /// When it cannot be written.
    fn reseal(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError>;

    /// Uses a step of a one-time password, if it is later than every one before. Says whether it did.
    ///
    /// # Errors
    /// When it cannot be written.
    fn use_totp_step(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError>;

    /// Sets a status, and counts the revision up where it was another one.
    ///
    /// # Errors
    /// When it cannot be written.
    fn set_status(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError>;

    /// Marks a password as one that must be changed, and counts the revision up where it was not marked so.
    ///
    /// # Errors
    /// When it cannot be written.
    fn require_change(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError>;

    /// Stores an authenticator of which no step has been used, what the account is asked for from now on, and when that changed; and counts the
    /// revision up.
    ///
    /// # Errors
    /// When it cannot be written.
    fn enrol_authenticator(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Totp, FactorSet, Timestamp),
    ) -> Result<(), StoreError>;

    /// Deletes the account. The store takes its links to social identities away. Where something else than this deletes one of yours, it does that in the same transaction
    /// (`DELETE FROM authflow_identities WHERE tenant = … AND account = …`), or never gives an id out again: else whoever gets the id next is signed in to by
    /// whoever had it.
    ///
    /// # Errors
    /// When it cannot be written.
    fn delete(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError>;

    /// Makes an account with exactly this revision, or says why not: see [`Write::CreateAccount`](authflow::step::Write::CreateAccount). Accounts that are
    /// made elsewhere leave this out: then nobody registers.
    ///
    /// # Errors
    /// When it cannot be written.
    fn create(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> Result<Option<CommitRefusal>, StoreError> {
        let _ = (transaction, tenant, new);
        Err(StoreError::MakesNoAccounts)
    }

    /// How many sealed secrets name each key, by its id.
    ///
    /// # Errors
    /// When they cannot be read.
    fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError>;

    /// The secrets that another key than this one has sealed.
    ///
    /// # Errors
    /// When they cannot be read.
    fn sealed_by_others(&self, connection: &Connection, sealer: &KeyId)
    -> Result<Vec<SealedRow>, StoreError>;

    /// Whether somebody's names must be [spelled](Self::spell) before everybody is found by theirs. Where whoever writes a row writes the keys of its
    /// names too, there are none.
    ///
    /// # Errors
    /// When it cannot be read.
    fn has_unspelled(&self, connection: &Connection) -> Result<bool, StoreError> {
        let _ = connection;
        Ok(false)
    }

    /// Makes the keys of names that have none yet: of some, where there are many.
    ///
    /// # Errors
    /// When it cannot be written.
    fn spell(&self, transaction: &Transaction<'_>) -> Result<(), StoreError> {
        let _ = transaction;
        Ok(())
    }
}

/// A sealed secret and whose it is, for [`Accounts::sealed_by_others`].
#[derive(Clone, Debug)]
pub struct SealedRow {
    /// The tenant, as it is stored.
    pub tenant: String,
    /// The account's id, as it is stored.
    pub account: String,
    /// The secret, as it is stored.
    pub sealed: String,
}

/// What accounts are made from when a store is opened: itself, or a mapping that is judged by the tables that are there.
///
/// ```
/// use authflow::{Moment, testkit::demo};
/// use authflow_sqlite::{
///     IntoAccounts, OwnAccounts, Place, Settings, SqliteStore, StoreError, Transaction,
/// };
///
/// /// The store's own accounts, and a table of yours that is made with them.
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

    /// Makes what they need beside the store's tables, and judges what is there. It is done in one transaction with those, and again with every
    /// start: what is there already stays.
    ///
    /// # Errors
    /// When something that they need is not there, or not as it must be. Nothing was changed then.
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
                    // Asked again: who unlinks it after this changes the revision that was read, and who did before is seen here.
                    let is_linked = identities::owner(connection, tenant, identity)? == Some(account);
                    Ok(found.filter(|_| is_linked))
                }
                None => Ok(None),
            },
            key => accounts.find(connection, tenant, key),
        })
        .await
    }

    /// An account, as an administrator reads it.
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
