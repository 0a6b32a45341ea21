//! Where accounts are kept: in the store's own table, or in one of yours.

mod create;
mod own;
mod row;

pub use create::Created;
pub use own::OwnAccounts;

pub(crate) use row::account;

use crate::{Connection, StoreError, Transaction};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, Revision},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    token::KeyId,
};

/// Where accounts are kept. Everything is read and written on the store's own connections, so a table in another database does not compile.
///
/// [`OwnAccounts`] and the accounts of a [`UsersTable`](crate::UsersTable) are two. A third is yours where a mapping by column names does not
/// reach; the exam of the test kit (`testkit::HostExam`) says whether it keeps its duties.
///
/// The row of an account is locked before anything is written to it ([`lock`](Self::lock)), and stays so until the transaction ends. None of these
/// but [`store_password`](Self::store_password), [`set_status`](Self::set_status) and [`require_change`](Self::require_change) changes the
/// revision: see [`Write`](authflow::step::Write).
pub trait Accounts: Send + Sync + 'static {
    /// See [`FindAccount`](authflow::account::FindAccount). One statement, so that the answer is of one time.
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> impl Future<Output = Result<Option<Account>, StoreError>> + Send;

    /// Locks an account, and says what it is now: after whoever had it locked has ended.
    fn lock(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> impl Future<Output = Result<Option<(Revision, AccountStatus)>, StoreError>> + Send;

    /// Counts one skip, if fewer than these have been counted and there is a password. Says whether it did.
    fn record_skip(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Stores a verifier of a password's one spelling, and when it was set; clears skips and what made its change due; and leaves this revision
    /// behind.
    fn store_password(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        new: (&Verifier, Timestamp, Revision),
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores another verifier of the same password, of its one spelling. No revision, and nothing else.
    fn rehash(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Stores the same secret of an authenticator under another seal. No revision, and nothing else.
    fn reseal(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Uses a step of a one-time password, if it is later than every one before. Says whether it did.
    fn use_totp_step(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> impl Future<Output = Result<bool, StoreError>> + Send;

    /// Sets a status, and counts the revision up where it was another one.
    fn set_status(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Marks a password as one that must be changed, and counts the revision up where it was not marked so.
    fn require_change(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// Deletes the account.
    fn delete(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The sealed secret of an account, as it is stored.
    fn sealed(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> impl Future<Output = Result<Option<String>, StoreError>> + Send;

    /// How many sealed secrets name each key, by its id.
    fn seals(
        &self,
        connection: &Connection,
    ) -> impl Future<Output = Result<Vec<(String, i64)>, StoreError>> + Send;

    /// Up to so many secrets that another key than this one has sealed, of accounts behind the given one in the order of tenant and id.
    fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
        behind: &(String, String),
        at_most: u32,
    ) -> impl Future<Output = Result<Vec<SealedRow>, StoreError>> + Send;
}

/// A sealed secret and whose it is.
#[derive(Clone, Debug)]
pub struct SealedRow {
    /// The tenant, as it is stored.
    pub tenant: String,
    /// The account's id, as it is stored.
    pub account: String,
    /// The secret, as it is stored.
    pub sealed: String,
}

/// What accounts are made from when a store is connected: itself, or a mapping that is judged by the tables that are there.
pub trait IntoAccounts: Send + Sync + 'static {
    /// The accounts.
    type Accounts: Accounts;

    /// Makes what they need beside the store's tables, as the owner of the tables. It is done in one transaction with those, by one at a time,
    /// and again with every start: what is there already stays.
    fn migrate(&self, transaction: &Transaction) -> impl Future<Output = Result<(), StoreError>> + Send;

    /// The accounts, if all that they need is there and as it must be.
    fn open(
        &self,
        connection: &Connection,
    ) -> impl Future<Output = Result<Self::Accounts, StoreError>> + Send;
}
