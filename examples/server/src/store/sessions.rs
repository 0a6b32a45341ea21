//! Sessions.

use super::{Store, StoreError, Written, columns};
use authflow::{
    AccountId, Audience, SessionId, Timestamp,
    step::{CheckSession, EndSessions, Liveness, SessionRecord},
};
use rusqlite::{Connection, OptionalExtension as _, params};

impl Store {
    pub(crate) async fn check_session(&self, ask: CheckSession) -> Result<Liveness, StoreError> {
        self.read(move |connection| {
            let sql =
                "SELECT auth_time FROM sessions WHERE id = ?1 AND client_id = ?2 AND tenant = ?3 AND account = ?4
                AND ended_at IS NULL AND expires_at > ?5";
            let parameters = params![
                ask.session.as_bytes(),
                ask.audience.client_id.as_str(),
                columns::tenant_of(&ask.audience),
                ask.account.as_str(),
                columns::seconds(ask.now),
            ];
            let found = connection.prepare_cached(sql)?.query_row(parameters, |row| row.get(0)).optional()?;
            Ok(match found {
                Some(auth_time) => Liveness::Live { auth_time: columns::timestamp("auth_time", auth_time)? },
                None => Liveness::Ended,
            })
        })
        .await
    }

    /// A live session of the account, or else this one, opened now: its id and when its subject proved who they are.
    pub(crate) async fn session_or_open(
        &self,
        audience: Audience,
        account: AccountId,
        record: SessionRecord,
    ) -> Result<(SessionId, Timestamp), StoreError> {
        self.write(move |connection| {
            let sql = "SELECT id, auth_time FROM sessions WHERE client_id = ?1 AND tenant = ?2 AND account = ?3
                AND ended_at IS NULL AND auth_time <= ?4 AND expires_at > ?4 ORDER BY expires_at DESC LIMIT 1";
            let parameters = params![
                audience.client_id.as_str(),
                columns::tenant_of(&audience),
                account.as_str(),
                columns::seconds(record.auth_time),
            ];
            let mut statement = connection.prepare_cached(sql)?;
            let found = statement.query_row(parameters, |row| Ok((row.get(0)?, row.get(1)?))).optional()?;
            if let Some((id, auth_time)) = found {
                let session = (SessionId::from_bytes(id), columns::timestamp("auth_time", auth_time)?);
                return Ok(Written::TakenBack(session));
            }
            open(connection, &audience, &account, &record)?;
            Ok(Written::Kept((record.session, record.auth_time)))
        })
        .await
    }
}

pub(super) fn open(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    record: &SessionRecord,
) -> Result<(), StoreError> {
    let sql = "INSERT INTO sessions (id, client_id, tenant, account, auth_time, factors, expires_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)";
    connection.prepare_cached(sql)?.execute(params![
        record.session.as_bytes(),
        audience.client_id.as_str(),
        columns::tenant_of(audience),
        account.as_str(),
        columns::seconds(record.auth_time),
        columns::factors(record.factors),
        columns::seconds(record.expires_at),
    ])?;
    Ok(())
}

/// Counts one rotation, if the session lives and is of the expected generation. Says whether it did.
pub(super) fn rotate(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    session: SessionId,
    expected_generation: u32,
) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET generation = generation + 1
        WHERE id = ?1 AND client_id = ?2 AND tenant = ?3 AND account = ?4 AND generation = ?5 AND ended_at IS NULL";
    let changed = connection.prepare_cached(sql)?.execute(params![
        session.as_bytes(),
        audience.client_id.as_str(),
        columns::tenant_of(audience),
        account.as_str(),
        expected_generation,
    ])?;
    Ok(changed == 1)
}

/// Ends sessions of the account in every application: they all rest on the same credentials.
pub(super) fn end(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    which: EndSessions,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (only, but) = match &which {
        EndSessions::All => (None, None),
        EndSessions::AllBut(session) => (None, Some(session.as_bytes())),
        EndSessions::One(session) => (Some(session.as_bytes()), None),
    };
    let sql = "UPDATE sessions SET ended_at = ?1 WHERE tenant = ?2 AND account = ?3 AND ended_at IS NULL
        AND (?4 IS NULL OR id = ?4) AND (?5 IS NULL OR id <> ?5)";
    connection.prepare_cached(sql)?.execute(params![
        columns::seconds(now),
        columns::tenant_of(audience),
        account.as_str(),
        only,
        but,
    ])?;
    Ok(())
}
