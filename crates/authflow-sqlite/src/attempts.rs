//! Counts of guesses, as opaque records under their slots.

use crate::{Accounts, SqliteStore, StoreError, columns, nobodies::Forgetting, writer::Written};
use authflow::guess::{AttemptRecord, AttemptSlot, ClearGuesses, Reservation, ReserveAttempt, SettleAttempt};
use rusqlite::{Connection, OptionalExtension as _, params};
use std::sync::Arc;

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn reserve_attempt(&self, ask: ReserveAttempt) -> Result<Reservation, StoreError> {
        let forgetting = Arc::clone(&self.unknown_names);
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
        forgetting.forget_guesses(connection, ask.now)?;
    }
    Ok(reservation)
}

fn settle(connection: &Connection, ask: &SettleAttempt) -> Result<(), StoreError> {
    let settled = ask.settle(load(connection, ask.slot)?);
    keep(connection, ask.slot, &settled)
}

/// Clears guesses within a commit.
pub(crate) fn clear(connection: &Connection, ask: &ClearGuesses) -> Result<(), StoreError> {
    let cleared = ask.clear(load(connection, ask.slot())?);
    keep(connection, ask.slot(), &cleared)
}

/// Loads a record. An unreadable record is an error and never counts as a fresh one, which would refill the guesses.
fn load(connection: &Connection, slot: AttemptSlot) -> Result<Option<AttemptRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT record FROM authflow_attempts WHERE slot = ?1")?;
    let stored = statement.query_row([slot.as_bytes()], |row| row.get::<_, Vec<u8>>(0)).optional()?;
    let read = |bytes: Vec<u8>| {
        AttemptRecord::from_bytes(&bytes).map_err(|_| StoreError::Malformed("attempt record"))
    };
    stored.map(read).transpose()
}

/// Stores a record. The record changes with every question, so that a locked slot costs the same write as any other slot. A record that is missing
/// belonged to a name that no account has, and was forgotten. It is not made again, because the new record would lack the mark by which it is
/// forgotten.
fn keep(connection: &Connection, slot: AttemptSlot, record: &AttemptRecord) -> Result<(), StoreError> {
    let sql = "UPDATE authflow_attempts SET record = ?2 WHERE slot = ?1";
    connection.prepare_cached(sql)?.execute(params![slot.as_bytes(), record.to_bytes()])?;
    Ok(())
}

fn count(connection: &Connection, ask: &ReserveAttempt, record: &AttemptRecord) -> Result<(), StoreError> {
    let sql = "INSERT INTO authflow_attempts (slot, record, nobody, seen) VALUES (?1, ?2, ?3, ?4)
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

#[cfg(test)]
#[path = "attempts_tests.rs"]
mod tests;
