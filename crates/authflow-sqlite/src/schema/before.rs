//! The tables that the reference server had before this package existed. A migration brings them to their last version, and then to the package's
//! first version.

use super::{has_table, scripts::SCRIPTS};
use crate::{StoreError, sealed};
use authflow::{Moment, factor::TotpSecret, sealing::SealingKeys};
use rusqlite::{Connection, params};

/// "auth", the mark by which that server knew its databases.
const APPLICATION_ID: i32 = 0x6175_7468;

/// One script for each version.
const VERSIONS: [&str; 10] = [
    include_str!("before/1.sql"),
    include_str!("before/2.sql"),
    include_str!("before/3.sql"),
    include_str!("before/4.sql"),
    include_str!("before/5.sql"),
    include_str!("before/6.sql"),
    include_str!("before/7.sql"),
    include_str!("before/8.sql"),
    include_str!("before/9.sql"),
    include_str!("before/10.sql"),
];
/// After this version, secrets in the clear are sealed.
const SEALS: usize = 5;
/// A version that is newer than that server's last one, so that the server does not touch the database.
const LATER: i64 = 11;

/// Whether a database has the tables of that server.
pub(super) fn is(connection: &Connection) -> Result<bool, StoreError> {
    let id: i32 = connection.query_row("PRAGMA application_id", [], |row| row.get(0))?;
    Ok(id == APPLICATION_ID && !has_table(connection, "authflow_versions")?)
}

/// Brings the database to the package's first version.
pub(super) fn migrate(
    connection: &Connection,
    keys: &SealingKeys,
    moment: &Moment,
) -> Result<(), StoreError> {
    let done: i64 = connection.query_row("PRAGMA user_version", [], |row| row.get(0))?;
    let done = usize::try_from(done).ok().filter(|done| *done <= VERSIONS.len());
    let done = done.ok_or(StoreError::NewerSchema)?;
    for (version, script) in (1..).zip(VERSIONS).skip(done) {
        connection.execute_batch(script)?;
        if version == SEALS && done > 0 {
            seal_clear_secrets(connection, keys, moment)?;
            sealed::note_unscrubbed(connection)?;
        }
    }
    if has_table(connection, "unscrubbed")? {
        connection.execute_batch("DROP TABLE unscrubbed")?;
        sealed::note_unscrubbed(connection)?;
    }
    SCRIPTS.iter().take(1).try_for_each(|script| connection.execute_batch(script))?;
    // The migration makes no new accounts and no new names, so these triggers must not run.
    let set_aside = ["authflow_accounts_draw_revision", "authflow_accounts_spell_new_names"].map(|name| {
        let sql = "SELECT sql FROM sqlite_schema WHERE name = ?1";
        let sql = connection.query_row(sql, [name], |row| row.get::<_, String>(0))?;
        connection.execute_batch(&format!("DROP TRIGGER {name}")).map(|()| sql)
    });
    connection.execute_batch(include_str!("before/move.sql"))?;
    for sql in set_aside {
        connection.execute_batch(&sql?)?;
    }
    Ok(connection.pragma_update(None, "user_version", LATER)?)
}

fn seal_clear_secrets(
    connection: &Connection,
    keys: &SealingKeys,
    moment: &Moment,
) -> Result<(), StoreError> {
    let mut clear =
        connection.prepare("SELECT tenant, id, totp_secret FROM accounts WHERE totp_secret IS NOT NULL")?;
    let mut seal =
        connection.prepare("UPDATE accounts SET totp_sealed = ?3 WHERE tenant = ?1 AND id = ?2")?;
    let mut rows = clear.query([])?;
    while let Some(row) = rows.next()? {
        let (tenant, id): (String, String) = (row.get(0)?, row.get(1)?);
        // Every secret here has been enrolled already. A new secret is judged where it is made.
        let secret = TotpSecret::legacy(row.get::<_, Vec<u8>>(2)?).map_err(StoreError::ClearSecret)?;
        seal.execute(params![tenant, id, secret.seal(keys, sealed::owner(&tenant, &id)?, moment).as_str()])?;
    }
    Ok(())
}

/// A database as a given version of that server has made it.
#[cfg(test)]
pub(crate) fn as_of_version(connection: &Connection, version: usize) {
    for migration in &VERSIONS[..version] {
        connection.execute_batch(migration).unwrap();
    }
    connection.pragma_update(None, "application_id", APPLICATION_ID).unwrap();
    connection.pragma_update(None, "user_version", i64::try_from(version).unwrap()).unwrap();
}
