//! Tokens and sessions belong to one account, and not to a later one under its id.

use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, Reply, World},
};
use serde_json::{Value, json};

const WORLD: World = World::Ordinary;
const ALICE: &str = "tenant = '' AND id = 'demo-alice'";

fn alice(server: &Server) -> Reply {
    let granted = Call::login(WORLD, "alice", PASSWORD).send(server);
    assert!(granted.is_success(), "{granted:?}");
    granted
}

fn check(granted: &Reply, server: &Server) -> Reply {
    Call::check(WORLD, &granted.text("id_token")).send(server)
}

/// An import script writes whole rows. SQLite then deletes the old row, and fires no trigger of an update.
#[test]
fn finding_04_a_replaced_row_revives_no_session() {
    let home = Home::new();
    let server = home.start();
    let granted = alice(&server);
    for status in ["disabled", "active"] {
        assert_eq!(
            home.execute(&format!("UPDATE authflow_accounts SET status = '{status}' WHERE {ALICE}")),
            1
        );
    }
    check(&granted, &server).assert_id_token_refused();

    home.execute(&format!(
        "INSERT OR REPLACE INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at)
         SELECT tenant, id, user_name, verifier, password_changed_at FROM authflow_accounts WHERE {ALICE}"
    ));
    assert_ne!(check(&granted, &server).status, 200, "finding 4: a revoked session lives again");
}

/// The newcomer has no password yet. An attacker who had the id before would set the first one.
#[test]
fn finding_04_an_account_under_an_old_id_is_not_its_old_owners() {
    let home = Home::new();
    let server = home.start();
    let granted = alice(&server);
    assert_eq!(home.execute(&format!("DELETE FROM authflow_accounts WHERE {ALICE}")), 1);
    let newcomer =
        "INSERT INTO authflow_accounts (tenant, id, user_name) VALUES ('', 'demo-alice', 'newcomer')";
    assert_eq!(home.execute(newcomer), 1);

    let body = json!({ "new_password": "Battery-Staple-8" });
    let bearer = format!("Bearer {}", granted.text("id_token"));
    let call = Call::post(WORLD, "/api/v2/sdk/pwd/change", &body).with("Authorization", &bearer);
    assert_ne!(call.send(&server).status, 200, "finding 4: who had the id before takes the new account over");
}

#[test]
fn kind_10_no_token_outlives_its_account() {
    let home = Home::new();
    let server = home.start();
    let granted = alice(&server);
    let kept = format!(
        "CREATE TABLE kept AS SELECT verifier, password_changed_at FROM authflow_accounts WHERE {ALICE}"
    );
    home.execute(&kept);
    assert_eq!(home.execute(&format!("DELETE FROM authflow_accounts WHERE {ALICE}")), 1);
    let again = "INSERT INTO authflow_accounts (tenant, id, user_name, verifier, password_changed_at)
        SELECT '', 'demo-alice', 'somebody-else', verifier, password_changed_at FROM kept";
    assert_eq!(home.execute(again), 1);

    let refresh = Call::post(WORLD, "/api/v2/sdk/sso/session-token/id-token", &Value::Null)
        .with("X-session-token", &granted.text("session_token"));
    let answers = [check(&granted, &server).status, refresh.send(&server).status];
    assert!(!answers.contains(&200), "kind 10: tokens of a deleted account are another one's: {answers:?}");
}
