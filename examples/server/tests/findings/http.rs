//! Requests that are framed in no way that HTTP allows, and answers that nobody gets.

use crate::{
    PLAIN,
    process::{Home, PASSWORD, Server},
    try_start_configured,
    wire::LOGIN,
};
use serde_json::json;
use std::{
    io::{Read as _, Write as _},
    net::{Shutdown, TcpStream},
    thread,
    time::{Duration, Instant},
};

const PATIENCE: Duration = Duration::from_secs(60);
const CONTINUE: [u8; 25] = *b"HTTP/1.1 100 Continue\r\n\r\n";

fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// Everything up to where the server closes the connection; nothing of it where it breaks it.
fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

fn answer(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    rest(stream)
}

fn status(answer: &str) -> &str {
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or("none")
}

/// Alice's login, with these headers of its body.
fn login(framing: &str, body: &str) -> String {
    format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-operating-sys-version: a\r\nX-device-fingerprint: b\r\n\
         X-agent: c\r\nX-client-id: nTo1eRIub60vPb54WeE6aojPwYwImtl4\r\nContent-Type: application/json\r\n{framing}\r\n\r\n{body}"
    )
}

fn credentials() -> String {
    json!({ "user_name": "alice", "password": PASSWORD }).to_string()
}

fn health(hosts: &str) -> String {
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let request = |hosts: &str| format!("GET /healthz HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
    assert_eq!(status(&answer(&server, &request("Host: x\r\n"))), "200");
    status(&answer(&server, &request(hosts))).to_owned()
}

/// RFC 9112 §3.2, as the two below.
#[test]
#[should_panic(expected = "from outside 4: a request without Host is served")]
fn from_outside_4_a_request_without_host_is_refused() {
    assert_eq!(health(""), "400", "from outside 4: a request without Host is served");
}

#[test]
#[should_panic(expected = "from outside 4: a request with two Hosts is served")]
fn from_outside_4_a_request_with_two_hosts_is_refused() {
    assert_eq!(health("Host: x\r\nHost: y\r\n"), "400", "from outside 4: a request with two Hosts is served");
}

#[test]
#[should_panic(expected = "from outside 4: a request with a Host that is none is served")]
fn from_outside_4_a_request_with_a_malformed_host_is_refused() {
    let told = health("Host: a b\r\n");
    assert_eq!(told, "400", "from outside 4: a request with a Host that is none is served");
}

/// A client may have said all it has to say and still listen. Its login is carried out, once the server has begun with it.
#[test]
#[should_panic(expected = "from outside 5: a login is carried out and not answered")]
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

/// Who stands in front may hold another thing for the body than the server does.
#[test]
#[should_panic(expected = "from outside: codings that nobody undoes are passed over")]
fn from_outside_a_transfer_coding_that_is_not_undone_is_refused() {
    let home = Home::new();
    let server = home.start();
    let body = credentials();
    let chunked = format!("{:x}\r\n{body}\r\n0\r\n\r\n", body.len());
    let send = |framing: &str| {
        let answer = answer(&server, &login(framing, &chunked));
        status(&answer).to_owned()
    };
    assert_eq!(send("Transfer-Encoding: chunked"), "200");
    let codings = ["gzip, chunked", "chunked, chunked"];
    let served: Vec<_> =
        codings.iter().filter(|it| send(&format!("Transfer-Encoding: {it}")) == "200").collect();
    assert!(served.is_empty(), "from outside: codings that nobody undoes are passed over: {served:?}");
}

#[test]
#[should_panic(expected = "from outside: a body that says it is compressed is read as it stands")]
fn from_outside_a_content_coding_that_is_not_undone_is_refused() {
    let home = Home::new();
    let server = home.start();
    let body = credentials();
    let framing = format!("Content-Encoding: gzip\r\nContent-Length: {}", body.len());
    let answer = answer(&server, &login(&framing, &body));
    assert_ne!(
        status(&answer),
        "200",
        "from outside: a body that says it is compressed is read as it stands"
    );
}

/// What the library refuses has a body; so should what is refused before it. A body that does not come is waited for for ten
/// seconds.
#[test]
#[should_panic(expected = "from outside: refusals without a word")]
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
