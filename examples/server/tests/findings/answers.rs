//! Answers without a word, and one that never comes.

use crate::{
    PLAIN,
    process::Home,
    raw::{PATIENCE, answer, connect, credentials, login, rest, status},
    try_start_configured,
};
use std::{
    io::{Read as _, Write as _},
    net::Shutdown,
    thread,
    time::{Duration, Instant},
};

const CONTINUE: [u8; 25] = *b"HTTP/1.1 100 Continue\r\n\r\n";

/// A client may close its half of the connection and still listen. Its login is carried out once the server has begun with it.
#[test]
fn from_outside_5_a_client_that_has_closed_its_half_is_answered() {
    let home = Home::new();
    let server = home.start();
    let body = credentials();
    let framing = format!("Content-Length: {}\r\nExpect: 100-continue", body.len());
    let mut stream = connect(&server);
    stream.write_all(login(&framing, &body).as_bytes()).unwrap();
    let mut begun = [0; CONTINUE.len()];
    stream.read_exact(&mut begun).unwrap();
    assert_eq!(begun, CONTINUE);
    stream.shutdown(Shutdown::Write).unwrap();
    let answer = rest(stream);

    let sent = Instant::now();
    while home.sessions() == 0 {
        assert!(sent.elapsed() < PATIENCE, "it is carried out");
        thread::sleep(Duration::from_millis(5));
    }
    assert_eq!(status(&answer), "200", "from outside 5: a login is carried out and not answered");
}

/// The server waits for no more requests once a client has closed its half, whether or not it has asked for something.
#[test]
fn from_outside_5_a_connection_ends_with_what_was_asked() {
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let begin = Instant::now();
    let one = "GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n";
    for asked in 0..3 {
        let mut stream = connect(&server);
        stream.write_all(one.repeat(asked).as_bytes()).unwrap();
        stream.shutdown(Shutdown::Write).unwrap();
        assert_eq!(rest(stream).matches("HTTP/1.1 200").count(), asked);
    }
    assert!(begin.elapsed() < Duration::from_secs(10), "it waits for more");
}

/// The library's refusals have a body, and so have the server's own. The server waits ten seconds for a body that does not come.
/// hyper's own refusals, of malformed or too long requests, have no body, because it offers no way to give them one. They say so, and
/// that they close the connection.
#[test]
fn from_outside_refusals_of_the_servers_own_have_a_body() {
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let short =
        "POST /api/v2/sdk/login HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nno length\r\n"
            .to_owned();
    let hostless = "GET /healthz HTTP/1.1\r\n\r\n".to_owned();
    let late = login("Content-Length: 9", "");
    for (request, expected) in [(short, "400"), (hostless, "400"), (late, "408")] {
        let answer = answer(&server, &request);
        assert_eq!(status(&answer), expected);
        assert!(!answer.ends_with("\r\n\r\n"), "from outside: refusals without a word: {answer}");
        assert!(answer.to_ascii_lowercase().contains("\r\nconnection: close\r\n"), "{answer}");
    }
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nx: {}\r\n\r\n", "y".repeat(17 * 1024));
    let malformed = "GET /healthz HTTP/1.1\r\nno header\r\n\r\n".to_owned();
    for (request, expected) in [(malformed, "400"), (long, "431")] {
        let answer = answer(&server, &request).to_ascii_lowercase();
        assert!(answer.starts_with(&format!("http/1.1 {expected}")), "{answer}");
        for said in ["\r\nconnection: close\r\n", "\r\ncontent-length: 0\r\n"] {
            assert!(answer.contains(said), "{answer}");
        }
    }
}
