//! Secrets of authenticators: sealed once where they stood in the clear, counted by key, and sealed anew.

use crate::{StoreError, columns};
use authflow::{
    AccountId, Moment, TenantId,
    factor::TotpSecret,
    sealing::{Owner, SealedSecret, SealingKeys},
    token::KeyId,
};
use rusqlite::{Connection, params};
use std::collections::BTreeMap;

/// Stands in a database whose clear secrets have been sealed, and whose file has not been written anew since.
const UNSCRUBBED: &str = "unscrubbed";

/// Seals what stands in the clear. From then on, until [`scrub`], the file may still have what was there.
pub(crate) fn seal_clear_secrets(
    connection: &Connection,
    keys: Option<&SealingKeys>,
    moment: &Moment,
) -> Result<(), StoreError> {
    let sql = "SELECT count(*) FROM accounts WHERE totp_secret IS NOT NULL";
    let count = connection.query_row(sql, [], |row| row.get(0))?;
    let Some(keys) = keys.filter(|_| count > 0) else {
        return if count == 0 { Ok(()) } else { Err(StoreError::NoSealingKeys { count }) };
    };
    let mut clear =
        connection.prepare("SELECT tenant, id, totp_secret FROM accounts WHERE totp_secret IS NOT NULL")?;
    let mut seal =
        connection.prepare("UPDATE accounts SET totp_sealed = ?3 WHERE tenant = ?1 AND id = ?2")?;
    let mut rows = clear.query([])?;
    while let Some(row) = rows.next()? {
        let (tenant, id): (String, String) = (row.get(0)?, row.get(1)?);
        // Whoever is here has been enrolled; a new one is judged where it is made.
        let secret = TotpSecret::legacy(row.get::<_, Vec<u8>>(2)?).map_err(StoreError::ClearSecret)?;
        seal.execute(params![tenant, id, secret.seal(keys, owner(&tenant, &id)?, moment).as_str()])?;
    }
    Ok(())
}

/// Notes that the file may have secrets in the clear, in pages that nothing refers to any more.
pub(crate) fn note_unscrubbed(connection: &Connection) -> Result<(), StoreError> {
    Ok(connection.execute_batch(&format!("CREATE TABLE {UNSCRUBBED} (since INTEGER) STRICT"))?)
}

/// Writes the file anew where that has not been done since secrets were sealed, so that nothing of them is left in it. A server that was
/// stopped in between does it at its next start.
pub(crate) fn scrub(connection: &Connection) -> Result<(), StoreError> {
    if !connection.table_exists(None, UNSCRUBBED)? {
        return Ok(());
    }
    connection.execute_batch("VACUUM")?;
    let is_busy = connection.query_row("PRAGMA wal_checkpoint(TRUNCATE)", [], |row| row.get(0))?;
    if is_busy {
        return Err(StoreError::NotScrubbed);
    }
    Ok(connection.execute_batch(&format!("DROP TABLE {UNSCRUBBED}"))?)
}

/// How many secrets name each key.
pub(crate) fn count_by_key(connection: &Connection) -> Result<BTreeMap<String, i64>, StoreError> {
    let sql = "SELECT totp_key, count(*) FROM accounts WHERE totp_key IS NOT NULL GROUP BY totp_key";
    let mut statement = connection.prepare(sql)?;
    let rows = statement.query_map([], |row| Ok((row.get(0)?, row.get(1)?)))?;
    Ok(rows.collect::<Result<_, _>>()?)
}

/// Refuses keys without one that a secret is sealed under: that key was dropped too early, or its file was lost.
pub(crate) fn refuse_missing_keys(
    connection: &Connection,
    keys: Option<&SealingKeys>,
) -> Result<(), StoreError> {
    let is_known = |id: &str| KeyId::new(id).is_ok_and(|id| keys.is_some_and(|keys| keys.get(&id).is_some()));
    let missing: BTreeMap<_, _> =
        count_by_key(connection)?.into_iter().filter(|(id, _)| !is_known(id)).collect();
    if missing.is_empty() {
        return Ok(());
    }
    let count = missing.values().sum();
    Err(StoreError::SealingKeysMissing { count, ids: missing.into_keys().collect::<Vec<_>>().join(", ") })
}

/// Seals anew what an earlier key has sealed, so that it can be dropped. Says how many secrets it was; one that does not open stays as it is.
pub(crate) fn reseal_all(
    connection: &Connection,
    keys: &SealingKeys,
    moment: &Moment,
) -> Result<u64, StoreError> {
    let sql = "SELECT tenant, id, totp_sealed FROM accounts WHERE totp_key IS NOT NULL AND totp_key <> ?1";
    let mut earlier = connection.prepare(sql)?;
    let read = |row: &rusqlite::Row<'_>| Ok((row.get(0)?, row.get(1)?, row.get(2)?));
    let rows = earlier.query_map([keys.sealer().id().as_str()], read)?;
    let mut resealed = 0;
    for (tenant, id, text) in rows.collect::<Result<Vec<(String, String, String)>, _>>()? {
        let owner = owner(&tenant, &id)?;
        let anew = SealedSecret::new(&text).map(|sealed| TotpSecret::reseal(keys, owner, &sealed, moment));
        match anew {
            Ok(Ok(Some(sealed))) => {
                store(connection, &tenant, &id, &sealed)?;
                resealed += 1;
            }
            Ok(Ok(None)) => {}
            Ok(Err(error)) => tracing::error!(account = id, %error, "a secret cannot be sealed anew"),
            Err(error) => tracing::error!(account = id, %error, "a secret cannot be sealed anew"),
        }
    }
    Ok(resealed)
}

/// The same secret under another seal: no change of the account.
pub(crate) fn store(
    connection: &Connection,
    tenant: &str,
    id: &str,
    sealed: &SealedSecret,
) -> Result<(), StoreError> {
    columns::set_uncounted(connection, tenant, id, "totp_sealed", sealed.as_str())
}

fn owner(tenant: &str, id: &str) -> Result<Owner, StoreError> {
    let tenant = (!tenant.is_empty()).then(|| TenantId::new(tenant)).transpose();
    Ok(Owner {
        tenant: tenant.map_err(|_| StoreError::Malformed("tenant"))?,
        account: AccountId::new(id).map_err(|_| StoreError::Malformed("account id"))?,
    })
}

#[cfg(test)]
#[path = "sealed_tests.rs"]
mod tests;
