//! Names, numbers and addresses of the reference store: each belongs to one account, and each signs in.
//!
//! A row may work, or the database may refuse it. Either is good.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, World},
};
use authflow::contact::EmailAddress;
use serde_json::json;

const WORLD: World = World::Ordinary;

/// Whether the database takes the statement.
fn takes(home: &Home, sql: &str) -> bool {
    home.database().execute(sql, []).is_ok()
}

/// Signs in by any name of an account. Victor's password has expired, and no other account's has.
fn status_by_any_name(home: &Home, name: &str) -> serde_json::Value {
    let server = home.start();
    let body = json!({ "user_name": name, "password": PASSWORD });
    let reply = Call::post(WORLD, "/api/v2/sdk/login/auth", &body).send(&server);
    reply.json()["status"].clone()
}

#[test]
fn finding_20_a_user_name_is_nobody_elses_number() {
    let home = Home::new();
    home.start().stop();
    takes(
        &home,
        "INSERT INTO authflow_accounts (tenant, id, user_name) VALUES ('', 'thief', '+8613800000003')",
    );
    let status = status_by_any_name(&home, "+86-13800000003");
    assert_eq!(status, "PASSWORD_EXPIRED", "with a dash, it is no user name");
    let status = status_by_any_name(&home, "+8613800000003");
    assert_eq!(status, "PASSWORD_EXPIRED", "finding 20: a user name has taken a number over");
}

#[test]
fn kind_22_a_user_name_is_nobody_elses_address() {
    let home = Home::new();
    home.start().stop();
    takes(
        &home,
        "INSERT INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at)
         SELECT '', 'thief', 'victor@example.com', verifier, password_changed_at
         FROM authflow_accounts WHERE tenant = '' AND id = 'demo-alice'",
    );
    let status = status_by_any_name(&home, "victor@example.com");
    assert_eq!(status, "PASSWORD_EXPIRED", "kind 22: who owns the address is in another one's login");
}

/// This is also finding 20 of the review.
#[test]
fn from_outside_3_every_name_that_is_stored_signs_in() {
    let home = Home::new();
    let server = home.start();
    let mut shut_out = Vec::new();
    for (at, name) in ["Bob", "carol ", "Éve"].into_iter().enumerate() {
        let sql = format!(
            "INSERT INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at)
             SELECT '', 'new-{at}', '{name}', verifier, password_changed_at
             FROM authflow_accounts WHERE tenant = '' AND id = 'demo-alice'"
        );
        let signs_in = || Call::login(WORLD, name, PASSWORD).send(&server).is_success();
        if takes(&home, &sql) && !signs_in() {
            shut_out.push(name);
        }
    }
    assert!(shut_out.is_empty(), "from outside 3: names that are stored and never sign in: {shut_out:?}");
}

/// SQLite's `lower()` knows only ASCII.
#[test]
fn finding_20_an_address_is_one_accounts_in_every_case_of_its_letters() {
    let [upper, lower] = ["Éve@example.com", "éve@example.com"];
    assert_eq!(EmailAddress::new(upper).unwrap(), EmailAddress::new(lower).unwrap());
    let home = Home::new();
    home.start().stop();
    let set = |address: &str, id: &str| {
        takes(
            &home,
            &format!("UPDATE authflow_accounts SET email = '{address}' WHERE tenant = '' AND id = '{id}'"),
        )
    };
    let both = set(upper, "demo-alice") && set(lower, "demo-erin");
    assert!(!both, "finding 20: one address is two accounts'");
    assert!(set("Ann@example.com", "demo-alice"), "in ASCII anybody may write one");
    assert!(!set("ann@EXAMPLE.com", "demo-erin"), "finding 20: one address is two accounts'");
}
