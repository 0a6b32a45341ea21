//! The side row, through everything that happens to its row and its table.

use crate::people::{SMALL, Service, SmallStore, small};
use authflow::{
    AccountId,
    account::{Account, AccountStatus},
    administration::{Administer as _, Administered, DeletePerson, SetStatus},
    factor::Factor,
    testkit::demo,
};
use authflow_sqlite::{StoreError, UsersTable};

async fn account(store: &SmallStore, id: &str) -> Option<Account> {
    store.account(Some(demo::tenant()), AccountId::new(id).unwrap()).await.unwrap()
}

#[tokio::test]
async fn no_life_of_a_row_has_a_revision_of_another_one() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let revision = async || account(&store, "7").await.unwrap().revision;
    let mut seen = vec![revision().await];
    for again in [
        "DELETE FROM users WHERE id = 7; INSERT INTO users VALUES (7, 'new@example.com', 'x', 1)",
        "REPLACE INTO users VALUES (7, 'new@example.com', 'x', 1)",
        "INSERT INTO users VALUES (7, 'x', 'y', 1) ON CONFLICT (id) DO UPDATE SET password_hash = 'y'",
        "DELETE FROM users WHERE id = 7; UPDATE users SET id = 7 WHERE id = 8",
        "UPDATE OR REPLACE users SET id = 6 WHERE id = 7; UPDATE users SET id = 7 WHERE id = 6",
    ] {
        service.execute(again);
        let now = revision().await;
        assert!(!seen.contains(&now), "{again}");
        seen.push(now);
    }
    service.execute("DELETE FROM users");
    assert!(account(&store, "7").await.is_none());
    assert_eq!(service.number("SELECT count(*) FROM authflow_side_accounts"), 0);
}

#[tokio::test]
async fn an_id_is_as_it_is_printed() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    assert!(account(&store, "7").await.is_some());
    for other in ["07", "7.0", "+7", "7 ", "seven"] {
        assert!(account(&store, other).await.is_none(), "{other}");
    }
    let elsewhere = store.account(None, AccountId::new("7").unwrap()).await.unwrap();
    assert!(elsewhere.is_none(), "of another tenant");
}

/// The index tells these ids apart, and the column's collation does not.
#[tokio::test]
async fn ids_that_differ_in_case_are_two() {
    let service = Service::with(
        "CREATE TABLE users (id TEXT COLLATE NOCASE, hash TEXT); CREATE UNIQUE INDEX ids ON users (id COLLATE BINARY);
        INSERT INTO users VALUES ('a', 'of a'), ('A', 'of A')",
    );
    let users = UsersTable::named("users").id("id").tenant_is(None).no_user_name().no_email().no_mobile();
    let store = service.open(users.verifier("hash").always_active().no_password_set_at()).unwrap();
    let verifier = async |id: &str| {
        let found = store.account(None, AccountId::new(id).unwrap()).await.unwrap();
        found.map(|account| account.password.unwrap().verifier.expose().to_owned())
    };
    assert_eq!(
        (verifier("a").await.as_deref(), verifier("A").await.as_deref()),
        (Some("of a"), Some("of A"))
    );
    let ask = DeletePerson { tenant: None, account: AccountId::new("A").unwrap() };
    assert_eq!(store.delete_person(&ask).await.unwrap(), Administered::Done);
    assert_eq!((verifier("a").await.as_deref(), verifier("A").await), (Some("of a"), None));
}

/// Many programs write a row again with `REPLACE`. It deletes without the trigger for deletions, so the side row is still there.
#[tokio::test]
async fn a_row_that_is_replaced_keeps_its_second_factor() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute(
        "UPDATE authflow_side_accounts SET enrolled = 'otp', must_change = 'administrator_reset' WHERE id = '7'",
    );
    let before = account(&store, "7").await.unwrap();
    assert!(before.enrolled.contains(Factor::Totp));
    // This changes nothing in the row.
    service.execute("INSERT OR REPLACE INTO users SELECT * FROM users WHERE id = 7");
    let after = account(&store, "7").await.unwrap();
    assert!(after.enrolled.contains(Factor::Totp), "the second factor is gone: a password alone signs in");
    assert!(after.password.unwrap().must_change.is_some(), "and so is the reason to change it");
    assert_ne!(after.revision, before.revision, "nobody has seen what it was");
}

/// A `REPLACE` with a conflict in another column deletes a row unseen, and its id can be given again.
#[tokio::test]
async fn who_gets_the_id_of_a_replaced_row_has_nothing_of_it() {
    for (given, id) in [("7", "7"), ("NULL", "9")] {
        let service = Service::with(SMALL);
        service.execute("CREATE UNIQUE INDEX emails ON users (email)");
        let store = service.open(small()).unwrap();
        service.execute(&format!(
            "UPDATE users SET id = {id} WHERE id = 7;
            UPDATE authflow_side_accounts SET enrolled = 'otp' WHERE id = '{id}';
            INSERT OR REPLACE INTO users VALUES (3, 'Erin@example.com', 'x', 1);
            INSERT INTO users VALUES ({given}, 'mallory@example.com', 'x', 1)"
        ));
        let found = account(&store, id).await.unwrap();
        assert!(!found.enrolled.contains(Factor::Totp), "{given}");
        assert_eq!(service.number("SELECT count(*) FROM authflow_side_accounts"), 3);
    }
}

/// An id may be a name that its owner changes. As in the store's own table, the factors stay with the row.
#[tokio::test]
async fn a_row_that_gets_another_id_keeps_its_second_factor() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute(
        "UPDATE authflow_side_accounts SET enrolled = 'sms', must_change = 'breached' WHERE id = '7'",
    );
    service.execute("UPDATE users SET id = 70 WHERE id = 7");
    let after = account(&store, "70").await.unwrap();
    assert!(after.enrolled.contains(Factor::Sms), "a password alone signs in");
    assert!(after.password.unwrap().must_change.is_some());
    service.execute("UPDATE users SET id = 71, password_hash = 'another' WHERE id = 70");
    let after = account(&store, "71").await.unwrap();
    assert!(after.enrolled.contains(Factor::Sms));
    assert!(after.password.unwrap().must_change.is_none(), "it was changed");
    assert_eq!(service.number("SELECT count(*) FROM authflow_side_accounts"), 2);
}

/// Under the column's collation two ids are equal. The side row belongs to one of them, byte by byte.
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
    service
        .execute("UPDATE users SET id = 'Erin'; UPDATE users SET hash = 'two'; UPDATE users SET id = 'erin'");
    assert_ne!(revision().await, Some(before), "a session of before the change is good after it");
}

/// Migrations do it in this way, because SQLite cannot change a column.
#[tokio::test]
async fn a_table_that_is_made_anew_ends_every_session_and_keeps_the_rest() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute("UPDATE authflow_side_accounts SET skips_used = 1 WHERE id = '7'");
    let before = account(&store, "7").await.unwrap();
    drop(store);
    let store = service.open(small()).unwrap();
    assert_eq!(account(&store, "7").await.unwrap().revision, before.revision, "as long as it stays");
    drop(store);
    service.execute(
        "CREATE TABLE others (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT, is_active BOOLEAN);
        INSERT INTO others SELECT * FROM users WHERE id = 7; DROP TABLE users; ALTER TABLE others RENAME TO users;
        UPDATE users SET password_hash = 'unseen'; INSERT INTO users VALUES (9, 'new@example.com', 'x', 1)",
    );
    let store = service.open(small()).unwrap();
    let after = account(&store, "7").await.unwrap();
    assert_ne!(after.revision, before.revision);
    assert_eq!(after.password.unwrap().skips_used, 1);
    assert!(account(&store, "8").await.is_none() && account(&store, "9").await.is_some());
    assert_eq!(service.number("SELECT count(*) FROM authflow_side_accounts"), 2);
}

/// A migration of the service itself. The triggers are dropped with the table, so later changes go unnoticed.
#[tokio::test]
async fn a_table_that_is_made_anew_under_an_open_store_has_nobody_until_it_is_opened_again() {
    for lost in [
        "CREATE TABLE others (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT, is_active BOOLEAN);
        INSERT INTO others SELECT * FROM users; DROP TABLE users; ALTER TABLE others RENAME TO users",
        "DROP TRIGGER authflow_users_changed",
    ] {
        let service = Service::with(SMALL);
        let store = service.open(small()).unwrap();
        let before = account(&store, "7").await.unwrap();
        service.execute(&format!("{lost}; UPDATE users SET password_hash = 'another' WHERE id = 7"));
        let told = "the table users: must have the store's triggers, and has lost them since the store was opened: open it again";
        for _ in 0..2 {
            let read = store.account(Some(demo::tenant()), AccountId::new("7").unwrap()).await;
            assert_eq!(read.unwrap_err().to_string(), told);
        }
        let lock = SetStatus::disable(Some(demo::tenant()), AccountId::new("7").unwrap());
        assert_eq!(store.set_status(&lock).await.unwrap_err().to_string(), told);
        // Another instance of the service may be the one that opens it.
        let _again = service.open(small()).unwrap();
        assert_ne!(account(&store, "7").await.unwrap().revision, before.revision, "{lost}");
    }
}

#[tokio::test]
async fn another_table_that_is_made_under_an_open_store_changes_nothing() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let before = account(&store, "7").await.unwrap().revision;
    service.execute("CREATE TABLE orders (id INTEGER PRIMARY KEY); ALTER TABLE users ADD COLUMN colour TEXT");
    assert_eq!(account(&store, "7").await.unwrap().revision, before);
}

#[tokio::test]
async fn times_are_read_and_written_as_the_column_is_declared() {
    for (declared, written, read, kept) in [
        ("INTEGER", "1700000000", Some(1_700_000_000), "1700000001"),
        ("TEXT", "'2023-11-14 22:13:20'", Some(1_700_000_000), "2023-11-14 22:13:21"),
        ("DATETIME", "'2023-11-14T22:13:20.5Z'", Some(1_700_000_000), "2023-11-14 22:13:21"),
        ("DATETIME", "'2023-11-15T00:13:20+02:00'", Some(1_700_000_000), "2023-11-14 22:13:21"),
        // As seconds, these milliseconds would lie in the far future.
        ("INTEGER", "1700000000000", None, ""),
        ("TEXT", "'yesterday'", None, ""),
        ("TEXT", "NULL", None, ""),
    ] {
        let service = Service::with(&format!(
            "CREATE TABLE users (id TEXT PRIMARY KEY, hash TEXT, set_at {declared}); INSERT INTO users VALUES ('a', 'x', {written})"
        ));
        let users = UsersTable::named("users").id("id").tenant_is(None).no_user_name().no_email().no_mobile();
        let store = service.open(users.verifier("hash").always_active().password_set_at("set_at")).unwrap();
        let found = store.account(None, AccountId::new("a").unwrap()).await;
        match read {
            Some(seconds) => {
                assert_eq!(found.unwrap().unwrap().password.unwrap().changed_at.as_unix(), seconds);
                // A change of the password writes the time in this way.
                let sql = format!(
                    "UPDATE users SET set_at = {}",
                    match declared {
                        "INTEGER" => "1700000001",
                        _ => "datetime(1700000001, 'unixepoch')",
                    }
                );
                service.execute(&sql);
                assert_eq!(service.text("SELECT CAST(set_at AS TEXT) FROM users"), kept);
            }
            None => assert!(found.is_err(), "{declared} {written}"),
        }
    }
}

#[tokio::test]
async fn who_is_always_active_can_be_disabled_by_nobody() {
    let service = Service::with(SMALL);
    let users = UsersTable::named("users").id("id").tenant_is(demo::tenant()).no_user_name().email("email");
    let users = users.no_mobile().verifier("password_hash").always_active().no_password_set_at();
    let store = service.open(users).unwrap();
    assert_eq!(account(&store, "8").await.unwrap().status, AccountStatus::Active);
    let ask = SetStatus::disable(Some(demo::tenant()), AccountId::new("8").unwrap());
    let refused = store.set_status(&ask).await.unwrap_err().to_string();
    assert_eq!(refused, "the table users: must have a word for `disabled`, and its mapping names none");
    drop(store);
    let store = service.open(small()).unwrap();
    assert_eq!(account(&store, "8").await.unwrap().status, AccountStatus::Disabled);
    let enable = SetStatus::enable(Some(demo::tenant()), AccountId::new("8").unwrap());
    assert_eq!(store.set_status(&enable).await.unwrap(), Administered::Done);
    assert_eq!(service.number("SELECT is_active FROM users WHERE id = 8"), 1);
    let lock = SetStatus { status: AccountStatus::Locked, ..enable };
    assert!(matches!(store.set_status(&lock).await, Err(StoreError::UsersTable { .. })));
}
