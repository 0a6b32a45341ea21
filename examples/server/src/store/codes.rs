//! Sent codes, as keyed digests, and how many were sent to whom.

use super::{Store, StoreError, columns};
use authflow::{
    code::{CodeDigest, CodeKey, LoadCode, SendBudget, SendRecord, StoredCode},
    step::CommitRefusal,
};
use rusqlite::{Connection, OptionalExtension as _, params};

impl Store {
    pub(crate) async fn code(&self, ask: LoadCode) -> Result<Option<StoredCode>, StoreError> {
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT digest, expires_at FROM codes WHERE key = ?1")?;
            let stored = statement
                .query_row([ask.key.as_bytes()], |row| Ok((row.get::<_, Vec<u8>>(0)?, row.get(1)?)))
                .optional()?;
            let read = |(digest, expires_at): (Vec<u8>, i64)| {
                let digest =
                    CodeDigest::from_bytes(&digest).map_err(|_| StoreError::Malformed("code digest"))?;
                Ok(StoredCode { digest, expires_at: columns::timestamp("expires_at", expires_at)? })
            };
            stored.map(read).transpose()
        })
        .await
    }
}

/// Keeps a code in the place of an earlier one, if the recipient's budget allows it.
pub(super) fn store(
    connection: &Connection,
    key: CodeKey,
    code: &StoredCode,
    budget: &SendBudget,
) -> Result<Option<CommitRefusal>, StoreError> {
    let sent = match budget.spend(sent(connection, budget)?) {
        Ok(sent) => sent,
        Err(refusal) => return Ok(Some(CommitRefusal::Code(refusal))),
    };
    let sql = "INSERT INTO sends (slot, record, forget_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (slot) DO UPDATE SET record = excluded.record, forget_at = excluded.forget_at";
    connection.prepare_cached(sql)?.execute(params![
        budget.slot.as_bytes(),
        sent.to_bytes(),
        columns::seconds(sent.forget_at()),
    ])?;
    let sql = "INSERT INTO codes (key, digest, expires_at) VALUES (?1, ?2, ?3)
        ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at";
    connection.prepare_cached(sql)?.execute(params![
        key.as_bytes(),
        code.digest.to_bytes().as_slice(),
        columns::seconds(code.expires_at),
    ])?;
    Ok(None)
}

/// A record that cannot be read is an error and never a fresh one, which would refill the budget.
fn sent(connection: &Connection, budget: &SendBudget) -> Result<Option<SendRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT record FROM sends WHERE slot = ?1")?;
    let stored = statement.query_row([budget.slot.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let read =
        |bytes: Vec<u8>| SendRecord::from_bytes(&bytes).map_err(|_| StoreError::Malformed("send record"));
    stored.map(read).transpose()
}
