//! Sessions.

use crate::{
    StoreError,
    columns::{self, get},
    connection::{Connection, Transaction},
    parameters::{bytes, int8, text},
};
use authflow::{
    AccountId, Audience, ClientId, SessionId, TenantId, Timestamp,
    account::Revision,
    device::DeviceBinding,
    factor::FactorSet,
    session::{CheckSession, EndSessions, SessionRecord},
};
use tokio_postgres::Row;

/// A session that has not been ended, as it was before this use of it. The question writes only if the use must be noted.
pub(crate) async fn check(
    connection: &Connection,
    ask: &CheckSession,
) -> Result<Option<SessionRecord>, StoreError> {
    let found = find(connection, ask.session).await?;
    if let Some(noted) = found.and_then(|record| ask.note(&record)) {
        note(connection, &noted).await?;
    }
    Ok(found)
}

/// The session may have been rotated or ended since it was read. A note only ever clears `unseen_since`.
async fn note(connection: &Connection, noted: &SessionRecord) -> Result<(), StoreError> {
    let sql =
        "UPDATE authflow.sessions SET used_at = $2, device_kind = $3, device_key = $4, device_digest = $5,
            unseen_since = CASE WHEN $6 IS NULL THEN NULL ELSE unseen_since END
        WHERE id = $1 AND generation = $7 AND ended_at IS NULL";
    connection
        .execute(
            sql,
            &[
                bytes(noted.session.as_bytes().as_slice()),
                int8(columns::seconds(noted.used_at)),
                text(noted.device.kind.as_str()),
                text(columns::key_id(&noted.device)),
                bytes(noted.device.digest.as_bytes().as_slice()),
                int8(noted.unseen_since.map(columns::seconds)),
                int8(i64::from(noted.generation)),
            ],
        )
        .await
        .map(drop)
}

pub(crate) async fn find(
    connection: &Connection,
    session: SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let sql =
        "SELECT client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
            device_kind, device_key, device_digest, unseen_since
        FROM authflow.sessions WHERE id = $1 AND ended_at IS NULL";
    let row = connection.query_opt(sql, &[bytes(session.as_bytes().as_slice())]).await?;
    row.map(|row| record(&row, session)).transpose()
}

pub(crate) fn record(row: &Row, session: SessionId) -> Result<SessionRecord, StoreError> {
    let client_id = ClientId::new(get(row, "client_id")?);
    Ok(SessionRecord {
        session,
        audience: Audience {
            client_id: client_id
                .map_err(|_| StoreError::malformed("client_id", "an id of an application"))?,
            tenant: columns::tenant_id(get(row, "tenant")?)?,
        },
        account: columns::account_id(get(row, "account")?)?,
        revision: columns::revision(get(row, "revision")?)?,
        auth_time: columns::timestamp("auth_time", get(row, "auth_time")?)?,
        factors: columns::factor_set("factors", get(row, "factors")?)?,
        device: columns::device_binding(
            get(row, "device_kind")?,
            get(row, "device_key")?,
            get(row, "device_digest")?,
        )?,
        generation: columns::count("generation", get(row, "generation")?)?,
        unseen_since: columns::optional_timestamp("unseen_since", get(row, "unseen_since")?)?,
        used_at: columns::timestamp("used_at", get(row, "used_at")?)?,
        expires_at: columns::timestamp("expires_at", get(row, "expires_at")?)?,
    })
}

/// Returns whether the session was opened. A session that exists or existed is not overwritten.
pub(crate) async fn open(transaction: &Transaction, record: &SessionRecord) -> Result<bool, StoreError> {
    let sql = "INSERT INTO authflow.sessions
            (id, client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
            device_kind, device_key, device_digest, unseen_since)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (id) DO NOTHING RETURNING id";
    let opened = transaction
        .query_opt(
            sql,
            &[
                bytes(record.session.as_bytes().as_slice()),
                text(record.audience.client_id.as_str()),
                text(columns::tenant_of(&record.audience)),
                text(record.account.as_str()),
                int8(columns::seconds(record.auth_time)),
                text(&*columns::factors(record.factors)),
                int8(i64::from(record.generation)),
                int8(columns::seconds(record.used_at)),
                int8(columns::seconds(record.expires_at)),
                int8(i64::from(record.revision)),
                text(record.device.kind.as_str()),
                text(columns::key_id(&record.device)),
                bytes(record.device.digest.as_bytes().as_slice()),
                int8(record.unseen_since.map(columns::seconds)),
            ],
        )
        .await?;
    Ok(opened.is_some())
}

/// Notes that the subject of a session has proved who they are again, if the session lives. Returns whether it did.
pub(crate) async fn renew(
    transaction: &Transaction,
    (tenant, account): (&Option<TenantId>, &AccountId),
    session: SessionId,
    (auth_time, factors, revision): (Timestamp, FactorSet, Revision),
) -> Result<bool, StoreError> {
    let sql = "UPDATE authflow.sessions SET auth_time = $4, factors = $5, revision = $6, unseen_since = NULL
        WHERE id = $1 AND tenant = $2 AND account = $3 AND ended_at IS NULL RETURNING id";
    let renewed = transaction
        .query_opt(
            sql,
            &[
                bytes(session.as_bytes().as_slice()),
                text(columns::tenant(tenant)),
                text(account.as_str()),
                int8(columns::seconds(auth_time)),
                text(&*columns::factors(factors)),
                int8(i64::from(revision)),
            ],
        )
        .await?;
    Ok(renewed.is_some())
}

/// The generation that a rotation expects, and the values that it writes.
pub(crate) struct Rotation<'a> {
    pub(crate) expected_generation: u32,
    pub(crate) device: &'a DeviceBinding,
    pub(crate) unseen_since: Option<Timestamp>,
}

/// Counts one rotation and binds the session again, if the session lives and has the expected generation. Returns whether it did.
pub(crate) async fn rotate(
    transaction: &Transaction,
    audience: &Audience,
    account: &AccountId,
    session: SessionId,
    Rotation { expected_generation, device, unseen_since }: Rotation<'_>,
) -> Result<bool, StoreError> {
    let sql = "UPDATE authflow.sessions
        SET generation = generation + 1, device_kind = $6, device_key = $7, device_digest = $8, unseen_since = $9
        WHERE id = $1 AND client_id = $2 AND tenant = $3 AND account = $4 AND generation = $5 AND ended_at IS NULL
        RETURNING id";
    let rotated = transaction
        .query_opt(
            sql,
            &[
                bytes(session.as_bytes().as_slice()),
                text(audience.client_id.as_str()),
                text(columns::tenant_of(audience)),
                text(account.as_str()),
                int8(i64::from(expected_generation)),
                text(device.kind.as_str()),
                text(columns::key_id(device)),
                bytes(device.digest.as_bytes().as_slice()),
                int8(unseen_since.map(columns::seconds)),
            ],
        )
        .await?;
    Ok(rotated.is_some())
}

/// Ends sessions of the account in every application, because all of them rest on the same credentials.
pub(crate) async fn end(
    transaction: &Transaction,
    (tenant, account): (&Option<TenantId>, &AccountId),
    which: EndSessions,
    now: Timestamp,
) -> Result<(), StoreError> {
    let (only, but) = match &which {
        EndSessions::All => (None, None),
        EndSessions::AllBut(session) => (None, Some(session.as_bytes().as_slice())),
        EndSessions::One(session) => (Some(session.as_bytes().as_slice()), None),
    };
    let sql =
        "UPDATE authflow.sessions SET ended_at = $1 WHERE tenant = $2 AND account = $3 AND ended_at IS NULL
        AND ($4 IS NULL OR id = $4) AND ($5 IS NULL OR id <> $5)";
    transaction
        .execute(
            sql,
            &[
                int8(columns::seconds(now)),
                text(columns::tenant(tenant)),
                text(account.as_str()),
                bytes(only),
                bytes(but),
            ],
        )
        .await
        .map(drop)
}
