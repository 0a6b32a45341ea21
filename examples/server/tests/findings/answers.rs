//! Answers that say nothing, and one that never comes.

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

/// A client may have said all it has to say and still listen. Its login is carried out, once the server has begun with it.
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

/// What the library refuses has a body; so should what is refused before it. A body that does not come is waited for for ten
/// seconds.
#[test]
fn from_outside_refusals_of_the_servers_own_have_a_body() {
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let long = format!("GET /healthz HTTP/1.1\r\nHost: x\r\nx: {}\r\n\r\n", "y".repeat(17 * 1024));
    let malformed = "GET /healthz HTTP/1.1\r\nno header\r\n\r\n".to_owned();
    let late = login("Content-Length: 9", "");
    let mut silent = Vec::new();
    for (request, expected) in [(malformed, "400"), (late, "408"), (long, "431")] {
        let answer = answer(&server, &request);
        assert_eq!(status(&answer), expected);
        if answer.ends_with("\r\n\r\n") {
            silent.push(expected);
        }
    }
    assert!(silent.is_empty(), "from outside: refusals without a word: {silent:?}");
}
