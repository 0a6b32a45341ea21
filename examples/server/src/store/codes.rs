//! Sent codes, as keyed digests.

use super::{Store, StoreError, columns};
use authflow::{
    Timestamp,
    step::{CodeDigest, CodeKey, LoadCode, StoredCode},
};
use rusqlite::{Connection, OptionalExtension as _, params};

impl Store {
    pub(crate) async fn code(&self, ask: LoadCode) -> Result<Option<StoredCode>, StoreError> {
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT digest, expires_at FROM codes WHERE key = ?1")?;
            let stored =
                statement.query_row([ask.key.as_bytes()], |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            let read = |(digest, expires_at)| {
                let digest = CodeDigest::from_bytes(digest);
                Ok(StoredCode { digest, expires_at: columns::timestamp("expires_at", expires_at)? })
            };
            stored.map(read).transpose()
        })
        .await
    }
}

/// Keeps a code, unless one was stored under the same key after `not_before`. Says whether it did.
pub(super) fn store(
    connection: &Connection,
    key: &CodeKey,
    code: &StoredCode,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO codes (key, digest, stored_at, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (key) DO UPDATE
        SET digest = excluded.digest, stored_at = excluded.stored_at, expires_at = excluded.expires_at
        WHERE codes.stored_at <= ?5";
    let changed = connection.prepare_cached(sql)?.execute(params![
        key.as_bytes(),
        code.digest.as_bytes(),
        columns::seconds(now),
        columns::seconds(code.expires_at),
        columns::seconds(not_before),
    ])?;
    Ok(changed == 1)
}
