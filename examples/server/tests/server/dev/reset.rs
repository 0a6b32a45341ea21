//! `POST /dev/reset`

use super::{WORLD, bare, get, make, post, send_sms, status_of};
use crate::{
    process::{Home, PASSWORD, Server},
    races::at_once,
    wire::{Call, warned},
};
use serde_json::json;
use std::process::Stdio;

fn reset(server: &Server) {
    let reply = bare("POST", "/dev/reset").send(server);
    assert_eq!((reply.status, reply.body.as_str()), (204, ""), "{reply:?}");
    assert_eq!(reply.headers.matches("x-request-id: ").count(), 1, "followed, and once: {reply:?}");
}

fn everything_is_as_it_was_at_the_start(server: &Server) {
    let [used, unused] = [(); 2].map(|()| warned(server, WORLD));
    let granted = Call::skip(WORLD, &used).send(server);
    let check = Call::check(WORLD, &granted.text("id_token"));
    assert_eq!(check.send(server).status, 200);
    assert_eq!(make(server, &json!({ "user_name": "zoe", "password": PASSWORD })).status, 201);
    assert_eq!(send_sms(server, "+86-13800000001").status, 200);
    for _ in 0..5 {
        Call::login(WORLD, "alice", "wrong").send(server).assert_credentials_refused();
    }
    server.advance(100 * 86_400);
    assert_eq!(status_of(server, "erin", PASSWORD), "PASSWORD_EXPIRED");

    reset(server);
    let offset = post(server, "/dev/clock", &json!({ "advance": 0 })).json()["offset"].clone();
    assert_eq!(offset, 0, "it is now again");
    assert_eq!(status_of(server, "erin", PASSWORD), "PASSWORD_WARN");
    assert_eq!(status_of(server, "alice", PASSWORD), "SUCCESS");
    Call::login(WORLD, "zoe", PASSWORD).send(server).assert_credentials_refused();
    assert_eq!(get(server, "/dev/codes/last?to=+86-13800000001").status, 404);
    assert_eq!(send_sms(server, "+86-13800000001").status, 200, "within a minute of the one before");
    assert_eq!(check.send(server).status, 400, "a session of before is over");
    Call::skip(WORLD, &unused).send(server).assert_state_token_refused();
    for _ in 0..3 {
        assert!(Call::skip(WORLD, &warned(server, WORLD)).send(server).is_success(), "all skips are back");
    }
}

#[test]
fn in_memory() {
    let home = Home::new();
    let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_authflow-server"));
    command.args(["--dev", "--listen", "127.0.0.1:0"]).current_dir(home.path("."));
    command.stdout(Stdio::piped()).stderr(Stdio::null());
    let server = home.run(&mut command, true).unwrap();
    everything_is_as_it_was_at_the_start(&server);
    let files = std::fs::read_dir(home.path(".")).unwrap().count();
    assert_eq!(files, 0, "it keeps nothing");
}

#[test]
fn in_a_folder() {
    let home = Home::new();
    let server = home.start_double();
    everything_is_as_it_was_at_the_start(&server);
    assert_eq!(make(&server, &json!({ "user_name": "zoe", "password": PASSWORD })).status, 201);
    let granted = Call::login(WORLD, "zoe", PASSWORD).send(&server);
    server.stop();
    let server = home.start_double();
    assert_eq!(
        Call::check(WORLD, &granted.text("id_token")).send(&server).status,
        200,
        "it outlives a restart"
    );
}

/// Each call comes to its end in the world in which it began, and no call fails.
#[test]
fn while_others_call() {
    let home = Home::new();
    let server = home.start_double();
    let login = Call::login(WORLD, "alice", PASSWORD);
    let again = bare("POST", "/dev/reset");
    let calls = [&login, &login, &again, &login, &again, &login].map(Clone::clone);
    for reply in at_once(&server, &calls) {
        assert!(reply.is_success() || reply.status == 204, "{reply:?}");
    }
    assert_eq!(status_of(&server, "alice", PASSWORD), "SUCCESS");
}

#[test]
fn its_configuration_is_read_anew_and_a_broken_one_changes_nothing() {
    let home = Home::new();
    let config = |skips: &str| {
        format!(
            "issuer = 'https://authflow.example'\n[[applications]]\nclient_id = 'nTo1eRIub60vPb54WeE6aojPwYwImtl4'\n\
             policy = {{ ageing = {{ max_age_days = 90, warn_before_days = 14, max_skips = {skips} }} }}"
        )
    };
    let server = home.start_double_with(&config("1"));
    assert!(Call::skip(WORLD, &warned(&server, WORLD)).send(&server).is_success());
    assert_eq!(status_of(&server, "erin", PASSWORD), "PASSWORD_EXPIRED");
    server.advance(60);
    std::fs::write(home.path("config.toml"), config("many")).unwrap();
    let broken = bare("POST", "/dev/reset").send(&server);
    let (title, detail) = (broken.text("title"), broken.text("detail"));
    assert!(broken.status == 500 && title == "Internal Server Error", "{broken:?}");
    assert!(detail.starts_with("configuration ") && detail.contains("max_skips"), "{detail}");
    assert_eq!(status_of(&server, "erin", PASSWORD), "PASSWORD_EXPIRED");
    assert_eq!(post(&server, "/dev/clock", &json!({ "advance": 0 })).json()["offset"], 60);
    std::fs::write(home.path("config.toml"), config("2")).unwrap();
    reset(&server);
    for _ in 0..2 {
        assert!(Call::skip(WORLD, &warned(&server, WORLD)).send(&server).is_success());
    }
    assert_eq!(status_of(&server, "erin", PASSWORD), "PASSWORD_EXPIRED");
}
