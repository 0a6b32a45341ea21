//! Counts of guesses, as opaque records under their slots.

use crate::{
    StoreError,
    columns::{self, get},
    connection::Transaction,
    database::Written,
    nobodies::Forgetting,
    parameters::{boolean, bytes, int8},
};
use authflow::guess::{AttemptRecord, AttemptSlot, ClearGuesses, Reservation, ReserveAttempt, SettleAttempt};

/// Counts a guess. If the slot does not exist, one of the simultaneous requests makes it.
pub(crate) async fn reserve(
    transaction: &Transaction,
    ask: &ReserveAttempt,
    forgetting: &Forgetting,
) -> Result<Written<Reservation>, StoreError> {
    match load(transaction, ask.slot).await? {
        Some(stored) => {
            let reservation = ask.reserve(Some(stored));
            count(transaction, ask, &reservation.record()).await?;
            Ok(Written::Kept(reservation))
        }
        None => {
            let reservation = ask.reserve(None);
            if !make(transaction, ask, &reservation.record()).await? {
                return Err(StoreError::Raced);
            }
            if forgetting.is_due() {
                forgetting.forget_guesses(transaction, ask.now).await?;
            }
            Ok(Written::Kept(reservation))
        }
    }
}

pub(crate) async fn settle(
    transaction: &Transaction,
    ask: &SettleAttempt,
) -> Result<Written<()>, StoreError> {
    let settled = ask.settle(load(transaction, ask.slot).await?);
    keep(transaction, ask.slot, &settled).await.map(Written::Kept)
}

/// Clears guesses within a commit.
pub(crate) async fn clear(transaction: &Transaction, ask: &ClearGuesses) -> Result<(), StoreError> {
    let cleared = ask.clear(load(transaction, ask.slot()).await?);
    keep(transaction, ask.slot(), &cleared).await
}

/// Loads the record and locks it. An unreadable record is an error and never counts as a fresh one, which would refill the guesses.
async fn load(transaction: &Transaction, slot: AttemptSlot) -> Result<Option<AttemptRecord>, StoreError> {
    let sql = "SELECT record FROM authflow.attempts WHERE slot = $1 FOR NO KEY UPDATE";
    let Some(row) = transaction.query_opt(sql, &[bytes(slot.as_bytes().as_slice())]).await? else {
        return Ok(None);
    };
    let record = AttemptRecord::from_bytes(get(&row, "record")?);
    record.map(Some).map_err(|_| StoreError::malformed("record", "a record of guesses"))
}

/// Stores a record. The record changes with every question, so that a locked slot costs the same write as any other slot. A record that is missing
/// belonged to a name that no account has, and was forgotten. It is not made again, because the new record would lack the mark by which it is
/// forgotten.
async fn keep(
    transaction: &Transaction,
    slot: AttemptSlot,
    record: &AttemptRecord,
) -> Result<(), StoreError> {
    let sql = "UPDATE authflow.attempts SET record = $2 WHERE slot = $1";
    let (slot, record) = (slot.as_bytes().as_slice(), record.to_bytes());
    transaction.execute(sql, &[bytes(slot), bytes(&*record)]).await.map(drop)
}

async fn count(
    transaction: &Transaction,
    ask: &ReserveAttempt,
    record: &AttemptRecord,
) -> Result<(), StoreError> {
    let sql = "UPDATE authflow.attempts SET record = $2, seen = $3 WHERE slot = $1";
    let (slot, record, seen) = (ask.slot.as_bytes().as_slice(), record.to_bytes(), columns::seconds(ask.now));
    transaction.execute(sql, &[bytes(slot), bytes(&*record), int8(seen)]).await.map(drop)
}

/// Returns whether the record was made. If another request has just made it, nothing is overwritten, and the caller must count the guess in that
/// record.
async fn make(
    transaction: &Transaction,
    ask: &ReserveAttempt,
    record: &AttemptRecord,
) -> Result<bool, StoreError> {
    let sql = "INSERT INTO authflow.attempts (slot, record, seen, nobody) VALUES ($1, $2, $3, $4)
        ON CONFLICT (slot) DO NOTHING RETURNING slot";
    let (slot, record, seen) = (ask.slot.as_bytes().as_slice(), record.to_bytes(), columns::seconds(ask.now));
    let parameters = [bytes(slot), bytes(&*record), int8(seen), boolean(ask.is_of_nobody)];
    Ok(transaction.query_opt(sql, &parameters).await?.is_some())
}
