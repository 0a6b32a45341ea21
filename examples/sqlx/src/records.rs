//! Records that only the library can read: of guesses, of codes to a recipient, of codes in all.

use crate::{StoreError, columns::get};
use sqlx::PgConnection;

/// The kinds of records.
#[derive(Clone, Copy)]
pub(crate) enum Kind {
    Guesses,
    /// The codes to one recipient.
    Codes,
    CodesInAll,
}

/// Puts a record through `change` and keeps the result. No other transaction sees the record before this one ends, even if there is none
/// yet.
///
/// If `change` cannot read a record, that must be an error: a fresh record would refill guesses.
pub(crate) async fn change<T>(
    connection: &mut PgConnection,
    kind: Kind,
    key: &[u8],
    change: impl FnOnce(Option<&[u8]>) -> Result<(Option<Vec<u8>>, T), StoreError>,
) -> Result<T, StoreError> {
    let key = [&[kind as u8], key].concat();
    // The second of two transactions waits here for the first one.
    let sql = "INSERT INTO login.records (key, record) VALUES ($1, '') ON CONFLICT (key) DO NOTHING";
    sqlx::query(sql).bind(&key).execute(&mut *connection).await?;
    let sql = "SELECT record FROM login.records WHERE key = $1 FOR NO KEY UPDATE";
    let row = sqlx::query(sql).bind(&key).fetch_optional(&mut *connection).await?.ok_or(StoreError::Gone)?;
    let stored = Some(get::<&[u8]>(&row, "record")?).filter(|stored| !stored.is_empty());
    let (record, answer) = change(stored)?;
    if let Some(record) = record {
        let sql = "UPDATE login.records SET record = $2 WHERE key = $1";
        sqlx::query(sql).bind(&key).bind(record).execute(connection).await?;
    }
    Ok(answer)
}
