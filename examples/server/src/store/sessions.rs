//! Sessions.

use super::{Store, StoreError, Written, columns};
use authflow::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp,
    account::Revision,
    session::{CheckSession, EndSessions, SessionRecord},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

impl Store {
    /// A session that has not been ended, as it was before this use of it, which is noted where there is an idle limit.
    pub(crate) async fn check_session(&self, ask: CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        if ask.idle_limit.is_none() {
            return self.read(move |connection| find(connection, ask.session)).await;
        }
        self.write(move |connection| {
            let found = find(connection, ask.session)?;
            if !found.is_some_and(|record| ask.is_open(&record)) {
                return Ok(Written::TakenBack(found));
            }
            let sql = "UPDATE sessions SET used_at = ?2 WHERE id = ?1";
            let parameters = params![ask.session.as_bytes(), columns::seconds(ask.now)];
            connection.prepare_cached(sql)?.execute(parameters)?;
            Ok(Written::Kept(found))
        })
        .await
    }
}

fn find(connection: &Connection, session: SessionId) -> Result<Option<SessionRecord>, StoreError> {
    let sql =
        "SELECT client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision FROM sessions
        WHERE id = ?1 AND ended_at IS NULL";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([session.as_bytes()], |row| Ok(record(row, session))).optional()?.transpose()
}

fn record(row: &Row<'_>, session: SessionId) -> Result<SessionRecord, StoreError> {
    let malformed = |_| StoreError::Malformed("session");
    let tenant = match row.get::<_, String>(1)? {
        none if none.is_empty() => None,
        tenant => Some(TenantId::new(&tenant).map_err(malformed)?),
    };
    Ok(SessionRecord {
        session,
        audience: Audience {
            client_id: ClientId::new(&row.get::<_, String>(0)?).map_err(malformed)?,
            tenant,
        },
        account: AccountId::new(&row.get::<_, String>(2)?).map_err(malformed)?,
        revision: columns::revision(row.get(8)?)?,
        auth_time: columns::timestamp("auth_time", row.get(3)?)?,
        factors: columns::factor_set(&row.get::<_, String>(4)?)?,
        generation: row.get(5)?,
        used_at: columns::timestamp("used_at", row.get(6)?)?,
        expires_at: columns::timestamp("expires_at", row.get(7)?)?,
    })
}

/// Says whether it was opened: one that is there, or was, is not written over.
pub(super) fn open(connection: &Connection, record: &SessionRecord) -> Result<bool, StoreError> {
    let sql = "INSERT INTO sessions
            (id, client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10) ON CONFLICT (id) DO NOTHING";
    let opened = connection.prepare_cached(sql)?.execute(params![
        record.session.as_bytes(),
        record.audience.client_id.as_str(),
        columns::tenant_of(&record.audience),
        record.account.as_str(),
        columns::seconds(record.auth_time),
        columns::factors(record.factors),
        record.generation,
        columns::seconds(record.used_at),
        columns::seconds(record.expires_at),
        i64::from(record.revision),
    ])?;
    Ok(opened == 1)
}

/// Notes that a session's subject has proved who they are again, if the session lives. Says whether it did.
pub(super) fn renew(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    session: SessionId,
    (auth_time, revision): (Timestamp, Revision),
) -> Result<bool, StoreError> {
    let sql = "UPDATE sessions SET auth_time = ?4, revision = ?5
        WHERE id = ?1 AND tenant = ?2 AND account = ?3 AND ended_at IS NULL";
    let changed = connection.prepare_cached(sql)?.execute(params![
        session.as_bytes(),
        columns::tenant_of(audience),
        account.as_str(),
        columns::seconds(auth_time),
        i64::from(revision),
    ])?;
    Ok(changed == 1)
}

/// Whether a session has not been ended.
pub(super) fn is_open(connection: &Connection, session: SessionId) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM sessions WHERE id = ?1 AND ended_at IS NULL";
    Ok(connection.prepare_cached(sql)?.exists([session.as_bytes()])?)
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
    tenant: &str,
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
        tenant,
        account.as_str(),
        only,
        but,
    ])?;
    Ok(())
}
