//! The cost of a call when there is much of everything.

use crate::{
    server::{Database, server},
    setting::{api, call, host, like, settings_at, store_of},
    users_table,
};
use authflow::{
    account::Identifier,
    contact::EmailAddress,
    testkit::{Call, demo},
};
use authflow_postgres::{PostgresStore, Settings, Statements, UsersTable};
use tokio::task::yield_now;
use tokio_postgres::Client;

const ROWS: u32 = 20_000;
const USERS: u32 = 4_000;

/// Fills the tables with much of each kind. Their statistics are a minute old, so they count expired rows that have been deleted since.
async fn fill(client: &Client) {
    let (id, over) = ("uuid_send(gen_random_uuid())", demo::START.minus_seconds(180).as_unix());
    let ends = format!("{over} - 60 + number % 600");
    let tables = "authflow.claims, authflow.sessions, authflow.codes, authflow.sends";
    for table in tables.split(", ") {
        let sql = format!("ALTER TABLE {table} SET (autovacuum_enabled = false)");
        client.batch_execute(&sql).await.unwrap();
    }
    let sql = format!(
        "CREATE TEMPORARY TABLE numbers AS SELECT number FROM generate_series(1, {ROWS}) AS number;
        INSERT INTO authflow.claims SELECT {id}, {id}, {ends} FROM numbers;
        INSERT INTO authflow.sessions SELECT
            {id}, 'a', '', 'other-' || number, 0, 0, 'pwd', 'key', NULL, {id}, 0, NULL, 0, {ends} FROM numbers;
        INSERT INTO authflow.codes SELECT {id}, '', {ends}, {id}, number % 2 = 0 FROM numbers;
        INSERT INTO authflow.sends SELECT {id}, '', {ends}, 0, {id}, number % 2 = 0 FROM numbers;
        ANALYZE {tables};
        DELETE FROM authflow.claims WHERE keep_until <= {over};
        DELETE FROM authflow.sessions WHERE expires_at <= {over};
        DELETE FROM authflow.codes WHERE expires_at <= {over};
        DELETE FROM authflow.sends WHERE forget_at <= {over};"
    );
    client.batch_execute(&sql).await.unwrap();
}

/// The only connection to the database. When the other connections are gone, all that they read has been counted.
async fn alone(database: &Database) -> Client {
    let client = database.client().await;
    let others = "SELECT FROM pg_stat_activity
        WHERE datname = current_database() AND backend_type = 'client backend' AND pid <> pg_backend_pid()";
    while !client.query(others, &[]).await.unwrap().is_empty() {
        yield_now().await;
    }
    client
}

/// How often each of these tables was read from end to end.
async fn read_from_end_to_end(database: &Database) -> Vec<(String, i64)> {
    let client = alone(database).await;
    let sql = "SELECT relname::text, seq_scan FROM pg_stat_user_tables
        WHERE schemaname = 'authflow' AND relname IN ('claims', 'sessions', 'codes', 'sends', 'side_accounts') ORDER BY relname";
    client.query(sql, &[]).await.unwrap().iter().map(|row| (row.get(0), row.get(1))).collect()
}

/// The sign-in opens a session, and deletes some expired rows.
#[tokio::test]
async fn a_call_reads_no_table_from_end_to_end() {
    let Some(server) = server() else { return };
    for statements in [Statements::Unprepared, Statements::Prepared] {
        let database = server.database().await;
        let settings = || {
            let mut settings = settings_at(&database.url(), demo::START);
            settings.statements = statements;
            settings
        };
        drop(store_of(settings(), &[like("alice", 0)]).await);
        fill(&database.client().await).await;
        let before = read_from_end_to_end(&database).await;
        assert_eq!(before.len(), 5, "{before:?}");
        let (api, host) = (api(), host(PostgresStore::connect(settings()).await.unwrap()));
        // There are more sign-ins than executions after which PostgreSQL stops making a plan for each set of values.
        for _ in 0..8 {
            let answer = call(&api, &host, &Call::login("alice-0", demo::PASSWORD)).await;
            assert_eq!(answer.status, 200, "{answer:?}");
        }
        drop(host);
        assert_eq!(read_from_end_to_end(&database).await, before, "{statements:?}");
    }
}

/// Settings with a table of users that is empty.
async fn of_users(database: &Database) -> Settings<UsersTable> {
    database.client().await.batch_execute(users_table::USERS).await.unwrap();
    let settings = settings_at(&database.url(), demo::START).accounts(users_table::users());
    PostgresStore::migrate(&settings).await.unwrap();
    settings
}

fn import() -> String {
    format!(
        "INSERT INTO users SELECT number, number || '@example.com' FROM generate_series(1, {USERS}) AS number;"
    )
}

/// Each row of an import finds its side row by id, although the table was empty when the statement was planned.
#[tokio::test]
async fn an_import_into_a_table_of_users_does_not_read_itself() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    drop(of_users(&database).await);
    database.client().await.batch_execute(&import()).await.unwrap();
    let client = alone(&database).await;
    let sql = "SELECT sum(idx_tup_read)::bigint FROM pg_stat_user_indexes WHERE relname = 'side_accounts'";
    let read: i64 = client.query_one(sql, &[]).await.unwrap().get(0);
    assert!(read <= i64::from(USERS), "{USERS} rows have read {read}");
}

/// The store has stored the one spelling of every imported name, but the statistics still say that half of the spellings are missing.
#[tokio::test]
async fn somebody_in_a_large_table_of_users_is_found_without_reading_it() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let settings = of_users(&database).await;
    let sql = format!(
        "ALTER TABLE authflow.side_accounts SET (autovacuum_enabled = false);
        {}
        UPDATE authflow.side_accounts SET is_spelled = id::bigint % 2 = 0;
        ANALYZE authflow.side_accounts;
        UPDATE authflow.side_accounts SET is_spelled = true",
        import()
    );
    database.client().await.batch_execute(&sql).await.unwrap();
    let before = read_from_end_to_end(&database).await;
    let store = PostgresStore::connect(settings).await.unwrap();
    for number in 1..=8 {
        let typed: Identifier = EmailAddress::new(&format!("{number}@example.com")).unwrap().into();
        let found = store.account_named(None, &typed).await.unwrap().unwrap();
        assert_eq!(found.id.as_str(), number.to_string());
    }
    drop(store);
    assert_eq!(read_from_end_to_end(&database).await, before);
}
