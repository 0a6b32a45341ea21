//! Whole logins: what ends a session, and what does not.

use crate::people::{SMALL, Service, SmallStore, small};
use authflow::{
    AccountId, Moment,
    account::{Account, AccountStatus},
    factor::TotpSecret,
    parts::{AllowAll, NoCourier, NoSigner, Parts},
    sealing::Owner,
    testkit::{Call, PlainHasher, World, demo},
};
use authflow_sqlite::UsersTable;
use serde_json::{Value, json};
use std::error::Error;

/// The status that is answered over the wire, and the body.
async fn send(store: &SmallStore, call: &Call) -> (u16, Value) {
    let host = Parts {
        store: store.clone(),
        hasher: PlainHasher,
        rules: AllowAll,
        courier: NoCourier,
        signer: NoSigner,
        log: |question: &'static str, error: &dyn Error| eprintln!("{question}: {error}"),
    };
    let reply = World::new().api.serve(&call.request(), Moment::now().unwrap(), &host).await;
    (reply.status(), serde_json::from_slice(reply.body()).unwrap_or_default())
}

pub(crate) async fn sign_in(store: &SmallStore, name: &str) -> (u16, Value) {
    let body = json!({ "user_name": name, "password": demo::PASSWORD });
    send(store, &Call::post("/api/v2/sdk/login/auth", &body)).await
}

async fn lives(store: &SmallStore, signed_in: &Value) -> bool {
    send(store, &Call::check_exist(signed_in["id_token"].as_str().unwrap())).await.0 == 200
}

fn id(text: &str) -> AccountId {
    AccountId::new(text).unwrap()
}

async fn erin(store: &SmallStore) -> Account {
    store.account(Some(demo::tenant()), id("7")).await.unwrap().unwrap()
}

#[tokio::test]
async fn who_has_a_row_signs_in_and_who_is_switched_off_does_not() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    assert_eq!(sign_in(&store, "erin@EXAMPLE.com").await.0, 200);
    assert_ne!(sign_in(&store, "dora@example.com").await.0, 200);
    assert_ne!(sign_in(&store, "nobody@example.com").await.0, 200);
    service.execute("UPDATE users SET is_active = 1 WHERE id = 8");
    assert_eq!(sign_in(&store, "dora@example.com").await.0, 200);
    service.execute("UPDATE users SET is_active = 2 WHERE id = 8");
    assert_ne!(sign_in(&store, "dora@example.com").await.0, 200, "a word that nobody has explained");
}

/// The mapping of the package's README and of the guide.
#[tokio::test]
async fn a_table_whose_states_are_words_and_that_has_no_tenants_is_read() {
    let service = Service::with(
        "CREATE TABLE users (id INTEGER PRIMARY KEY, email TEXT, password_hash TEXT, state TEXT);
        INSERT INTO users VALUES (7, 'erin@example.com', 'x', 'active'), (8, 'dora@example.com', 'x', 'banned');",
    );
    let users = UsersTable::named("users")
        .id("id")
        .tenant_is(None)
        .no_user_name()
        .email("email")
        .no_mobile()
        .verifier("password_hash")
        .status("state", [("active", AccountStatus::Active), ("banned", AccountStatus::Locked)])
        .no_password_set_at();
    let store = service.open(users).unwrap();
    for (row, status) in [("7", AccountStatus::Active), ("8", AccountStatus::Locked)] {
        assert_eq!(store.account(None, id(row)).await.unwrap().unwrap().status, status);
    }
}

#[tokio::test]
async fn a_first_login_hashes_the_old_verifier_anew_and_ends_no_session() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let (_, before) = sign_in(&store, "erin@example.com").await;
    // The row is set as an operation in the store's own way would leave it.
    let revision = "SELECT revision FROM authflow_side_accounts WHERE id = '7'";
    let was = service.number(revision);
    service.execute(&format!(
        "UPDATE users SET password_hash = 'outdated:Correct-Horse-7' WHERE id = 7;
        UPDATE authflow_side_accounts SET revision = {was}, skips_used = 2, password_changed_at = password_changed_at - 60 WHERE id = '7'"
    ));
    assert!(lives(&store, &before).await);
    let changed_at = service.number("SELECT password_changed_at FROM authflow_side_accounts WHERE id = '7'");
    let (status, signed_in) = sign_in(&store, "erin@example.com").await;
    assert_eq!(status, 200);
    assert_eq!(service.text("SELECT password_hash FROM users WHERE id = 7"), demo::PASSWORD);
    assert_eq!(service.number(revision), was);
    let password = erin(&store).await.password.unwrap();
    assert_eq!((password.skips_used, i64::from(password.changed_at)), (2, changed_at));
    assert_eq!(password.form.as_str(), "canonical");
    assert!(lives(&store, &before).await && lives(&store, &signed_in).await);
}

#[tokio::test]
async fn what_an_earlier_key_has_sealed_is_sealed_anew_and_ends_no_session() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    let owner = Owner { tenant: Some(demo::tenant()), account: id("7") };
    let secret = TotpSecret::new(*demo::TOTP_SECRET).unwrap();
    let sealed = secret.seal(&demo::earlier_sealing_keys(), owner, &Moment::now().unwrap());
    let sql = "UPDATE authflow_side_accounts SET totp_sealed = ?1 WHERE id = '7'";
    service.connection.execute(sql, [sealed.as_str()]).unwrap();
    let (_, signed_in) = sign_in(&store, "erin@example.com").await;
    let before = erin(&store).await.revision;
    drop(store);
    let store = service.open(small()).unwrap();
    let after = erin(&store).await;
    assert_ne!(after.totp.unwrap().secret().as_str(), sealed.as_str());
    assert_eq!(after.revision, before);
    assert!(lives(&store, &signed_in).await);
}

#[tokio::test]
async fn what_the_service_itself_changes_ends_sessions() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    for (changed, ends) in [
        ("password_hash = password_hash", false),
        ("id = id", false),
        ("is_active = true", false),
        ("password_hash = 'a new one'; UPDATE users SET password_hash = 'Correct-Horse-7'", true),
        ("email = 'erin@example.org'; UPDATE users SET email = 'erin@example.com'", true),
        ("is_active = 0; UPDATE users SET is_active = 1", true),
        ("id = 9; UPDATE users SET id = 7", true),
    ] {
        let (status, signed_in) = sign_in(&store, "erin@example.com").await;
        assert_eq!(status, 200, "{changed}");
        assert!(lives(&store, &signed_in).await);
        service.execute("DELETE FROM users WHERE id = 8");
        service.execute(&format!("UPDATE users SET {changed}"));
        assert_eq!(lives(&store, &signed_in).await, !ends, "{changed}");
    }
}

#[tokio::test]
async fn a_password_that_the_service_sets_clears_what_was_of_the_one_before() {
    let service = Service::with(SMALL);
    let store = service.open(small()).unwrap();
    service.execute(
        "UPDATE authflow_side_accounts SET skips_used = 2, must_change = 'breached', password_form = 'canonical',
            password_changed_at = 77;
        UPDATE users SET password_hash = 'another'",
    );
    let password = erin(&store).await.password.unwrap();
    assert_eq!((password.skips_used, password.must_change), (0, None));
    assert_eq!(password.form.as_str(), "as_typed");
    assert!(password.changed_at.as_unix() > 77);
}
