//! `POST /dev/clock`

use super::{WORLD, bad_request, bare, post, refused, status_of};
use crate::{
    process::{Home, PASSWORD, Server},
    wire::{Call, warned},
};
use serde_json::{Value, json};
use std::time::{SystemTime, UNIX_EPOCH};

fn turn(server: &Server, body: &Value) -> super::Reply {
    post(server, "/dev/clock", body)
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn a_login_expires_by_the_clock_and_by_nothing_else() {
    let home = Home::new();
    let server = home.start_double();
    let set = |at: u64| assert_eq!(turn(&server, &json!({ "set": at })).status, 200);
    let start = now() + 3_600;
    set(start);
    let [early, late] = [(); 2].map(|()| warned(&server, WORLD));
    // A state token lasts ten minutes. The clock goes on, so the test does not rely on the last minute.
    set(start + 540);
    assert!(Call::skip(WORLD, &early).send(&server).is_success());
    server.advance(120);
    Call::skip(WORLD, &late).send(&server).assert_state_token_refused();
}

#[test]
fn passwords_age_and_locks_end_by_it() {
    let home = Home::new();
    let server = home.start_double();
    assert_eq!(status_of(&server, "erin", PASSWORD), "PASSWORD_WARN");
    server.advance(5 * 86_400);
    assert_eq!(status_of(&server, "erin", PASSWORD), "PASSWORD_EXPIRED");
    for _ in 0..5 {
        Call::login(WORLD, "alice", "wrong").send(&server).assert_credentials_refused();
    }
    Call::login(WORLD, "alice", PASSWORD).send(&server).assert_credentials_refused();
    server.advance(301);
    assert_eq!(status_of(&server, "alice", PASSWORD), "SUCCESS");
}

#[test]
fn the_whole_server_follows_and_it_is_moved_back_as_well() {
    let home = Home::new();
    let server = home.start_double();
    let date = || -> u64 {
        let call = Call::login(WORLD, "", "").method("GET").path("/api/v2/sdk/server-date").body("");
        // The timestamp is in milliseconds.
        call.send(&server).text("timestamp").parse::<u64>().unwrap() / 1_000
    };
    let moved = turn(&server, &json!({ "advance": 7_200 })).json();
    let (told, offset) = (moved["now"].as_u64().unwrap(), moved["offset"].as_i64().unwrap());
    assert!(offset == 7_200 && told >= now() + 7_199, "{moved}");
    assert!(date() >= now() + 7_199);
    let back = turn(&server, &json!({ "advance": -9_000 })).json();
    assert_eq!(back["offset"], -1_800);
    assert!(date() <= now() - 1_799);
    assert_eq!(turn(&server, &json!({ "set": 86_400 })).status, 200);
    assert!((86_400..86_500).contains(&date()));
}

#[test]
fn it_takes_one_move_within_time() {
    let home = Home::new();
    let server = home.start_double();
    for body in [json!({}), json!({ "set": 1, "advance": 1 })] {
        bad_request(&turn(&server, &body), "the body must have either set or advance");
    }
    let out_of_time = "the clock must stay within 0 and 253402300799 seconds since 1970";
    for body in [
        json!({ "set": 253_402_300_800_u64 }),
        json!({ "set": u64::MAX }),
        json!({ "advance": i64::MAX }),
        json!({ "advance": i64::MIN }),
    ] {
        bad_request(&turn(&server, &body), out_of_time);
    }
    for body in
        [json!({ "set": -1 }), json!({ "advance": 1.5 }), json!({ "advance": "1" }), json!({ "hour": 1 })]
    {
        let reply = turn(&server, &body);
        assert!(reply.status == 400 && reply.text("detail").starts_with("the body: "), "{reply:?}");
    }
    let untyped = bare("POST", "/dev/clock").body(r#"{"advance":1}"#).send(&server);
    let detail = "Content-Type must be there once, and be application/json";
    refused(&untyped, 415, "Unsupported Media Type", detail);
    let offset = turn(&server, &json!({ "advance": 0 })).json()["offset"].clone();
    assert_eq!(offset, 0, "what was refused has moved nothing");
}
