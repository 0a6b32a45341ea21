//! Each shows a fault that is there: it fails until that is mended.

use crate::people::{SMALL, Service, SmallStore, small};
use authflow::{AccountId, account::Account, testkit::demo};
use authflow_sqlite::UsersTable;

async fn account(store: &SmallStore, id: &str) -> Account {
    store.account(Some(demo::tenant()), AccountId::new(id).unwrap()).await.unwrap().unwrap()
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
