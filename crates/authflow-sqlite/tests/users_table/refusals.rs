//! A table that cannot keep accounts is refused when the store is opened, and nothing is changed.

use crate::people::{SMALL, Service, small};
use authflow::{AccountId, account::AccountStatus};
use authflow_sqlite::{IntoAccounts, OwnAccounts, UsersTable};

fn refused(service: &Service, accounts: impl IntoAccounts) -> String {
    let before = service.number("SELECT count(*) FROM sqlite_schema");
    let error = service.open(accounts).unwrap_err();
    assert_eq!(service.number("SELECT count(*) FROM sqlite_schema"), before, "nothing was changed");
    error.to_string()
}

#[test]
fn a_column_that_is_not_there_is_named() {
    let service = Service::with(SMALL);
    let named = |id: &str,
                 tenant: &str,
                 name: [&str; 3],
                 verifier: &str,
                 status: &str,
                 set_at: &str,
                 profile: &str| {
        let [user_name, email, mobile] = name;
        UsersTable::named("users")
            .id(id)
            .tenant(tenant)
            .user_name(user_name)
            .email(email)
            .mobile(mobile)
            .verifier(verifier)
            .status(status, [("1", AccountStatus::Active)])
            .password_set_at(set_at)
            .profile(profile)
    };
    let id = "id";
    for (users, told) in [
        (named("nr", id, [id; 3], id, id, id, id), r#""nr" for id"#),
        (named(id, "org", [id; 3], id, id, id, id), r#""org" for tenant"#),
        (named(id, id, ["login", id, id], id, id, id, id), r#""login" for user_name"#),
        (named(id, id, [id, "mail", id], id, id, id, id), r#""mail" for email"#),
        (named(id, id, [id, id, "phone"], id, id, id, id), r#""phone" for mobile"#),
        (named(id, id, [id; 3], "hash", id, id, id), r#""hash" for verifier"#),
        (named(id, id, [id; 3], id, "state", id, id), r#""state" for status"#),
        (named(id, id, [id; 3], id, id, "set", id), r#""set" for password_set_at"#),
        (named(id, id, [id; 3], id, id, id, r#"a" OR 1=1 --"#), r#""a"" OR 1=1 --" for profile"#),
        (named("a", id, [id; 3], "b", id, id, id), r#""a" for id and a column "b" for verifier"#),
    ] {
        assert_eq!(
            refused(&service, users),
            format!("the table users: must have a column {told}, and has none")
        );
    }
}

#[test]
fn what_is_no_table_of_accounts_is_refused() {
    let table = |name: &str| {
        UsersTable::named(name)
            .id("id")
            .tenant_is(None)
            .no_user_name()
            .no_email()
            .no_mobile()
            .verifier("hash")
            .always_active()
            .no_password_set_at()
    };
    for (made, name, told) in [
        ("", "users", "must be there, and is not"),
        ("", "users'; DROP TABLE x", "must be there, and is not"),
        ("CREATE VIEW users AS SELECT 1 AS id, '' AS hash", "users", "must be there, and is not"),
        (
            "CREATE TABLE users (id TEXT, hash TEXT)",
            "users",
            r#"the column "id" for id must be unique, by itself or with the tenant"#,
        ),
        (
            "CREATE TABLE users (id TEXT, hash TEXT); CREATE UNIQUE INDEX some ON users (id) WHERE hash = ''",
            "users",
            r#"the column "id" for id must be unique, by itself or with the tenant"#,
        ),
        (
            "CREATE TABLE users (id TEXT, org TEXT, hash TEXT, UNIQUE (id, org))",
            "users",
            r#"the column "id" for id must be unique, by itself or with the tenant"#,
        ),
        (
            "CREATE TABLE users (id BLOB PRIMARY KEY, hash TEXT)",
            "users",
            r#"the column "id" for id must be declared as text or integers"#,
        ),
        (
            "CREATE TABLE users (id TEXT PRIMARY KEY, hash TEXT); INSERT INTO users VALUES (x'01', '')",
            "users",
            r#"the column "id" for id must hold texts or integers, and holds blob"#,
        ),
        (
            "",
            "Authflow_accounts",
            "must be a table of yours: names that begin with authflow_ are the store's",
        ),
    ] {
        let service = Service::with(made);
        assert_eq!(refused(&service, table(name)), format!("the table {name}: {told}"), "{made}");
    }
}

#[test]
fn a_schema_is_none_of_sqlites() {
    let service = Service::with(SMALL);
    let users = UsersTable::in_schema("crm", "users").id("id").tenant_is(None).no_user_name().email("email");
    let users = users.no_mobile().verifier("password_hash").always_active().no_password_set_at();
    let told = "the table crm.users: must be named without a schema: it is in the store's database";
    assert_eq!(refused(&service, users), told);
}

#[test]
fn each_word_of_a_status_is_there_once() {
    let service = Service::with(SMALL);
    let words = |words: &'static [(&str, AccountStatus)]| {
        let users =
            UsersTable::named("users").id("id").tenant_is(None).no_user_name().email("email").no_mobile();
        users.verifier("password_hash").status("is_active", words.iter().copied()).no_password_set_at()
    };
    let told = "the table users: must have a status for each of some words, and each word once";
    assert_eq!(refused(&service, words(&[])), told);
    let twice = &[("1", AccountStatus::Active), ("1", AccountStatus::Locked)];
    assert_eq!(refused(&service, words(twice)), told);
}

#[tokio::test]
async fn one_database_has_one_table_of_accounts() {
    let service = Service::with(SMALL);
    drop(service.open(small()).unwrap());
    service.execute("CREATE TABLE customers (id INTEGER PRIMARY KEY, hash TEXT)");
    let customers = UsersTable::named("customers").id("id").tenant_is(None).no_user_name().no_email();
    let customers = customers.no_mobile().verifier("hash").always_active().no_password_set_at();
    let told = r#"the table customers: must be the only one in its database, and "users" is one"#;
    assert_eq!(refused(&service, customers.clone()), told);

    let service = Service::with(SMALL);
    let own = service.open(OwnAccounts).unwrap();
    drop(own);
    service.execute("INSERT INTO authflow_accounts (tenant, id, user_name) VALUES ('', '7', 'somebody')");
    let told =
        "the table users: must be the only accounts in its database, and there are some in authflow_accounts";
    assert_eq!(refused(&service, small()), told);
}

/// NULL differs from NULL, so under an index over tenant and id, two rows without a tenant can have one id.
#[tokio::test]
async fn an_id_is_unique_also_where_there_is_no_tenant() {
    let users = || {
        let users =
            UsersTable::named("users").id("id").tenant("org").no_user_name().email("email").no_mobile();
        users.verifier("hash").always_active().no_password_set_at()
    };
    for made in ["UNIQUE (org, id)", "PRIMARY KEY (org, id)"] {
        let service = Service::with(&format!(
            "CREATE TABLE users (id TEXT NOT NULL, org TEXT, email TEXT, hash TEXT, {made})"
        ));
        let told = r#"the table users: the column "org" for tenant must be NOT NULL ('' is none), or the column "id" for id unique by itself"#;
        assert_eq!(refused(&service, users()), told);
    }
    for (made, none) in [
        ("(id TEXT NOT NULL, org TEXT NOT NULL, email TEXT, hash TEXT, UNIQUE (org, id))", "''"),
        ("(id TEXT, org TEXT, email TEXT, hash TEXT, PRIMARY KEY (id, org)) WITHOUT ROWID", "''"),
        ("(id TEXT UNIQUE, org TEXT, email TEXT, hash TEXT)", "''"),
        ("(id TEXT UNIQUE, org TEXT, email TEXT, hash TEXT)", "NULL"),
    ] {
        let service = Service::with(&format!("CREATE TABLE users {made}"));
        let store = service.open(users()).unwrap();
        let insert = format!("INSERT INTO users VALUES ('1', {none}, 'erin@example.com', 'erins')");
        service.execute(&insert);
        let found = store.account(None, AccountId::new("1").unwrap()).await.unwrap();
        assert!(found.is_some(), "{made} {none}");
        assert!(service.connection.execute(&insert, []).is_err(), "{made} {none}");
    }
}
