//! Counts of guesses: opaque records under their slots.

use super::{Store, StoreError, Written};
use authflow::guess::{AttemptRecord, AttemptSlot, Reservation, ReserveAttempt, SettleAttempt};
use rusqlite::{Connection, OptionalExtension as _, params};

impl Store {
    pub(crate) async fn reserve_attempt(&self, ask: ReserveAttempt) -> Result<Reservation, StoreError> {
        self.write(move |connection| {
            let stored = load(connection, ask.slot)?;
            let reservation = ask.reserve(stored.clone());
            keep(connection, ask.slot, stored, reservation.record())?;
            Ok(Written::Kept(reservation))
        })
        .await
    }

    pub(crate) async fn settle_attempt(&self, ask: SettleAttempt) -> Result<(), StoreError> {
        self.write(move |connection| {
            let stored = load(connection, ask.slot)?;
            let settled = ask.settle(stored.clone());
            keep(connection, ask.slot, stored, settled).map(Written::Kept)
        })
        .await
    }
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

fn keep(
    connection: &Connection,
    slot: AttemptSlot,
    stored: Option<AttemptRecord>,
    record: AttemptRecord,
) -> Result<(), StoreError> {
    // A locked slot stays as it is: a flood of guesses at it costs no flush to disk.
    if stored.as_ref() != Some(&record) {
        let sql = "INSERT INTO attempts (slot, record) VALUES (?1, ?2)
            ON CONFLICT (slot) DO UPDATE SET record = excluded.record";
        connection.prepare_cached(sql)?.execute(params![slot.as_bytes(), record.to_bytes()])?;
    }
    Ok(())
}
