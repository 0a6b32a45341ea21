use super::*;
use crate::{schema::as_of_version, testing::migrate};

type Keys = (String, Option<String>, Option<String>);

/// A database of a version in which names had no keys, with these accounts: id, user name, mobile, e-mail address.
fn before(accounts: &[(&str, &str, Option<&str>, Option<&str>)]) -> Connection {
    let connection = Connection::open_in_memory().unwrap();
    as_of_version(&connection, 9);
    for (id, user_name, mobile, email) in accounts {
        let sql = "INSERT INTO accounts (tenant, id, user_name, mobile, email) VALUES ('', ?1, ?2, ?3, ?4)";
        connection.execute(sql, params![id, user_name, mobile, email]).unwrap();
    }
    connection
}

fn keys(connection: &Connection, id: &str) -> Keys {
    let sql = "SELECT user_name_key, mobile_key, email_key FROM authflow_accounts WHERE id = ?1";
    connection.query_row(sql, [id], |row| Ok((row.get(0)?, row.get(1)?, row.get(2)?))).unwrap()
}

fn of(user_name: &str, mobile: Option<&str>, email: Option<&str>) -> Keys {
    (user_name.into(), mobile.map(Into::into), email.map(Into::into))
}

#[test]
fn a_migration_makes_the_keys_of_all_who_exist_however_odd_their_names() {
    let mut connection = before(&[
        ("a", "Bob", Some("+86-138 0000 0000"), Some("Éve@example.com")),
        ("b", "guybrush threepwood", Some("13800000001"), None),
        ("c", "jose\u{301}", None, None),
        // The user name of this account is the account's number in another spelling.
        ("d", "+8613800000003", Some("+86-13800000003"), Some("D@example.com")),
    ]);
    let revision = |connection: &Connection, table: &str| {
        let sql = format!("SELECT sum(revision % 1000) FROM {table}");
        connection.query_row(&sql, [], |row| row.get::<_, i64>(0)).unwrap()
    };
    let revisions = revision(&connection, "accounts");
    migrate(&mut connection).unwrap();
    assert_eq!(keys(&connection, "a"), of("bob", Some("+8613800000000"), Some("éve@example.com")));
    assert_eq!(
        keys(&connection, "b"),
        of("guybrush threepwood", None, None),
        "a number without a country is nobody's"
    );
    assert_eq!(keys(&connection, "c"), of("josé", None, None));
    assert_eq!(keys(&connection, "d"), of("+8613800000003", Some("+8613800000003"), Some("d@example.com")));
    assert_eq!(revision(&connection, "authflow_accounts"), revisions, "no session ends");
    let form = connection.query_row("SELECT form FROM authflow_spelling", [], |row| row.get::<_, u32>(0));
    assert_eq!(form, Ok(FORM));
}

#[test]
fn a_migration_stops_at_names_of_two_accounts_and_picks_none() {
    for (one, other) in [
        (("a", "Bob", None, None), ("b", "bob", None, None)),
        (("a", "jos\u{e9}", None, None), ("b", "jose\u{301}", None, None)),
        (("a", "a", None, Some("Éve@example.com")), ("b", "b", None, Some("éve@example.com"))),
        (("a", "+8613800000003", None, None), ("b", "b", Some("+86-13800000003"), None)),
        (("a", "b@example.com", None, None), ("b", "b", None, Some("B@example.com"))),
    ] {
        let mut connection = before(&[one, other]);
        let Err(StoreError::Names(told)) = migrate(&mut connection) else { panic!("{one:?}") };
        assert!(told.ends_with("is of 2 a b"), "{told}");
        let version = connection.query_row("PRAGMA user_version", [], |row| row.get::<_, u32>(0));
        assert_eq!(version, Ok(9), "nothing was changed");
    }
}

#[test]
fn keys_of_another_version_of_the_spelling_are_made_anew() {
    let mut connection = before(&[("a", "Bob", None, None)]);
    migrate(&mut connection).unwrap();
    connection
        .execute_batch(
            "UPDATE authflow_accounts SET user_name_key = 'another'; UPDATE authflow_spelling SET form = 99",
        )
        .unwrap();
    migrate(&mut connection).unwrap();
    assert_eq!(keys(&connection, "a"), of("bob", None, None));
}

#[test]
fn from_a_sql_prompt_names_in_ascii_get_their_keys_and_others_are_refused() {
    let mut connection = before(&[]);
    migrate(&mut connection).unwrap();
    let insert = |id: &str, user_name: &str, mobile: Option<&str>, email: Option<&str>| {
        let sql = "INSERT INTO authflow_accounts (tenant, id, user_name, mobile, email) VALUES ('', ?1, ?2, ?3, ?4)";
        connection.execute(sql, params![id, user_name, mobile, email])
    };
    insert("a", "Bob ", Some("+86-138 0000 0000"), Some("Bob@Example.com")).unwrap();
    assert_eq!(keys(&connection, "a"), of("bob", Some("+8613800000000"), Some("bob@example.com")));
    for (user_name, mobile, email) in [
        ("bob", None, None),
        ("Éve", None, None),
        ("guybrush threepwood", None, None),
        ("", None, None),
        ("+86-13800000003", None, None),
        ("13800000003", None, None),
        ("x@example.com", None, None),
        ("x", Some("13800000003"), None),
        ("x", Some("+86 (138) 00000003"), None),
        ("x", Some("+123"), None),
        ("x", Some("+86 13800000000"), None),
        ("x", None, Some("éve@example.com")),
        ("x", None, Some("example.com")),
        ("x", None, Some("BOB@example.com")),
    ] {
        assert!(insert("x", user_name, mobile, email).is_err(), "{user_name} {mobile:?} {email:?}");
    }
    insert("b", "eve", None, None).unwrap();
    let update = |assignment: &str| {
        connection.execute(&format!("UPDATE authflow_accounts SET {assignment} WHERE id = 'b'"), [])
    };
    for assignment in [
        "user_name = 'BOB'",
        "user_name = 'Éve'",
        "mobile = '138 0000 0003'",
        "email = 'Éve@example.com'",
        "email = 'bob@EXAMPLE.com'",
    ] {
        assert!(update(assignment).is_err(), "{assignment}");
    }
    update("user_name = 'Eve', mobile = '+86-13800000003', email = 'Eve@example.com'").unwrap();
    assert_eq!(keys(&connection, "b"), of("eve", Some("+8613800000003"), Some("eve@example.com")));
    update("mobile = NULL, email = NULL").unwrap();
    assert_eq!(keys(&connection, "b"), of("eve", None, None));
}
