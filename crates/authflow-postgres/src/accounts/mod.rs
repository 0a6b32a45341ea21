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

use crate::{Connection, StoreError, Transaction};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, ContactNames, NewAccount, Revision},
    contact::Recipient,
    factor::{FactorSet, Totp},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    step::CommitRefusal,
    token::KeyId,
};
use std::future::ready;

/// The place where accounts are kept. Everything is read and written on the store's own connections, so an implementation for a table in another
/// database does not compile.
///
/// [`OwnAccounts`] and the accounts of a [`UsersTable`](crate::UsersTable) are two such places. Implement this trait if a mapping by column names
/// does not suffice. The exam of the test kit (`testkit::HostExam`) shows whether your implementation keeps its duties.
///
/// The row of an account is locked before anything is written to it ([`lock`](Self::lock)), and stays locked until the transaction ends. Only these
/// methods change the revision: [`store_password`](Self::store_password), [`replace_contact`](Self::replace_contact),
/// [`set_revision`](Self::set_revision), [`set_status`](Self::set_status), [`require_change`](Self::require_change) and
/// [`enrol_authenticator`](Self::enrol_authenticator). See [`Write`](authflow::step::Write).
///
/// ```no_run
/// use authflow::{
///     TenantId,
///     account::{Account, AccountKey, Profile},
/// };
/// use authflow_postgres::{
///     Accounts, Connection, IntoAccounts, OwnAccounts, StoreError, Transaction, parameters::text,
/// };
/// use serde_json::json;
/// # use authflow::{AccountId, Timestamp, account::{AccountStatus, ContactNames, NewAccount, Revision}};
/// # use authflow::{contact::Recipient, factor::{FactorSet, Totp}, password::{MustChange, Verifier}};
/// # use authflow::{sealing::SealedSecret, step::CommitRefusal, token::KeyId};
/// # use authflow_postgres::SealedRow;
///
/// /// The store's own accounts. Your own table keeps the additional claims of their id tokens.
/// struct WithPlans(OwnAccounts);
///
/// impl Accounts for WithPlans {
///     async fn find(
///         &self,
///         connection: &Connection,
///         tenant: Option<TenantId>,
///         key: &AccountKey,
///     ) -> Result<Option<Account>, StoreError> {
///         let Some(account) = self.0.find(connection, tenant, key).await? else { return Ok(None) };
///         let sql = "SELECT plan FROM plans WHERE account = $1";
///         let row = connection.query_opt(sql, &[text(account.id.as_str())]).await?;
///         let plan: Option<String> = row.map(|row| row.try_get("plan")).transpose()?;
///         let malformed = StoreError::Malformed { column: "plan", wanted: "a text" };
///         let profile = Profile::new(&json!({ "plan": plan })).map_err(|_| malformed)?;
///         Ok(Some(Account { profile, ..account }))
///     }
///
///     // Everything else is handed on to `self.0`.
/// #     async fn lock(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId) -> Result<Option<(Revision, AccountStatus)>, StoreError> { self.0.lock(transaction, tenant, account).await }
/// #     async fn record_skip(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, budget: u32) -> Result<bool, StoreError> { self.0.record_skip(transaction, tenant, account, budget).await }
/// #     async fn store_password(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, new: (&Verifier, Timestamp, Revision)) -> Result<(), StoreError> { self.0.store_password(transaction, tenant, account, new).await }
/// #     async fn replace_contact(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, new: (&Recipient, &ContactNames, Revision)) -> Result<bool, StoreError> { self.0.replace_contact(transaction, tenant, account, new).await }
/// #     async fn set_revision(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, revision: Revision) -> Result<(), StoreError> { self.0.set_revision(transaction, tenant, account, revision).await }
/// #     async fn rehash(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, verifier: &Verifier) -> Result<(), StoreError> { self.0.rehash(transaction, tenant, account, verifier).await }
/// #     async fn reseal(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, secret: &SealedSecret) -> Result<(), StoreError> { self.0.reseal(transaction, tenant, account, secret).await }
/// #     async fn use_totp_step(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, step: u64) -> Result<bool, StoreError> { self.0.use_totp_step(transaction, tenant, account, step).await }
/// #     async fn set_status(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, status: AccountStatus) -> Result<(), StoreError> { self.0.set_status(transaction, tenant, account, status).await }
/// #     async fn require_change(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, reason: MustChange) -> Result<(), StoreError> { self.0.require_change(transaction, tenant, account, reason).await }
/// #     async fn enrol_authenticator(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId, new: (&Totp, FactorSet, Timestamp)) -> Result<(), StoreError> { self.0.enrol_authenticator(transaction, tenant, account, new).await }
/// #     async fn delete(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId) -> Result<(), StoreError> { self.0.delete(transaction, tenant, account).await }
/// #     async fn create(&self, transaction: &Transaction, tenant: Option<TenantId>, new: &NewAccount<Verifier>) -> Result<Option<CommitRefusal>, StoreError> { self.0.create(transaction, tenant, new).await }
/// #     async fn sealed(&self, transaction: &Transaction, tenant: Option<TenantId>, account: AccountId) -> Result<Option<String>, StoreError> { self.0.sealed(transaction, tenant, account).await }
/// #     async fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> { self.0.seals(connection).await }
/// #     async fn sealed_by_others(&self, connection: &Connection, sealer: &KeyId, behind: &(String, String), at_most: u32) -> Result<Vec<SealedRow>, StoreError> { self.0.sealed_by_others(connection, sealer, behind, at_most).await }
/// }
///
/// impl IntoAccounts for WithPlans {
///     type Accounts = Self;
///
///     async fn migrate(&self, transaction: &Transaction) -> Result<(), StoreError> {
///         OwnAccounts.migrate(transaction).await
///     }
///
///     async fn open(&self, connection: &Connection) -> Result<Self, StoreError> {
///         OwnAccounts.open(connection).await.map(Self)
///     }
/// }
/// ```
pub trait Accounts: Send + Sync + 'static {
    /// See [`FindAccount`](authflow::account::FindAccount). Use one statement, so that the answer is consistent. The store itself looks up
    /// identities, and then asks by the account's id. So return no account for an identity.
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> impl Future<Output = Result<Option<Account>, StoreError>> + Send;

    /// Locks an account, after any transaction that had it locked has ended. Returns the account as it is then.
    fn lock(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> impl Future<Output = Result<Option<(Revision, AccountStatus)>, StoreError>> + Send;

    /// Counts one skip, if fewer than `budget` skips have been counted and there is a password. Returns whether it did.
    fn record_skip(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Stores a verifier of a password's one spelling, and the time when the password was set. Clears the skips and the reason for a change.
    /// Afterwards the account has this revision.
    fn store_password(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Verifier, Timestamp, Revision),
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores a number or address in place of the earlier one, or as the first one, and sets this revision. It does so only if no other account of
    /// the tenant has it as its number or address, or has one of these user names. Returns whether it did. A violated unique key of a column that is
    /// not a name is an error, and not a refusal. If two accounts want the contact at once, one gets it.
    fn replace_contact(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Recipient, &ContactNames, Revision),
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Sets this revision, and changes nothing else.
    fn set_revision(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        revision: Revision,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores another verifier of the same password, of its one spelling. It changes no revision, and nothing else.
    fn rehash(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores the same secret of an authenticator under another seal. It changes no revision, and nothing else.
    fn reseal(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Uses a step of a one-time password, if it is later than every earlier one. Returns whether it did.
    fn use_totp_step(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Sets a status, and raises the revision if the status changes.
    fn set_status(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Marks a password as one that must be changed, and raises the revision if the password did not have this mark.
    fn require_change(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores an authenticator without a used step, the factors that the account is asked for from now on, and when they changed. Raises the
    /// revision.
    fn enrol_authenticator(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Totp, FactorSet, Timestamp),
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the account. The store removes its links to social identities. If something else deletes one of your accounts, it must remove the
    /// links in the same transaction (`DELETE FROM authflow.identities WHERE tenant = … AND account = …`), or the id must never be used again.
    /// Otherwise, the earlier owner's identities sign in to the next account that gets the id.
    fn delete(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Makes an account with exactly this revision, or returns why not: see [`Write::CreateAccount`](authflow::step::Write::CreateAccount). Do not
    /// implement this method if accounts are made elsewhere. Then nobody can register.
    fn create(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        new: &NewAccount<Verifier>,
    ) -> impl Future<Output = Result<Option<CommitRefusal>, StoreError>> + Send {
        let _ = (transaction, tenant, new);
        ready(Err(StoreError::MakesNoAccounts))
    }

    /// The sealed secret of an account, as it is stored.
    fn sealed(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// The number of sealed secrets that name each key, by the key's id.
    fn seals(
        &self,
        connection: &Connection,
    ) -> impl Future<Output = Result<Vec<(String, i64)>, StoreError>> + Send;

    /// Secrets that are sealed under a key other than this one, up to the given number. Their accounts come after the given account in the order of
    /// tenant and id.
    fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
        behind: &(String, String),
        at_most: u32,
    ) -> impl Future<Output = Result<Vec<SealedRow>, StoreError>> + Send;
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

/// A value from which the accounts are made when a store is connected: the accounts themselves, or a mapping that is checked against the database's
/// tables.
///
/// ```no_run
/// use authflow_postgres::{
///     Connection, IntoAccounts, OwnAccounts, PostgresStore, Settings, StoreError, Transaction,
/// };
///
/// /// The store's own accounts, and a table of yours that is made together with them.
/// struct WithOrders;
///
/// impl IntoAccounts for WithOrders {
///     type Accounts = OwnAccounts;
///
///     async fn migrate(&self, transaction: &Transaction) -> Result<(), StoreError> {
///         let sql = "CREATE TABLE IF NOT EXISTS orders (account text NOT NULL)";
///         transaction.batch(sql).await?;
///         OwnAccounts.migrate(transaction).await
///     }
///
///     async fn open(&self, connection: &Connection) -> Result<OwnAccounts, StoreError> {
///         OwnAccounts.open(connection).await
///     }
/// }
///
/// # async fn example(settings: Settings) -> Result<(), StoreError> {
/// let settings = settings.accounts(WithOrders);
/// PostgresStore::migrate(&settings).await?;
/// let store: PostgresStore<OwnAccounts> = PostgresStore::connect(settings).await?;
/// # Ok(()) }
/// ```
#[diagnostic::on_unimplemented(
    message = "`{Self}` does not say where accounts are kept",
    label = "it must be `OwnAccounts`, a whole `UsersTable`, or `Accounts` of yours",
    note = "the next thing that a `UsersTable` must say stands between its angle brackets"
)]
pub trait IntoAccounts: Send + Sync + 'static {
    /// The accounts.
    type Accounts: Accounts;

    /// Makes the tables and triggers that the accounts need in addition to the store's tables. It runs as the owner of the tables, in one transaction
    /// with the store's migration, and again at every migration. Only one migration runs at a time. It must leave existing tables and triggers in
    /// place.
    fn migrate(&self, transaction: &Transaction) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Returns the accounts, if everything that they need exists and is as it must be.
    fn open(
        &self,
        connection: &Connection,
    ) -> impl Future<Output = Result<Self::Accounts, StoreError>> + Send;
}
