//! Sweeps, which forget rows that are over. A sweep forgets a bounded number of rows at once, and skips rows that another transaction has locked.

use crate::{StoreError, columns, connection::Transaction, database::Written, nobodies, parameters::int8};
use authflow::administration::{Sweep, Swept};

/// Statements that delete the rows of each kind that are over, in the order of the index that finds them. Without an order, the planner reads the
/// whole table as soon as its statistics are a minute old. Such statistics say that many rows are over, although those rows have been forgotten
/// already.
const OVER: [&str; 4] = [
    "DELETE FROM authflow.claims WHERE id = ANY(ARRAY(
        SELECT id FROM authflow.claims WHERE keep_until <= $1 ORDER BY keep_until LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM authflow.sessions WHERE id = ANY(ARRAY(
        SELECT id FROM authflow.sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM authflow.codes WHERE key = ANY(ARRAY(
        SELECT key FROM authflow.codes WHERE nobody IN (true, false) AND expires_at <= $1
        ORDER BY nobody, expires_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
    "DELETE FROM authflow.sends WHERE slot = ANY(ARRAY(
        SELECT slot FROM authflow.sends WHERE nobody IN (true, false) AND forget_at <= $1
        ORDER BY nobody, forget_at LIMIT $2 FOR UPDATE SKIP LOCKED))",
];

/// Forgets rows that are over. Also forgets names and recipients that no account has, beyond the largest number that is kept.
pub(crate) async fn sweep(
    transaction: &Transaction,
    ask: &Sweep,
    most_of_nobody: u32,
) -> Result<Written<Swept>, StoreError> {
    let mut swept = forget(transaction, ask).await?;
    let at_most = ask.at_most();
    swept.guesses_of_nobody =
        nobodies::forget_guesses(transaction, most_of_nobody, at_most, ask.over()).await?;
    let sends = nobodies::forget_sends(transaction, most_of_nobody, at_most, ask.over()).await?;
    let codes = nobodies::forget_codes(transaction, most_of_nobody, at_most).await?;
    swept.sends = swept.sends.saturating_add(sends);
    swept.codes = swept.codes.saturating_add(codes);
    Ok(Written::Kept(swept))
}

/// Forgets rows that are over.
pub(crate) async fn forget(transaction: &Transaction, ask: &Sweep) -> Result<Swept, StoreError> {
    let (over, at_most) = (columns::seconds(ask.over()), i64::from(ask.at_most()));
    let mut gone = [0; 4];
    for (sql, gone) in OVER.iter().zip(&mut gone) {
        let rows = transaction.execute(sql, &[int8(over), int8(at_most)]).await?;
        *gone = u32::try_from(rows).unwrap_or(u32::MAX);
    }
    let [claims, sessions, codes, sends] = gone;
    Ok(Swept { claims, sessions, codes, sends, guesses_of_nobody: 0 })
}
