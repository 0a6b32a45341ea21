//! Accounts in the store's own table: how they are made, and what the table's triggers do for writers of SQL.

use crate::{
    server::server,
    setting::{api, call, host, like, settings_at, store_of},
};
use authflow::{
    account::{Account, UserName},
    contact::{EmailAddress, Mobile},
    testkit::{Call, demo},
};
use authflow_postgres::Created;
use tokio_postgres::Client;

async fn revision(client: &Client, id: &str) -> i64 {
    client.query_one("SELECT revision FROM authflow.accounts WHERE id = $1", &[&id]).await.unwrap().get(0)
}

#[tokio::test]
async fn an_account_is_made_once_and_no_name_is_of_two() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let store = store_of(settings_at(&database.url(), demo::START), &[like("mona", 0)]).await;
    let create = async |account: Account| store.create_account(&account).await.unwrap();
    assert_eq!(create(like("mona", 0)).await, Created::IdTaken);
    assert_eq!(create(like("mona", 1)).await, Created::NameTaken, "her number is another one's");
    let other = Account { mobile: None, email: None, ..like("mona", 1) };
    let with = |name: &str| Account { user_name: UserName::new(name).ok(), ..other.clone() };
    assert_eq!(create(with("Ｍona-0")).await, Created::NameTaken);
    let email = EmailAddress::new("Mona@EXAMPLE.com").ok();
    assert_eq!(create(Account { email, ..with("mona-1") }).await, Created::NameTaken);
    assert_eq!(create(with("Mona-１")).await, Created::Done);
    let elsewhere = Account { tenant: None, ..like("mona", 0) };
    assert_eq!(create(elsewhere).await, Created::Done, "in another tenant it is nobody's");
}

/// The triggers draw and count for every statement, whoever wrote it.
#[tokio::test]
async fn revisions_are_drawn_and_counted_whoever_writes() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    store_of(settings_at(&database.url(), demo::START), &[]).await;
    let insert =
        "INSERT INTO authflow.accounts (id, user_name, revision) VALUES ('a', 'Ann', 1), ('b', 'Bob', 1)";
    client.batch_execute(insert).await.unwrap();
    let (mut expected, other) = (revision(&client, "a").await, revision(&client, "b").await);
    assert!(expected > 1 && other > 1 && expected != other, "drawn, whatever the statement says");
    let mut seen = vec![expected, other];
    for (assignment, counts) in [
        ("status = 'disabled'", true),
        ("status = 'disabled'", false),
        ("skips_used = 1", false),
        ("verifier = 'v', password_changed_at = 5", true),
        ("password_changed_at = 6", true),
        ("must_change = 'breached'", true),
        ("enrolled = 'otp'", true),
        ("factors_changed_at = 7", true),
        ("mobile = '+8613800000000'", true),
        ("email = 'A@example.com'", true),
        ("totp_sealed = '1:a:b'", true),
        ("totp_step = 7", false),
        ("profile = '{\"name\":\"A\"}'", false),
        ("user_name = 'anna'", false),
    ] {
        client
            .batch_execute(&format!("UPDATE authflow.accounts SET {assignment} WHERE id = 'a'"))
            .await
            .unwrap();
        expected = (expected + i64::from(counts)) & i64::MAX;
        assert_eq!(revision(&client, "a").await, expected, "{assignment}");
        assert_eq!(revision(&client, "b").await, other, "{assignment}");
        seen.push(expected);
    }
    for again in [
        "DELETE FROM authflow.accounts WHERE id = 'a'; INSERT INTO authflow.accounts (id, revision) VALUES ('a', 1)",
        "UPDATE authflow.accounts SET id = 'old' WHERE id = 'a'; UPDATE authflow.accounts SET id = 'a' WHERE id = 'b'",
        "UPDATE authflow.accounts SET id = 'c', status = 'locked' WHERE id = 'a';
            UPDATE authflow.accounts SET id = 'a', revision = 1 WHERE id = 'c'",
        "SET session_replication_role = replica; DELETE FROM authflow.accounts WHERE id = 'a';
            INSERT INTO authflow.accounts (id, revision) VALUES ('a', 1); RESET session_replication_role",
    ] {
        client.batch_execute(again).await.unwrap();
        let now = revision(&client, "a").await;
        assert!(now > 1 && !seen.contains(&now), "{again}");
        seen.push(now);
    }
    let set = "UPDATE authflow.accounts SET status = 'locked', revision = 77 WHERE id = 'a'";
    client.batch_execute(set).await.unwrap();
    assert_eq!(revision(&client, "a").await, 77, "one that is set is not counted besides");
    let last = "UPDATE authflow.accounts SET revision = 9223372036854775807 WHERE id = 'a';
        UPDATE authflow.accounts SET status = 'active' WHERE id = 'a'";
    client.batch_execute(last).await.unwrap();
    assert_eq!(revision(&client, "a").await, 0, "the largest is followed by 0");
}

#[tokio::test]
async fn names_in_ascii_get_their_keys_from_a_sql_prompt_and_others_are_refused() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    let store = store_of(settings_at(&database.url(), demo::START), &[]).await;
    let insert = format!(
        "INSERT INTO authflow.accounts (tenant, id, user_name, mobile, verifier, password_changed_at)
        VALUES ('{}', 'a', 'Ann', '+86-139 0000 0000', '{}', {})",
        demo::TENANT,
        demo::PASSWORD,
        i64::from(demo::START.minus_seconds(demo::DAY))
    );
    client.batch_execute(&insert).await.unwrap();
    let (api, host) = (api(), host(store));
    let login = async |name: &str| call(&api, &host, &Call::login(name, demo::PASSWORD)).await.status;
    assert_eq!(login("ANN").await, 200);
    let mobile = client.query_one("SELECT mobile_key FROM authflow.accounts", &[]).await.unwrap();
    assert_eq!(mobile.get::<_, &str>(0), "+8613900000000");
    client.batch_execute("UPDATE authflow.accounts SET user_name = 'Bea' WHERE id = 'a'").await.unwrap();
    assert_eq!((login("bea").await, login("ann").await), (200, 400));
    for refused in [
        "user_name = 'Zoë'",
        "user_name = 'a b'",
        "user_name = 'a@b'",
        "user_name = '+8613900'",
        "mobile = '139 0000'",
        "mobile = '+86'",
        "email = 'a'",
        "email = 'zoë@example.com'",
    ] {
        let sql = format!("UPDATE authflow.accounts SET {refused} WHERE id = 'a'");
        assert!(client.batch_execute(&sql).await.is_err(), "{refused}");
    }
}

/// SQL and the library spell names alike.
#[tokio::test]
async fn the_keys_that_sql_makes_are_the_librarys() {
    let Some(server) = server() else { return };
    let database = server.database().await;
    let client = database.client().await;
    store_of(settings_at(&database.url(), demo::START), &[]).await;
    let of = async |function: &str, text: &str| {
        let sql = format!("SELECT authflow.{function}($1)");
        client.query_one(&sql, &[&text]).await.unwrap().get::<_, Option<String>>(0)
    };
    let printable: String = ('!'..='~').collect();
    let mut texts =
        vec![printable, "x".repeat(256), "x".repeat(257), "Iı".into(), "a\u{a0}".into(), "ﬀ".into()];
    for text in [
        "Ann",
        "a.b-c_d",
        "42",
        "4242",
        "42424",
        "+42",
        "A@",
        "@a",
        "a@b",
        "a@b@c",
        "A@B.Example",
        ".a@b.c",
        "a@-b",
        "a b@c",
        "a@[1.2.3.4]",
        "",
        " a",
        "a ",
        "+8613900000000",
        "+86 139-0000 0000",
        "+1-",
        "+012345",
        "+123456789012345",
        "+1234567890123456",
        "86139000000",
        "+12345",
        "+1 2 3 4 5",
        "+1(234)56789",
        "\"a@b\"@c.d",
        "a@b_c.d",
        "a@b.c.",
    ] {
        texts.push(text.into());
    }
    for text in &texts {
        if let Some(key) = of("user_name_key", text).await {
            assert_eq!(UserName::for_new_account(text).unwrap().normalised(), key, "{text}");
        }
        if let Some(key) = of("mobile_key", text).await {
            let mobile = Mobile::new(text).unwrap();
            assert!(mobile.is_international() && mobile.normalised() == key, "{text}");
        }
        if let Some(key) = of("email_key", text).await {
            assert_eq!(EmailAddress::new(text).unwrap().normalised(), key, "{text}");
        }
    }
    for (function, text) in
        [("user_name_key", "Ann"), ("mobile_key", "+86 139-0000 0000"), ("email_key", "A@B.Example")]
    {
        assert!(of(function, text).await.is_some());
    }
}
