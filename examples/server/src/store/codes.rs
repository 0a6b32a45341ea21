//! Sent codes, as keyed digests.

use super::{Store, StoreError, columns};
use authflow::{
    Timestamp,
    step::{CodeDigest, LoadCode, StoredCode},
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
    key: &[u8; 32],
    code: &StoredCode,
    not_before: Timestamp,
    now: Timestamp,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO codes (key, digest, stored_at, expires_at) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (key) DO UPDATE
        SET digest = excluded.digest, stored_at = excluded.stored_at, expires_at = excluded.expires_at
        WHERE codes.stored_at <= ?5";
    let changed = connection.prepare_cached(sql)?.execute(params![
        key,
        code.digest.as_bytes(),
        columns::seconds(now),
        columns::seconds(code.expires_at),
        columns::seconds(not_before),
    ])?;
    Ok(changed == 1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_code_replaces_only_one_that_is_old_enough() {
        let mut connection = Connection::open_in_memory().unwrap();
        super::super::schema::migrate(&mut connection).unwrap();
        let at = Timestamp::from_unix;
        let send = |digest, not_before, now| {
            let code = StoredCode { digest: CodeDigest::from_bytes([digest; 32]), expires_at: at(now + 300) };
            store(&connection, &[1; 32], &code, at(not_before), at(now)).unwrap()
        };
        assert!(send(1, 940, 1_000), "the first one");
        assert!(!send(2, 999, 1_059), "too soon: one was stored after that");
        assert!(send(3, 1_000, 1_060));
        let kept = connection
            .query_row("SELECT digest, expires_at FROM codes", [], |row| Ok((row.get(0)?, row.get(1)?)));
        assert_eq!(kept, Ok(([3_u8; 32], 1_360)));
    }
}
