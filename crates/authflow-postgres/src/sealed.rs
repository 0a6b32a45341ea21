//! Secrets of authenticators: counted by key, and resealed.

use crate::{
    Accounts, SealedRow, StoreError,
    columns::{self, get},
    connection::{Connection, Transaction},
    database::{Database, Written, reading, writing},
    parameters::{int8, text},
};
use authflow::{
    AccountId, TenantId,
    factor::TotpSecret,
    sealing::{Owner, SealedSecret, SealingKeys},
    token::KeyId,
};

/// The number of rows that are resealed between two queries.
const AT_ONCE: u32 = 256;

/// Refuses the keys if a secret is sealed under a key that is not among them. That key was dropped too early, or its file was lost.
pub(crate) async fn refuse_missing_keys(
    accounts: &impl Accounts,
    connection: &Connection,
    keys: Option<&SealingKeys>,
) -> Result<(), StoreError> {
    let is_known = |id: &str| KeyId::new(id).is_ok_and(|id| keys.is_some_and(|keys| keys.get(&id).is_some()));
    let mut missing = accounts.seals(connection).await?;
    missing.retain(|(id, _)| !is_known(id));
    if missing.is_empty() {
        return Ok(());
    }
    let count = missing.iter().map(|(_, count)| count).sum();
    missing.sort();
    let ids = missing.into_iter().map(|(id, _)| id).collect::<Vec<_>>().join(", ");
    Err(StoreError::SealingKeysMissing { count, ids })
}

/// The result of resealing secrets of earlier keys.
///
/// ```no_run
/// use authflow_postgres::{PostgresStore, Resealed, StoreError};
///
/// /// The report of a task that runs after the next sealing key has become the sealer.
/// async fn reseal(store: &PostgresStore) -> Result<String, StoreError> {
///     let Resealed { done, unreadable } = store.reseal_all().await?;
///     Ok(match unreadable {
///         0 => format!("{done} sealed anew: the earlier key can go"),
///         _ => format!("{unreadable} do not open: enrol their owners anew"),
///     })
/// }
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Resealed {
    /// The secrets that are now sealed under the present key.
    pub done: u64,
    /// The secrets that could not be opened, and stay as they were. Their rows were moved to another account, or are damaged. The second factor of
    /// these accounts is unavailable until it is enrolled again.
    pub unreadable: u64,
}

/// Reseals secrets of earlier keys, row by row, each under its lock. A secret that is enrolled meanwhile is not overwritten.
pub(crate) async fn reseal_all(
    accounts: &impl Accounts,
    database: &Database,
    keys: &SealingKeys,
) -> Result<Resealed, StoreError> {
    let (mut resealed, mut behind) = (Resealed::default(), (String::new(), String::new()));
    let sealer = keys.sealer().id();
    loop {
        let rows = reading!(database.to_begin(), connection => accounts.sealed_by_others(connection, sealer, &behind, AT_ONCE))?;
        let Some(last) = rows.last() else { return Ok(resealed) };
        behind = (last.tenant.clone(), last.account.clone());
        for row in rows {
            let (tenant, account) = (columns::tenant_id(&row.tenant)?, columns::account_id(&row.account)?);
            let moment = database.moment()?;
            let anew = SealedSecret::new(&row.sealed).ok().and_then(|sealed| {
                TotpSecret::reseal(keys, Owner { tenant, account }, &sealed, &moment).ok().flatten()
            });
            let Some(anew) = anew else {
                resealed.unreadable += 1;
                continue;
            };
            let owner = (tenant, account);
            let done = writing!(database.to_end(), transaction =>
                replace(accounts, transaction, owner, (&row.sealed, &anew)))?;
            resealed.done += u64::from(done);
        }
    }
}

/// Stores a secret under its new seal, if the row still has the secret that was read. Returns whether it did.
async fn replace(
    accounts: &impl Accounts,
    transaction: &Transaction,
    (tenant, account): (Option<TenantId>, AccountId),
    (earlier, anew): (&str, &SealedSecret),
) -> Result<Written<bool>, StoreError> {
    let is_there = accounts.lock(transaction, tenant, account).await?.is_some();
    if !is_there || accounts.sealed(transaction, tenant, account).await?.as_deref() != Some(earlier) {
        return Ok(Written::TakenBack(false));
    }
    accounts.reseal(transaction, tenant, account, anew).await?;
    Ok(Written::Kept(true))
}

/// The sealed secret of an account in this table, as it is stored.
pub(crate) async fn of(
    connection: &Connection,
    table: &'static str,
    (tenant, account): (&str, &str),
) -> Result<Option<String>, StoreError> {
    let sql = format!("SELECT totp_sealed FROM {table} WHERE tenant = $1 AND id = $2");
    let row = connection.query_opt(&sql, &[text(tenant), text(account)]).await?;
    Ok(row.map(|row| get(&row, "totp_sealed")).transpose()?.flatten())
}

/// The number of secrets in this table that name each key.
pub(crate) async fn count_by_key(
    connection: &Connection,
    table: &'static str,
) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = format!(
        "SELECT totp_key, count(*) AS secrets FROM {table} WHERE totp_key IS NOT NULL GROUP BY totp_key"
    );
    let rows = connection.query(&sql, &[]).await?;
    rows.iter().map(|row| Ok((get(row, "totp_key")?, get(row, "secrets")?))).collect()
}

/// Secrets in this table that are sealed under another key.
pub(crate) async fn by_others(
    connection: &Connection,
    table: &'static str,
    sealer: &KeyId,
    (tenant, account): &(String, String),
    at_most: u32,
) -> Result<Vec<SealedRow>, StoreError> {
    let sql = format!(
        "SELECT tenant, id, totp_sealed FROM {table}
        WHERE totp_key IS NOT NULL AND totp_key <> $1 AND (tenant, id) > ($2, $3) ORDER BY tenant, id LIMIT $4"
    );
    let of = [text(sealer.as_str()), text(&**tenant), text(&**account), int8(i64::from(at_most))];
    let rows = connection.query(&sql, &of).await?;
    let read = |row| {
        Ok(SealedRow {
            tenant: get(row, "tenant")?,
            account: get(row, "id")?,
            sealed: get(row, "totp_sealed")?,
        })
    };
    rows.iter().map(read).collect()
}
