//! Each shows a fault that is there: it fails until that is mended.

use crate::{
    login::sign_in,
    people::{SMALL, Service, SmallStore, small},
};
use authflow::{AccountId, account::Account, factor::Factor, testkit::demo};
use authflow_sqlite::UsersTable;

async fn account(store: &SmallStore, id: &str) -> Account {
    store.account(Some(demo::tenant()), AccountId::new(id).unwrap()).await.unwrap().unwrap()
}

/// `REPLACE` is how many programs write a row again. It deletes without the trigger for deletions, and the one for insertions begins anew what
/// stands beside: without the second factor, and without what an administrator demanded.
#[tokio::test]
async fn a_row_that_is_replaced_keeps_its_second_factor() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute(
        "UPDATE authflow_side_accounts SET enrolled = 'otp', must_change = 'administrator_reset' WHERE id = '7'",
    );
    let before = account(&store, "7").await;
    assert!(before.enrolled.contains(Factor::Totp));
    // Nothing is changed by it.
    service.execute("INSERT OR REPLACE INTO users SELECT * FROM users WHERE id = 7");
    let after = account(&store, "7").await;
    assert!(after.enrolled.contains(Factor::Totp), "the second factor is gone: a password alone signs in");
    assert!(after.password.unwrap().must_change.is_some(), "and so is the reason to change it");
}

/// One name that is no UTF-8, which SQLite takes for a text, shuts everybody out.
#[tokio::test]
async fn a_name_that_is_no_text_is_nobodys_and_no_error_of_others() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    assert_eq!(sign_in(&store, "erin@example.com").await.0, 200);
    service.execute("INSERT INTO users VALUES (9, CAST(x'ff40782e79' AS TEXT), 'x', 1)");
    assert_eq!(sign_in(&store, "erin@example.com").await.0, 200, "everybody is out");
    drop(store);
    assert!(service.open(small()).is_ok(), "and the store does not open");
}

/// An id's collation makes two ids one for the trigger, and two for what stands beside.
#[tokio::test]
async fn a_password_that_is_changed_under_another_case_of_the_id_ends_every_session() {
    let service = Service::with(
        "CREATE TABLE users (id TEXT PRIMARY KEY COLLATE NOCASE, hash TEXT); INSERT INTO users VALUES ('erin', 'one')",
    );
    let users = UsersTable::named("users").id("id").tenant_is(None).no_user_name().no_email().no_mobile();
    let store = service.open(users.verifier("hash").always_active().no_password_set_at()).unwrap();
    let revision = async || {
        store.account(None, AccountId::new("erin").unwrap()).await.unwrap().map(|account| account.revision)
    };
    let before = revision().await.unwrap();
    service.execute(
        "UPDATE users SET id = 'Erin'; UPDATE users SET hash = 'two'; UPDATE users SET id = 'erin'",
    );
    assert_ne!(revision().await, Some(before), "a session of before the change is good after it");
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
    let made = service.connection.execute("INSERT INTO users VALUES ('1', NULL, 'mallory@example.com', 'mallorys')", []);
    let verifier = store.account(None, AccountId::new("1").unwrap()).await.map(|found| {
        found.map(|account| account.password.unwrap().verifier.expose().to_owned())
    });
    assert!(made.is_err() || verifier.is_err(), "two rows are one account: {verifier:?}");
}

/// Where an id is a name that its owner may change. In the store's own table the factors stay with the row; here they are forgotten, and nobody
/// is told.
#[tokio::test]
async fn a_row_that_gets_another_id_keeps_its_second_factor() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute("UPDATE authflow_side_accounts SET enrolled = 'sms', must_change = 'breached' WHERE id = '7'");
    service.execute("UPDATE users SET id = 70 WHERE id = 7");
    let after = account(&store, "70").await;
    assert!(after.enrolled.contains(Factor::Sms), "a password alone signs in");
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
    assert!(found.map_or(true, |found| found.unwrap().revision != before), "a session of before the change is good after it");
}
