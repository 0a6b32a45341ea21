//! Accounts in the store's own table.

use super::{Accounts, IntoAccounts, SealedRow, row::account};
use crate::{
    Connection, StoreError, Transaction,
    columns::{self, get},
    names,
    parameters::{int8, text},
    sealed, users_table,
};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, FindAccount, NameKind, Revision},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    token::KeyId,
};
use tokio_postgres::Row;

/// Accounts in the store's own table, `authflow.accounts`. Its triggers draw and count revisions, whoever writes; and make the keys of names in
/// ASCII, for whoever writes SQL. [`create_account`](crate::PostgresStore::create_account) writes all others.
#[derive(Clone, Copy, Debug)]
pub struct OwnAccounts;

impl IntoAccounts for OwnAccounts {
    type Accounts = Self;

    async fn migrate(&self, transaction: &Transaction) -> Result<(), StoreError> {
        names::spell(transaction).await
    }

    async fn open(&self, connection: &Connection) -> Result<Self, StoreError> {
        names::check(connection).await?;
        users_table::refuse_any(connection).await?;
        Ok(Self)
    }
}

impl Accounts for OwnAccounts {
    async fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        let tenant = columns::tenant(&tenant);
        let rows = match key {
            AccountKey::Id(id) => {
                let sql = "SELECT * FROM authflow.accounts WHERE tenant = $1 AND id = $2";
                connection.query(sql, &[text(tenant), text(id.as_str())]).await?
            }
            // As many look-ups as what was typed may be names, whoever has them.
            AccountKey::Identifier(typed) => {
                let named = |wanted| typed.names().find(|(kind, _)| *kind == wanted).map(|(_, name)| name);
                let sql = "SELECT * FROM authflow.accounts WHERE tenant = $1 AND user_name_key = $2
                    UNION ALL SELECT * FROM authflow.accounts WHERE tenant = $1 AND mobile_key = $3
                    UNION ALL SELECT * FROM authflow.accounts WHERE tenant = $1 AND email_key = $4";
                connection
                    .query(
                        sql,
                        &[
                            text(tenant),
                            text(named(NameKind::UserName)),
                            text(named(NameKind::Mobile)),
                            text(named(NameKind::Email)),
                        ],
                    )
                    .await?
            }
        };
        let found = rows.iter().map(|row| account(row).map(Some)).collect::<Result<Vec<_>, _>>()?;
        FindAccount::only(found).map_err(|_| StoreError::Ambiguous)
    }

    async fn lock(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError> {
        let sql =
            "SELECT revision, status FROM authflow.accounts WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
        let of = [text(columns::tenant(&tenant)), text(account.as_str())];
        let row = transaction.query_opt(sql, &of).await?;
        let read = |row: Row| {
            Ok((columns::revision(get(&row, "revision")?)?, columns::word("status", get(&row, "status")?)?))
        };
        row.map(read).transpose()
    }

    async fn record_skip(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow.accounts SET skips_used = skips_used + 1
            WHERE tenant = $1 AND id = $2 AND verifier IS NOT NULL AND skips_used < $3 RETURNING id";
        let budget = i64::from(budget);
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(budget)];
        Ok(transaction.query_opt(sql, &of).await?.is_some())
    }

    /// The trigger counts a revision up only where it is not set.
    async fn store_password(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET verifier = $3, password_form = 'canonical', password_changed_at = $4,
                must_change = NULL, skips_used = 0, revision = $5
            WHERE tenant = $1 AND id = $2 RETURNING id";
        let stored = transaction
            .query_opt(
                sql,
                &[
                    text(columns::tenant(&tenant)),
                    text(account.as_str()),
                    text(verifier.expose()),
                    int8(columns::seconds(changed_at)),
                    int8(i64::from(revision)),
                ],
            )
            .await?;
        stored.map(drop).ok_or(StoreError::Raced)
    }

    async fn rehash(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError> {
        let assignment = "verifier = $3, password_form = 'canonical'";
        set_uncounted(transaction, tenant, account, assignment, verifier.expose()).await
    }

    async fn reseal(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        set_uncounted(transaction, tenant, account, "totp_sealed = $3", secret.as_str()).await
    }

    async fn use_totp_step(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow.accounts SET totp_step = $3
            WHERE tenant = $1 AND id = $2 AND (totp_step IS NULL OR totp_step < $3) RETURNING id";
        let step = columns::number(step)?;
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), int8(step)];
        Ok(transaction.query_opt(sql, &of).await?.is_some())
    }

    async fn set_status(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET status = $3 WHERE tenant = $1 AND id = $2 AND status <> $3";
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), text(status.as_str())];
        transaction.execute(sql, &of).await.map(drop)
    }

    async fn require_change(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow.accounts SET must_change = $3
            WHERE tenant = $1 AND id = $2 AND verifier IS NOT NULL AND must_change IS DISTINCT FROM $3";
        let of = [text(columns::tenant(&tenant)), text(account.as_str()), text(reason.as_str())];
        transaction.execute(sql, &of).await.map(drop)
    }

    async fn delete(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM authflow.accounts WHERE tenant = $1 AND id = $2";
        let of = [text(columns::tenant(&tenant)), text(account.as_str())];
        transaction.execute(sql, &of).await.map(drop)
    }

    async fn sealed(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<String>, StoreError> {
        let of = (columns::tenant(&tenant), account.as_str());
        sealed::of(transaction, "authflow.accounts", of).await
    }

    async fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
        sealed::count_by_key(connection, "authflow.accounts").await
    }

    async fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
        behind: &(String, String),
        at_most: u32,
    ) -> Result<Vec<SealedRow>, StoreError> {
        sealed::by_others(connection, "authflow.accounts", sealer, behind, at_most).await
    }
}

/// Writes what is for the trigger a change as any other, and is none: its count is taken back, and nobody has seen it.
async fn set_uncounted(
    transaction: &Transaction,
    tenant: Option<TenantId>,
    account: AccountId,
    assignment: &'static str,
    value: &str,
) -> Result<(), StoreError> {
    let (tenant, account) = (columns::tenant(&tenant), account.as_str());
    let of = [text(tenant), text(account)];
    let sql = "SELECT revision FROM authflow.accounts WHERE tenant = $1 AND id = $2";
    let row = transaction.query_opt(sql, &of).await?.ok_or(StoreError::Raced)?;
    let revision = get::<i64>(&row, "revision")?;
    let sql = format!("UPDATE authflow.accounts SET {assignment} WHERE tenant = $1 AND id = $2");
    transaction.execute(&sql, &[text(tenant), text(account), text(value)]).await?;
    let sql = "UPDATE authflow.accounts SET revision = $3 WHERE tenant = $1 AND id = $2";
    transaction.execute(sql, &[text(tenant), text(account), int8(revision)]).await.map(drop)
}
