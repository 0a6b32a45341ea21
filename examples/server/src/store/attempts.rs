//! Counts of guesses: opaque records under their slots.

use super::{Store, StoreError, Written, columns};
use authflow::{
    Timestamp,
    guess::{AttemptRecord, AttemptSlot, ClearGuesses, Reservation, ReserveAttempt, SettleAttempt},
};
use rusqlite::{Connection, OptionalExtension as _, params};

/// How many names that nobody has are remembered.
const NAMES_OF_NOBODY: u32 = 1 << 20;

/// A guess is in flight for 30 seconds: what is younger is kept, however many there are.
const KEPT_SECONDS: u64 = 60;

impl Store {
    pub(crate) async fn reserve_attempt(&self, ask: ReserveAttempt) -> Result<Reservation, StoreError> {
        self.write(move |connection| {
            let reservation = ask.reserve(load(connection, ask.slot)?);
            count(connection, &ask, &reservation.record())?;
            Ok(Written::Kept(reservation))
        })
        .await
    }

    pub(crate) async fn settle_attempt(&self, ask: SettleAttempt) -> Result<(), StoreError> {
        self.write(move |connection| {
            let settled = ask.settle(load(connection, ask.slot)?);
            keep(connection, ask.slot, &settled).map(Written::Kept)
        })
        .await
    }
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

/// A record changes with every question, so that a locked slot costs the same write as another.
fn keep(connection: &Connection, slot: AttemptSlot, record: &AttemptRecord) -> Result<(), StoreError> {
    let sql = "INSERT INTO attempts (slot, record) VALUES (?1, ?2)
        ON CONFLICT (slot) DO UPDATE SET record = excluded.record";
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
    // One guess in 256 looks for what is to be forgotten, by a slot that nobody can choose.
    if ask.is_of_nobody && ask.slot.as_bytes().first() == Some(&0) {
        forget_nobodies(connection, NAMES_OF_NOBODY, ask.now)?;
    }
    Ok(())
}

/// Names that nobody has are forgotten, the oldest first.
fn forget_nobodies(connection: &Connection, most: u32, now: Timestamp) -> Result<(), StoreError> {
    let sql = "DELETE FROM attempts WHERE nobody = 1 AND seen < ?2 AND seen <= (
            SELECT seen FROM attempts WHERE nobody = 1 ORDER BY seen DESC LIMIT 1 OFFSET ?1)";
    let kept_from = columns::seconds(now.minus_seconds(KEPT_SECONDS));
    connection.prepare_cached(sql)?.execute(params![most, kept_from])?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::schema::migrate;

    #[test]
    fn the_oldest_names_of_nobody_are_forgotten_and_no_account_is() {
        let mut connection = Connection::open_in_memory().unwrap();
        migrate(&mut connection).unwrap();
        let insert = "INSERT INTO attempts (slot, record, nobody, seen) VALUES (?1, x'00', ?2, ?3)";
        for slot in 1..=10_u8 {
            connection.execute(insert, params![[slot], 1, 1_000 + i64::from(slot)]).unwrap();
        }
        connection.execute(insert, params![[99_u8], 0, 1]).unwrap();
        let slots = |connection: &Connection| -> Vec<u8> {
            let mut rows = connection.prepare("SELECT slot FROM attempts ORDER BY slot").unwrap();
            let slots = rows.query_map([], |row| row.get::<_, Vec<u8>>(0)).unwrap();
            slots.flat_map(Result::unwrap).collect()
        };
        forget_nobodies(&connection, 10, Timestamp::from_unix(9_000)).unwrap();
        assert_eq!(slots(&connection).len(), 11, "no more than there may be");
        forget_nobodies(&connection, 7, Timestamp::from_unix(1_062)).unwrap();
        assert_eq!(slots(&connection), [2, 3, 4, 5, 6, 7, 8, 9, 10, 99], "what is young is kept");
        forget_nobodies(&connection, 7, Timestamp::from_unix(9_000)).unwrap();
        assert_eq!(slots(&connection), [4, 5, 6, 7, 8, 9, 10, 99]);
    }
}
