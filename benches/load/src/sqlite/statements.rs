//! The statements of the reference server for these two calls, word for word, and their rows as the database
//! has them.

use super::{StoreError, Written};
use crate::rows::{Account, Id, Session, Skip};
use rusqlite::{Connection, OptionalExtension as _, params};

const FIND_SESSION: &str =
    "SELECT client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
        device_kind, device_key, device_digest, unseen_since FROM authflow_sessions
        WHERE id = ?1 AND ended_at IS NULL AND device_digest IS NOT NULL";
const FIND_ACCOUNT: &str =
    "SELECT id, revision, status, verifier, password_changed_at, must_change, skips_used, enrolled,
        factors_changed_at, profile, user_name, mobile, email, totp_sealed, totp_algorithm, totp_digits, totp_step,
        password_form, totp_step_seconds
        FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
const CLAIM: &str =
    "INSERT INTO authflow_claims (id, session, keep_until) VALUES (?1, ?2, ?3) ON CONFLICT (id) DO NOTHING";
const IS_AS_EXPECTED: &str = "SELECT revision, status FROM authflow_accounts WHERE tenant = ?1 AND id = ?2";
const RECORD_SKIP: &str = "UPDATE authflow_accounts SET skips_used = skips_used + 1
        WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL AND skips_used < ?3";
const OPEN_SESSION: &str = "INSERT INTO authflow_sessions
        (id, client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
        device_kind, device_key, device_digest, unseen_since)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12, ?13, ?14) ON CONFLICT (id) DO NOTHING";
const FORGET: [&str; 4] = [
    "DELETE FROM authflow_claims WHERE id IN (SELECT id FROM authflow_claims WHERE keep_until <= ?1 LIMIT ?2)",
    "DELETE FROM authflow_sessions WHERE id IN (SELECT id FROM authflow_sessions WHERE expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM authflow_codes WHERE key IN (SELECT key FROM authflow_codes WHERE nobody IN (0, 1) AND expires_at <= ?1 LIMIT ?2)",
    "DELETE FROM authflow_sends WHERE slot IN (SELECT slot FROM authflow_sends WHERE nobody IN (0, 1) AND forget_at <= ?1 LIMIT ?2)",
];
const FORGOTTEN_AT_ONCE: u32 = 16;

pub(super) fn find_session(connection: &Connection, id: Id) -> Result<Option<Session>, StoreError> {
    let mut statement = connection.prepare_cached(FIND_SESSION)?;
    let row = statement.query_row([id], |row| {
        Ok(Session {
            client_id: row.get(0)?,
            tenant: row.get(1)?,
            account: row.get(2)?,
            auth_time: row.get(3)?,
            factors: row.get(4)?,
            generation: row.get(5)?,
            used_at: row.get(6)?,
            expires_at: row.get(7)?,
            revision: row.get(8)?,
            device_kind: row.get(9)?,
            device_key: row.get(10)?,
            device_digest: row.get(11)?,
        })
    });
    Ok(row.optional()?)
}

pub(super) fn find_account(
    connection: &Connection,
    tenant: &str,
    id: &str,
) -> Result<Option<Account>, StoreError> {
    let mut statement = connection.prepare_cached(FIND_ACCOUNT)?;
    let row = statement.query_row([tenant, id], |row| {
        let _unused: (String, Option<String>, Option<String>, Option<Vec<u8>>) =
            (row.get(10)?, row.get(11)?, row.get(12)?, row.get(13)?);
        Ok(Account {
            id: row.get(0)?,
            revision: row.get(1)?,
            status: row.get(2)?,
            verifier: row.get(3)?,
            password_changed_at: row.get(4)?,
            must_change: row.get(5)?,
            skips_used: row.get(6)?,
            enrolled: row.get(7)?,
            factors_changed_at: row.get(8)?,
            profile: row.get(9)?,
        })
    });
    Ok(row.optional()?)
}

/// Says whether the skip was written.
pub(super) fn commit(connection: &Connection, skip: &Skip) -> Result<Written<bool>, StoreError> {
    let Session { tenant, account, revision, .. } = &skip.session;
    let is_new =
        connection.prepare_cached(CLAIM)?.execute(params![skip.claim, skip.session_id, skip.keep_until])?
            == 1;
    if !(is_new
        && connection
            .prepare_cached(IS_AS_EXPECTED)?
            .query_row(params![tenant, account], |row| Ok((row.get::<_, i64>(0)?, row.get::<_, String>(1)?)))
            .optional()?
            .is_some_and(|(found, status)| found == *revision && status == "active")
        && connection.prepare_cached(RECORD_SKIP)?.execute(params![tenant, account, skip.budget])? == 1)
    {
        return Ok(Written::TakenBack(false));
    }
    open_session(connection, skip.session_id, &skip.session)?;
    for sql in FORGET {
        connection.prepare_cached(sql)?.execute(params![skip.now, FORGOTTEN_AT_ONCE])?;
    }
    Ok(Written::Kept(true))
}

pub(super) fn open_session(connection: &Connection, id: Id, session: &Session) -> Result<(), StoreError> {
    connection.prepare_cached(OPEN_SESSION)?.execute(params![
        id,
        session.client_id,
        session.tenant,
        session.account,
        session.auth_time,
        session.factors,
        session.generation,
        session.used_at,
        session.expires_at,
        session.revision,
        session.device_kind,
        session.device_key,
        session.device_digest,
        // No answer is given again in this service.
        None::<i64>,
    ])?;
    Ok(())
}

/// Runs before anything is compared. If the server has changed a statement, the copy here is wrong.
pub(crate) fn assert_they_are_the_servers() {
    let sources = [
        include_str!("../../../../crates/authflow-sqlite/src/accounts/own.rs"),
        include_str!("../../../../crates/authflow-sqlite/src/administration.rs"),
        include_str!("../../../../crates/authflow-sqlite/src/claims.rs"),
        include_str!("../../../../crates/authflow-sqlite/src/commit.rs"),
        include_str!("../../../../crates/authflow-sqlite/src/sessions.rs"),
    ];
    let servers = sources.map(squeezed).concat();
    let find_account = FIND_ACCOUNT.trim_end_matches("id = ?2");
    let ours = [FIND_SESSION, find_account, CLAIM, IS_AS_EXPECTED, RECORD_SKIP, OPEN_SESSION];
    for sql in ours.into_iter().chain(FORGET) {
        assert!(servers.contains(&squeezed(sql)), "the server has no such statement: {sql}");
    }
    let forgotten =
        format!("FORGOTTEN_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add({});", FORGOTTEN_AT_ONCE - 1);
    assert!(servers.contains(&squeezed(&forgotten)), "the server forgets more or less at once");
}

/// The text without the characters by which a literal may be broken up.
pub(crate) fn squeezed(text: &str) -> String {
    text.chars().filter(|character| !" \n\",".contains(*character)).collect()
}
