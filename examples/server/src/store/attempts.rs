//! Counts of guesses: opaque records under their slots.

use super::{Store, StoreError, Written, columns};
use authflow::{
    Timestamp,
    guess::{AttemptRecord, AttemptSlot, ClearGuesses, Reservation, ReserveAttempt, SettleAttempt},
};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::{
    Arc,
    atomic::{AtomicU32, Ordering},
};

/// A guess is in flight for 30 seconds: what is younger is kept, however many there are.
const KEPT_SECONDS: u64 = 60;

/// When names that nobody has are forgotten. To count them is a walk over a million rows, so it is not done for each of them.
///
/// New slots count, whoever's they are: neither one that is guessed at again and again nor the time that a walk takes tells whose it is.
pub(super) struct Forgetting {
    /// How many names that nobody has are remembered, and up to [`every`](Self::every) more.
    most: u32,
    /// How many new slots there are between two walks; each forgets twice as many at most, so that a backlog shrinks.
    every: u32,
    /// Since the start. The first one walks, so that no restart puts off what is due.
    new_slots: AtomicU32,
}

impl Default for Forgetting {
    fn default() -> Self {
        Self { most: 1 << 20, every: 1 << 12, new_slots: AtomicU32::new(0) }
    }
}

impl Forgetting {
    /// Powers of two go on where the number wraps.
    fn is_due(&self) -> bool {
        self.new_slots.fetch_add(1, Ordering::Relaxed).is_multiple_of(self.every)
    }
}

impl Store {
    pub(crate) async fn reserve_attempt(&self, ask: ReserveAttempt) -> Result<Reservation, StoreError> {
        let forgetting = Arc::clone(&self.forgetting);
        self.write(move |connection| reserve(connection, &ask, &forgetting).map(Written::Kept)).await
    }

    pub(crate) async fn settle_attempt(&self, ask: SettleAttempt) -> Result<(), StoreError> {
        self.write_at_last(move |connection| settle(connection, &ask).map(Written::Kept)).await
    }
}

fn reserve(
    connection: &Connection,
    ask: &ReserveAttempt,
    forgetting: &Forgetting,
) -> Result<Reservation, StoreError> {
    let stored = load(connection, ask.slot)?;
    let is_new = stored.is_none();
    let reservation = ask.reserve(stored);
    count(connection, ask, &reservation.record())?;
    if is_new && forgetting.is_due() {
        forget_nobodies(connection, forgetting, ask.now)?;
    }
    Ok(reservation)
}

fn settle(connection: &Connection, ask: &SettleAttempt) -> Result<(), StoreError> {
    let settled = ask.settle(load(connection, ask.slot)?);
    keep(connection, ask.slot, &settled)
}

/// Within a commit.
pub(super) fn clear(connection: &Connection, ask: &ClearGuesses) -> Result<(), StoreError> {
    let cleared = ask.clear(load(connection, ask.slot())?);
    keep(connection, ask.slot(), &cleared)
}

/// A record that cannot be read is an error and never a fresh one, which would refill the guesses.
fn load(connection: &Connection, slot: AttemptSlot) -> Result<Option<AttemptRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT record FROM attempts WHERE slot = ?1")?;
    let stored = statement.query_row([slot.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let read = |bytes: Vec<u8>| {
        AttemptRecord::from_bytes(&bytes).map_err(|_| StoreError::Malformed("attempt record"))
    };
    stored.map(read).transpose()
}

/// A record changes with every question, so that a locked slot costs the same write as another. One that is not there was nobody's and has
/// been forgotten: it stays so, because nothing tells any more that it may be forgotten again.
fn keep(connection: &Connection, slot: AttemptSlot, record: &AttemptRecord) -> Result<(), StoreError> {
    let sql = "UPDATE attempts SET record = ?2 WHERE slot = ?1";
    connection.prepare_cached(sql)?.execute(params![slot.as_bytes(), record.to_bytes()])?;
    Ok(())
}

fn count(connection: &Connection, ask: &ReserveAttempt, record: &AttemptRecord) -> Result<(), StoreError> {
    let sql = "INSERT INTO attempts (slot, record, nobody, seen) VALUES (?1, ?2, ?3, ?4)
        ON CONFLICT (slot) DO UPDATE SET record = excluded.record, seen = excluded.seen";
    let seen = columns::seconds(ask.now);
    connection.prepare_cached(sql)?.execute(params![
        ask.slot.as_bytes(),
        record.to_bytes(),
        ask.is_of_nobody,
        seen
    ])?;
    Ok(())
}

/// Names that nobody has are forgotten, the oldest first, and never more at once than the writer has time for.
fn forget_nobodies(
    connection: &Connection,
    forgetting: &Forgetting,
    now: Timestamp,
) -> Result<(), StoreError> {
    let sql = "DELETE FROM attempts WHERE slot IN (
            SELECT slot FROM attempts WHERE nobody = 1 AND seen < ?3 ORDER BY seen
            LIMIT (SELECT max(0, min(count(*) - ?1, ?2)) FROM attempts WHERE nobody = 1))";
    let kept_from = columns::seconds(now.minus_seconds(KEPT_SECONDS));
    let at_once = forgetting.every.saturating_mul(2);
    connection.prepare_cached(sql)?.execute(params![forgetting.most, at_once, kept_from])?;
    Ok(())
}

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
