//! The scripts that make the tables in a database.

use crate::{StoreError, columns::get, connection::Connection};

/// One script for each version. A released script is never edited. A change is a new script.
const SCRIPTS: &[&str] =
    &[include_str!("migrations/1.sql"), include_str!("migrations/2.sql"), include_str!("migrations/3.sql")];
const VERSION: i32 = SCRIPTS.len() as i32;

/// The number of the migration's lock among all advisory locks of a database: "authflow".
const LOCK: i64 = 0x6175_7468_666c_6f77;

/// Locks migrations until the transaction ends. If two programs start at once, one migrates and the other finds it done.
pub(crate) async fn lock(connection: &Connection) -> Result<(), StoreError> {
    let sql = format!("SELECT pg_advisory_xact_lock({LOCK})");
    connection.query(&sql, &[]).await.map(drop)
}

/// Brings a database to the present version, in the transaction of the caller.
pub(crate) async fn migrate(connection: &Connection) -> Result<(), StoreError> {
    let done = version(connection).await?;
    if done > VERSION {
        return Err(StoreError::NewerTables { wanted: VERSION, found: done });
    }
    if done == 0 {
        // There is no IF NOT EXISTS, so a schema of that name that another program made is not taken for the store's.
        connection
            .batch("CREATE SCHEMA authflow; CREATE TABLE authflow.versions (version integer PRIMARY KEY)")
            .await?;
    }
    for (version, script) in (1_i32..).zip(SCRIPTS).skip(usize::try_from(done).unwrap_or_default()) {
        connection.batch(script).await?;
        connection.batch(&format!("INSERT INTO authflow.versions VALUES ({version})")).await?;
    }
    Ok(())
}

/// Refuses any version but the present one. Any role that may read the tables can make this check.
pub(crate) async fn check(connection: &Connection) -> Result<(), StoreError> {
    match version(connection).await? {
        VERSION => Ok(()),
        found if found > VERSION => Err(StoreError::NewerTables { wanted: VERSION, found }),
        found => Err(StoreError::NotMigrated { wanted: VERSION, found }),
    }
}

async fn version(connection: &Connection) -> Result<i32, StoreError> {
    let there =
        connection.query_opt("SELECT to_regclass('authflow.versions') IS NOT NULL AS there", &[]).await?;
    if !there.map(|row| get::<bool>(&row, "there")).transpose()?.unwrap_or_default() {
        return Ok(0);
    }
    let latest = connection
        .query_opt("SELECT coalesce(max(version), 0) AS version FROM authflow.versions", &[])
        .await?;
    Ok(latest.map(|row| get(&row, "version")).transpose()?.unwrap_or_default())
}
