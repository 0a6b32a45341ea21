//! The first minutes with a server: commands that work when they are pasted, and messages that say what a request
//! lacks.

use super::WORLD;
use crate::{
    process::{Home, PASSWORD},
    wire::{Call, warned},
};
use std::process::{Command, Stdio};

/// The banner after `Try:`, as `sh` runs it.
#[test]
fn the_three_commands_of_the_banner_follow_from_each_other() {
    for arguments in [&["--dev"][..], &[]] {
        let home = Home::new();
        let server = home.start_with(arguments);
        let mut commands = String::new();
        while !commands.contains("Authorization: Bearer") {
            commands += &format!("{}\n", server.line());
        }
        let output = Command::new("sh").args(["-c", &commands]).stdin(Stdio::null()).output().unwrap();
        let told = String::from_utf8(output.stdout.clone()).unwrap();
        let [login, skip, checked] = told.lines().collect::<Vec<_>>()[..] else {
            panic!("{commands}\n{told}")
        };
        assert!(login.starts_with(r#"{"status":"PASSWORD_WARN""#), "{login}");
        assert!(skip.starts_with(r#"{"status":"SUCCESS""#), "{skip}");
        assert_eq!(checked, r#"{"is_set_pwd":true}"#);
        assert!(output.stderr.is_empty(), "{output:?}");
    }
}

#[test]
fn the_log_names_what_a_request_lacks() {
    let home = Home::new();
    let server = home.start();
    let login = Call::login(WORLD, "alice", PASSWORD);
    let token = warned(&server, WORLD);
    for (call, told) in [
        (login.clone().without("X-device-fingerprint"), "X-device-fingerprint is missing"),
        (login.clone().without("X-operating-sys-version"), "X-operating-sys-version is missing"),
        (login.clone().without("X-agent"), "X-agent is missing"),
        (login.clone().without("X-client-id"), "X-client-id is missing"),
        (login.clone().with("X-agent", ""), "X-agent is missing"),
        (login.clone().with("X-device-fingerprint", &"f".repeat(257)), "X-device-fingerprint is too long"),
        (login.clone().without("Content-Type"), "Content-Type must be application/json"),
        (login.clone().body("["), "the body must be one JSON object"),
        (login.clone().body(r#"{"user_name":"alice"}"#), "the body lacks the member password"),
        (login.clone().body(r#"{"password":"x"}"#), "the body lacks the member user_name"),
        (
            Call::skip(WORLD, &token).without("X-state-token"),
            "X-state-token must be the state token of a login, and is missing or none that is good",
        ),
        (
            Call::check(WORLD, "").without("Authorization"),
            "Authorization is missing: it must be Bearer and the id token",
        ),
    ] {
        let before = home.log().len();
        assert_eq!(call.send(&server).status, 400, "{told}");
        let log = home.log()[before..].to_owned();
        assert!(log.contains(&format!("a request was refused: {told}")), "{told}:\n{log}");
        assert!(!log.contains(PASSWORD) && !log.contains(&token), "{log}");
    }
}
