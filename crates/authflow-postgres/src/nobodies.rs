//! What strangers typed and nobody has: remembered so that it costs the same as what somebody has, and forgotten, the oldest first.

use crate::{
    StoreError, columns,
    connection::Transaction,
    parameters::{Parameter, int8},
};
use authflow::Timestamp;
use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

/// A guess is in flight for 30 seconds: what is younger is kept, however many there are.
const KEPT_SECONDS: u64 = 60;

/// When names or recipients that nobody has are forgotten. To count them is a walk over a million entries of an index, so it is not done for
/// each of them.
///
/// New rows count, whoever's they are: neither one that is asked about again and again nor the time that a walk takes tells whose it is.
#[derive(Debug)]
pub(crate) struct Forgetting {
    /// How many are remembered, and up to [`every`](Self::every) more for each process.
    most: u32,
    /// How many new rows there are between two walks; each forgets twice as many at most, so that a backlog shrinks.
    every: u32,
    /// Since the start. The first one walks, so that no restart puts off what is due.
    new_rows: AtomicU32,
}

impl Forgetting {
    pub(crate) fn beyond(most: NonZeroU32) -> Self {
        // Powers of two go on where the number wraps.
        let every = (most.get() / 256).clamp(1, 1 << 12).next_power_of_two();
        Self { most: most.get(), every, new_rows: AtomicU32::new(0) }
    }

    pub(crate) fn is_due(&self) -> bool {
        self.new_rows.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.every)
    }

    /// Names that nobody has.
    pub(crate) async fn forget_guesses(
        &self,
        transaction: &Transaction,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = now.minus_seconds(KEPT_SECONDS);
        forget_guesses(transaction, self.most, self.every.saturating_mul(2), before).await.map(drop)
    }

    /// Recipients that nobody has, and the codes that were made for them.
    pub(crate) async fn forget_sends(
        &self,
        transaction: &Transaction,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let at_once = self.every.saturating_mul(2);
        forget_sends(transaction, self.most, at_once, now).await?;
        forget_codes(transaction, self.most, at_once).await.map(drop)
    }
}

/// Names that nobody has, beyond so many, but for those that were guessed at since.
pub(crate) async fn forget_guesses(
    transaction: &Transaction,
    most: u32,
    at_most: u32,
    before: Timestamp,
) -> Result<u32, StoreError> {
    let sql = "DELETE FROM authflow.attempts WHERE slot = ANY(ARRAY(
        SELECT slot FROM authflow.attempts WHERE nobody AND seen < $3 ORDER BY seen
        LIMIT (SELECT greatest(0, least(count(*) - $1, $2)) FROM authflow.attempts WHERE nobody)
        FOR UPDATE SKIP LOCKED))";
    delete(
        transaction,
        sql,
        &[int8(i64::from(most)), int8(i64::from(at_most)), int8(columns::seconds(before))],
    )
    .await
}

/// Counts of recipients that nobody has, beyond so many, but for those that had not cooled by then: one that still refuses the next code and
/// then does not tells that nobody has the recipient.
pub(crate) async fn forget_sends(
    transaction: &Transaction,
    most: u32,
    at_most: u32,
    before: Timestamp,
) -> Result<u32, StoreError> {
    let sql = "DELETE FROM authflow.sends WHERE slot = ANY(ARRAY(
        SELECT slot FROM authflow.sends WHERE nobody AND cools_until <= $3 ORDER BY cools_until
        LIMIT (SELECT greatest(0, least(count(*) - $1, $2)) FROM authflow.sends WHERE nobody)
        FOR UPDATE SKIP LOCKED))";
    delete(
        transaction,
        sql,
        &[int8(i64::from(most)), int8(i64::from(at_most)), int8(columns::seconds(before))],
    )
    .await
}

/// Codes of recipients that nobody has, beyond so many.
pub(crate) async fn forget_codes(
    transaction: &Transaction,
    most: u32,
    at_most: u32,
) -> Result<u32, StoreError> {
    let sql = "DELETE FROM authflow.codes WHERE key = ANY(ARRAY(
        SELECT key FROM authflow.codes WHERE nobody ORDER BY expires_at
        LIMIT (SELECT greatest(0, least(count(*) - $1, $2)) FROM authflow.codes WHERE nobody)
        FOR UPDATE SKIP LOCKED))";
    delete(transaction, sql, &[int8(i64::from(most)), int8(i64::from(at_most))]).await
}

/// How many rows went.
async fn delete(
    transaction: &Transaction,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<u32, StoreError> {
    let rows = transaction.execute(sql, parameters).await?;
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}
