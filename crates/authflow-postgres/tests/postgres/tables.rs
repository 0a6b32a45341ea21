//! How a database gets its tables, and the rights of roles.

use crate::{
    server::server,
    setting::{api, call, host, like, settings, settings_at, store_of},
};
use authflow::testkit::{Call, demo};
use authflow_postgres::{Isolation, PostgresStore, Settings, StoreError, UsersTable};
use std::num::NonZeroUsize;
use tokio::join;

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn of_two_that_start_at_once_one_migrates_and_the_other_finds_it_done() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let database = server.database().await;
        let settings = || {
            let mut settings = settings(&database.url());
            settings.isolation = isolation;
            settings
        };
        assert!(matches!(
            PostgresStore::connect(settings()).await,
            Err(StoreError::NotMigrated { wanted: 3, found: 0 })
        ));
        let start = || {
            let settings = settings();
            tokio::spawn(async move {
                PostgresStore::migrate(&settings).await?;
                PostgresStore::connect(settings).await
            })
        };
        let (one, other, third) = join!(start(), start(), start());
        for started in [one, other, third] {
            started.unwrap().unwrap();
        }
    }
}

/// There is a table of users, so its trigger is made too.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn two_that_map_a_table_at_once_are_no_matter_either() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let users = "CREATE TABLE users (id text PRIMARY KEY, login text, hash text);
        INSERT INTO users SELECT n, 'user-' || n FROM generate_series(1, 300) AS n";
    client.batch_execute(users).await.unwrap();
    let mapping =
        UsersTable::named("users").id("id").tenant_is(None).user_name("login").no_email().no_mobile();
    let mapping = mapping.verifier("hash").always_active().no_password_set_at();
    let start = || {
        let settings = settings(&database.url()).accounts(mapping.clone());
        tokio::spawn(async move {
            PostgresStore::migrate(&settings).await?;
            PostgresStore::connect(settings).await
        })
    };
    let (one, other) = join!(start(), start());
    assert!(one.unwrap().is_ok() && other.unwrap().is_ok());
    let sql = "SELECT count(*), count(DISTINCT revision) FROM authflow.side_accounts WHERE is_spelled";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, i64>(0), row.get::<_, i64>(1)), (300, 300));
}

#[tokio::test]
async fn migrating_again_changes_nothing_and_later_or_foreign_tables_are_refused() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let settings = || settings(&database.url());
    store_of(settings(), &[like("alice", 0)]).await;
    PostgresStore::migrate(&settings()).await.unwrap();
    let accounts = client.query("SELECT FROM authflow.accounts", &[]).await.unwrap();
    assert_eq!(accounts.len(), 1);
    client.batch_execute("INSERT INTO authflow.versions VALUES (4)").await.unwrap();
    for refused in
        [PostgresStore::migrate(&settings()).await, PostgresStore::connect(settings()).await.map(drop)]
    {
        assert!(matches!(refused, Err(StoreError::NewerTables { wanted: 3, found: 4 })));
    }
    let foreign = server.database().await;
    foreign.client().await.batch_execute("CREATE SCHEMA authflow").await.unwrap();
    let refused = PostgresStore::migrate(&self::settings(&foreign.url())).await.unwrap_err();
    assert!(refused.to_string().contains("\"authflow\" already exists"), "{refused}");
}

/// These are the grants of the README.
#[tokio::test]
async fn a_role_without_rights_on_the_schema_can_check_and_use_and_not_migrate() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let (role, name) = (format!("app_{}", database.name), &database.name);
    let readme = include_str!("../../README.md");
    let grants =
        readme.split("```sql\n-- The role").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
    let as_role = || settings_at(&database.url_of(&role, 5432), demo::START);
    client.batch_execute(&format!("CREATE ROLE {role} LOGIN")).await.unwrap();
    assert!(matches!(PostgresStore::connect(as_role()).await, Err(StoreError::NotMigrated { .. })));
    let refused = PostgresStore::migrate(&as_role()).await.unwrap_err();
    assert!(refused.to_string().contains("permission denied"), "{refused}");

    store_of(settings(&database.url()), &[like("alice", 0)]).await;
    client.batch_execute(&format!("-- The role{}", grants.replace("app", &role))).await.unwrap();
    // There is nothing to do, so nothing is refused.
    let store = PostgresStore::connect(as_role()).await.unwrap();
    store.check().await.unwrap();
    let login = call(&api(), &host(store), &Call::login("alice-0", demo::PASSWORD)).await;
    assert_eq!(login.status, 200);

    // Answered commits would not be durable.
    client
        .batch_execute(&format!("ALTER ROLE {role} IN DATABASE {name} SET synchronous_commit = off"))
        .await
        .unwrap();
    assert!(matches!(PostgresStore::connect(as_role()).await, Err(StoreError::NotDurable)));
}

/// The database is like a replica that was never promoted, where a reader reads the past.
#[tokio::test]
async fn a_database_that_cannot_be_written_to_is_no_place_to_read_from() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let mut settings = settings_at(&database.url(), demo::START);
    settings.connections = NonZeroUsize::MIN;
    let host = host(store_of(settings, &[like("alice", 0)]).await);
    let login = async || call(&api(), &host, &Call::login("alice-0", demo::PASSWORD)).await.status;
    assert_eq!(login().await, 200);
    let other = server.database().await.client().await;
    let name = &database.name;
    let read_only = async |is| {
        let sql = format!("ALTER DATABASE {name} SET default_transaction_read_only = {is}");
        other.batch_execute(&sql).await.unwrap();
        let sql = "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE datname = $1";
        other.query(sql, &[name]).await.unwrap();
    };
    read_only("on").await;
    // The login may be on an old connection or on a new one.
    login().await;
    assert!(host.store.check().await.is_err());
    let refused = PostgresStore::connect(settings_at(&database.url(), demo::START)).await.unwrap_err();
    assert!(refused.to_string().contains("does not allow writes"), "{refused}");
    read_only("off").await;
    login().await;
    assert_eq!(login().await, 200, "it finds its way back");
}

#[test]
fn a_url_that_is_none_is_refused_and_a_password_in_one_is_not_printed() {
    use authflow::Moment;
    use tokio_postgres::NoTls;

    assert!(Settings::new("host=localhost", NoTls, None, Moment::now).is_ok());
    assert!(Settings::new("nonsense", NoTls, None, Moment::now).is_err());
    let url = "postgres://app:hunter2@localhost/people";
    let settings = Settings::new(url, NoTls, None, Moment::now).unwrap();
    assert!(!format!("{settings:?}").contains("hunter2"));
}
