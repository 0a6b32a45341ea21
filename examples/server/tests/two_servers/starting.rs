//! Starting on a PostgreSQL: what must be there, what each role may do, and what stays.

use crate::{
    deployment::{Deployment, PORT, url},
    process::PASSWORD,
    server::server,
    wire::{Call, World, warned},
};
use std::fs;

fn refusal(deployment: &Deployment, arguments: &[&str]) -> String {
    let output = deployment.home.fails_to_start(arguments);
    assert!(!output.status.success());
    String::from_utf8(output.stderr).unwrap()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tables_and_keys_are_made_once_and_by_who_is_told_to() {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::without_tables(postgres, PORT).await;
    let start = ["--database", &deployment.url];
    let told = refusal(&deployment, &start);
    assert!(told.contains("every server of one database must have the same keys"), "{told}");
    assert!(!deployment.home.path("keys.toml").exists(), "it made none of its own");
    let migrate = ["--database", &deployment.url, "migrate"];
    for _ in 0..2 {
        assert!(deployment.home.command(&migrate).status().unwrap().success());
    }
    assert_eq!(deployment.number("SELECT count(*) FROM authflow.accounts").await, 0, "it starts nothing");
    deployment.client.batch_execute("DROP SCHEMA authflow CASCADE").await.unwrap();
    let told = refusal(&deployment, &start);
    assert!(told.contains("are of version 0"), "{told}");
    assert!(deployment.home.command(&["migrate"]).status().unwrap().success(), "a file of SQLite too");
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_way_over_a_network_without_tls_is_refused_before_it_is_gone() {
    let Some(postgres) = server() else { return };
    let deployment = Deployment::on(postgres, PORT).await;
    for given in ["", "?sslmode=prefer", "?sslmode=disable"] {
        let url = format!("postgres://app:hunter2@db.example.com/people{given}");
        for arguments in [&["--database", &*url][..], &["--database", &*url, "migrate"]] {
            let told = refusal(&deployment, arguments);
            assert!(told.contains("`sslmode` must be `require`") && !told.contains("hunter2"), "{told}");
        }
    }
}

/// The owner of the tables has made them. The server's own role may only use them.
#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_role_that_only_uses_the_tables_is_enough_and_everything_outlives_a_restart() {
    let Some(postgres) = server() else { return };
    let mut deployment = Deployment::on(postgres, PORT).await;
    let grants = "DROP ROLE IF EXISTS app; CREATE ROLE app LOGIN; GRANT USAGE ON SCHEMA authflow TO app;
        GRANT SELECT, INSERT, UPDATE, DELETE ON ALL TABLES IN SCHEMA authflow TO app;
        REVOKE INSERT, UPDATE, DELETE ON authflow.versions, authflow.spelling FROM app;";
    deployment.client.batch_execute(grants).await.unwrap();
    deployment.url = url(postgres, "app", PORT, &deployment.database.name);
    let server = deployment.start();
    let health = Call::login(World::Isv, "", "").method("GET").path("/healthz").body("");
    assert_eq!(health.send(&server).status, 200);
    let skip = Call::skip(World::Isv, &warned(&server, World::Isv));
    assert!(skip.send(&server).is_success());
    Call::login(World::Ordinary, "alice", "wrong").send(&server).assert_credentials_refused();
    let expected = "SELECT count(*) FROM authflow.accounts";
    assert_eq!(deployment.number(expected).await, 18, "nine accounts in each world");
    assert!(server.stop().success());

    let server = deployment.start();
    assert_eq!(deployment.number(expected).await, 18, "they are left as they are");
    skip.send(&server).assert_state_token_refused();
    let right = Call::login(World::Ordinary, "alice", PASSWORD);
    for _ in 0..4 {
        Call::login(World::Ordinary, "alice", "wrong").send(&server).assert_credentials_refused();
    }
    right.send(&server).assert_credentials_refused();
    server.stop();

    let config = deployment.home.path("config.toml");
    fs::write(&config, "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n")
        .unwrap();
    let arguments = ["--database", &deployment.url, "--config", config.to_str().unwrap()];
    let told = refusal(&deployment, &arguments);
    assert!(told.contains("demo accounts"), "{told}");
}
