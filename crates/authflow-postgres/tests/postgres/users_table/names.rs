//! Names that the program writes.

use super::*;

/// An account that the program makes in any spelling is found in every other spelling.
#[tokio::test]
async fn names_that_the_program_writes_are_found_in_every_spelling() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let table = r#"app."People"" --""#;
    let before = format!(
        "{PEOPLE}; INSERT INTO {table} (\"org's\", \"who?\", login) VALUES ('{}', '0', 'ÉTÉ')",
        demo::TENANT
    );
    client.batch_execute(&before).await.unwrap();
    let settings = settings_at(&database.url(), demo::START).accounts(people());
    PostgresStore::migrate(&settings).await.unwrap();
    let (api, host) = (api(), host(PostgresStore::connect(settings).await.unwrap()));
    let insert = format!(
        "INSERT INTO {table} (\"org's\", \"who?\", login, mail, phone) VALUES
            ('{0}', '1', 'Erin', 'Erin@Example.com', '+86-139 0000 0001'), ('{0}', '2', 'Ｂｏｂ', 'bØb@example.com', NULL),
            ('{0}', '3', ' Zoë', NULL, NULL);
        UPDATE {table} SET \"pass\"\"word\" = '{1}', changed = to_timestamp({2})",
        demo::TENANT,
        demo::PASSWORD,
        i64::from(demo::START.minus_seconds(demo::DAY))
    );
    client.batch_execute(&insert).await.unwrap();
    let login = async |name: &str| call(&api, &host, &Call::login(name, demo::PASSWORD)).await.status;
    for name in ["été", "erin", "BOB", "ｂob", "zoë", "ZOE\u{308}"] {
        assert_eq!(login(name).await, 200, "{name}");
    }
    client
        .batch_execute(&format!("UPDATE {table} SET login = 'Ångström' WHERE \"who?\" = '1'"))
        .await
        .unwrap();
    assert_eq!((login("erin").await, login("ångström").await), (400, 200));
    // A name of two accounts signs nobody in.
    client.batch_execute(&format!("UPDATE {table} SET login = 'ÉTÉ' WHERE \"who?\" = '1'")).await.unwrap();
    assert_eq!(login("été").await, 500);
}

#[tokio::test]
async fn names_that_are_none_or_of_two_stop_a_migration() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let table = r#"app."People"" --""#;
    let rows = format!(
        "{PEOPLE}; INSERT INTO {table} (\"who?\", login, mail, phone) VALUES ('a', 'Ann', NULL, '(none)'),
            ('b', 'Bob', 'bob@example.com', NULL), ('c', 'ｂｏｂ', NULL, NULL), ('d', 'BOB@example.com', NULL, '0139')"
    );
    client.batch_execute(&rows).await.unwrap();
    let migrated = async || PostgresStore::migrate(&settings(&database.url()).accounts(people())).await;
    let told = migrated().await.unwrap_err().to_string();
    for wanted in [
        "a mobile number of a must be well-formed",
        "a user name must be one account's, and is of 2 b c",
        "a user name must be one account's, and is of 2 b d",
    ] {
        assert!(told.contains(wanted), "{told}");
    }
    assert!(
        client.query("SELECT FROM pg_namespace WHERE nspname = 'authflow'", &[]).await.unwrap().is_empty()
    );
    client.batch_execute(&format!("UPDATE {table} SET login = \"who?\", phone = NULL")).await.unwrap();
    assert!(migrated().await.is_ok());
}

/// One row with an id that no account can have must not shut out everybody who signs in by name.
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
        .batch_execute(
            "INSERT INTO users VALUES (repeat('x', 65), 'ÉTÉ', 'x'), (E'x\\n', 'Zoë', 'x'), ('', 'bØb', 'x')",
        )
        .await
        .unwrap();
    assert_eq!(login().await, 200, "everybody is out");
}

/// A name that is longer than an index takes must not be refused to the program. Nobody signs in with it.
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
