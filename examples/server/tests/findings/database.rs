//! What the database shows to its readers, and how it grows.

use crate::{
    PLAIN,
    process::Home,
    wire::{Call, World},
};
use serde_json::json;
use std::{fs, os::unix::fs::PermissionsExt as _, thread};

#[test]
fn finding_12_no_secret_of_an_authenticator_stands_in_the_database() {
    let home = Home::new();
    home.start().stop();
    assert_eq!(home.number("SELECT count(*) FROM authflow_accounts WHERE id = 'demo-tom'"), 2);
    let kept = fs::read(home.path("authflow.db")).unwrap();
    let secret = b"authflow-demo-secret";
    let is_there = kept.windows(secret.len()).any(|bytes| bytes == secret);
    assert!(!is_there, "finding 12: who reads the database has a second factor");
}

/// The files of keys are refused in the same way.
#[test]
fn finding_12_a_database_that_others_may_read_is_refused() {
    let home = Home::new();
    home.start().stop();
    let path = home.path("authflow.db");
    assert_eq!(fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
    fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
    let started = home.try_start(&[]);
    assert!(started.is_none(), "finding 12: a database that everybody may read is served from");
}

/// A server with a low bound keeps no more rows than that. The default bound is 1,048,576.
#[test]
fn finding_15_recipients_that_nobody_has_fill_no_table() {
    const CLIENTS: usize = 8;
    const EACH: usize = 19;
    const BOUND: &str = "most_of_nobody = 100\n";
    let home = Home::new();
    // The rows of the first clock have cooled by the time of the second one.
    for moved in 0..2 {
        let server = home.start_double_with(&format!("{BOUND}{PLAIN}"));
        server.advance([0, 600][moved]);
        let ask = |number: usize| {
            let number = moved * CLIENTS * EACH + number;
            let body = json!({ "mobile": format!("+86-1390000{number:04}"), "type": "LOGIN_SMS" });
            Call::post(World::Ordinary, "/api/v2/sdk/sms/send", &body).send(&server);
        };
        thread::scope(|scope| {
            for client in 0..CLIENTS {
                scope.spawn(move || (0..EACH).for_each(|at| ask(client * EACH + at)));
            }
        });
        server.stop();
        if moved == 0 {
            let kept = home.number("SELECT count(*) FROM authflow_sends");
            assert_eq!(kept, i64::try_from(CLIENTS * EACH).unwrap(), "none has cooled");
        }
    }
    let asked = i64::try_from(2 * CLIENTS * EACH).unwrap();
    let rows = ["authflow_sends", "authflow_codes"]
        .map(|table| home.number(&format!("SELECT count(*) FROM {table}")));
    assert!(
        rows.iter().all(|rows| *rows < asked),
        "finding 15: each recipient that nobody has makes rows: {rows:?}"
    );
}
