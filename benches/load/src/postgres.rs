//! The statements of `authflow-postgres` for these two calls, word for word, over as many connections as the reference server has. One
//! database is prepared, and each run has a copy of it.

use crate::{
    rows::{Account, Id, Person, Session, Skip},
    sqlite::squeezed,
    store::Failure,
};
use authflow::Moment;
use authflow_postgres::{PostgresStore, Settings};
use deadpool_postgres::{Manager, Pool};
use std::{
    path::Path,
    sync::atomic::{AtomicUsize, Ordering},
};
use tokio_postgres::{
    Client, NoTls,
    types::{ToSql, Type},
};

const FIND_SESSION: &str =
    "SELECT client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
        device_kind, device_key, device_digest, unseen_since
    FROM authflow.sessions WHERE id = $1 AND ended_at IS NULL";
const FIND_ACCOUNT: &str = "SELECT * FROM authflow.accounts WHERE tenant = $1 AND id = $2";
const BEGIN: &str = "BEGIN ISOLATION LEVEL READ COMMITTED; SET LOCAL lock_timeout = 20000";
const CLAIM: &str = "INSERT INTO authflow.claims (id, session, keep_until) VALUES ($1, $2, $3)
    ON CONFLICT (id) DO NOTHING RETURNING id";
const LOCK: &str =
    "SELECT revision, status FROM authflow.accounts WHERE tenant = $1 AND id = $2 FOR NO KEY UPDATE";
const RECORD_SKIP: &str = "UPDATE authflow.accounts SET skips_used = skips_used + 1
    WHERE tenant = $1 AND id = $2 AND verifier IS NOT NULL AND skips_used < $3 RETURNING id";
const OPEN_SESSION: &str = "INSERT INTO authflow.sessions
        (id, client_id, tenant, account, auth_time, factors, generation, used_at, expires_at, revision,
        device_kind, device_key, device_digest, unseen_since)
    VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)
    ON CONFLICT (id) DO NOTHING RETURNING id";
const FORGET: [&str; 4] = [
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
const FORGOTTEN_AT_ONCE: i64 = 128;
/// One commit of this many deletes rows that are over.
const FORGETS: usize = 16;
/// As many connections as the reference server has.
const CONNECTIONS: usize = 16;

pub(crate) struct Postgres {
    pool: Pool,
    commits: AtomicUsize,
}

impl Postgres {
    /// Opens the copy that was made last. It makes no connection before the first one is needed.
    pub(crate) fn open(sockets: &Path) -> Result<Self, Failure> {
        let manager = Manager::new(url(sockets, "load").parse()?, NoTls);
        Ok(Self { pool: Pool::builder(manager).max_size(CONNECTIONS).build()?, commits: AtomicUsize::new(0) })
    }

    pub(crate) async fn find_session(&self, id: Id) -> Result<Option<Session>, Failure> {
        let connection = self.pool.get().await?;
        let row = connection.query_typed_opt(FIND_SESSION, &[bytes(&id.as_slice())]).await?;
        let Some(row) = row else { return Ok(None) };
        let digest: &[u8] = row.try_get("device_digest")?;
        Ok(Some(Session {
            client_id: row.try_get("client_id")?,
            tenant: row.try_get("tenant")?,
            account: row.try_get("account")?,
            auth_time: row.try_get("auth_time")?,
            factors: row.try_get("factors")?,
            generation: row.try_get::<_, i64>("generation")?.try_into()?,
            used_at: row.try_get("used_at")?,
            expires_at: row.try_get("expires_at")?,
            revision: row.try_get("revision")?,
            device_kind: row.try_get("device_kind")?,
            device_key: row.try_get("device_key")?,
            device_digest: digest.try_into()?,
        }))
    }

    pub(crate) async fn find_account(&self, tenant: &str, id: &str) -> Result<Option<Account>, Failure> {
        let connection = self.pool.get().await?;
        let row = connection.query_typed_opt(FIND_ACCOUNT, &[text(&tenant), text(&id)]).await?;
        let Some(row) = row else { return Ok(None) };
        Ok(Some(Account {
            id: row.try_get("id")?,
            revision: row.try_get("revision")?,
            status: row.try_get("status")?,
            verifier: row.try_get("verifier")?,
            password_changed_at: row.try_get("password_changed_at")?,
            must_change: row.try_get("must_change")?,
            skips_used: row.try_get::<_, i64>("skips_used")?.try_into()?,
            enrolled: row.try_get("enrolled")?,
            factors_changed_at: row.try_get("factors_changed_at")?,
            profile: row.try_get("profile")?,
        }))
    }

    /// Says whether the skip was written.
    pub(crate) async fn commit(&self, skip: &Skip) -> Result<bool, Failure> {
        let connection = self.pool.get().await?;
        connection.batch_execute(BEGIN).await?;
        let written = self.write(&connection, skip).await?;
        connection.batch_execute(if written { "COMMIT" } else { "ROLLBACK" }).await?;
        Ok(written)
    }

    async fn write(&self, connection: &Client, skip: &Skip) -> Result<bool, Failure> {
        let Skip { claim, session_id, session, .. } = skip;
        let (claim, id) = (claim.as_slice(), session_id.as_slice());
        let made =
            connection.query_typed_opt(CLAIM, &[bytes(&claim), bytes(&id), int8(&skip.keep_until)]).await?;
        if made.is_none() {
            return Ok(false);
        }
        let of = [text(&session.tenant), text(&session.account)];
        let Some(found) = connection.query_typed_opt(LOCK, &of).await? else { return Ok(false) };
        if found.try_get::<_, i64>(0)? != session.revision || found.try_get::<_, &str>(1)? != "active" {
            return Ok(false);
        }
        let budget = i64::from(skip.budget);
        let [tenant, account] = of;
        if connection.query_typed_opt(RECORD_SKIP, &[tenant, account, int8(&budget)]).await?.is_none() {
            return Ok(false);
        }
        open_session(connection, *session_id, session).await?;
        if self.commits.fetch_add(1, Ordering::Relaxed).is_multiple_of(FORGETS) {
            for sql in FORGET {
                connection.execute_typed(sql, &[int8(&skip.now), int8(&FORGOTTEN_AT_ONCE)]).await?;
            }
        }
        Ok(true)
    }
}

async fn open_session(connection: &Client, id: Id, session: &Session) -> Result<(), Failure> {
    let generation = i64::from(session.generation);
    connection
        .query_typed_opt(
            OPEN_SESSION,
            &[
                bytes(&id.as_slice()),
                text(&session.client_id),
                text(&session.tenant),
                text(&session.account),
                int8(&session.auth_time),
                text(&session.factors),
                int8(&generation),
                int8(&session.used_at),
                int8(&session.expires_at),
                int8(&session.revision),
                text(&session.device_kind),
                text(&session.device_key),
                bytes(&session.device_digest.as_slice()),
                // No answer is given again in this service.
                int8(&None::<i64>),
            ],
        )
        .await?;
    Ok(())
}

type Typed<'v> = (&'v (dyn ToSql + Sync), Type);

fn text(value: &(impl ToSql + Sync)) -> Typed<'_> {
    (value, Type::TEXT)
}

fn bytes(value: &(impl ToSql + Sync)) -> Typed<'_> {
    (value, Type::BYTEA)
}

fn int8(value: &(impl ToSql + Sync)) -> Typed<'_> {
    (value, Type::INT8)
}

/// The URL that the reference server takes.
pub(crate) fn url(sockets: &Path, database: &str) -> String {
    format!("postgres://owner@{}/{database}", sockets.display().to_string().replace('/', "%2F"))
}

/// Makes a database of these people, with one session each.
pub(crate) async fn prepare(sockets: &Path, people: &[Person]) -> Result<(), Failure> {
    administer(sockets, &["CREATE DATABASE prepared"]).await?;
    let url = url(sockets, "prepared");
    PostgresStore::migrate(&Settings::new(&url, NoTls, None, Moment::now)?).await?;
    connected(&url, async |client| {
        client.batch_execute("BEGIN").await?;
        for person in people {
            add(client, person).await?;
        }
        Ok(client.batch_execute("COMMIT; ANALYZE").await?)
    })
    .await
}

async fn add(client: &Client, person: &Person) -> Result<(), Failure> {
    let Person { user_name, verifier, password_changed_at, profile, session_id, session } = person;
    let (tenant, id) = (text(&session.tenant), text(&session.account));
    let (verifier, changed_at) = (text(verifier), int8(password_changed_at));
    let sql = "INSERT INTO authflow.accounts (tenant, id, user_name, verifier, password_changed_at, profile)
        VALUES ($1, $2, $3, $4, $5, $6)";
    client.execute_typed(sql, &[tenant, id, text(user_name), verifier, changed_at, text(profile)]).await?;
    // The trigger draws a first revision, but the tokens are minted for this one.
    let sql = "UPDATE authflow.accounts SET revision = $3 WHERE tenant = $1 AND id = $2";
    let of = [text(&session.tenant), text(&session.account), int8(&session.revision)];
    client.execute_typed(sql, &of).await?;
    open_session(client, *session_id, session).await
}

/// Puts the database back into the state before any load.
pub(crate) async fn reset(sockets: &Path) -> Result<(), Failure> {
    let again = ["DROP DATABASE IF EXISTS load WITH (FORCE)", "CREATE DATABASE load TEMPLATE prepared"];
    administer(sockets, &again).await
}

/// The number of sessions.
pub(crate) async fn sessions(sockets: &Path) -> Result<u64, Failure> {
    connected(&url(sockets, "load"), async |client| {
        let row = client.query_one("SELECT count(*) FROM authflow.sessions", &[]).await?;
        Ok(row.try_get::<_, i64>(0)?.try_into()?)
    })
    .await
}

async fn administer(sockets: &Path, statements: &[&str]) -> Result<(), Failure> {
    connected(&url(sockets, "postgres"), async |client| {
        for sql in statements {
            client.batch_execute(sql).await?;
        }
        Ok(())
    })
    .await
}

/// Does this work over its own connection, and closes it afterwards: a database is not copied while a connection to it is open.
async fn connected<T>(
    url: &str,
    work: impl AsyncFnOnce(&Client) -> Result<T, Failure>,
) -> Result<T, Failure> {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await?;
    let connection = tokio::spawn(connection);
    let done = work(&client).await;
    drop(client);
    connection.await??;
    done
}

/// Runs before anything is compared. If the store has changed a statement, the copy here is wrong.
pub(crate) fn assert_they_are_the_stores() {
    let sources = [
        include_str!("../../../crates/authflow-postgres/src/accounts/own.rs"),
        include_str!("../../../crates/authflow-postgres/src/claims.rs"),
        include_str!("../../../crates/authflow-postgres/src/part.rs"),
        include_str!("../../../crates/authflow-postgres/src/sessions.rs"),
        include_str!("../../../crates/authflow-postgres/src/sweep.rs"),
    ];
    let stores = sources.map(squeezed).concat();
    for sql in [FIND_SESSION, FIND_ACCOUNT, CLAIM, LOCK, RECORD_SKIP, OPEN_SESSION].into_iter().chain(FORGET)
    {
        assert!(stores.contains(&squeezed(sql)), "the store has no such statement: {sql}");
    }
    let forgets = [
        format!("COMMITS_BETWEEN: u32 = {FORGETS};"),
        format!("FORGOTTEN_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add({});", FORGOTTEN_AT_ONCE - 1),
    ];
    for text in forgets {
        assert!(stores.contains(&squeezed(&text)), "the store forgets more or less: {text}");
    }
}
