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
    client.batch_execute("INSERT INTO users VALUES (repeat('x', 65), 'ÉTÉ', 'x')").await.unwrap();
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
    PostgresStore::connect(settings).await.unwrap();
    let before = revision(&client, "7").await;
    client.batch_execute("UPDATE users SET hash = 'two' WHERE id = 7").await.unwrap();
    assert_ne!(revision(&client, "7").await, before, "sessions of before the change are good after it");
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
    PostgresStore::connect(settings).await.unwrap();
    let before = revision(&client, "1").await;
    let made =
        client.batch_execute("INSERT INTO users VALUES ('1', NULL, 'mallory@example.com', 'mallorys')").await;
    assert!(made.is_err() || revision(&client, "1").await == before, "two rows are one account");
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
