//! Sessions.

use crate::{
    StoreError, accounts,
    columns::{Of, get, read, read_optional, seconds, tenant, tenant_id, timestamp},
};
use authflow::{
    AccountId, Audience, ClientId, SessionId, Timestamp,
    account::Revision,
    device::DeviceBinding,
    factor::FactorSet,
    session::{CheckSession, EndSessions, SessionRecord},
    token::{DeviceDigest, KeyId},
};
use sqlx::{PgConnection, postgres::PgRow};

/// A session that has not been ended.
pub(crate) async fn find(
    connection: &mut PgConnection,
    session: SessionId,
) -> Result<Option<SessionRecord>, StoreError> {
    let sql = "SELECT * FROM login.sessions WHERE id = $1 AND NOT ended";
    let row = sqlx::query(sql).bind(session.as_bytes().as_slice()).fetch_optional(connection).await?;
    row.map(|row| record(&row, session)).transpose()
}

/// The session, as it was before this use. Most uses are not written down.
pub(crate) async fn check(
    connection: &mut PgConnection,
    ask: &CheckSession,
) -> Result<Option<SessionRecord>, StoreError> {
    let found = find(&mut *connection, ask.session).await?;
    let Some(noted) = found.and_then(|record| ask.note(&record)) else { return Ok(found) };
    // The session may have been rotated or ended since. A note only ever clears `unseen_since`.
    let sql = "UPDATE login.sessions SET used_at = $2, device_kind = $3, device_key = $4, device_digest = $5,
            unseen_since = CASE WHEN $6::bigint IS NULL THEN NULL ELSE unseen_since END
        WHERE id = $1 AND generation = $7 AND NOT ended";
    sqlx::query(sql)
        .bind(noted.session.as_bytes().as_slice())
        .bind(seconds(noted.used_at))
        .bind(noted.device.kind.as_str())
        .bind(noted.device.key.as_ref().map(KeyId::as_str))
        .bind(noted.device.digest.as_bytes().as_slice())
        .bind(noted.unseen_since.map(seconds))
        .bind(i64::from(noted.generation))
        .execute(connection)
        .await?;
    Ok(found)
}

fn record(row: &PgRow, session: SessionId) -> Result<SessionRecord, StoreError> {
    Ok(SessionRecord {
        session,
        audience: Audience {
            client_id: read(row, "client_id", |id: &str| ClientId::new(id))?,
            tenant: tenant_id(row)?,
        },
        account: read(row, "account", |id: &str| AccountId::new(id))?,
        revision: read(row, "revision", |stored: i64| Revision::try_from(stored))?,
        auth_time: timestamp(row, "auth_time")?,
        factors: accounts::factors(row, "factors")?,
        device: DeviceBinding {
            kind: read(row, "device_kind", str::parse)?,
            key: read_optional(row, "device_key", |id: &str| KeyId::new(id))?,
            digest: DeviceDigest::from_bytes(read(row, "device_digest", |stored: &[u8]| {
                <[u8; 16]>::try_from(stored)
            })?),
        },
        generation: read(row, "generation", |stored: i64| u32::try_from(stored))?,
        unseen_since: read_optional(row, "unseen_since", |stored: i64| Timestamp::try_from(stored))?,
        used_at: timestamp(row, "used_at")?,
        expires_at: timestamp(row, "expires_at")?,
    })
}

pub(crate) async fn open(connection: &mut PgConnection, record: &SessionRecord) -> Result<bool, StoreError> {
    let sql = "INSERT INTO login.sessions (id, client_id, tenant, account, revision, auth_time, factors, device_kind, device_key, device_digest,
            generation, unseen_since, used_at, expires_at)
        VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
        ON CONFLICT (id) DO NOTHING";
    let opened = sqlx::query(sql)
        .bind(record.session.as_bytes().as_slice())
        .bind(record.audience.client_id.as_str())
        .bind(tenant(&record.audience.tenant))
        .bind(record.account.as_str())
        .bind(i64::from(record.revision))
        .bind(seconds(record.auth_time))
        .bind(i64::from(record.factors.to_bits()))
        .bind(record.device.kind.as_str())
        .bind(record.device.key.as_ref().map(KeyId::as_str))
        .bind(record.device.digest.as_bytes().as_slice())
        .bind(i64::from(record.generation))
        .bind(record.unseen_since.map(seconds))
        .bind(seconds(record.used_at))
        .bind(seconds(record.expires_at))
        .execute(connection)
        .await?;
    Ok(opened.rows_affected() == 1)
}

/// Rotates a session of the commit's account, in this application.
pub(crate) async fn rotate(
    connection: &mut PgConnection,
    of: Of<'_>,
    client_id: ClientId,
    (session, expected_generation): (SessionId, u32),
    (device, unseen_since): (&DeviceBinding, Option<Timestamp>),
) -> Result<bool, StoreError> {
    let sql = "UPDATE login.sessions SET generation = generation + 1, device_kind = $6, device_key = $7, device_digest = $8, unseen_since = $9
        WHERE id = $1 AND client_id = $2 AND tenant = $3 AND account = $4 AND generation = $5 AND NOT ended";
    let rotated = sqlx::query(sql)
        .bind(session.as_bytes().as_slice())
        .bind(client_id.as_str())
        .bind(of.tenant)
        .bind(of.account.as_str())
        .bind(i64::from(expected_generation))
        .bind(device.kind.as_str())
        .bind(device.key.as_ref().map(KeyId::as_str))
        .bind(device.digest.as_bytes().as_slice())
        .bind(unseen_since.map(seconds))
        .execute(connection)
        .await?;
    Ok(rotated.rows_affected() == 1)
}

pub(crate) async fn renew(
    connection: &mut PgConnection,
    of: Of<'_>,
    session: SessionId,
    (auth_time, factors, revision): (Timestamp, FactorSet, Revision),
) -> Result<bool, StoreError> {
    let sql = "UPDATE login.sessions SET auth_time = $4, factors = $5, revision = $6, unseen_since = NULL
        WHERE id = $1 AND tenant = $2 AND account = $3 AND NOT ended";
    let renewed =
        sqlx::query(sql).bind(session.as_bytes().as_slice()).bind(of.tenant).bind(of.account.as_str());
    let renewed = renewed.bind(seconds(auth_time)).bind(i64::from(factors.to_bits()));
    let renewed = renewed.bind(i64::from(revision)).execute(connection).await?;
    Ok(renewed.rows_affected() == 1)
}

pub(crate) async fn end(
    connection: &mut PgConnection,
    of: Of<'_>,
    which: EndSessions,
) -> Result<(), StoreError> {
    let (only, but) = match which {
        EndSessions::All => (None, None),
        EndSessions::AllBut(session) => (None, Some(session)),
        EndSessions::One(session) => (Some(session), None),
    };
    let sql = "UPDATE login.sessions SET ended = true
        WHERE tenant = $1 AND account = $2 AND ($3 IS NULL OR id = $3) AND ($4 IS NULL OR id <> $4)";
    let bytes = |session: Option<SessionId>| session.map(|session| session.as_bytes().to_vec());
    sqlx::query(sql)
        .bind(of.tenant)
        .bind(of.account.as_str())
        .bind(bytes(only))
        .bind(bytes(but))
        .execute(connection)
        .await?;
    Ok(())
}

/// The session that a claim has opened, or `None` if there is no such claim.
pub(crate) async fn opened_by(
    connection: &mut PgConnection,
    claim: &[u8],
) -> Result<Option<SessionRecord>, StoreError> {
    let sql = "SELECT session FROM login.claims WHERE id = $1";
    let Some(row) = sqlx::query(sql).bind(claim).fetch_optional(&mut *connection).await? else {
        return Ok(None);
    };
    match get::<Option<&[u8]>>(&row, "session")? {
        Some(id) => {
            let id = id.try_into().map_err(|_| StoreError::Malformed("session"))?;
            find(connection, SessionId::from_bytes(id)).await
        }
        None => Ok(None),
    }
}
