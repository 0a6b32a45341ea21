//! Changes that were made while no trigger saw them.

use super::*;

/// Nobody has seen the changes that were made while the trigger was off. The store for SQLite draws every revision anew after such a time (decision
/// 0026).
#[tokio::test]
async fn a_password_that_is_changed_while_the_trigger_is_off_ends_every_session_at_the_next_migration() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    client.batch_execute("INSERT INTO users VALUES (7, 'erin@example.com', 'one')").await.unwrap();
    let settings = || settings(&database.url()).accounts(users());
    PostgresStore::migrate(&settings()).await.unwrap();
    let before = revision(&client, "7").await;
    client
        .batch_execute("ALTER TABLE users DISABLE TRIGGER USER; UPDATE users SET hash = 'two', enabled = false WHERE id = 7")
        .await
        .unwrap();
    assert!(PostgresStore::connect(settings()).await.is_err());
    PostgresStore::migrate(&settings()).await.unwrap();
    assert!(PostgresStore::connect(settings()).await.is_ok());
    assert_ne!(revision(&client, "7").await, before, "sessions of before the change are good after it");
}

/// In a table that is made again, ids start at one again. An account inherits nothing from the earlier account with its id. In a table that was
/// copied, an account with an earlier name is the same account: it keeps the second factor, but no session.
#[tokio::test]
async fn a_table_that_is_made_anew_has_nobody_of_the_one_before() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let settings = || settings(&database.url()).accounts(users());
    client.batch_execute(USERS).await.unwrap();
    PostgresStore::migrate(&settings()).await.unwrap();
    let people = "INSERT INTO users VALUES (6, 'ann@example.com', 'a'), (7, 'erin@example.com', 'e'), (8, 'bØb@example.com', 'b');
        UPDATE authflow.side_accounts SET enrolled = 'sms', must_change = 'breached'";
    client.batch_execute(people).await.unwrap();
    PostgresStore::migrate(&settings()).await.unwrap();
    let before = [revision(&client, "7").await, revision(&client, "8").await];
    client
        .batch_execute(
            "CREATE TABLE copied (LIKE users INCLUDING ALL); DROP TABLE users; ALTER TABLE copied RENAME TO users;
            INSERT INTO users VALUES (7, 'mallory@example.com', 'm'), (8, 'BØB@example.com', 'b')",
        )
        .await
        .unwrap();
    assert!(PostgresStore::connect(settings()).await.is_err());
    PostgresStore::migrate(&settings()).await.unwrap();
    assert!(PostgresStore::connect(settings()).await.is_ok());
    let sql = "SELECT id, revision, enrolled, must_change FROM authflow.side_accounts ORDER BY id";
    let rows = client.query(sql, &[]).await.unwrap();
    let [mallory, bob] = &rows[..] else { panic!("{} rows", rows.len()) };
    let [hers, his] = [mallory, bob].map(|row| [0, 2, 3].map(|column| row.get::<_, Option<&str>>(column)));
    assert_eq!(hers, [Some("7"), Some(""), None]);
    assert_eq!(his, [Some("8"), Some("sms"), Some("breached")]);
    assert!(rows.iter().all(|row| !before.contains(&row.get(1))), "sessions of before are good after it");
}

/// A trigger that differs from the store's trigger misses changes, whatever its name. So does a trigger that is switched off on a single partition.
#[tokio::test]
async fn a_trigger_that_sees_less_is_refused() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE TABLE users (id bigint PRIMARY KEY, email text, hash text, enabled boolean) PARTITION BY RANGE (id);
            CREATE TABLE rest PARTITION OF users DEFAULT",
        )
        .await
        .unwrap();
    let settings = || settings(&database.url()).accounts(users());
    for (sees, is_taken) in [
        ("SELECT", true),
        ("ALTER TABLE rest DISABLE TRIGGER authflow_note_user", false),
        ("DROP TRIGGER authflow_note_user ON users; CREATE TRIGGER authflow_note_user AFTER INSERT OR UPDATE OF email OR DELETE ON users
            FOR EACH ROW EXECUTE FUNCTION authflow.note_user(); ALTER TABLE users ENABLE ALWAYS TRIGGER authflow_note_user", false),
        ("DROP TRIGGER authflow_note_user ON users; CREATE TRIGGER authflow_note_user AFTER UPDATE OR DELETE ON users
            FOR EACH ROW EXECUTE FUNCTION authflow.note_user(); ALTER TABLE users ENABLE ALWAYS TRIGGER authflow_note_user", false),
    ] {
        PostgresStore::migrate(&settings()).await.unwrap();
        client.batch_execute(sees).await.unwrap();
        let connected = PostgresStore::connect(settings()).await;
        assert_eq!(connected.is_ok(), is_taken, "{sees}");
    }
}
