//! Look-ups of accounts for an administrator.

use super::{Accounts, OwnAccounts, account, own::BEHIND};
use crate::{SqliteStore, StoreError, columns};
use authflow::{
    AccountId, TenantId,
    account::{Account, AccountKey, Identifier},
};
use rusqlite::params;
use std::num::NonZeroU32;

impl<A: Accounts> SqliteStore<A> {
    /// The account that has a name, number or address, for an administrator.
    ///
    /// ```
    /// use authflow::{
    ///     Moment,
    ///     account::{Identifier, UserName},
    ///     testkit::demo,
    /// };
    /// use authflow_sqlite::{Place, Settings, SqliteStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store =
    ///     SqliteStore::open(&Settings::new(Place::Memory, demo::sealing_keys(), Moment::now))?;
    /// store.create_account(demo::account("erin")).await?;
    /// let typed = Identifier::of_any(UserName::new("ERIN")?);
    /// let found = store.account_named(Some(demo::tenant()), &typed).await?;
    /// assert_eq!(found.unwrap().id.as_str(), "id-erin");
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database cannot be read, or two accounts have the name.
    pub async fn account_named(
        &self,
        tenant: Option<TenantId>,
        name: &Identifier,
    ) -> Result<Option<Account>, StoreError> {
        self.find_by(tenant, AccountKey::Identifier(name.clone())).await
    }
}

impl SqliteStore<OwnAccounts> {
    /// A page of the accounts of a tenant, in the byte order of their ids. It begins after the given id and has at most the given number of accounts.
    /// A page that is not full is the last one.
    ///
    /// ```
    /// use authflow::{Moment, testkit::demo};
    /// use authflow_sqlite::{Place, Settings, SqliteStore};
    /// use std::num::NonZeroU32;
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store =
    ///     SqliteStore::open(&Settings::new(Place::Memory, demo::sealing_keys(), Moment::now))?;
    /// store.create_accounts(["alice", "erin", "tom"].map(demo::account).to_vec()).await?;
    ///
    /// let (two, mut behind, mut ids) = (NonZeroU32::new(2).unwrap(), None, Vec::new());
    /// loop {
    ///     let page = store.accounts(Some(demo::tenant()), behind, two).await?;
    ///     ids.extend(page.iter().map(|account| account.id.to_string()));
    ///     if page.len() < 2 {
    ///         break;
    ///     }
    ///     behind = page.last().map(|account| account.id);
    /// }
    /// assert_eq!(ids, ["id-alice", "id-erin", "id-tom"]);
    /// # Ok(()) }
    /// ```
    ///
    /// # Errors
    /// When the database cannot be read.
    pub async fn accounts(
        &self,
        tenant: Option<TenantId>,
        behind: Option<AccountId>,
        at_most: NonZeroU32,
    ) -> Result<Vec<Account>, StoreError> {
        self.read(move |connection| {
            let mut statement = connection.prepare_cached(BEHIND)?;
            let behind = behind.as_ref().map_or("", AccountId::as_str);
            let parameters = params![columns::tenant(&tenant), behind, at_most.get()];
            let rows = statement.query_map(parameters, |row| Ok(account(row, tenant)))?;
            rows.map(|row| row?).collect()
        })
        .await
    }
}
