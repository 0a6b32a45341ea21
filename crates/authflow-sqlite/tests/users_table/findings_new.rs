//! Each shows a fault that is there: it fails until that is mended.

use crate::people::{SMALL, Service, SmallStore, small};
use authflow::{AccountId, account::Account, testkit::demo};
use authflow_sqlite::UsersTable;

async fn account(store: &SmallStore, id: &str) -> Account {
    store.account(Some(demo::tenant()), AccountId::new(id).unwrap()).await.unwrap().unwrap()
}

/// NULL differs from NULL: an index over tenant and id lets two rows of no tenant have one id.
#[tokio::test]
async fn an_id_is_unique_also_where_there_is_no_tenant() {
    let service = Service::with(
        "CREATE TABLE users (id TEXT NOT NULL, org TEXT, email TEXT, hash TEXT, UNIQUE (org, id));
        INSERT INTO users VALUES ('1', NULL, 'erin@example.com', 'erins')",
    );
    let users = UsersTable::named("users").id("id").tenant("org").no_user_name().email("email").no_mobile();
    let Ok(store) = service.open(users.verifier("hash").always_active().no_password_set_at()) else { return };
    let made = service
        .connection
        .execute("INSERT INTO users VALUES ('1', NULL, 'mallory@example.com', 'mallorys')", []);
    let verifier = store
        .account(None, AccountId::new("1").unwrap())
        .await
        .map(|found| found.map(|account| account.password.unwrap().verifier.expose().to_owned()));
    assert!(made.is_err() || verifier.is_err(), "two rows are one account: {verifier:?}");
}

/// A migration of the program's own, while the store is open: the triggers go with the table, and nobody looks again.
#[tokio::test]
async fn a_table_that_is_made_anew_under_an_open_store_has_no_session_of_before() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let before = account(&store, "7").await.revision;
    service.execute(
        "CREATE TABLE others (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT, is_active BOOLEAN);
        INSERT INTO others SELECT * FROM users; DROP TABLE users; ALTER TABLE others RENAME TO users;
        UPDATE users SET password_hash = 'another' WHERE id = 7",
    );
    let found = store.account(Some(demo::tenant()), AccountId::new("7").unwrap()).await;
    assert!(
        found.map_or(true, |found| found.unwrap().revision != before),
        "a session of before the change is good after it"
    );
}
