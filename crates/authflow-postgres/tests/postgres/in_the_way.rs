//! Others are in the way: what may be tried again is, as often as it may; what waits too long is given up, and leaves nothing behind.

use crate::{
    server::{Database, server},
    setting::{Host, api, call, host, like, settings_at, store_of},
};
use authflow::testkit::{Call, demo};
use std::time::Duration;
use tokio::time::timeout;
use tokio_postgres::Client;

async fn alice(database: &Database, connections: usize, longest_wait: Duration) -> Host {
    let mut settings = settings_at(&database.url(), demo::START);
    settings.connections = connections.try_into().unwrap();
    settings.longest_wait = longest_wait;
    host(store_of(settings, &[like("alice", 0)]).await)
}

async fn login(host: &Host) -> u16 {
    call(&api(), host, &Call::login("alice-0", demo::PASSWORD)).await.status
}

/// Has the first claims fail as the database does where a transaction was in another one's way.
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
        // Whether it was carried out is not known.
        ("40003", 1000, 500, 1),
        ("23505", 1000, 500, 1),
    ] {
        first_claims_fail(&client, code, fail).await;
        assert_eq!((login(&host).await, tries(&client).await), (status, tried), "{code}");
    }
}

/// Somebody has left a transaction open that holds the account.
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
    // Nothing is left but the holder, when the database has noticed.
    let alone = async {
        while others(&client).await > 1 {
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    };
    timeout(Duration::from_secs(10), alone).await.unwrap();
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(login(&host).await, 200);
}

/// A client that has hung up: its request is dropped wherever it stands.
#[tokio::test]
async fn what_is_dropped_midway_is_taken_back_and_in_nobodys_way() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let host = alice(&database, 1, Duration::from_secs(20)).await;
    let holder = holds(&database).await;
    let dropped = timeout(Duration::from_millis(400), login(&host)).await;
    assert!(dropped.is_err());
    // The one connection of the pool is free, though the database still waits on the other one.
    let ready = timeout(Duration::from_secs(10), host.store.check()).await;
    assert!(ready.unwrap().is_ok());
    holder.batch_execute("ROLLBACK").await.unwrap();
    assert_eq!(login(&host).await, 200);
    let sessions = "SELECT count(*) FROM authflow.sessions";
    assert_eq!(client.query_one(sessions, &[]).await.unwrap().get::<_, i64>(0), 1);
}
