//! Tables that fit a mapping, and tables that do not.

use super::*;

#[tokio::test]
async fn what_does_not_fit_its_mapping_is_refused_by_name() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client
        .batch_execute(
            "CREATE TABLE users (id bigint UNIQUE, other bigint, number numeric UNIQUE, email text, hash text, short varchar(60),
                old char(60), state text, at time,
                later bigint UNIQUE DEFERRABLE);
            CREATE UNIQUE INDEX ON users (other) WHERE other > 0;
            CREATE VIEW views AS SELECT * FROM users",
        )
        .await
        .unwrap();
    let of = |table, id, email, verifier| {
        let mapping = UsersTable::named(table).id(id).tenant_is(None).no_user_name().email(email).no_mobile();
        mapping.verifier(verifier).always_active().no_password_set_at()
    };
    let migrated = async |mapping: UsersTable| {
        finding(PostgresStore::migrate(&settings(&database.url()).accounts(mapping)).await)
    };
    let longer = "e".repeat(64);
    for (mapping, wanted) in [
        (of("nowhere", "id", "email", "hash"), "must be there"),
        (of("views", "id", "email", "hash"), "must be a table"),
        (of("users", "id", "mail", "pass"), "a column \"mail\" for email and a column \"pass\" for verifier"),
        (of("users", "id", &longer, "hash"), &longer),
        (of("users", "id", "xmin", "hash"), "\"xmin\" for email"),
        (of("users", "other", "email", "hash"), "\"other\" for id must be unique"),
        (of("users", "later", "email", "hash"), "\"later\" for id must be unique, not deferrable"),
        (
            of("users", "number", "email", "hash"),
            "\"number\" for id must be text, varchar, uuid or an integer, not numeric",
        ),
        (of("users", "id", "email", "short"), "not character varying of 60"),
        (of("users", "id", "email", "old"), "not character of 60"),
    ] {
        let finding = migrated(mapping).await;
        assert!(finding.contains(wanted), "{finding}");
    }
    let at = UsersTable::named("users").id("id").tenant_is(None).no_user_name().email("email").no_mobile();
    let at = at.verifier("hash").always_active().password_set_at("at");
    assert!(migrated(at).await.contains("\"at\" for password_set_at must be timestamptz"));
    for words in [&[][..], &[("on", AccountStatus::Active), ("on", AccountStatus::Locked)]] {
        let twice =
            UsersTable::named("users").id("id").tenant_is(None).no_user_name().email("email").no_mobile();
        let twice = twice.verifier("hash").status("state", words.iter().copied()).no_password_set_at();
        assert!(migrated(twice).await.contains("each word once"), "{words:?}");
    }
    let tables = client.query("SELECT 1 FROM pg_namespace WHERE nspname = 'authflow'", &[]).await.unwrap();
    assert!(tables.is_empty(), "nothing was made");

    // `connect` names what has changed since.
    let good = of("users", "id", "email", "hash");
    let settings = || settings(&database.url()).accounts(good.clone());
    PostgresStore::migrate(&settings()).await.unwrap();
    let connected = async || PostgresStore::connect(settings()).await;
    assert!(connected().await.is_ok());
    for (sql, wanted) in [
        ("ALTER TABLE users RENAME email TO mail", "a column \"email\" for email"),
        (
            "ALTER TABLE users RENAME mail TO email; ALTER TABLE users DISABLE TRIGGER authflow_note_user",
            "enabled always",
        ),
        ("DROP TRIGGER authflow_note_user ON users", "and has not"),
    ] {
        client.batch_execute(sql).await.unwrap();
        let finding = finding(connected().await);
        assert!(finding.contains(wanted), "{finding}");
    }
    PostgresStore::migrate(&settings()).await.unwrap();
    assert!(connected().await.is_ok());
    let other = of("users", "id", "state", "hash");
    let other = finding(PostgresStore::connect(self::settings(&database.url()).accounts(other)).await);
    assert!(other.contains("has another one's"), "{other}");
    let own = finding(PostgresStore::connect(self::settings(&database.url())).await);
    assert!(own.contains("must be the accounts' mapping"), "{own}");
    client.batch_execute("CREATE TABLE staff (id bigint PRIMARY KEY, email text, hash text)").await.unwrap();
    assert!(migrated(of("staff", "id", "email", "hash")).await.contains("must be the only one"));
    let ours = UsersTable::in_schema("authflow", "accounts").id("id").tenant("tenant").no_user_name();
    let ours = ours.email("email").no_mobile().verifier("verifier").always_active().no_password_set_at();
    assert!(migrated(ours).await.contains("must be a table of yours"));
}

/// Rows of a table that inherits are read through its parent, but no trigger of the parent sees writes to them.
#[tokio::test]
async fn a_table_that_another_one_inherits_is_refused() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    let settings = || settings(&database.url()).accounts(users());
    PostgresStore::migrate(&settings()).await.unwrap();
    client.batch_execute("CREATE TABLE staff () INHERITS (users)").await.unwrap();
    let told = [
        finding(PostgresStore::connect(settings()).await),
        finding(PostgresStore::migrate(&settings()).await),
    ];
    assert!(told.iter().all(|told| told.contains("must have no table that inherits")), "{told:?}");
    client.batch_execute("DROP TABLE staff").await.unwrap();
    assert!(PostgresStore::connect(settings()).await.is_ok());
}

/// NULL differs from NULL, so under an index over tenant and id, two rows without a tenant can have one id.
#[tokio::test]
async fn an_id_is_unique_also_where_there_is_no_tenant() {
    let Some(server) = server() else { return };
    let mapping = UsersTable::named("users").id("id").tenant("org").no_user_name().email("email").no_mobile();
    let mapping = mapping.verifier("hash").always_active().no_password_set_at();
    for (columns, is_taken) in [
        ("id text NOT NULL, org text, UNIQUE (org, id)", false),
        ("id text NOT NULL, org text NOT NULL, UNIQUE (org, id)", true),
        ("id text NOT NULL, org text, UNIQUE NULLS NOT DISTINCT (org, id)", true),
        ("id text UNIQUE, org text", true),
    ] {
        let database = server.database().await;
        let client = database.client().await;
        client
            .batch_execute(&format!("CREATE TABLE users ({columns}, email text, hash text)"))
            .await
            .unwrap();
        let migrated = PostgresStore::migrate(&settings(&database.url()).accounts(mapping.clone())).await;
        match is_taken {
            true => migrated.unwrap(),
            false => assert!(finding(migrated).contains("a tenant that is NOT NULL or NULLS NOT DISTINCT")),
        }
    }
}

/// Nobody can be of a tenant that is an empty text, and such a tenant is not the absence of one.
#[tokio::test]
async fn an_empty_tenant_is_nobodys() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(PEOPLE).await.unwrap();
    let insert = |tenant: &str| {
        format!(r#"INSERT INTO app."People"" --" ("who?", "org's", login) VALUES ('1', {tenant}, 'a')"#)
    };
    client.batch_execute(&insert("''")).await.unwrap();
    PostgresStore::migrate(&settings(&database.url()).accounts(people())).await.unwrap();
    let beside = async || client.query("SELECT FROM authflow.side_accounts", &[]).await.unwrap().len();
    assert_eq!(beside().await, 0);
    client.batch_execute(&insert("NULL")).await.unwrap();
    let before = revision(&client, "1").await;
    for sql in [
        r#"UPDATE app."People"" --" SET state = 'gone' WHERE "org's" = ''"#,
        r#"DELETE FROM app."People"" --" WHERE "org's" = ''"#,
    ] {
        client.batch_execute(sql).await.unwrap();
        assert_eq!((beside().await, revision(&client, "1").await), (1, before), "{sql}");
    }
}

/// If no word of the table means disabled, disabling an account is an error. It is not passed over.
#[tokio::test]
async fn who_is_always_active_is_disabled_by_nobody() {
    use authflow::administration::{Administer as _, Administered, SetStatus};

    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(USERS).await.unwrap();
    client.batch_execute("INSERT INTO users (email) VALUES ('a')").await.unwrap();
    let mapping =
        UsersTable::named("users").id("id").tenant_is(None).user_name("email").no_email().no_mobile();
    let settings =
        settings(&database.url()).accounts(mapping.verifier("hash").always_active().no_password_set_at());
    PostgresStore::migrate(&settings).await.unwrap();
    let store = PostgresStore::connect(settings).await.unwrap();
    let of = |id| SetStatus::disable(None, AccountId::new(id).unwrap());
    assert!(finding(store.set_status(&of("1")).await).contains("must have a word for `disabled`"));
    for nobody in ["2", "01", "one", "99999999999999999999"] {
        assert_eq!(store.set_status(&of(nobody)).await.unwrap(), Administered::Nobody, "{nobody}");
    }
}

fn finding(refused: Result<impl Sized, StoreError>) -> String {
    match refused {
        Err(StoreError::UsersTable { finding, .. }) => finding,
        Err(other) => panic!("{other}"),
        Ok(_) => panic!("it is not refused"),
    }
}
