//! Clients that misbehave.

use crate::wire::LOGIN;
use serde_json::json;
use std::{
    fs,
    net::SocketAddr,
    process::Command,
    thread::{self, JoinHandle},
    time::Duration,
};
use tokio::{
    io::AsyncWriteExt as _,
    net::{TcpSocket, TcpStream},
    runtime::{Builder, Runtime},
    task::JoinSet,
    time::{Instant, sleep_until},
};

fn runtime() -> Runtime {
    Builder::new_current_thread().enable_all().build().unwrap()
}

/// The test needs as many file descriptors as the server has places. If there are fewer, it raises the limit before the server
/// starts, which inherits it.
pub(crate) fn allow_enough_files() {
    const ENOUGH: u64 = 4_096;
    let limits = fs::read_to_string("/proc/self/limits").unwrap();
    let soft = limits.lines().find_map(|line| line.strip_prefix("Max open files")?.split_whitespace().next());
    if soft.and_then(|soft| soft.parse::<u64>().ok()).is_some_and(|soft| soft < ENOUGH) {
        let id = std::process::id().to_string();
        let raised = Command::new("prlimit").args(["--pid", &id, &format!("--nofile={ENOUGH}:")]).status();
        assert!(raised.is_ok_and(|status| status.success()), "{ENOUGH} open files are needed");
    }
}

/// Connections that ask for much and read nothing. Their windows are small, so that little is in flight.
pub(crate) struct Crowd {
    _connections: Vec<TcpStream>,
    _runtime: Runtime,
}

pub(crate) fn that_reads_nothing(address: SocketAddr, count: usize) -> Crowd {
    let requests = "GET /openapi.json HTTP/1.1\r\nHost: x\r\n\r\n".repeat(100);
    let runtime = runtime();
    let connections = runtime.block_on(async {
        let mut connections = Vec::new();
        for _ in 0..count {
            let socket = TcpSocket::new_v4().unwrap();
            socket.set_recv_buffer_size(4_096).unwrap();
            let mut stream = socket.connect(address).await.unwrap();
            stream.write_all(requests.as_bytes()).await.unwrap();
            connections.push(stream);
        }
        connections
    });
    Crowd { _connections: connections, _runtime: runtime }
}

#[derive(Clone, Copy)]
pub(crate) enum Farewell {
    Reset,
    Close,
}

/// The number of sign-ins per second, and their duration.
pub(crate) struct Pace {
    pub(crate) a_second: u32,
    pub(crate) seconds: u32,
}

impl Pace {
    /// Signs in under another unknown name each time, and hangs up at once. Returns how often it did.
    pub(crate) fn start(self, address: SocketAddr, farewell: Farewell) -> JoinHandle<u32> {
        thread::spawn(move || runtime().block_on(self.sign_in(address, farewell)))
    }

    async fn sign_in(self, address: SocketAddr, farewell: Farewell) -> u32 {
        let begin = Instant::now();
        let end = begin + Duration::from_secs(self.seconds.into());
        let mut clients = JoinSet::new();
        let mut done = 0;
        for client in 0..self.a_second * self.seconds {
            sleep_until(begin + Duration::from_secs(1) * client / self.a_second).await;
            clients.spawn(sign_in_and_hang_up(address, client, farewell));
            while let Some(signed_in) = clients.try_join_next() {
                done += u32::from(signed_in.unwrap());
            }
            if Instant::now() > end {
                break;
            }
        }
        done
    }
}

/// Whether it could send its request.
async fn sign_in_and_hang_up(address: SocketAddr, client: u32, farewell: Farewell) -> bool {
    let body = json!({ "user_name": format!("nobody-{client}"), "password": "wrong" }).to_string();
    let request = format!(
        "POST {LOGIN} HTTP/1.1\r\nHost: x\r\nX-operating-sys-version: a\r\nX-device-fingerprint: b\r\nX-agent: c\r\n\
         X-client-id: nTo1eRIub60vPb54WeE6aojPwYwImtl4\r\nContent-Type: application/json\r\nContent-Length: {}\r\n\r\n{body}",
        body.len()
    );
    let Ok(mut stream) = TcpStream::connect(address).await else { return false };
    let sent = stream.write_all(request.as_bytes()).await;
    match farewell {
        Farewell::Reset => stream.set_zero_linger().unwrap(),
        Farewell::Close => {}
    }
    sent.is_ok()
}
