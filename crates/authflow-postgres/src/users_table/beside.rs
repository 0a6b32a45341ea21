//! Writes to a row, and to its side row in `authflow.side_accounts`.

use super::MappedAccounts;
use crate::{
    StoreError, Transaction,
    columns::{self, get},
    parameters::{int8, text},
};
use authflow::{AccountId, TenantId};

/// A row was written while the trigger was off.
pub(super) const NOT_BESIDE: StoreError = StoreError::Malformed {
    column: "row of side_accounts",
    wanted: "there for every row of the users' table: run `migrate`",
};

/// The table that the side rows belong to.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Beside {
    This,
    /// An earlier table. In the present table, its ids may belong to other people. An account that has no name of the earlier account is a different
    /// account.
    Another,
}

/// The columns of a side row that are put back if a change must not count.
pub(super) struct Side {
    pub(super) revision: i64,
    pub(super) skips_used: i64,
    pub(super) must_change: Option<String>,
    pub(super) password_changed_at: Option<i64>,
}

impl MappedAccounts {
    /// Locks and reads the side row. The caller has locked the row itself, so both rows are as the previous holder of their locks has left them.
    pub(super) async fn side(
        &self,
        transaction: &Transaction,
        tenant: &Option<TenantId>,
        account: &AccountId,
    ) -> Result<Side, StoreError> {
        let sql = "SELECT revision, skips_used, must_change, password_changed_at FROM authflow.side_accounts
            WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
        let of = [text(columns::tenant(tenant)), text(account.as_str())];
        let row = transaction.query_opt(sql, &of).await?;
        let row = row.ok_or(NOT_BESIDE)?;
        Ok(Side {
            revision: get(&row, "revision")?,
            skips_used: get(&row, "skips_used")?,
            must_change: get(&row, "must_change")?,
            password_changed_at: get(&row, "password_changed_at")?,
        })
    }

    /// Writes to the row of the table. The row exists, because the caller has locked it.
    pub(super) async fn update(
        &self,
        transaction: &Transaction,
        tenant: &Option<TenantId>,
        account: &AccountId,
        (assignment, value, number): (&str, &str, Option<i64>),
    ) -> Result<(), StoreError> {
        let sql = format!(
            "UPDATE {} AS u SET {assignment} WHERE {}",
            self.table.name,
            self.table.is_row(tenant, ("$1", "$2"))
        );
        let of = [text(columns::tenant(tenant)), text(account.as_str()), text(value), int8(number)];
        match transaction.execute(&sql, &of).await? {
            1 => Ok(()),
            _ => Err(StoreError::Raced),
        }
    }

    /// Writes to the side row.
    pub(super) async fn update_side(
        &self,
        transaction: &Transaction,
        tenant: &Option<TenantId>,
        account: &AccountId,
        (assignment, value): (&str, Option<&str>),
    ) -> Result<(), StoreError> {
        let sql = format!("UPDATE authflow.side_accounts SET {assignment} WHERE tenant = $1 AND id = $2");
        let of = [text(columns::tenant(tenant)), text(account.as_str()), text(value)];
        match transaction.execute(&sql, &of).await? {
            1 => Ok(()),
            _ => Err(StoreError::Raced),
        }
    }

    /// Sets the columns that the trigger has changed to what they must be, with a verifier of the password's one spelling.
    pub(super) async fn put_back(
        &self,
        transaction: &Transaction,
        tenant: &Option<TenantId>,
        account: &AccountId,
        side: &Side,
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE authflow.side_accounts SET password_form = 'canonical', revision = $3, skips_used = $4,
                must_change = $5, password_changed_at = $6
            WHERE tenant = $1 AND id = $2";
        let written = transaction
            .execute(
                sql,
                &[
                    text(columns::tenant(tenant)),
                    text(account.as_str()),
                    int8(side.revision),
                    int8(side.skips_used),
                    text(side.must_change.as_deref()),
                    int8(side.password_changed_at),
                ],
            )
            .await?;
        if written == 1 { Ok(()) } else { Err(StoreError::Raced) }
    }
}
