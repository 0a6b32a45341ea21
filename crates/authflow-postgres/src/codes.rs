//! Sent codes as keyed digests, and the counts of codes that were sent to each recipient and in total.

use crate::{
    StoreError,
    columns::{self, get},
    connection::{Connection, Transaction},
    nobodies::Forgetting,
    parameters::{boolean, bytes, int8, text},
};
use authflow::{
    Audience,
    code::{CodeDigest, CodeKey, LoadCode, SendBudget, SendRecord, SendSum, StoredCode, SumRecord},
    step::CommitRefusal,
};

pub(crate) async fn load(connection: &Connection, ask: &LoadCode) -> Result<Option<StoredCode>, StoreError> {
    let sql = "SELECT digest, expires_at FROM authflow.codes WHERE key = $1";
    let Some(row) = connection.query_opt(sql, &[bytes(ask.key.as_bytes().as_slice())]).await? else {
        return Ok(None);
    };
    let digest = CodeDigest::from_bytes(get(&row, "digest")?);
    Ok(Some(StoredCode {
        digest: digest.map_err(|_| StoreError::malformed("digest", "the digest of a code"))?,
        expires_at: columns::timestamp("expires_at", get(&row, "expires_at")?)?,
    }))
}

/// Stores a code in place of an earlier one, if the recipient's budget allows it.
pub(crate) async fn store(
    transaction: &Transaction,
    key: CodeKey,
    code: &StoredCode,
    budget: &SendBudget,
    unknown: &Forgetting,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Some(refusal) = spend(transaction, budget).await? {
        return Ok(Some(refusal));
    }
    let sql =
        "INSERT INTO authflow.codes (key, digest, expires_at, owner, nobody) VALUES ($1, $2, $3, $4, $5)
        ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at,
            owner = excluded.owner, nobody = excluded.nobody";
    transaction
        .execute(
            sql,
            &[
                bytes(key.as_bytes().as_slice()),
                bytes(code.digest.to_bytes().as_slice()),
                int8(columns::seconds(code.expires_at)),
                bytes(budget.owner.as_bytes().as_slice()),
                boolean(budget.is_of_nobody),
            ],
        )
        .await?;
    if unknown.is_due() {
        unknown.forget_sends(transaction, budget.now()).await?;
    }
    Ok(None)
}

/// Takes one code from a budget. An unreadable record is an error and never counts as a fresh one, which would refill the budget.
pub(crate) async fn spend(
    transaction: &Transaction,
    budget: &SendBudget,
) -> Result<Option<CommitRefusal>, StoreError> {
    let slot = budget.slot.as_bytes().as_slice();
    let sql = "SELECT record FROM authflow.sends WHERE slot = $1 FOR NO KEY UPDATE";
    let stored = transaction.query_opt(sql, &[bytes(slot)]).await?;
    let read = |row| {
        let record = SendRecord::from_bytes(get(&row, "record")?);
        record.map_err(|_| StoreError::malformed("record", "a record of sends"))
    };
    let stored = stored.map(read).transpose()?;
    let sent = match budget.spend(stored) {
        Ok(sent) => sent,
        Err(refusal) => return Ok(Some(CommitRefusal::Code(refusal))),
    };
    let sql = if stored.is_some() {
        "UPDATE authflow.sends SET record = $2, forget_at = $3, cools_until = $4, owner = $5, nobody = $6
        WHERE slot = $1 RETURNING slot"
    } else {
        "INSERT INTO authflow.sends (slot, record, forget_at, cools_until, owner, nobody)
        VALUES ($1, $2, $3, $4, $5, $6) ON CONFLICT (slot) DO NOTHING RETURNING slot"
    };
    let counted = transaction
        .query_opt(
            sql,
            &[
                bytes(slot),
                bytes(sent.to_bytes().as_slice()),
                int8(columns::seconds(sent.forget_at())),
                int8(columns::seconds(budget.cools_until())),
                bytes(budget.owner.as_bytes().as_slice()),
                boolean(budget.is_of_nobody),
            ],
        )
        .await?;
    counted.map(|_| None).ok_or(StoreError::Raced)
}

/// Counts a code in the sum of its application, if the sum allows it. An unreadable record is an error and never counts as a fresh one.
pub(crate) async fn count(
    transaction: &Transaction,
    audience: &Audience,
    sum: &SendSum,
) -> Result<Option<CommitRefusal>, StoreError> {
    let (client_id, tenant) = (audience.client_id.as_str(), columns::tenant_of(audience));
    let sql = "SELECT record FROM authflow.send_sums WHERE client_id = $1 AND tenant = $2 FOR NO KEY UPDATE";
    let stored = transaction.query_opt(sql, &[text(client_id), text(tenant)]).await?;
    let read = |row| {
        let record = SumRecord::from_bytes(get(&row, "record")?);
        record.map_err(|_| StoreError::malformed("record", "a sum of sends"))
    };
    let stored = stored.map(read).transpose()?;
    let counted = match sum.spend(stored) {
        Ok(counted) => counted,
        Err(refusal) => return Ok(Some(CommitRefusal::Code(refusal))),
    };
    let sql = if stored.is_some() {
        "UPDATE authflow.send_sums SET record = $3 WHERE client_id = $1 AND tenant = $2 RETURNING record"
    } else {
        "INSERT INTO authflow.send_sums (client_id, tenant, record) VALUES ($1, $2, $3)
        ON CONFLICT (client_id, tenant) DO NOTHING RETURNING record"
    };
    let record = counted.to_bytes();
    let written =
        transaction.query_opt(sql, &[text(client_id), text(tenant), bytes(record.as_slice())]).await?;
    written.map(|_| None).ok_or(StoreError::Raced)
}
