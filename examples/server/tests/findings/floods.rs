//! Many clients that ask and do not stay for the answer.

use crate::{
    PLAIN, crowd,
    process::{Home, Server},
    try_start_configured,
    wire::{Call, World},
};
use rusqlite::TransactionBehavior;
use serde_json::json;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    thread,
    time::{Duration, Instant},
};

/// The places for connections and for calls, as the README gives them.
const PLACES: usize = 1_024;
const CALLS: i64 = 64;
const LOGIN_BY_CODE: &str = "/api/v2/sdk/login/mobile-verify-code";
const PATIENCE: Duration = Duration::from_secs(60);

fn is_healthy(server: &Server, within: Duration) -> bool {
    let Ok(mut stream) = TcpStream::connect(&server.address) else { return false };
    stream.set_read_timeout(Some(within)).unwrap();
    let mut answer = [0; 12];
    let asked = stream.write_all(b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n");
    asked.and_then(|()| stream.read_exact(&mut answer)).is_ok() && &answer == b"HTTP/1.1 200"
}

/// Sends a login by code for each of these mobiles, and breaks each connection once the server has begun to read the body. Such logins wait for no
/// place at the hasher. Says whether the server began with all of them.
fn ask_and_hang_up(server: &Server, names: std::ops::Range<usize>) -> bool {
    let asked: Vec<_> = names
        .map(|name| {
            let mobile = format!("+86-139{name:08}");
            let body = json!({ "mobile": mobile, "verify_code": "123456" }).to_string();
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.set_read_timeout(Some(Duration::from_secs(5))).unwrap();
            let request = format!(
                "POST {LOGIN_BY_CODE} HTTP/1.1\r\nHost: x\r\nX-operating-sys-version: a\r\nX-device-fingerprint: b\r\nX-agent: c\r\n\
                 X-client-id: web\r\nContent-Type: application/json\r\nContent-Length: {}\r\nExpect: 100-continue\r\n\r\n{body}",
                body.len()
            );
            stream.write_all(request.as_bytes()).unwrap();
            stream
        })
        .collect();
    // "100 Continue" stays unread, so the connection is reset and not closed.
    asked.iter().all(|stream| stream.peek(&mut [0]).is_ok_and(|length| length == 1))
}

/// The test holds the database meanwhile, so that no call comes to its end. Each call in progress has counted its guess once the database is free
/// again. A call that is turned away counts none.
#[test]
fn finding_07_no_more_calls_are_in_progress_than_there_are_places() {
    const AT_ONCE: usize = 100;
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let mut database = home.database();
    let held = database.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    // The server has reached its bound when it begins with no more of them.
    let taken = (0..13).take_while(|at| ask_and_hang_up(&server, at * AT_ONCE..(at + 1) * AT_ONCE)).count();
    assert!(taken >= 5, "some were in progress: {taken}");
    held.rollback().unwrap();

    // The health check waits behind the last of the counts.
    let freed = Instant::now();
    while !is_healthy(&server, Duration::from_secs(5)) {
        assert!(freed.elapsed() < PATIENCE, "it does not recover");
        thread::sleep(Duration::from_millis(50));
    }
    let counted = home.number("SELECT count(*) FROM authflow_attempts");
    assert!(
        counted <= CALLS,
        "finding 7: more calls are in progress than there are places: {counted} and {CALLS}"
    );
}

/// A client that does not read its answer gives its place up when another client needs it. The test allows four seconds, because the machine may be
/// busy.
#[test]
fn from_outside_1_an_answer_that_nobody_reads_gives_its_place_back() {
    crowd::allow_enough_files();
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let described = Call::login(World::Ordinary, "", "").method("GET").path("/openapi.json").body("");
    assert_eq!(described.send(&server).status, 200);
    let held = crowd::that_reads_nothing(server.address.parse().unwrap(), PLACES);
    let is_healthy = is_healthy(&server, Duration::from_secs(4));
    drop(held);
    assert!(is_healthy, "from outside 1: answers that nobody reads hold every place");
}
