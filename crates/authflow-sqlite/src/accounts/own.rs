//! Accounts in the store's own table.

use super::{Accounts, IntoAccounts, SealedRow, account};
use crate::{StoreError, Transaction, columns, names, sealed};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{Account, AccountKey, AccountStatus, FindAccount, NameKind, Revision},
    password::{MustChange, Verifier},
    sealing::SealedSecret,
    token::KeyId,
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// Accounts in the store's own table, `authflow_accounts`. Its triggers draw and count revisions, whoever writes; and make the keys of names in
/// ASCII, for whoever writes SQL. [`create_account`](crate::SqliteStore::create_account) writes all others.
#[derive(Clone, Copy, Debug)]
pub struct OwnAccounts;

impl IntoAccounts for OwnAccounts {
    type Accounts = Self;

    fn open(&self, transaction: &Transaction<'_>) -> Result<Self, StoreError> {
        names::spell(transaction)?;
        Ok(Self)
    }
}

/// What is selected, in the order that [`account`] reads it.
macro_rules! select_account {
    ($condition:literal) => {
        concat!(
            "SELECT id, revision, status, verifier, password_changed_at, must_change, skips_used, enrolled, ",
            "factors_changed_at, profile, user_name, mobile, email, totp_sealed, totp_algorithm, totp_digits, totp_step, ",
            "password_form, totp_step_seconds FROM authflow_accounts WHERE tenant = ?1 AND ",
            $condition,
        )
    };
}

const BY_ID: &str = select_account!("id = ?2");
const BY_NAME: &str = select_account!("user_name_key = ?2");
const BY_MOBILE: &str = select_account!("mobile_key = ?2");
const BY_EMAIL: &str = select_account!("email_key = ?2");

fn one(
    connection: &Connection,
    sql: &'static str,
    tenant: Option<TenantId>,
    key: &str,
) -> Result<Option<Account>, StoreError> {
    let mut statement = connection.prepare_cached(sql)?;
    let parameters = params![columns::tenant(&tenant), key];
    statement.query_row(parameters, |row| Ok(account(row, tenant))).optional()?.transpose()
}

impl Accounts for OwnAccounts {
    fn find(
        &self,
        connection: &Connection,
        tenant: Option<TenantId>,
        key: &AccountKey,
    ) -> Result<Option<Account>, StoreError> {
        match key {
            AccountKey::Id(id) => one(connection, BY_ID, tenant, id.as_str()),
            // As many look-ups as what was typed may be names, whoever has them.
            AccountKey::Identifier(typed) => {
                let found = typed.names().map(|(kind, text)| match kind {
                    NameKind::UserName => one(connection, BY_NAME, tenant, text),
                    NameKind::Mobile => one(connection, BY_MOBILE, tenant, text),
                    NameKind::Email => one(connection, BY_EMAIL, tenant, text),
                });
                let found = found.collect::<Result<Vec<_>, _>>()?;
                FindAccount::only(found).map_err(|_| StoreError::Ambiguous)
            }
        }
    }

    fn lock(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<Option<(Revision, AccountStatus)>, StoreError> {
        let sql = "SELECT revision, status FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
        let found = transaction
            .prepare_cached(sql)?
            .query_row([columns::tenant(&tenant), account.as_str()], |row| {
                Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?))
            })
            .optional()?;
        let read = |(revision, status): (i64, String)| {
            Ok((columns::revision(revision)?, columns::word("account status", &status)?))
        };
        found.map(read).transpose()
    }

    fn record_skip(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        budget: u32,
    ) -> Result<bool, StoreError> {
        let sql = "UPDATE authflow_accounts SET skips_used = skips_used + 1
            WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL AND skips_used < ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), budget];
        Ok(transaction.prepare_cached(sql)?.execute(parameters)? == 1)
    }

    /// The schema's trigger counts a revision up only where it is not set.
    fn store_password(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        (verifier, changed_at, revision): (&Verifier, Timestamp, Revision),
    ) -> Result<(), StoreError> {
        let sql =
            "UPDATE authflow_accounts SET verifier = ?3, password_form = 'canonical', password_changed_at = ?4,
                must_change = NULL, skips_used = 0, revision = ?5
            WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute(params![
            columns::tenant(&tenant),
            account.as_str(),
            verifier.expose(),
            columns::seconds(changed_at),
            i64::from(revision),
        ])?;
        Ok(())
    }

    fn rehash(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        verifier: &Verifier,
    ) -> Result<(), StoreError> {
        let assignments = "verifier = ?3, password_form = 'canonical'";
        set_uncounted(transaction, tenant, account, assignments, verifier.expose())
    }

    fn reseal(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        secret: &SealedSecret,
    ) -> Result<(), StoreError> {
        set_uncounted(transaction, tenant, account, "totp_sealed = ?3", secret.as_str())
    }

    fn use_totp_step(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        step: u64,
    ) -> Result<bool, StoreError> {
        let sql =
            "UPDATE authflow_accounts SET totp_step = ?3 WHERE tenant = ?1 AND id = ?2 AND totp_step < ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), columns::number(step)?];
        Ok(transaction.prepare_cached(sql)?.execute(parameters)? == 1)
    }

    fn set_status(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        status: AccountStatus,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow_accounts SET status = ?3 WHERE tenant = ?1 AND id = ?2 AND status <> ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), status.as_str()];
        transaction.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn require_change(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
        reason: MustChange,
    ) -> Result<(), StoreError> {
        let sql = "UPDATE authflow_accounts SET must_change = ?3
            WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL AND must_change IS NOT ?3";
        let parameters = params![columns::tenant(&tenant), account.as_str(), reason.as_str()];
        transaction.prepare_cached(sql)?.execute(parameters)?;
        Ok(())
    }

    fn delete(
        &self,
        transaction: &Transaction<'_>,
        tenant: Option<TenantId>,
        account: AccountId,
    ) -> Result<(), StoreError> {
        let sql = "DELETE FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
        transaction.prepare_cached(sql)?.execute([columns::tenant(&tenant), account.as_str()])?;
        Ok(())
    }

    fn seals(&self, connection: &Connection) -> Result<Vec<(String, i64)>, StoreError> {
        sealed::count_by_key(connection, "authflow_accounts")
    }

    fn sealed_by_others(
        &self,
        connection: &Connection,
        sealer: &KeyId,
    ) -> Result<Vec<SealedRow>, StoreError> {
        sealed::by_others(connection, "authflow_accounts", sealer)
    }
}

/// Writes what is for the schema's trigger a change as any other, and is none: its count is taken back, and nobody has seen it.
fn set_uncounted(
    transaction: &Transaction<'_>,
    tenant: Option<TenantId>,
    account: AccountId,
    assignments: &'static str,
    value: &str,
) -> Result<(), StoreError> {
    let (tenant, account) = (columns::tenant(&tenant), account.as_str());
    let sql = "SELECT revision FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
    let revision: i64 = transaction.prepare_cached(sql)?.query_row([tenant, account], |row| row.get(0))?;
    let sql = format!("UPDATE authflow_accounts SET {assignments} WHERE tenant = ?1 AND id = ?2");
    transaction.prepare_cached(&sql)?.execute([tenant, account, value])?;
    let sql = "UPDATE authflow_accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2";
    transaction.prepare_cached(sql)?.execute(params![tenant, account, revision])?;
    Ok(())
}
