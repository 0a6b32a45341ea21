//! Other transactions are in the way. A conflict is tried again, up to the limit. The store gives up a wait that takes too long, and leaves nothing
//! behind.

use crate::{
    server::{Database, server},
    setting::{Host, api, call, host, like, settings_at, store_of},
};
use authflow::{
    account::AccountStatus,
    testkit::{Call, demo},
};
use authflow_postgres::{Accounts, Isolation, PostgresStore, UsersTable, Waits};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Client;

async fn alice(database: &Database, connections: usize, longest_wait: Duration) -> Host {
    let mut settings = settings_at(&database.url(), demo::START);
    settings.connections = connections.try_into().unwrap();
    settings.waits = Waits::new(longest_wait, longest_wait).unwrap();
    host(store_of(settings, &[like("alice", 0)]).await)
}

async fn login<A: Accounts>(host: &Host<A>) -> u16 {
    call(&api(), host, &Call::login("alice-0", demo::PASSWORD)).await.status
}

/// Makes the first inserts fail with the error of a transaction that was in another one's way.
async fn first_claims_fail(client: &Client, code: &str, times: u32) {
    let sql = format!(
        "CREATE SEQUENCE IF NOT EXISTS tries; SELECT setval('tries', 1, false);
        CREATE OR REPLACE FUNCTION in_the_way() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
            IF nextval('public.tries') <= {times} THEN
                RAISE EXCEPTION 'another transaction was in the way' USING ERRCODE = '{code}';
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER IF EXISTS in_the_way ON authflow.sessions;
        CREATE TRIGGER in_the_way BEFORE INSERT ON authflow.sessions FOR EACH ROW EXECUTE FUNCTION in_the_way()"
    );
    client.batch_execute(&sql).await.unwrap();
}

async fn tries(client: &Client) -> i64 {
    client.query_one("SELECT last_value FROM tries", &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn conflicts_are_tried_again_and_nothing_else_is() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let host = alice(&database, 2, Duration::from_secs(30)).await;
    for (code, fail, status, tried) in [
        ("40001", 3, 200, 4),
        ("40P01", 3, 200, 4),
        ("40001", 1000, 500, 24),
        // It is unknown whether this transaction was carried out.
        ("40003", 1000, 500, 1),
        ("23505", 1000, 500, 1),
    ] {
        first_claims_fail(&client, code, fail).await;
        assert_eq!((login(&host).await, tries(&client).await), (status, tried), "{code}");
    }
}

/// Leaves a transaction open that holds the account.
async fn holds(database: &Database) -> Client {
    let holder = database.client().await;
    let sql = "BEGIN; UPDATE authflow.accounts SET profile = '{\"name\":\"A\"}'";
    holder.batch_execute(sql).await.unwrap();
    holder
}

async fn others(client: &Client) -> i64 {
    let sql = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()
        AND pid <> pg_backend_pid() AND (state LIKE 'idle in%' OR wait_event_type = 'Lock')";
    client.query_one(sql, &[]).await.unwrap().get(0)
}

#[tokio::test]
async fn who_waits_too_long_is_told_and_leaves_nothing_behind() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let host = alice(&database, 1, Duration::from_millis(400)).await;
    let holder = holds(&database).await;
    assert_eq!(login(&host).await, 500);
    // When the database has noticed, only the holder is left.
    let alone = async {
        while others(&client).await > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), alone).await.unwrap();
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(login(&host).await, 200);
}

/// The account changes while a commit about it is on its way. The commit sees the changed account.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_has_waited_for_an_account_finds_it_as_it_is_then() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let database = server.database().await;
        let mut settings = settings_at(&database.url(), demo::START);
        settings.isolation = isolation;
        let host = host(store_of(settings, &[like("alice", 0)]).await);
        let changes = ["status = 'disabled', revision = revision", "verifier = 'x'"];
        let changes = changes.map(|change| format!("UPDATE authflow.accounts SET {change}"));
        let back = format!("UPDATE authflow.accounts SET status = 'active', verifier = '{}'", demo::PASSWORD);
        finds_what_is_there_then(&database, &changes, &back, async || login(&host).await).await;
    }
}

/// The same holds if the program changes its own table.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_commit_that_has_waited_for_the_programs_row_finds_it_as_it_is_then() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let database = server.database().await;
        let client = database.client().await;
        let back = format!("UPDATE users SET state = 'active', hash = '{}'", demo::PASSWORD);
        let users = "CREATE TABLE users (id text PRIMARY KEY, login text, hash text, state text);
            INSERT INTO users VALUES ('alice', 'alice-0')";
        client.batch_execute(&format!("{users}; {back}")).await.unwrap();
        let words = [("active", AccountStatus::Active), ("disabled", AccountStatus::Disabled)];
        let mapping =
            UsersTable::named("users").id("id").tenant_is(demo::tenant()).user_name("login").no_email();
        let mapping = mapping.no_mobile().verifier("hash").status("state", words).no_password_set_at();
        let mut settings = settings_at(&database.url(), demo::START).accounts(mapping);
        settings.isolation = isolation;
        PostgresStore::migrate(&settings).await.unwrap();
        let host = host(PostgresStore::connect(settings).await.unwrap());
        let changes = ["state = 'disabled'", "hash = 'x'"].map(|change| format!("UPDATE users SET {change}"));
        finds_what_is_there_then(&database, &changes, &back, async || login(&host).await).await;
    }
}

async fn finds_what_is_there_then(
    database: &Database,
    changes: &[String],
    back: &str,
    login: impl AsyncFn() -> u16,
) {
    let client = database.client().await;
    for change in changes {
        assert_eq!(login().await, 200);
        let holder = database.client().await;
        holder.batch_execute(&format!("BEGIN; {change}")).await.unwrap();
        // The login has read the account before the change, and waits to write.
        let end = async {
            let waits = "SELECT count(*) FROM pg_stat_activity
                WHERE datname = current_database() AND wait_event_type = 'Lock'";
            while client.query_one(waits, &[]).await.unwrap().get::<_, i64>(0) == 0 {
                tokio::time::sleep(Duration::from_millis(2)).await;
            }
            holder.batch_execute("COMMIT").await.unwrap();
        };
        let (status, ended) = tokio::join!(login(), timeout(Duration::from_secs(15), end));
        ended.expect("it waits for the account");
        assert_ne!(status, 200, "{change}");
        let sql = "SELECT count(*) FROM authflow.sessions WHERE ended_at IS NULL";
        let sessions: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
        client
            .batch_execute(&format!("{back}; DELETE FROM authflow.sessions; DELETE FROM authflow.attempts"))
            .await
            .unwrap();
        assert_eq!(sessions, 1, "{change}");
    }
}

/// A client has hung up, and its request is dropped wherever it is.
#[tokio::test]
async fn what_is_dropped_midway_is_taken_back_and_in_nobodys_way() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let host = alice(&database, 1, Duration::from_secs(20)).await;
    let holder = holds(&database).await;
    let dropped = timeout(Duration::from_millis(400), login(&host)).await;
    assert!(dropped.is_err());
    // The one connection of the pool is free, although the database still waits on the dropped one.
    let ready = timeout(Duration::from_secs(10), host.store.check()).await;
    assert!(ready.unwrap().is_ok());
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(login(&host).await, 200);
    let sessions = "SELECT count(*) FROM authflow.sessions";
    assert_eq!(client.query_one(sessions, &[]).await.unwrap().get::<_, i64>(0), 1);
}
