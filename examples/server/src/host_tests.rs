//! The effects of the hasher and the rules on a request.

use super::*;
use crate::{clock::Clock, demo, http::LONGEST_CALL, operations::Metrics};
use authflow::{
    Applications, Config, Engine, Moment, Secret,
    facade::Request,
    parts::Hasher as _,
    sdk::Api,
    testkit,
    token::{Issuer, Key, KeyRing},
};
use authflow_argon2::Argon2id;
use authflow_sqlite::{Place, Settings, SqliteStore};
use rusqlite::Connection;
use std::time::Duration;
use tempfile::TempDir;

/// A host on a file, and a second connection to the file, like a SQL prompt's.
struct Demonstrated {
    host: ServerHost,
    database: Connection,
    folder: TempDir,
}

async fn demonstrated() -> Demonstrated {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("authflow.db");
    let (clock, sealing_keys) = (Clock::system(), testkit::demo::sealing_keys());
    let settings = Settings::new(Place::File(path.clone()), sealing_keys.clone(), Moment::now);
    let store = Store::Sqlite(SqliteStore::open(&settings).unwrap());
    let hasher = Argon2Hasher::new(Argon2id::OWASP_MINIMUM, []).unwrap();
    demo::seed(&store, &hasher, &sealing_keys, clock).await.unwrap();
    let host = ServerHost {
        store,
        hasher,
        rules: Blocklist::new(["Acme"], ServerRules::default()),
        courier: None,
        signer: ServerKeys::default(),
        log: ServerLog { outbox: None, metrics: Metrics::new(), audit: None },
    };
    Demonstrated { host, database: Connection::open(path).unwrap(), folder }
}

/// A call of an ordinary application.
async fn call(host: &ServerHost, path: &str, bearer: Option<&str>, body: &str) -> (u16, serde_json::Value) {
    let ring = KeyRing::new(Key::without_id(authflow::testkit::demo::secret(7)).unwrap());
    let applications = Applications::Fixed(demo::applications().unwrap().into());
    let config = Config::new(Issuer::new("https://authflow.example").unwrap(), ring, applications);
    let mut headers = vec![
        ("X-operating-sys-version", "Android 10".to_owned()),
        ("X-device-fingerprint", "156aysdna213sac".to_owned()),
        ("X-agent", "test".to_owned()),
        ("X-client-id", demo::ORDINARY_CLIENT_ID.to_owned()),
        ("Content-Type", "application/json".to_owned()),
    ];
    headers.extend(bearer.map(|token| ("Authorization", format!("Bearer {token}"))));
    let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
    let api = Api::new(Engine::new(config).unwrap());
    let reply = api.serve(&request, Clock::system().moment().unwrap(), host).await;
    (reply.status(), serde_json::from_slice(reply.body()).unwrap_or_default())
}

async fn login(host: &ServerHost, password: &str) -> (u16, serde_json::Value) {
    let body = serde_json::json!({ "user_name": "alice", "password": password }).to_string();
    call(host, "/api/v2/sdk/login", None, &body).await
}

async fn change(host: &ServerHost, id_token: &str, new_password: &str) -> u16 {
    let body =
        serde_json::json!({ "old_password": demo::PASSWORD, "new_password": new_password }).to_string();
    call(host, "/api/v2/sdk/pwd/change", Some(id_token), &body).await.0
}

/// The number of rows that a login writes.
fn written(database: &Connection) -> i64 {
    let sql = "SELECT (SELECT count(*) FROM authflow_attempts) + (SELECT count(*) FROM authflow_claims) + (SELECT count(*) FROM authflow_sessions)";
    database.query_row(sql, [], |row| row.get(0)).unwrap()
}

#[tokio::test]
async fn a_call_that_is_shed_writes_nothing_and_costs_no_guess() {
    let Demonstrated { mut host, database, folder: _folder } = demonstrated().await;
    host.hasher = host.hasher.with_longest_waits(Duration::ZERO, LONGEST_CALL);
    let mut places = Vec::new();
    while let Ok(place) = host.hasher.permit().await {
        places.push(place);
    }
    for _ in 0..10 {
        assert_eq!(login(&host, "wrong").await.0, 500);
    }
    assert_eq!(written(&database), 0, "no guess was counted");
    drop(places);
    assert_eq!(login(&host, demo::PASSWORD).await.0, 200);
    assert!(written(&database) > 0);
}

#[tokio::test]
async fn a_listed_password_is_refused_where_it_is_set_and_not_where_one_signs_in() {
    let Demonstrated { host, database, folder: _folder } = demonstrated().await;
    let (_, signed_in) = login(&host, demo::PASSWORD).await;
    let id_token = signed_in["id_token"].as_str().unwrap();
    for listed in ["Password123", "QWERTYuiop", "acme-2026", "alicealice"] {
        assert_eq!(change(&host, id_token, listed).await, 400, "{listed}");
    }
    assert_eq!(change(&host, id_token, "a horse of another colour").await, 200);
    // A subject who has had a listed password since before the list still signs in with it.
    let verifier = host.hasher.hash(&Secret::new("password123")).await.unwrap();
    let sql = "UPDATE authflow_accounts SET verifier = ?1 WHERE id = 'demo-alice'";
    database.execute(sql, [verifier.expose()]).unwrap();
    assert_eq!(login(&host, "password123").await.0, 200);
}
