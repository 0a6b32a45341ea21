//! Names and recipients that somebody typed although no account has them. The store remembers them, so that they cost the same work as those of
//! accounts. The oldest are forgotten first.

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

/// A guess may be in flight for 30 seconds. So rows younger than this are kept, however many there are.
const KEPT_SECONDS: u64 = 60;

/// Decides when names or recipients that no account has are forgotten. Counting them walks over a million entries of an index, so it does not happen
/// for each new row.
///
/// All new rows count, whether or not an account has their names. So neither repeated questions about a name, nor the time of a walk, reveal whether
/// an account has the name.
#[derive(Debug)]
pub(crate) struct Forgetting {
    /// The number of names that are remembered, and of recipients. There may be up to [`every`](Self::every) more for each process.
    most: u32,
    /// The number of new rows between two walks. Each walk forgets at most twice that number, so that a backlog shrinks.
    every: u32,
    /// The number of new rows since the start. The first one causes a walk, so that no restart delays it.
    new_rows: AtomicU32,
}

impl Forgetting {
    pub(crate) fn beyond(most: NonZeroU32) -> Self {
        // With a power of two, the count goes on evenly when the number wraps.
        let every = (most.get() / 256).clamp(1, 1 << 12).next_power_of_two();
        Self { most: most.get(), every, new_rows: AtomicU32::new(0) }
    }

    pub(crate) fn is_due(&self) -> bool {
        self.new_rows.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.every)
    }

    /// Forgets names that no account has.
    pub(crate) async fn forget_guesses(
        &self,
        transaction: &Transaction,
        now: Timestamp,
    ) -> Result<(), StoreError> {
        let before = now.minus_seconds(KEPT_SECONDS);
        forget_guesses(transaction, self.most, self.every.saturating_mul(2), before).await.map(drop)
    }

    /// Forgets recipients that no account has, and the codes that were made for them.
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

/// Forgets names that no account has, beyond the given number, except those with a more recent guess than the given time.
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

/// Forgets counts of recipients that no account has, beyond the given number, except those that had not cooled by the given time. A forgotten count
/// would no longer refuse a code that it had refused before, which would reveal that no account has the recipient.
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

/// Forgets codes of recipients that no account has, beyond the given number.
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

/// Returns the number of rows that were deleted.
async fn delete(
    transaction: &Transaction,
    sql: &str,
    parameters: &[Parameter<'_>],
) -> Result<u32, StoreError> {
    let rows = transaction.execute(sql, parameters).await?;
    Ok(u32::try_from(rows).unwrap_or(u32::MAX))
}
