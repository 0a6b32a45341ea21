//! Requests that HTTP does not allow, or that need a coding which the server does not undo.

use crate::{
    PLAIN,
    process::Home,
    raw::{answer, credentials, login, status},
    try_start_configured,
};

fn health(hosts: &str) -> String {
    let home = Home::new();
    let server = try_start_configured(&home, PLAIN, &[]).expect("it starts");
    let request = |hosts: &str| format!("GET /healthz HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n");
    assert_eq!(status(&answer(&server, &request("Host: x\r\n"))), "200");
    status(&answer(&server, &request(hosts))).to_owned()
}

/// RFC 9112 §3.2 demands this, and the next two tests.
#[test]
fn from_outside_4_a_request_without_host_is_refused() {
    assert_eq!(health(""), "400", "from outside 4: a request without Host is served");
}

#[test]
fn from_outside_4_a_request_with_two_hosts_is_refused() {
    assert_eq!(health("Host: x\r\nHost: y\r\n"), "400", "from outside 4: a request with two Hosts is served");
}

#[test]
fn from_outside_4_a_request_with_a_malformed_host_is_refused() {
    let told = health("Host: a b\r\n");
    assert_eq!(told, "400", "from outside 4: a request with a Host that is none is served");
}

/// A proxy in front may see another body than the server does.
#[test]
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
