//! Names and recipients that somebody typed although no account has them. The store remembers them, so that they cost the same work as those of
//! accounts. The oldest are forgotten first.

use crate::{StoreError, columns};
use authflow::{Timestamp, administration::Sweep};
use rusqlite::{Connection, params};
use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

/// A guess may be in flight for 30 seconds. So rows younger than this are kept, however many there are.
const KEPT_SECONDS: u64 = 60;

/// Decides when names or recipients that no account has are forgotten. Counting them walks over a million rows, so it does not happen for each new
/// row.
///
/// All new rows count, whether or not an account has their names. So neither repeated questions about a name, nor the time of a walk, reveal whether
/// an account has the name.
pub(crate) struct Forgetting {
    /// The number of names that are remembered, and of recipients. There may be up to [`every`](Self::every) more.
    most: u32,
    /// The number of new rows between two walks. Each walk forgets at most twice that number, so that a backlog shrinks.
    every: u32,
    /// The number of new rows since the start. The first one causes a walk, so that no restart delays it.
    new_rows: AtomicU32,
}

/// The number of names, and of recipients, that are remembered by default.
pub(crate) const MOST: NonZeroU32 = match NonZeroU32::new(Sweep::MOST_OF_NOBODY) {
    Some(most) => most,
    None => NonZeroU32::MIN,
};

impl Forgetting {
    pub(crate) fn beyond(most: NonZeroU32) -> Self {
        // With a power of two, the count goes on evenly when the number wraps.
        let every = (most.get() / 256).clamp(1, 1 << 12).next_power_of_two();
        Self { most: most.get(), every, new_rows: AtomicU32::new(0) }
    }

    pub(crate) fn is_due(&self) -> bool {
        self.new_rows.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.every)
    }

    /// Forgets names that no account has, at most as many at once as the writer has time for.
    pub(crate) fn forget_guesses(&self, connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
        let before = now.minus_seconds(KEPT_SECONDS);
        forget_guesses(connection, self.most, self.every.saturating_mul(2), before).map(drop)
    }

    /// Forgets recipients that no account has, and the codes that were made for them.
    pub(crate) fn forget_sends(&self, connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
        let at_once = self.every.saturating_mul(2);
        forget_sends(connection, self.most, at_once, now)?;
        forget_codes(connection, self.most, at_once).map(drop)
    }
}

/// Forgets names that no account has, beyond the given number, except those with a more recent guess than the given time.
pub(crate) fn forget_guesses(
    connection: &Connection,
    most: u32,
    at_most: u32,
    before: Timestamp,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM authflow_attempts WHERE slot IN (
            SELECT slot FROM authflow_attempts WHERE nobody = 1 AND seen < ?3 ORDER BY seen
            LIMIT (SELECT max(0, min(count(*) - ?1, ?2)) FROM authflow_attempts WHERE nobody = 1))";
    Ok(connection.prepare_cached(sql)?.execute(params![most, at_most, columns::seconds(before)])?)
}

/// Forgets counts of recipients that no account has, beyond the given number, except those that had not cooled by the given time. A forgotten count
/// would no longer refuse a code that it had refused before, which would reveal that no account has the recipient.
pub(crate) fn forget_sends(
    connection: &Connection,
    most: u32,
    at_most: u32,
    before: Timestamp,
) -> Result<usize, StoreError> {
    let sql = "DELETE FROM authflow_sends WHERE slot IN (
            SELECT slot FROM authflow_sends WHERE nobody = 1 AND cools_until <= ?3 ORDER BY cools_until
            LIMIT (SELECT max(0, min(count(*) - ?1, ?2)) FROM authflow_sends WHERE nobody = 1))";
    Ok(connection.prepare_cached(sql)?.execute(params![most, at_most, columns::seconds(before)])?)
}

/// Forgets codes of recipients that no account has, beyond the given number.
pub(crate) fn forget_codes(connection: &Connection, most: u32, at_most: u32) -> Result<usize, StoreError> {
    let sql = "DELETE FROM authflow_codes WHERE key IN (
            SELECT key FROM authflow_codes WHERE nobody = 1 ORDER BY expires_at
            LIMIT (SELECT max(0, min(count(*) - ?1, ?2)) FROM authflow_codes WHERE nobody = 1))";
    Ok(connection.prepare_cached(sql)?.execute(params![most, at_most])?)
}

#[cfg(test)]
impl Forgetting {
    /// A version with small numbers, for tests.
    pub(crate) fn small(most: u32, every: u32) -> Self {
        Self { most, every, new_rows: AtomicU32::new(0) }
    }

    pub(crate) fn new_rows(&self) -> u32 {
        self.new_rows.load(Ordering::Relaxed)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::testing;

    /// If a code for an unknown recipient is asked for again after a flood of others, it is refused like a code for an account's recipient.
    #[test]
    fn a_count_that_has_not_cooled_is_never_dropped_and_the_oldest_go_first() {
        let connection = testing::database();
        // By `forget_at`, which does not say how long a count cools, the account's count and the first count of no account come first.
        let sql = "INSERT INTO authflow_sends (slot, record, forget_at, cools_until, owner, nobody)
            VALUES (CAST(printf('%016d', ?1) AS BLOB), zeroblob(21), ?1, ?2, zeroblob(32), ?3)";
        for (number, cools_until, nobody) in [(1, 100, 0), (2, 400, 1), (3, 200, 1), (4, 100, 1), (5, 300, 1)]
        {
            connection.execute(sql, [number, cools_until, nobody]).unwrap();
        }
        let forget = |at_most, before| {
            forget_sends(&connection, 1, at_most, Timestamp::from_unix(before)).unwrap();
            let mut statement =
                connection.prepare("SELECT forget_at FROM authflow_sends ORDER BY 1").unwrap();
            let left = statement.query_map([], |row| row.get::<_, u32>(0)).unwrap();
            left.map(Result::unwrap).collect::<Vec<_>>()
        };
        assert_eq!(forget(10, 99), [1, 2, 3, 4, 5], "none has cooled, however many there are");
        assert_eq!(forget(1, 200), [1, 2, 3, 5], "the one that cooled first");
        assert_eq!(forget(10, 200), [1, 2, 5]);
        assert_eq!(forget(10, 900), [1, 2], "no more than are too many, and no account's");
    }
}
