//! Secrets of authenticators. Secrets in the clear are sealed once, and sealed secrets are counted by key and resealed.

use crate::{Accounts, SealedRow, StoreError, Transaction, columns, schema::has_table};
use authflow::{
    AccountId, Moment,
    factor::TotpSecret,
    sealing::{Owner, SealedSecret, SealingKeys},
    token::KeyId,
};
use rusqlite::Connection;

/// This table marks a database whose clear secrets have been sealed, but whose file has not been rewritten yet.
const UNSCRUBBED: &str = "authflow_unscrubbed";

/// Notes that the file may have secrets in the clear in unused pages, until [`scrub`] rewrites it.
pub(crate) fn note_unscrubbed(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.execute_batch(&format!("CREATE TABLE {UNSCRUBBED} (since INTEGER) STRICT"))?)
}

/// Rewrites the file if it has not been rewritten since secrets were sealed, so that it contains no remains of the clear secrets. If a service was
/// stopped in between, its next start rewrites the file.
pub(crate) fn scrub(connection: &Connection) -> Result<(), StoreError> {
    if !has_table(connection, UNSCRUBBED)? {
        return Ok(());
    }
    connection.execute_batch("VACUUM")?;
    let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        return Err(StoreError::NotScrubbed);
    }
    Ok(connection.execute_batch(&format!("DROP TABLE {UNSCRUBBED}"))?)
}

/// The number of secrets of a table that name each key.
pub(crate) fn count_by_key(
    connection: &Connection,
    table: &'static str,
) -> Result<Vec<(String, i64)>, StoreError> {
    let sql = format!("SELECT totp_key, count(*) FROM {table} WHERE totp_key IS NOT NULL GROUP BY totp_key");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// The secrets of a table that are sealed under another key than this one.
pub(crate) fn by_others(
    connection: &Connection,
    table: &'static str,
    sealer: &KeyId,
) -> Result<Vec<SealedRow>, StoreError> {
    let sql =
        format!("SELECT tenant, id, totp_sealed FROM {table} WHERE totp_key IS NOT NULL AND totp_key <> ?1");
    let mut statement = connection.prepare(&sql)?;
    let rows = statement.query_map([sealer.as_str()], |row| {
        Ok(SealedRow { tenant: row.get(0)?, account: row.get(1)?, sealed: row.get(2)? })
    })?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses the keys if a secret is sealed under a key that is not among them. That key was dropped too early, or its file was lost.
pub(crate) fn refuse_missing_keys(seals: Vec<(String, i64)>, keys: &SealingKeys) -> Result<(), StoreError> {
    let is_known = |id: &str| KeyId::new(id).is_ok_and(|id| keys.get(&id).is_some());
    let missing: Vec<_> = seals.into_iter().filter(|(id, _)| !is_known(id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let count = missing.iter().map(|(_, count)| count).sum();
    let ids: Vec<_> = missing.into_iter().map(|(id, _)| id).collect();
    Err(StoreError::SealingKeysMissing { count, ids: ids.join(", ") })
}

/// Reseals the secrets of earlier keys, so that these keys can be dropped. A secret that does not open stays as it is.
pub(crate) fn reseal_all(
    transaction: &Transaction<'_>,
    accounts: &impl Accounts,
    keys: &SealingKeys,
    moment: &Moment,
) -> Result<(), StoreError> {
    let mut resealed = 0_u64;
    for SealedRow { tenant, account, sealed } in accounts.sealed_by_others(transaction, keys.sealer().id())? {
        let owner = owner(&tenant, &account)?;
        let anew = SealedSecret::new(&sealed).map(|sealed| TotpSecret::reseal(keys, owner, &sealed, moment));
        match anew {
            Ok(Ok(Some(sealed))) => {
                accounts.reseal(transaction, owner.tenant, owner.account, &sealed)?;
                resealed += 1;
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::error!(account, %error, "a secret cannot be sealed anew"),
            Err(error) => tracing::error!(account, %error, "a secret cannot be sealed anew"),
        }
    }
    if resealed > 0 {
        tracing::info!(resealed, "secrets of authenticators are sealed under the present key");
    }
    Ok(())
}

pub(crate) fn owner(tenant: &str, id: &str) -> Result<Owner, StoreError> {
    Ok(Owner {
        tenant: columns::tenant_id(tenant)?,
        account: AccountId::new(id).map_err(|_| StoreError::Malformed("account id"))?,
    })
}

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
