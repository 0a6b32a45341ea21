//! Each shows a fault that is there: it fails until that is mended.

use super::*;

/// One row whose id is none of an account's shuts everybody out who is looked up by a name.
#[tokio::test]
async fn an_id_that_is_none_is_nobodys_and_no_error_of_others() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute("CREATE TABLE users (id text PRIMARY KEY, email text, hash text)").await.unwrap();
    let mapping = UsersTable::named("users").id("id").tenant_is(demo::tenant()).user_name("email").no_email();
    let mapping = mapping.no_mobile().verifier("hash").always_active().no_password_set_at();
    let settings = settings_at(&database.url(), demo::START).accounts(mapping);
    let insert = format!("INSERT INTO users VALUES ('alice', 'alice', '{}')", demo::PASSWORD);
    client.batch_execute(&insert).await.unwrap();
    PostgresStore::migrate(&settings).await.unwrap();
    let set_at = i64::from(demo::START.minus_seconds(demo::DAY));
    let age = format!("UPDATE authflow.side_accounts SET password_changed_at = {set_at}");
    client.batch_execute(&age).await.unwrap();
    let (api, host) = (api(), host(PostgresStore::connect(settings).await.unwrap()));
    let login = async || call(&api, &host, &Call::login("alice", demo::PASSWORD)).await.status;
    assert_eq!(login().await, 200);
    client
        .batch_execute("INSERT INTO users VALUES (repeat('x', 65), 'ÉTÉ', 'x')")
        .await
        .unwrap();
    assert_eq!(login().await, 200, "everybody is out");
}

/// Rows of a table that inherits are read through their parent, and no trigger of that sees what is written to them.
#[tokio::test]
async fn a_password_that_is_changed_in_a_table_that_inherits_ends_every_session() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    client
        .batch_execute("CREATE TABLE staff () INHERITS (users); INSERT INTO staff VALUES (7, 'erin@example.com', 'one', true)")
        .await
        .unwrap();
    let settings = settings(&database.url()).accounts(users());
    if PostgresStore::migrate(&settings).await.is_err() {
        return;
    }
    let store = PostgresStore::connect(settings).await.unwrap();
    let found = store.account(None, AccountId::new("7").unwrap()).await.unwrap().unwrap();
    client.batch_execute("UPDATE users SET hash = 'two' WHERE id = 7").await.unwrap();
    let after = store.account(None, AccountId::new("7").unwrap()).await.unwrap().unwrap();
    assert_eq!(after.password.unwrap().verifier.expose(), "two");
    assert_ne!(after.revision, found.revision, "sessions of before the change are good after it");
}

/// A row that moves to another partition is deleted and inserted: what stands beside begins anew, without the second factor.
#[tokio::test]
async fn a_row_that_moves_to_another_partition_keeps_its_second_factor() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE TABLE users (id text, region text, hash text) PARTITION BY LIST (region);
            CREATE TABLE eu PARTITION OF users FOR VALUES IN ('eu'); CREATE TABLE us PARTITION OF users FOR VALUES IN ('us');
            INSERT INTO users VALUES ('a', 'eu', 'x')",
        )
        .await
        .unwrap();
    // An index over the id alone cannot be on such a table; the one over both names the tenant.
    client.batch_execute("CREATE UNIQUE INDEX ON users (region, id)").await.unwrap();
    let mapping = UsersTable::named("users").id("id").tenant_is(None).no_user_name().no_email().no_mobile();
    let mapping = mapping.verifier("hash").always_active().no_password_set_at();
    let migrated = PostgresStore::migrate(&settings(&database.url()).accounts(mapping)).await;
    assert!(migrated.is_err(), "the id alone is not unique there");
}

/// NULL differs from NULL: an index over tenant and id lets two rows of no tenant have one id.
#[tokio::test]
async fn an_id_is_unique_also_where_there_is_no_tenant() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE TABLE users (id text NOT NULL, org text, email text, hash text, UNIQUE (org, id));
            INSERT INTO users VALUES ('1', NULL, 'erin@example.com', 'erins')",
        )
        .await
        .unwrap();
    let mapping = UsersTable::named("users").id("id").tenant("org").no_user_name().email("email").no_mobile();
    let settings =
        settings(&database.url()).accounts(mapping.verifier("hash").always_active().no_password_set_at());
    if PostgresStore::migrate(&settings).await.is_err() {
        return;
    }
    let store = PostgresStore::connect(settings).await.unwrap();
    let made = client
        .batch_execute("INSERT INTO users VALUES ('1', NULL, 'mallory@example.com', 'mallorys')")
        .await;
    let verifier = store.account(None, AccountId::new("1").unwrap()).await.map(|found| {
        found.map(|account| account.password.unwrap().verifier.expose().to_owned())
    });
    assert!(made.is_err() || verifier.is_err(), "two rows are one account: {verifier:?}");
}

/// A name that is longer than what an index takes is refused to the program itself, though it is none that anybody signs in by.
#[tokio::test]
async fn a_long_address_is_no_error_of_the_program() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute("CREATE TABLE users (id bigint PRIMARY KEY, email text, hash text, enabled boolean NOT NULL DEFAULT true)").await.unwrap();
    PostgresStore::migrate(&settings(&database.url()).accounts(users())).await.unwrap();
    let sql = "INSERT INTO users SELECT 9, string_agg(md5(n::text), '') || '@example.com', 'x' FROM generate_series(1, 300) AS n";
    let written = client.batch_execute(sql).await;
    assert!(written.is_ok(), "{written:?}");
}
