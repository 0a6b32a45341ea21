//! Requests that are too many, too long, or not the family's.

use crate::{
    process::{Home, PASSWORD},
    wire::{Call, LOGIN, World},
};
use rusqlite::TransactionBehavior;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::{Duration, Instant},
};

#[test]
fn a_body_that_is_too_long_is_refused_in_the_familys_words() {
    let home = Home::new();
    let server = home.start();
    let padded = |length: usize| {
        let body = format!(r#"{{"user_name":"alice","password":"{PASSWORD}"}}"#);
        let padding = " ".repeat(length - body.len());
        Call::login(World::Ordinary, "", "").body(body + &padding)
    };
    assert!(padded(16 * 1024).send(&server).is_success());
    for too_long in [16 * 1024 + 1, 20 * 1024, 64 * 1024] {
        let reply = padded(too_long).try_send(&server.address);
        // If so much stays unread, the connection may be reset before the client has read the answer.
        let Ok(reply) = reply else { continue };
        assert_eq!(
            (reply.status, reply.members()),
            (400, vec!["error_code".to_owned(), "error_msg".to_owned()])
        );
    }
    assert_eq!(padded(16 * 1024 + 1).send(&server).text("error_code"), "IDAAS.SDK.PARAM.0101");
}

#[test]
fn a_body_without_an_end_is_answered_before_it_ends() {
    let home = Home::new();
    let server = home.start();
    let mut stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
    let head = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nX-operating-sys-version: a\r\nX-device-fingerprint: b\r\nX-agent: c\r\n\
         X-client-id: nTo1eRIub60vPb54WeE6aojPwYwImtl4\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n"
    );
    stream.write_all(head.as_bytes()).unwrap();
    stream.write_all(format!("5000\r\n{}\r\n", "x".repeat(0x5000)).as_bytes()).unwrap();
    let mut answer = [0; 12];
    stream.read_exact(&mut answer).unwrap();
    assert_eq!(&answer, b"HTTP/1.1 400");
}

#[test]
fn too_many_and_too_long_headers_are_refused() {
    let home = Home::new();
    let server = home.start();
    let many: Vec<_> = (0..80).map(|at| format!("x-{at}: 1\r\n")).collect();
    for headers in [many.concat(), format!("x: {}\r\n", "y".repeat(17 * 1024))] {
        let mut stream = TcpStream::connect(&server.address).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(60))).unwrap();
        let text = format!("GET /healthz HTTP/1.1\r\nHost: x\r\n{headers}\r\n");
        stream.write_all(text.as_bytes()).unwrap();
        let mut answer = [0; 12];
        stream.read_exact(&mut answer).unwrap();
        assert_eq!(&answer, b"HTTP/1.1 431");
    }
}

#[test]
fn other_paths_and_methods_are_told_apart() {
    let home = Home::new();
    let server = home.start();
    let call = Call::login(World::Ordinary, "alice", PASSWORD);
    assert_eq!(call.clone().path("/api/v2/sdk/other").send(&server).status, 404);
    let wrong_method = call.method("PUT").send(&server);
    assert_eq!(wrong_method.status, 405);
    assert!(wrong_method.has_header("allow: post"), "{wrong_method:?}");
}

#[test]
fn health_is_the_databases() {
    let home = Home::new();
    let server = home.start();
    let health = || Call::check(World::Ordinary, "").path("/healthz").send(&server).status;
    assert_eq!(health(), 200);
    let mut database = home.database();
    let held = database.transaction_with_behavior(TransactionBehavior::Immediate).unwrap();
    let asked = Instant::now();
    assert_eq!(health(), 503, "somebody holds the database");
    assert!(asked.elapsed() < Duration::from_secs(5), "and a health check does not wait for long");
    held.rollback().unwrap();
    // The server's own attempt may still wait for its turn.
    assert!((0..50).any(|_| health() == 200));
}
