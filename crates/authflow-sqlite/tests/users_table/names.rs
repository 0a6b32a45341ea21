//! The account that each name finds.

use crate::{
    login::sign_in,
    people::{SMALL, Service, small},
};
use authflow_sqlite::StoreError;

#[tokio::test]
async fn a_name_is_found_in_every_spelling_as_soon_as_it_is_written() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute("INSERT INTO users VALUES (9, 'Éve@Example.com', 'Correct-Horse-7', 1)");
    assert_eq!(sign_in(&store, "éve@example.com").await.0, 200);
    service.execute("UPDATE users SET email = 'new@example.com' WHERE id = 9");
    assert_ne!(sign_in(&store, "éve@example.com").await.0, 200, "the earlier one");
    assert_eq!(sign_in(&store, "New@example.com").await.0, 200);
    // There are more names than the store spells at once. The last name is spelled last.
    service.execute(
        "WITH RECURSIVE numbers (number) AS (SELECT 10 UNION ALL SELECT number + 1 FROM numbers WHERE number < 609)
        INSERT INTO users SELECT number, 'n' || number || '@example.com', 'Correct-Horse-7', 1 FROM numbers",
    );
    let unspelled = "SELECT count(*) FROM authflow_side_accounts WHERE is_spelled = 0";
    for left in [344, 88, 0] {
        sign_in(&store, "nobody@example.com").await;
        assert_eq!(service.number(unspelled), left);
    }
    assert_eq!(sign_in(&store, "n609@example.com").await.0, 200);
}

#[tokio::test]
async fn a_name_of_two_is_nobodys() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute("INSERT INTO users VALUES (9, 'ERIN@example.com', 'Correct-Horse-7', 1)");
    assert_ne!(sign_in(&store, "erin@example.com").await.0, 200);
    drop(store);
    // The names were spelled while the store was open. With another version of the spelling, all are spelled again.
    service.execute("UPDATE authflow_spelling SET form = 0");
    let Err(StoreError::Names(told)) = service.open(small()) else { panic!("it was opened") };
    assert!(told == "one is of 7, 9" || told == "one is of 9, 7", "{told}");
    let form = service.number("SELECT form FROM authflow_spelling");
    assert_eq!(form, 0, "nothing was changed");
}

#[tokio::test]
async fn a_row_without_a_name_or_a_password_is_no_error() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute(
        "INSERT INTO users VALUES (9, '', NULL, 1), (10, '', '', 1), (11, 'not an address', 'x', 1)",
    );
    assert_eq!(sign_in(&store, "erin@example.com").await.0, 200);
    drop(store);
    assert!(service.open(small()).is_ok());
}

/// SQLite accepts a text that is not UTF-8, in a name and in an id.
#[tokio::test]
async fn a_name_that_is_no_text_is_nobodys_and_no_error_of_others() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    assert_eq!(sign_in(&store, "erin@example.com").await.0, 200);
    service.execute("INSERT INTO users VALUES (9, CAST(x'ff40782e79' AS TEXT), 'x', 1)");
    assert_eq!(sign_in(&store, "erin@example.com").await.0, 200, "everybody is out");
    service.execute(
        "CREATE TABLE others (id TEXT PRIMARY KEY, email TEXT, password_hash TEXT, is_active BOOLEAN);
        INSERT INTO others SELECT * FROM users; INSERT INTO others VALUES (CAST(x'ff' AS TEXT), 'ff@example.com', 'x', 1);
        INSERT INTO others VALUES ('', 'nobody@example.com', 'x', 1);
        DROP TABLE users; ALTER TABLE others RENAME TO users",
    );
    drop(store);
    let store = service.open(small()).unwrap();
    assert_eq!(sign_in(&store, "erin@example.com").await.0, 200);
    assert_eq!(service.number("SELECT count(*) FROM authflow_side_accounts WHERE is_spelled = 0"), 0);
    assert_ne!(sign_in(&store, "ff@example.com").await.0, 200);
}
