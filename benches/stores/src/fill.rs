//! Sessions of others, by the million: copies of one that a sign-in has opened.

use sqlx::{
    Connection as _, PgConnection, SqliteConnection,
    sqlite::{SqliteConnectOptions, SqliteJournalMode, SqliteSynchronous},
};
use std::path::Path;

/// What a copy has of its own.
#[derive(Clone, Copy)]
pub(crate) enum Copies {
    /// Ten of a person, and their ends over the next half day.
    Live,
    /// Over since long ago.
    Over,
}

impl Copies {
    fn expires_at(self) -> &'static str {
        match self {
            Self::Live => "expires_at + number % 43200",
            Self::Over => "number % 43200",
        }
    }
}

const COPIED: &str = "client_id, tenant, revision, auth_time, factors, device_kind, device_key, device_digest, generation, used_at";

pub(crate) async fn sqlite(path: &Path, copies: Copies, count: u32) {
    // It is not looked at before all of it is there.
    let options = SqliteConnectOptions::new()
        .filename(path)
        .journal_mode(SqliteJournalMode::Wal)
        .synchronous(SqliteSynchronous::Off)
        .pragma("cache_size", "-1000000");
    let mut connection = SqliteConnection::connect_with(&options).await.expect("a database");
    let expires_at = copies.expires_at();
    let sql = format!(
        "WITH RECURSIVE numbers (number) AS (SELECT 1 UNION ALL SELECT number + 1 FROM numbers WHERE number < $1)
        INSERT INTO authflow_sessions (id, account, expires_at, {COPIED})
        SELECT randomblob(16), 'other-' || number / 10, {expires_at}, {COPIED}
        FROM (SELECT * FROM authflow_sessions ORDER BY expires_at DESC LIMIT 1), numbers"
    );
    let filled = sqlx::query(&sql).bind(i64::from(count)).execute(&mut connection).await.expect("sessions");
    assert_eq!(filled.rows_affected(), u64::from(count));
    sqlx::query("PRAGMA wal_checkpoint(TRUNCATE)").execute(&mut connection).await.expect("a checkpoint");
    connection.close().await.expect("the end");
}

pub(crate) async fn postgres(url: &str, copies: Copies, count: u32) {
    let mut connection = PgConnection::connect(url).await.expect("a database");
    let expires_at = copies.expires_at();
    let sql = format!(
        "INSERT INTO authflow.sessions (id, account, expires_at, {COPIED})
        SELECT uuid_send(gen_random_uuid()), 'other-' || number / 10, {expires_at}, {COPIED}
        FROM (SELECT * FROM authflow.sessions ORDER BY expires_at DESC LIMIT 1) AS opened, generate_series(1, $1) AS number"
    );
    let filled = sqlx::query(&sql).bind(i64::from(count)).execute(&mut connection).await.expect("sessions");
    assert_eq!(filled.rows_affected(), u64::from(count));
    // As autovacuum does within a minute.
    sqlx::query("VACUUM ANALYZE authflow.sessions").execute(&mut connection).await.expect("statistics");
    connection.close().await.expect("the end");
}
