//! Claims, and the sessions that they opened.

use crate::{Accounts, SqliteStore, StoreError, columns, sessions};
use authflow::{
    SessionId, TokenId,
    session::SessionRecord,
    step::{Claim, FindClaim},
};
use rusqlite::{Connection, OptionalExtension as _, params};

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn find_claim(&self, ask: FindClaim) -> Result<Option<SessionRecord>, StoreError> {
        self.read(move |connection| opened_by(connection, &ask.id)).await
    }
}

/// Returns whether the claim was made. An existing claim is left as it is.
pub(crate) fn insert(connection: &Connection, claim: &Claim) -> Result<bool, StoreError> {
    let sql = "INSERT INTO authflow_claims (id, session, keep_until) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
    let session = claim.opens.as_ref().map(SessionId::as_bytes);
    let parameters = params![claim.id.as_bytes(), session, columns::seconds(claim.keep_until)];
    Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
}

/// The session that a claim has opened, if it has not been ended.
pub(crate) fn opened_by(
    connection: &Connection,
    claim: &TokenId,
) -> Result<Option<SessionRecord>, StoreError> {
    let mut statement = connection.prepare_cached("SELECT session FROM authflow_claims WHERE id = ?1")?;
    let found =
        statement.query_row([claim.as_bytes()], |row| row.get::<_, Option<[u8; 16]>>(0)).optional()?;
    match found.flatten() {
        Some(session) => sessions::find(connection, SessionId::from_bytes(session)),
        None => Ok(None),
    }
}
