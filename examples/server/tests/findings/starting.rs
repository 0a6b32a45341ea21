//! Starts that must succeed and did not, and starts that must be refused and were not.

use crate::{
    PLAIN,
    process::Home,
    try_start_configured,
    wire::{Call, World},
};
use serde_json::json;
use std::process::{Command, Stdio};

/// Whether a server starts beside an unfinished version of this file that a process of the same id left. The shell makes
/// that file, because it knows the id that it hands on.
fn starts_beside_an_unfinished(file: &str) -> bool {
    let home = Home::new();
    let server = home.command(&[]);
    let mut shell = Command::new("sh");
    shell.args(["-c", r#": > "$UNFINISHED.$$.unfinished" && exec "$0" "$@""#]);
    shell.arg(server.get_program()).args(server.get_args()).env("UNFINISHED", home.path(file));
    shell.stdout(Stdio::piped()).stderr(Stdio::null());
    home.run(&mut shell, true).is_some()
}

/// A server that crashed while it made its keys has left such a file. A server in another container may have left one
/// too, because process ids are few there.
#[test]
fn finding_20_an_unfinished_file_of_the_same_process_id_stops_no_start() {
    assert!(starts_beside_an_unfinished("another.toml"));
    let starts = starts_beside_an_unfinished("keys.toml");
    assert!(starts, "finding 20: what an earlier server left behind keeps this one from starting");
}

#[test]
fn finding_20_a_credential_of_two_owners_is_refused() {
    let hash = "3e23e8160039594a33894f6564e1b1348bbd7a0088d42c4acb73eeaed59c009d";
    let of = |owner: &str| format!("[[tenant_credentials]]\nsha256 = '{hash}'\n{owner}\n");
    let home = Home::new();
    let [one, other] = [of("tenant = 'acme'"), of("client_id = 'web'")];
    assert!(try_start_configured(&home, &format!("{PLAIN}{one}"), &[]).is_some());
    let started = try_start_configured(&home, &format!("{PLAIN}{one}{other}"), &[]);
    assert!(started.is_none(), "finding 20: of two owners of one credential, the last one has it");
}

/// Clients flood so few entries in seconds. After that, answers about a recipient tell whether an account has it.
#[test]
fn few_are_remembered_of_nobody_in_a_demonstration_alone() {
    let home = Home::new();
    let few = format!("most_of_nobody = 65535\n{PLAIN}");
    assert!(try_start_configured(&home, &few, &[]).is_none());
    assert!(try_start_configured(&home, &few.replace("65535", "65536"), &[]).is_some());
    home.start_double_with(&few);
}

/// This server does not judge an application's own captcha, so from half of the sum on, no stranger gets a code. It
/// judges pictures.
#[test]
fn a_daily_sum_is_warned_of() {
    let home = Home::new();
    let summed = PLAIN.replace("'web'", "'web', policy = { sending = { daily_in_all = 5000 } }");
    assert!(try_start_configured(&home, PLAIN, &[]).is_some());
    assert!(!home.log().contains("daily_in_all"));
    assert!(try_start_configured(&home, &summed, &[]).is_some());
    assert!(home.log().contains("daily_in_all"));
    let home = Home::new();
    let pictured = summed.replace("policy = {", "policy = { captcha = 'picture',");
    assert!(try_start_configured(&home, &pictured, &[]).is_some());
    assert!(!home.log().contains("daily_in_all"));
    let demanding = PLAIN.replace("'web'", "'web', policy = { demands_captcha = true }");
    assert!(try_start_configured(&home, &demanding, &[]).is_some());
    assert!(home.log().contains("demands_captcha"));
}

/// A clock that can be moved is for tests. A service with one would make tokens of another time.
#[test]
fn finding_20_the_clock_is_moved_in_a_test_double_alone() {
    let home = Home::new();
    let advance = Call::post(World::Ordinary, "/dev/clock", &json!({ "advance": 3_600 }));
    let server = try_start_configured(&home, PLAIN, &[]).unwrap();
    assert_eq!(advance.send(&server).status, 404);
    drop(server);
    assert_eq!(advance.send(&home.start()).status, 404, "nor in a demonstration, whose database is kept");
    assert_eq!(advance.send(&home.start_double()).status, 200);
}
