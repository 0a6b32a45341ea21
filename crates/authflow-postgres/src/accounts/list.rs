//! Look-ups of accounts for an administrator.

use super::{Accounts, OwnAccounts, row::account};
use crate::{
    Connection, PostgresStore, StoreError, columns,
    database::reading,
    parameters::{int8, text},
};
use authflow::{
    AccountId, TenantId,
    account::{Account, AccountKey, Identifier},
};
use std::num::NonZeroU32;

impl<A: Accounts> PostgresStore<A> {
    /// The account that has a name, number or address, for an administrator.
    ///
    /// # Errors
    /// When the database has no answer, or two accounts have the name.
    pub async fn account_named(
        &self,
        tenant: Option<TenantId>,
        name: &Identifier,
    ) -> Result<Option<Account>, StoreError> {
        let key = AccountKey::Identifier(name.clone());
        reading!(self.database.to_begin(), connection => self.accounts.find(connection, tenant, &key))
    }
}

impl PostgresStore<OwnAccounts> {
    /// A page of the accounts of a tenant, in the byte order of their ids. It begins after the given id and has at most the given number of accounts.
    /// A page that is not full is the last one.
    ///
    /// # Errors
    /// When the database has no answer.
    pub async fn accounts(
        &self,
        tenant: Option<TenantId>,
        behind: Option<AccountId>,
        at_most: NonZeroU32,
    ) -> Result<Vec<Account>, StoreError> {
        reading!(self.database.to_begin(), connection => page(connection, tenant, behind, at_most))
    }
}

async fn page(
    connection: &Connection,
    tenant: Option<TenantId>,
    behind: Option<AccountId>,
    at_most: NonZeroU32,
) -> Result<Vec<Account>, StoreError> {
    let sql = "SELECT * FROM authflow.accounts WHERE tenant = $1 AND id > $2 ORDER BY id LIMIT $3";
    let behind = behind.as_ref().map_or("", AccountId::as_str);
    let of = [text(columns::tenant(&tenant)), text(behind), int8(i64::from(at_most.get()))];
    connection.query(sql, &of).await?.iter().map(account).collect()
}
