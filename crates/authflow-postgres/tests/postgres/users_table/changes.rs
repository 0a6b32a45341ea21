//! The changes that the program makes in its table, and those that the store makes.

use super::*;
use tokio_postgres::error::SqlState;

/// Another program has hashed the password. The first login hashes it again, and no session ends. When that program stores another password,
/// every session ends.
#[tokio::test]
async fn a_rehash_ends_no_session_and_the_programs_own_update_ends_all() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::Serializable] {
        let database = server.database().await;
        let client = database.client().await;
        client.batch_execute(USERS).await.unwrap();
        let mapping =
            UsersTable::named("users").id("id").tenant_is(demo::tenant()).user_name("email").no_email();
        let mapping = mapping.no_mobile().verifier("hash").always_active().no_password_set_at();
        let mut settings = settings_at(&database.url(), demo::START).accounts(mapping);
        settings.isolation = isolation;
        let insert =
            format!("INSERT INTO users (email, hash) VALUES ('alice', 'outdated:{}')", demo::PASSWORD);
        client.batch_execute(&insert).await.unwrap();
        PostgresStore::migrate(&settings).await.unwrap();
        // The database's clock gives the time in the side table.
        let set_at = i64::from(demo::START.minus_seconds(demo::DAY));
        let age = format!("UPDATE authflow.side_accounts SET password_changed_at = {set_at}");
        client.batch_execute(&age).await.unwrap();
        let (api, host) = (api(), host(PostgresStore::connect(settings).await.unwrap()));
        let login = async || call(&api, &host, &Call::login("Alice", demo::PASSWORD)).await;
        let lives = async |answer: &Answer| {
            call(&api, &host, &Call::check_exist(answer.id_token())).await.status == 200
        };
        let hash =
            async || client.query_one("SELECT hash FROM users", &[]).await.unwrap().get::<_, String>(0);

        let first = login().await;
        assert_eq!(hash().await, demo::PASSWORD, "it is hashed anew");
        let second = login().await;
        assert!(lives(&first).await && lives(&second).await);
        client.batch_execute("UPDATE users SET email = 'alice', enabled = false").await.unwrap();
        assert!(lives(&first).await, "nothing that counts has changed");
        let other = format!("UPDATE users SET hash = 'outdated:{}'", demo::PASSWORD);
        client.batch_execute(&other).await.unwrap();
        assert!(!lives(&first).await && !lives(&second).await);
        let third = login().await;
        assert!(lives(&third).await);
        client.batch_execute("UPDATE users SET hash = NULL").await.unwrap();
        assert!(!lives(&third).await);
        assert_ne!(login().await.status, 200);
    }
}

/// Each change that must end sessions and pending logins raises the revision by one, and other changes do not. If a row is deleted and made again, it
/// never has a revision that it had before.
#[tokio::test]
async fn revisions_are_drawn_and_counted_whoever_writes() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    of_people(&database, &client).await;
    write(&client, &bare(None, "a", "a", AccountStatus::Active)).await;
    write(&client, &bare(None, "b", "b", AccountStatus::Active)).await;
    let table = r#"app."People"" --""#;
    let (mut expected, other) = (revision(&client, "a").await, revision(&client, "b").await);
    let mut seen = vec![expected, other];
    for (sql, counts) in [
        ("UPDATE {} SET state = 'gone' WHERE \"who?\" = 'a'", true),
        ("UPDATE {} SET state = 'gone' WHERE \"who?\" = 'a'", false),
        ("UPDATE {} SET untold = 'x', claims = '{}', login = 'aa' WHERE \"who?\" = 'a'", false),
        ("UPDATE {} SET changed = now(), mail = 'a@example.com' WHERE \"who?\" = 'a'", true),
        ("UPDATE {} SET phone = '+86 139' WHERE \"who?\" = 'a'", true),
        ("UPDATE {} SET \"pass\"\"word\" = 'v', changed = now() WHERE \"who?\" = 'a'", true),
        ("UPDATE {} SET \"pass\"\"word\" = NULL WHERE \"who?\" = 'a'", true),
        ("UPDATE authflow.side_accounts SET skips_used = 1, totp_step = 7 WHERE id = 'a'", false),
        ("UPDATE authflow.side_accounts SET must_change = 'breached' WHERE id = 'a'", true),
        ("UPDATE authflow.side_accounts SET enrolled = 'otp', totp_sealed = '1:a:b' WHERE id = 'a'", true),
        ("UPDATE authflow.side_accounts SET must_change = NULL, revision = revision WHERE id = 'a'", true),
    ] {
        client.batch_execute(&sql.replacen("{}", table, 1)).await.unwrap();
        expected = (expected + i64::from(counts)) & i64::MAX;
        assert_eq!(revision(&client, "a").await, expected, "{sql}");
        assert_eq!(revision(&client, "b").await, other, "{sql}");
        seen.push(expected);
    }
    for again in [
        "DELETE FROM {} WHERE \"who?\" = 'a'; INSERT INTO {} (\"who?\") VALUES ('a')",
        "TRUNCATE {}; INSERT INTO {} (\"who?\") VALUES ('a'), ('b')",
        "UPDATE {} SET \"who?\" = 'old' WHERE \"who?\" = 'a'; UPDATE {} SET \"who?\" = 'a' WHERE \"who?\" = 'b'",
        "SET session_replication_role = replica; DELETE FROM {} WHERE \"who?\" = 'a';
            INSERT INTO {} (\"who?\") VALUES ('a'); RESET session_replication_role",
    ] {
        client.batch_execute(&again.replace("{}", table)).await.unwrap();
        let now = revision(&client, "a").await;
        assert!(!seen.contains(&now), "{again}");
        seen.push(now);
    }
    client.batch_execute("UPDATE authflow.side_accounts SET revision = 9223372036854775807").await.unwrap();
    client.batch_execute(&format!("UPDATE {table} SET state = 'banned'")).await.unwrap();
    assert_eq!(revision(&client, "a").await, 0, "the largest is followed by 0");
}

/// A row that moves from one partition to another becomes another row.
#[tokio::test]
async fn a_table_in_partitions_is_one_table() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE TABLE users (id text, org text, hash text, PRIMARY KEY (org, id)) PARTITION BY LIST (org);
            CREATE TABLE one PARTITION OF users FOR VALUES IN ('one'); CREATE TABLE two PARTITION OF users FOR VALUES IN ('two');
            INSERT INTO users VALUES ('a', 'one', 'x')",
        )
        .await
        .unwrap();
    let mapping = UsersTable::named("users").id("id").tenant("org").no_user_name().no_email().no_mobile();
    let mapping = mapping.verifier("hash").always_active().no_password_set_at();
    let settings = || settings(&database.url()).accounts(mapping.clone());
    PostgresStore::migrate(&settings()).await.unwrap();
    assert!(PostgresStore::connect(settings()).await.is_ok());
    let first = revision(&client, "a").await;
    client.batch_execute("UPDATE one SET hash = 'y'").await.unwrap();
    assert_eq!(revision(&client, "a").await, (first + 1) & i64::MAX, "whatever name it is written by");
    client.batch_execute("UPDATE users SET org = 'two'").await.unwrap();
    let sql = "SELECT tenant, revision FROM authflow.side_accounts";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!(row.get::<_, &str>(0), "two");
    assert!(![first, first + 1].contains(&row.get(1)));
}

/// Nobody can sign in with a row whose revision no trigger raises.
#[tokio::test]
async fn a_row_that_was_written_while_the_trigger_was_off_is_an_error_until_it_is_migrated() {
    use authflow::administration::{Administer as _, Administered, SetStatus};

    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    let settings = || settings(&database.url()).accounts(users());
    PostgresStore::migrate(&settings()).await.unwrap();
    let store = PostgresStore::connect(settings()).await.unwrap();
    let off = "ALTER TABLE users DISABLE TRIGGER USER; INSERT INTO users VALUES (1, 'a@example.com', 'x')";
    client.batch_execute(off).await.unwrap();
    let ask = SetStatus::disable(None, AccountId::new("1").unwrap());
    let refused = store.set_status(&ask).await.unwrap_err().to_string();
    assert!(refused.contains("there for every row of the users' table"), "{refused}");
    PostgresStore::migrate(&settings()).await.unwrap();
    assert_eq!(store.set_status(&ask).await.unwrap(), Administered::Done);
    let enabled: bool = client.query_one("SELECT enabled FROM users", &[]).await.unwrap().get(0);
    assert!(!enabled);
}

/// A program's role needs no rights on the store's tables to write to its own table, and cannot use the trigger for another one.
#[tokio::test]
async fn who_writes_to_the_table_needs_no_rights_on_what_stands_beside() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let role = format!("web_{}", database.name);
    client.batch_execute(USERS).await.unwrap();
    PostgresStore::migrate(&settings(&database.url()).accounts(users())).await.unwrap();
    let grants = format!("CREATE ROLE {role}; GRANT INSERT, SELECT, UPDATE ON users TO {role}; GRANT CREATE, USAGE ON SCHEMA public TO {role};
        GRANT USAGE ON SCHEMA authflow TO {role}; SET ROLE {role}");
    client.batch_execute(&grants).await.unwrap();
    client.batch_execute("INSERT INTO users VALUES (1, 'a@example.com', 'x')").await.unwrap();
    client.batch_execute("UPDATE users SET hash = 'y', email = 'b@example.com'").await.unwrap();
    let own = "CREATE TABLE mine (id bigint, email text, hash text, enabled boolean);
        CREATE TRIGGER authflow_note_user AFTER INSERT ON mine FOR EACH ROW EXECUTE FUNCTION authflow.note_user()";
    let refused = client.batch_execute(own).await.unwrap_err();
    assert_eq!(refused.code(), Some(&SqlState::INSUFFICIENT_PRIVILEGE));
    client.batch_execute("RESET ROLE").await.unwrap();
    let sql = "SELECT email_key, is_spelled FROM authflow.side_accounts";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!((row.get::<_, &str>(0), row.get::<_, bool>(1)), ("b@example.com", true));
}

/// An account whose id changes is the same account. It keeps its second factors, and every earlier session is over.
#[tokio::test]
async fn a_row_that_gets_another_id_keeps_its_second_factor() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    PostgresStore::migrate(&settings(&database.url()).accounts(users())).await.unwrap();
    let secured = "INSERT INTO users VALUES (2, 'erin@example.com', 'one'), (1, 'bob@example.com', 'x');
        UPDATE authflow.side_accounts SET enrolled = 'otp', totp_sealed = '1:a:b', must_change = 'breached', skips_used = 1 WHERE id = '2'";
    client.batch_execute(secured).await.unwrap();
    let before = [revision(&client, "1").await, revision(&client, "2").await];
    client.batch_execute("UPDATE users SET id = id + 5, email = 'x' || email").await.unwrap();
    let sql = "SELECT id, enrolled, totp_sealed, must_change, email_key, revision FROM authflow.side_accounts ORDER BY id";
    let rows = client.query(sql, &[]).await.unwrap();
    let of = |at: usize| {
        let row = &rows[at];
        let [sealed, reason] = [2, 3].map(|column| row.get::<_, Option<&str>>(column));
        (row.get::<_, &str>(0), row.get::<_, &str>(1), sealed, reason, row.get::<_, &str>(4))
    };
    assert_eq!(rows.len(), 2);
    assert_eq!(of(0), ("6", "", None, None, "xbob@example.com"));
    assert_eq!(of(1), ("7", "otp", Some("1:a:b"), Some("breached"), "xerin@example.com"));
    assert!(rows.iter().all(|row| !before.contains(&row.get(5))));
    client.batch_execute("UPDATE users SET id = 9, hash = 'two' WHERE id = 7").await.unwrap();
    let sql = "SELECT enrolled, must_change, skips_used FROM authflow.side_accounts WHERE id = '9'";
    let row = client.query_one(sql, &[]).await.unwrap();
    assert_eq!(
        (row.get(0), row.get(1), row.get(2)),
        ("otp", None::<&str>, 0_i64),
        "another password besides"
    );
}

/// A side row is deleted together with its row. Otherwise, the secret of a second factor would stay for ever.
#[tokio::test]
async fn a_table_that_is_truncated_leaves_nothing_beside() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    PostgresStore::migrate(&settings(&database.url()).accounts(users())).await.unwrap();
    for sql in [
        "TRUNCATE users",
        "SET session_replication_role = replica; TRUNCATE users; RESET session_replication_role",
    ] {
        client.batch_execute("INSERT INTO users VALUES (7, 'erin@example.com', 'one')").await.unwrap();
        client.batch_execute(sql).await.unwrap();
        let beside = client.query("SELECT FROM authflow.side_accounts", &[]).await.unwrap();
        assert!(beside.is_empty(), "{sql}");
    }
    client.batch_execute("DROP TRIGGER authflow_note_truncation ON users").await.unwrap();
    assert!(PostgresStore::connect(settings(&database.url()).accounts(users())).await.is_err());
}

/// Under the table's own collation, two different texts may be equal. For the library they differ.
#[tokio::test]
async fn a_collation_hides_no_change_and_finds_nobody_else() {
    use authflow::administration::{Administer as _, Administered, SetStatus};

    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE COLLATION folded (provider = icu, locale = 'und-u-ks-level2', deterministic = false);
            CREATE TABLE users (id text COLLATE folded PRIMARY KEY, org text COLLATE \"en-x-icu\" NOT NULL, login text COLLATE folded,
                email text COLLATE folded,
                hash text COLLATE folded, state text COLLATE folded)",
        )
        .await
        .unwrap();
    let mapping =
        UsersTable::named("users").id("id").tenant("org").user_name("login").email("email").no_mobile();
    let mapping = mapping
        .verifier("hash")
        .status("state", [("ok", AccountStatus::Active), ("gone", AccountStatus::Disabled)])
        .no_password_set_at();
    let settings = settings_at(&database.url(), demo::START).accounts(mapping);
    PostgresStore::migrate(&settings).await.unwrap();
    let insert = format!(
        "INSERT INTO users VALUES ('erin', '{}', 'bØb', 'bob@example.com', '{}', 'ok')",
        demo::TENANT,
        demo::PASSWORD
    );
    client.batch_execute(&insert).await.unwrap();
    let set_at = i64::from(demo::START.minus_seconds(demo::DAY));
    let age = format!("UPDATE authflow.side_accounts SET password_changed_at = {set_at}");
    client.batch_execute(&age).await.unwrap();
    let store = PostgresStore::connect(settings).await.unwrap();
    let (api, host) = (api(), host(store.clone()));
    let login = call(&api, &host, &Call::login("bøb", demo::PASSWORD)).await;
    assert_eq!(login.status, 200);
    assert_eq!(call(&api, &host, &Call::check_exist(login.id_token())).await.status, 200);
    let nobody = SetStatus::disable(Some(demo::tenant()), AccountId::new("ERIN").unwrap());
    assert_eq!(store.set_status(&nobody).await.unwrap(), Administered::Nobody);
    let mut before = revision(&client, "erin").await;
    for sql in [
        "UPDATE users SET hash = upper(hash)",
        "UPDATE users SET email = upper(email)",
        "UPDATE users SET state = 'OK'",
    ] {
        client.batch_execute(sql).await.unwrap();
        let now = revision(&client, "erin").await;
        assert_ne!(now, before, "{sql}");
        before = now;
    }
    client.batch_execute("UPDATE users SET id = 'ERIN'").await.unwrap();
    assert_ne!(revision(&client, "ERIN").await, before);
}
