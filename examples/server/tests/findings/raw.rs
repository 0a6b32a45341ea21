//! Requests byte for byte, which no client of the family would write.

use crate::{
    process::{PASSWORD, Server},
    wire::LOGIN,
};
use serde_json::json;
use std::{
    io::{Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

pub(crate) const PATIENCE: Duration = Duration::from_secs(60);

pub(crate) fn connect(server: &Server) -> TcpStream {
    let stream = TcpStream::connect(&server.address).unwrap();
    stream.set_read_timeout(Some(PATIENCE)).unwrap();
    stream
}

/// The whole answer, until the server closes or breaks the connection.
pub(crate) fn rest(mut stream: TcpStream) -> String {
    let mut answer = Vec::new();
    let _ = stream.read_to_end(&mut answer);
    String::from_utf8(answer).unwrap()
}

pub(crate) fn answer(server: &Server, request: &str) -> String {
    let mut stream = connect(server);
    stream.write_all(request.as_bytes()).unwrap();
    rest(stream)
}

pub(crate) fn status(answer: &str) -> &str {
    answer.strip_prefix("HTTP/1.1 ").and_then(|rest| rest.get(..3)).unwrap_or("none")
}

/// Alice's login, with these headers of its body.
pub(crate) fn login(framing: &str, body: &str) -> String {
    format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nX-operating-sys-version: a\r\nX-device-fingerprint: b\r\n\
         X-agent: c\r\nX-client-id: nTo1eRIub60vPb54WeE6aojPwYwImtl4\r\nContent-Type: application/json\r\n{framing}\r\n\r\n{body}"
    )
}

pub(crate) fn credentials() -> String {
    json!({ "user_name": "alice", "password": PASSWORD }).to_string()
}
