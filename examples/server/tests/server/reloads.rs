//! On SIGHUP, keys and configuration are read again, and no call is lost.

use crate::{
    process::{Home, PASSWORD, Server},
    scrape::Scrape,
    wire::{Call, World},
};
use std::{
    fs,
    io::{Read as _, Write as _},
    net::TcpStream,
    os::unix::net::UnixDatagram,
    sync::atomic::{AtomicBool, Ordering},
    thread,
    time::Duration,
};

const PATIENCE: Duration = Duration::from_secs(60);

/// A server, and the socket on which it reports to its service manager.
struct Managed {
    server: Server,
    manager: UnixDatagram,
}

impl Managed {
    fn start(home: &Home, arguments: &[&str]) -> Self {
        let manager = UnixDatagram::bind(home.path("notify")).unwrap();
        manager.set_read_timeout(Some(PATIENCE)).unwrap();
        let arguments = [&["--admin-listen", "127.0.0.1:0"], arguments].concat();
        let mut command = home.command(&arguments);
        command.env("NOTIFY_SOCKET", home.path("notify"));
        let server = home.run(&mut command, !arguments.contains(&"--config")).unwrap();
        let managed = Self { server, manager };
        assert_eq!(managed.told(), "READY=1\n");
        managed
    }

    fn told(&self) -> String {
        let mut text = [0; 256];
        let length = self.manager.recv(&mut text).unwrap();
        String::from_utf8(text[..length].to_vec()).unwrap()
    }

    /// Sends SIGHUP, and waits until the server says that it is done.
    fn reload(&self) {
        self.server.hang_up();
        let told = self.told();
        assert!(told.starts_with("RELOADING=1\nMONOTONIC_USEC="), "{told}");
        assert_eq!(self.told(), "READY=1\n");
    }

    fn reloads(&self, result: &str) -> f64 {
        Scrape::of(&self.server).value(&format!("authflow_reloads_total{{result=\"{result}\"}}")).unwrap()
    }
}

fn alice() -> Call {
    Call::login(World::Ordinary, "alice", PASSWORD)
}

/// Reads one answer from a connection that goes on, and returns its status.
fn answer(stream: &mut TcpStream) -> u16 {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") {
        stream.read_exact(&mut byte).unwrap();
        head.push(byte[0]);
    }
    let head = String::from_utf8(head).unwrap().to_ascii_lowercase();
    let length = head.lines().find_map(|line| line.strip_prefix("content-length: ")).unwrap();
    stream.read_exact(&mut vec![0; length.parse().unwrap()]).unwrap();
    head["http/1.1 ".len()..][..3].parse().unwrap()
}

#[test]
fn of_a_hundred_connections_in_progress_none_is_lost() {
    let home = Home::new();
    let managed = Managed::start(&home, &[]);
    let server = &managed.server;
    let check = Call::check(World::Ordinary, &alice().send(server).text("id_token"));
    let request = check.bytes(&server.address, "keep-alive");
    let (first, rest) = request.split_at(request.len() - 2);
    let mut connections: Vec<_> = (0..100)
        .map(|_| {
            let mut stream = TcpStream::connect(&server.address).unwrap();
            stream.set_read_timeout(Some(PATIENCE)).unwrap();
            stream.write_all(&request).unwrap();
            assert_eq!(answer(&mut stream), 200);
            stream.write_all(first).unwrap();
            stream
        })
        .collect();
    home.operate(&["keys", "rotate"], "").done();
    let is_over = AtomicBool::new(false);
    thread::scope(|scope| {
        // These calls hash while the service is exchanged.
        for _ in 0..2 {
            scope.spawn(|| {
                while !is_over.load(Ordering::Relaxed) {
                    assert!(alice().send(server).is_success());
                }
            });
        }
        for _ in 0..5 {
            managed.reload();
        }
        is_over.store(true, Ordering::Relaxed);
    });
    for stream in &mut connections {
        stream.write_all(rest).unwrap();
        assert_eq!(answer(stream), 200);
        stream.write_all(&request).unwrap();
        assert_eq!(answer(stream), 200);
    }
    assert_eq!((managed.reloads("done"), managed.reloads("failed")), (5.0, 0.0));
}

#[test]
fn keys_are_rotated_and_retired_without_a_restart() {
    let home = Home::new();
    let managed = Managed::start(&home, &[]);
    let server = &managed.server;
    let check = |reply: &crate::wire::Reply| Call::check(World::Ordinary, &reply.text("id_token"));
    let before = check(&alice().send(server));
    home.operate(&["keys", "rotate"], "").done();
    home.operate(&["keys", "rotate", "--sealing"], "").done();
    managed.reload();
    assert_eq!(before.send(server).status, 200, "signed under the key before");
    let after = check(&alice().send(server));
    // The secrets of authenticators are sealed anew, so the old key is no longer needed.
    let keys = home.operate(&["keys", "list", "--json"], "").json();
    assert_eq!(
        (&keys["sealing_keys"][0]["secrets"], &keys["sealing_keys"][1]["secrets"]),
        (&2.into(), &0.into())
    );
    home.operate(&["keys", "retire", "--no-id", "--early"], "").done();
    managed.reload();
    before.send(server).assert_id_token_refused();
    assert_eq!(after.send(server).status, 200, "signed under the key of after");
}

#[test]
fn a_bad_file_leaves_what_was_and_is_said_once() {
    let home = Home::new();
    let config = home.path("config.toml");
    let text = |more: &str| {
        format!("issuer = 'https://login.example.com'\n[[applications]]\nclient_id = 'one'\n{more}")
    };
    fs::write(&config, text("")).unwrap();
    let managed = Managed::start(&home, &["--config", config.to_str().unwrap()]);
    let is_known = |client: &str| {
        let reply = alice().with("X-client-id", client).send(&managed.server);
        reply.text("error_code") == "IDAAS.SDK.LOGIN.0002"
    };
    let failures = || home.log().lines().filter(|line| line.contains("event=\"reload_failed\"")).count();
    assert!(is_known("one") && !is_known("two"));

    let keys = home.path("keys.toml");
    let good = home.path("good.toml");
    fs::copy(&keys, &good).unwrap();
    for (round, (wrong, told)) in [
        ("issuer = 7", "configuration"),
        ("issuer = 'https://login.example.com'\n[hashing]\nnew = '$2b$12'", "m × t"),
    ]
    .into_iter()
    .enumerate()
    {
        fs::write(&config, wrong).unwrap();
        managed.reload();
        assert_eq!((managed.reloads("failed"), failures()), ((round + 1) as f64, round + 1));
        assert!(home.log().lines().any(|line| line.contains("reload_failed") && line.contains(told)));
        assert!(is_known("one") && !is_known("two"));
    }
    fs::write(&config, text("[[applications]]\nclient_id = 'two'\n")).unwrap();
    fs::write(&keys, "[signer]\nsecret = 'short'\n").unwrap();
    managed.reload();
    fs::remove_file(&keys).unwrap();
    managed.reload();
    assert_eq!((managed.reloads("failed"), managed.reloads("done"), failures()), (4.0, 0.0, 4));
    assert!(!keys.exists(), "a reload makes no key");
    assert!(is_known("one") && !is_known("two"), "all or nothing");

    fs::rename(&good, &keys).unwrap();
    managed.reload();
    assert_eq!((managed.reloads("failed"), managed.reloads("done"), failures()), (4.0, 1.0, 4));
    assert!(is_known("one") && is_known("two"));
}
