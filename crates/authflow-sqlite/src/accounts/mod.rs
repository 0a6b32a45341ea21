//! Where accounts are kept: in the store's own table, or in one of yours.

mod create;
mod own;
mod row;

pub use create::Created;
pub use own::OwnAccounts;

pub(crate) use row::account;

use crate::{SqliteStore, StoreError, Transaction, writer::Written};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, FindAccount, Revision},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    token::KeyId,
};
use rusqlite::Connection;
use std::sync::Arc;

/// Where accounts are kept. Everything is read and written on the store's own connections, so a table in another database does not compile.
///
/// [`OwnAccounts`] and the accounts of a [`UsersTable`](crate::UsersTable) are two. A third is yours where a mapping by column names does not
/// reach; the exam of the test kit (`testkit::HostExam`) says whether it keeps its duties.
///
/// None of these but [`store_password`](Self::store_password), [`set_status`](Self::set_status) and [`require_change`](Self::require_change)
/// changes the revision: see [`Write`](authflow::step::Write). They run on the one thread that writes, and nobody else is served meanwhile.
pub trait Accounts: Send + Sync + 'static {
    /// See [`FindAccount`].
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

    /// Deletes the account.
    ///
    /// # Errors
    /// When it cannot be written.
    fn delete(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError>;

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

/// What accounts are made from when a store is opened: itself, or a mapping that is judged by the tables that are there.
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
        let (tenant, key) = (ask.audience.tenant, ask.key);
        if let AccountKey::Identifier(_) = key {
            let accounts = Arc::clone(&self.accounts);
            if self.read(move |connection| accounts.has_unspelled(connection)).await? {
                let accounts = Arc::clone(&self.accounts);
                self.write(move |transaction| accounts.spell(transaction).map(Written::Kept)).await?;
            }
        }
        let accounts = Arc::clone(&self.accounts);
        self.read(move |connection| accounts.find(connection, tenant, &key)).await
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
