//! Sent codes as keyed digests, and the counts of codes that were sent to each recipient and in total.

use crate::{Accounts, SqliteStore, StoreError, columns, nobodies::Forgetting};
use authflow::{
    Audience,
    code::{CodeDigest, CodeKey, LoadCode, SendBudget, SendRecord, SendSum, StoredCode, SumRecord},
    step::CommitRefusal,
};
use rusqlite::{Connection, OptionalExtension as _, params};

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn code(&self, ask: LoadCode) -> Result<Option<StoredCode>, StoreError> {
        self.read(move |connection| {
            let mut statement =
                connection.prepare_cached("SELECT digest, expires_at FROM authflow_codes WHERE key = ?1")?;
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

/// Stores a code in place of an earlier one, if the recipient's budget allows it.
pub(crate) fn store(
    connection: &Connection,
    key: CodeKey,
    code: &StoredCode,
    budget: &SendBudget,
    unknown: &Forgetting,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Some(refusal) = spend(connection, budget)? {
        return Ok(Some(refusal));
    }
    let sql =
        "INSERT INTO authflow_codes (key, digest, expires_at, owner, nobody) VALUES (?1, ?2, ?3, ?4, ?5)
        ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at,
            owner = excluded.owner, nobody = excluded.nobody";
    connection.prepare_cached(sql)?.execute(params![
        key.as_bytes(),
        code.digest.to_bytes().as_slice(),
        columns::seconds(code.expires_at),
        budget.owner.as_bytes(),
        budget.is_of_nobody,
    ])?;
    if unknown.is_due() {
        unknown.forget_sends(connection, budget.now())?;
    }
    Ok(None)
}

/// Takes one code from a budget, if a code is left.
pub(crate) fn spend(
    connection: &Connection,
    budget: &SendBudget,
) -> Result<Option<CommitRefusal>, StoreError> {
    let sent = match budget.spend(sent(connection, budget)?) {
        Ok(sent) => sent,
        Err(refusal) => return Ok(Some(CommitRefusal::Code(refusal))),
    };
    let sql = "INSERT INTO authflow_sends (slot, record, forget_at, cools_until, owner, nobody)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6)
        ON CONFLICT (slot) DO UPDATE SET record = excluded.record, forget_at = excluded.forget_at,
            cools_until = excluded.cools_until, owner = excluded.owner, nobody = excluded.nobody";
    connection.prepare_cached(sql)?.execute(params![
        budget.slot.as_bytes(),
        sent.to_bytes(),
        columns::seconds(sent.forget_at()),
        columns::seconds(budget.cools_until()),
        budget.owner.as_bytes(),
        budget.is_of_nobody,
    ])?;
    Ok(None)
}

/// Counts a code in the sum of its application, if the sum allows it. An unreadable record is an error and never counts as a fresh one.
pub(crate) fn count(
    connection: &Connection,
    audience: &Audience,
    sum: &SendSum,
) -> Result<Option<CommitRefusal>, StoreError> {
    let (client_id, tenant) = (audience.client_id.as_str(), columns::tenant_of(audience));
    let sql = "SELECT record FROM authflow_send_sums WHERE client_id = ?1 AND tenant = ?2";
    let stored = connection
        .prepare_cached(sql)?
        .query_row(params![client_id, tenant], |row| row.get::<_, Vec<u8>>(0))
        .optional()?;
    let read =
        |bytes: Vec<u8>| SumRecord::from_bytes(&bytes).map_err(|_| StoreError::Malformed("sum of sends"));
    let counted = match sum.spend(stored.map(read).transpose()?) {
        Ok(counted) => counted,
        Err(refusal) => return Ok(Some(CommitRefusal::Code(refusal))),
    };
    let sql = "INSERT INTO authflow_send_sums (client_id, tenant, record) VALUES (?1, ?2, ?3)
        ON CONFLICT (client_id, tenant) DO UPDATE SET record = excluded.record";
    connection.prepare_cached(sql)?.execute(params![client_id, tenant, counted.to_bytes()])?;
    Ok(None)
}

/// An unreadable record is an error and never counts as a fresh one, which would refill the budget.
fn sent(connection: &Connection, budget: &SendBudget) -> Result<Option<SendRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT record FROM authflow_sends WHERE slot = ?1")?;
    let stored = statement.query_row([budget.slot.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let read =
        |bytes: Vec<u8>| SendRecord::from_bytes(&bytes).map_err(|_| StoreError::Malformed("send record"));
    stored.map(read).transpose()
}
