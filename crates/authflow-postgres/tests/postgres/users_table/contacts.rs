//! Contacts in a table that has no index on them, and in one that has.

use super::*;
use crate::contacts::{email, mobile, one_has_it, replacing};
use authflow::{
    parts::Store as _,
    step::{CommitRefusal, Committed},
};

const TABLE: &str = r#"app."People"" --""#;

async fn people_of(client: &Client, ids: std::ops::Range<usize>) {
    for id in ids {
        let row = format!(
            "INSERT INTO {TABLE} (\"org's\", \"who?\", login) VALUES ('{}', 'p{id}', 'person{id}')",
            demo::TENANT
        );
        client.batch_execute(&row).await.unwrap();
    }
}

/// The table has no unique index on the number, so the store decides who has it, one commit at a time.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_number_is_one_accounts_without_an_index_at_every_isolation() {
    let Some(server) = server() else { return };
    for isolation in [Isolation::ReadCommitted, Isolation::RepeatableRead, Isolation::Serializable] {
        let database = server.database().await;
        let client = database.client().await;
        client.batch_execute(PEOPLE).await.unwrap();
        people_of(&client, 0..8).await;
        let settings = || {
            let mut settings = settings_at(&database.url(), demo::START).accounts(people());
            settings.isolation = isolation;
            settings
        };
        PostgresStore::migrate(&settings()).await.unwrap();
        let stores = [
            PostgresStore::connect(settings()).await.unwrap(),
            PostgresStore::connect(settings()).await.unwrap(),
        ];
        one_has_it([&stores[0], &stores[1]], &["p0", "p1", "p2", "p3", "p4", "p5", "p6", "p7"]).await;
    }
}

/// A name that the program writes counts as soon as it is written, even if only the library can spell it. An index of the table counts too.
#[tokio::test]
async fn what_the_program_has_written_is_taken() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    client.batch_execute(PEOPLE).await.unwrap();
    people_of(&client, 0..3).await;
    let settings = settings_at(&database.url(), demo::START).accounts(people());
    PostgresStore::migrate(&settings).await.unwrap();
    let store = PostgresStore::connect(settings).await.unwrap();
    let committed = async |contact| {
        let commit = replacing(&store, "p0", contact).await;
        store.commit(&commit).await.unwrap()
    };
    let taken = Committed::Refused(CommitRefusal::ContactTaken);
    client
        .batch_execute(&format!("UPDATE {TABLE} SET mail = 'ÉVE@Example.com' WHERE \"who?\" = 'p1'"))
        .await
        .unwrap();
    assert_eq!(committed(email("éve@example.com")).await, taken);
    client
        .batch_execute(&format!("UPDATE {TABLE} SET login = '+86 139 0000 0099' WHERE \"who?\" = 'p1'"))
        .await
        .unwrap();
    assert_eq!(committed(mobile("+8613900000099")).await, taken, "typed so, it is a name and a number");
    client
        .batch_execute(&format!("UPDATE {TABLE} SET login = '139-0000 0099' WHERE \"who?\" = 'p1'"))
        .await
        .unwrap();
    assert_eq!(committed(mobile("+8613900000099")).await, taken, "and so, to whoever is of that country");
    assert_eq!(committed(mobile("+8613900000098")).await, Committed::Done);
    let before = revision(&client, "p0").await;
    assert_eq!(committed(email("new@example.com")).await, Committed::Done);
    assert_eq!(revision(&client, "p0").await, before.wrapping_add(1) & i64::MAX, "once");
    // An index may compare differently from the library: this one compares the first nine characters.
    client
        .batch_execute(&format!(
            "UPDATE {TABLE} SET phone = '+8613955500000' WHERE \"who?\" = 'p2';
            CREATE UNIQUE INDEX ON {TABLE} (left(phone, 9))"
        ))
        .await
        .unwrap();
    assert_eq!(committed(mobile("+8613955511111")).await, taken);
}

#[tokio::test]
async fn a_table_without_such_a_column_keeps_no_such_contact() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let insert = format!("{USERS}; INSERT INTO users (id, email, hash) VALUES (7, 'erin@example.com', 'x')");
    client.batch_execute(&insert).await.unwrap();
    let users = UsersTable::named("users")
        .id("id")
        .tenant_is(demo::tenant())
        .no_user_name()
        .email("email")
        .no_mobile()
        .verifier("hash")
        .always_active()
        .no_password_set_at();
    let unwritten = settings_at(&database.url(), demo::START).accounts(users.clone());
    PostgresStore::migrate(&unwritten).await.unwrap();
    let store = PostgresStore::connect(unwritten).await.unwrap();
    let told =
        store.commit(&replacing(&store, "7", email("new@example.com")).await).await.unwrap_err().to_string();
    let wanted = "must be mapped with `takes_new_contacts`, since a policy replaces contacts";
    assert_eq!(told, format!("the table users: {wanted}"));
    let users = users.takes_new_contacts();
    let settings = settings_at(&database.url(), demo::START).accounts(users);
    PostgresStore::migrate(&settings).await.unwrap();
    let store = PostgresStore::connect(settings).await.unwrap();
    let commit = replacing(&store, "7", mobile("+8613900000001")).await;
    let told = store.commit(&commit).await.unwrap_err().to_string();
    assert_eq!(told, "the table users: must have a column for mobile, to keep a new one in");
    let commit = replacing(&store, "7", email("new@example.com")).await;
    assert_eq!(store.commit(&commit).await.unwrap(), Committed::Done);
    // An error that a trigger of the table raises does not mean that somebody else has the contact.
    client
        .batch_execute(
            "CREATE TABLE badges (number int UNIQUE); INSERT INTO badges VALUES (1);
            CREATE FUNCTION badge() RETURNS trigger LANGUAGE plpgsql AS
                $$BEGIN INSERT INTO public.badges VALUES (1); RETURN NULL; END$$;
            CREATE TRIGGER badge AFTER UPDATE OF email ON users FOR EACH ROW EXECUTE FUNCTION badge()",
        )
        .await
        .unwrap();
    let commit = replacing(&store, "7", email("newer@example.com")).await;
    let told = store.commit(&commit).await.unwrap_err().to_string();
    assert!(told.contains("badges_number_key"), "{told}");
}
