//! Claims, and the sessions that they opened.

use crate::{
    StoreError,
    columns::{self, get},
    connection::{Connection, Transaction},
    parameters::{bytes, int8},
    sessions,
};
use authflow::{SessionId, TokenId, session::SessionRecord, step::Claim};

/// Whether this transaction makes the claim.
pub(crate) enum Claimed {
    First,
    /// The claim existed already, and had opened this session.
    Earlier(Option<Box<SessionRecord>>),
}

/// Makes a claim, or reads the existing one.
///
/// It waits for another transaction that is making the same claim. If the other transaction is rolled back, this one makes the claim.
pub(crate) async fn make(transaction: &Transaction, claim: &Claim) -> Result<Claimed, StoreError> {
    let sql = "INSERT INTO authflow.claims (id, session, keep_until) VALUES ($1, $2, $3)
        ON CONFLICT (id) DO NOTHING RETURNING id";
    let id = claim.id.as_bytes().as_slice();
    let session = claim.opens.as_ref().map(|session| session.as_bytes().as_slice());
    let keep_until = columns::seconds(claim.keep_until);
    let made = transaction.query_opt(sql, &[bytes(id), bytes(session), int8(keep_until)]).await?;
    if made.is_some() {
        return Ok(Claimed::First);
    }
    let earlier = find(transaction, &claim.id).await?;
    // The claim that conflicted must still exist. If it does not, the transaction starts again.
    let Some(opened) = earlier else { return Err(StoreError::Raced) };
    Ok(Claimed::Earlier(match opened {
        Some(session) => sessions::find(transaction, session).await?.map(Box::new),
        None => None,
    }))
}

/// The session that a claim has opened, if it has not been ended.
pub(crate) async fn opened_by(
    connection: &Connection,
    claim: &TokenId,
) -> Result<Option<SessionRecord>, StoreError> {
    match find(connection, claim).await?.flatten() {
        Some(session) => sessions::find(connection, session).await,
        None => Ok(None),
    }
}

/// The session that a claim names as the one that it opened, if the claim exists.
async fn find(connection: &Connection, claim: &TokenId) -> Result<Option<Option<SessionId>>, StoreError> {
    let sql = "SELECT session FROM authflow.claims WHERE id = $1";
    let Some(row) = connection.query_opt(sql, &[bytes(claim.as_bytes().as_slice())]).await? else {
        return Ok(None);
    };
    let session = get::<Option<&[u8]>>(&row, "session")?.map(|stored| columns::digest("session", stored));
    Ok(Some(session.transpose()?.map(SessionId::from_bytes)))
}
