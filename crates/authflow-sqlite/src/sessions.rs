//! Sessions.

use crate::{Accounts, SqliteStore, StoreError, columns, writer::Written};
use authflow::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp,
    account::Revision,
    device::DeviceBinding,
    factor::FactorSet,
    session::{CheckSession, EndSessions, FindSession, SessionRecord},
};
use rusqlite::{Connection, OptionalExtension as _, Row, params};

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn find_session(&self, ask: FindSession) -> Result<Option<SessionRecord>, StoreError> {
        self.read(move |connection| find(connection, ask.session)).await
    }

    /// A session that has not been ended, as it was before this use of it. The question waits for the writer only if the use must be noted.
    pub(crate) async fn check_session(&self, ask: CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        let session = ask.session;
        let found = self.read(move |connection| find(connection, session)).await?;
        if found.and_then(|record| ask.note(&record)).is_none() {
            return Ok(found);
        }
        self.write(move |connection| {
            // The session may have been rotated, ended or noted since it was read.
            let found = find(connection, ask.session)?;
            match found.and_then(|record| ask.note(&record)) {
                Some(noted) => note(connection, &noted).map(|()| Written::Kept(found)),
                None => Ok(Written::TakenBack(found)),
            }
        })
        .await
    }
}

fn note(connection: &Connection, noted: &SessionRecord) -> Result<(), StoreError> {
    let sql = "UPDATE authflow_sessions SET used_at = ?2, device_kind = ?3, device_key = ?4, device_digest = ?5, unseen_since = ?6
        WHERE id = ?1";
    connection.prepare_cached(sql)?.execute(params![
        noted.session.as_bytes(),
        columns::seconds(noted.used_at),
        noted.device.kind.as_str(),
        columns::key_id(&noted.device),
        noted.device.digest.as_bytes(),
        noted.unseen_since.map(columns::seconds),
    ])?;
    Ok(())
}

pub(crate) fn find(connection: &Connection, session: SessionId) -> Result<Option<SessionRecord>, StoreError> {
    let sql =
        "SELECT client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
            device_kind, device_key, device_digest, unseen_since FROM authflow_sessions
        WHERE id = ?1 AND ended_at IS NULL AND device_digest IS NOT NULL";
    let mut statement = connection.prepare_cached(sql)?;
    statement.query_row([session.as_bytes()], |row| Ok(record(row, session))).optional()?.transpose()
}

pub(crate) fn record(row: &Row<'_>, session: SessionId) -> Result<SessionRecord, StoreError> {
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
        device: columns::device_binding(row.get(9)?, row.get(10)?, row.get(11)?)?,
        generation: row.get(5)?,
        unseen_since: columns::optional_timestamp("unseen_since", row.get(12)?)?,
        used_at: columns::timestamp("used_at", row.get(6)?)?,
        expires_at: columns::timestamp("expires_at", row.get(7)?)?,
    })
}

/// Returns whether the session was opened. A session that exists or existed is not overwritten.
pub(crate) fn open(connection: &Connection, record: &SessionRecord) -> Result<bool, StoreError> {
    let sql = "INSERT INTO authflow_sessions
            (id, client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
            device_kind, device_key, device_digest, unseen_since)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT (id) DO NOTHING";
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
        record.device.kind.as_str(),
        columns::key_id(&record.device),
        record.device.digest.as_bytes(),
        record.unseen_since.map(columns::seconds),
    ])?;
    Ok(opened == 1)
}

/// Notes that the subject of a session has proved who they are again, if the session lives. Returns whether it did.
pub(crate) fn renew(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    session: SessionId,
    (auth_time, factors, revision): (Timestamp, FactorSet, Revision),
) -> Result<bool, StoreError> {
    let sql = "UPDATE authflow_sessions SET auth_time = ?4, factors = ?5, revision = ?6, unseen_since = NULL
        WHERE id = ?1 AND tenant = ?2 AND account = ?3 AND ended_at IS NULL";
    let changed = connection.prepare_cached(sql)?.execute(params![
        session.as_bytes(),
        columns::tenant_of(audience),
        account.as_str(),
        columns::seconds(auth_time),
        columns::factors(factors),
        i64::from(revision),
    ])?;
    Ok(changed == 1)
}

/// The generation that a rotation expects, and the values that it writes.
pub(crate) struct Rotation<'a> {
    pub(crate) expected_generation: u32,
    pub(crate) device: &'a DeviceBinding,
    pub(crate) unseen_since: Option<Timestamp>,
}

/// Counts one rotation and binds the session again, if the session lives and has the expected generation. Returns whether it did.
pub(crate) fn rotate(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    session: SessionId,
    Rotation { expected_generation, device, unseen_since }: Rotation<'_>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE authflow_sessions
        SET generation = generation + 1, device_kind = ?6, device_key = ?7, device_digest = ?8, unseen_since = ?9
        WHERE id = ?1 AND client_id = ?2 AND tenant = ?3 AND account = ?4 AND generation = ?5 AND ended_at IS NULL";
    let changed = connection.prepare_cached(sql)?.execute(params![
        session.as_bytes(),
        audience.client_id.as_str(),
        columns::tenant_of(audience),
        account.as_str(),
        expected_generation,
        device.kind.as_str(),
        columns::key_id(device),
        device.digest.as_bytes(),
        unseen_since.map(columns::seconds),
    ])?;
    Ok(changed == 1)
}

/// Ends sessions of the account in every application, because all of them rest on the same credentials.
pub(crate) fn end(
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
    let sql =
        "UPDATE authflow_sessions SET ended_at = ?1 WHERE tenant = ?2 AND account = ?3 AND ended_at IS NULL
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
