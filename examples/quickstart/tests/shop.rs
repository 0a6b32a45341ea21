//! Both programs are started as a reader starts them, and asked over HTTP.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

use serde_json::Value;
use std::{
    io::{BufRead as _, BufReader, Read as _, Write as _},
    net::TcpStream,
    path::Path,
    process::{Child, ChildStdout, Command, Stdio},
};

const SHOP: &str = env!("CARGO_BIN_EXE_quickstart");
const BROWSER: &str = env!("CARGO_BIN_EXE_browser");
const ERIN: &str = r#"{"identifier":"erin","password":"Correct-Horse-7"}"#;
const DEVICE: (&str, &str) = ("X-Device-Fingerprint", "mine");
const JSON: (&str, &str) = ("Content-Type", "application/json");
const OWN: (&str, &str) = ("Sec-Fetch-Site", "same-origin");

/// A program that listens, until it is dropped.
struct Shop {
    child: Child,
    port: String,
    /// The lines that it printed before it served.
    printed: String,
    _stdout: BufReader<ChildStdout>,
}

impl Shop {
    /// `says` is the last line that it prints before it serves.
    fn start(program: &str, folder: &Path, says: &str) -> Self {
        let port =
            std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port().to_string();
        let mut command = Command::new(program);
        let mut child = command.arg(&port).current_dir(folder).stdout(Stdio::piped()).spawn().unwrap();
        let mut stdout = BufReader::new(child.stdout.take().unwrap());
        let mut printed = String::new();
        while !printed.contains(says) {
            assert_ne!(stdout.read_line(&mut printed).unwrap(), 0, "it ended: {printed}");
        }
        Self { child, port, printed, _stdout: stdout }
    }

    fn send(&self, method: &str, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
        let mut stream = TcpStream::connect(format!("127.0.0.1:{}", self.port)).unwrap();
        let headers: String = headers.iter().map(|(name, value)| format!("{name}: {value}\r\n")).collect();
        let length = body.len();
        let request = format!(
            "{method} {path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\nContent-Length: {length}\r\n{headers}\r\n{body}"
        );
        stream.write_all(request.as_bytes()).unwrap();
        let mut answer = String::new();
        stream.read_to_string(&mut answer).unwrap();
        let (head, body) = answer.split_once("\r\n\r\n").unwrap();
        Answer { status: head[9..12].parse().unwrap(), head: head.to_owned(), body: body.to_owned() }
    }
}

impl Drop for Shop {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

struct Answer {
    status: u16,
    head: String,
    body: String,
}

impl Answer {
    fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap()
    }

    /// The cookies that a browser keeps of this answer.
    fn cookies(&self) -> String {
        let lines = self.head.lines().filter_map(|line| line.strip_prefix("set-cookie: "));
        lines.map(|line| line.split(';').next().unwrap()).collect::<Vec<_>>().join("; ")
    }
}

#[test]
fn who_signs_in_follows_what_is_next_and_gets_the_route_and_still_does_after_a_restart() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(SHOP, folder.path(), "/orders");
    let port = &shop.port;
    assert!(shop.printed.contains(&format!("http://127.0.0.1:{port}/v1/sign-in")), "{}", shop.printed);
    assert!(shop.printed.contains(ERIN), "{}", shop.printed);

    assert_eq!(shop.send("GET", "/orders", &[DEVICE], "").status, 401);
    let wrong = ERIN.replace('7', "8");
    assert_eq!(shop.send("POST", "/v1/sign-in", &[DEVICE, JSON], &wrong).status, 403);
    let signed_in = shop.send("POST", "/v1/sign-in", &[DEVICE, JSON], ERIN);
    assert_eq!((signed_in.status, &signed_in.json()["state"]), (200, &Value::from("signed_in")));
    let bearer = format!("Bearer {}", signed_in.json()["session_token"].as_str().unwrap());
    let bearer = ("Authorization", &*bearer);

    let next = &signed_in.json()["next"][0];
    let who =
        shop.send(next["method"].as_str().unwrap(), next["path"].as_str().unwrap(), &[DEVICE, bearer], "");
    assert_eq!((who.status, &who.json()["subject"]["user_name"]), (200, &Value::from("erin")));
    let orders = shop.send("GET", "/orders", &[DEVICE, bearer], "");
    assert_eq!((orders.status, &*orders.body), (200, "orders of 1\n"));
    assert_eq!(shop.send("GET", "/orders", &[bearer], "").status, 401, "on another device");

    drop(shop);
    let again = Shop::start(SHOP, folder.path(), "/orders");
    assert_eq!(again.send("GET", "/orders", &[DEVICE, bearer], "").status, 200);
    assert_eq!(again.send("DELETE", "/v1/session", &[DEVICE, bearer], "").status, 200);
    assert_eq!(again.send("GET", "/orders", &[DEVICE, bearer], "").status, 401);
}

#[test]
fn an_address_that_asks_too_often_is_told_so() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(SHOP, folder.path(), "/orders");
    let statuses: Vec<_> = (0..200).map(|_| shop.send("GET", "/orders", &[], "").status).collect();
    assert!(statuses[..20].iter().all(|status| *status == 401), "{statuses:?}");
    assert!(statuses.contains(&429), "{statuses:?}");
}

#[test]
fn a_browser_gets_the_page_and_a_cookie_that_no_script_and_no_other_site_uses() {
    let folder = tempfile::tempdir().unwrap();
    let shop = Shop::start(BROWSER, folder.path(), "http://localhost");
    let page = shop.send("GET", "/", &[], "");
    assert_eq!((page.status, page.body.contains("/v1/sign-in")), (200, true));

    let elsewhere = ("Sec-Fetch-Site", "cross-site");
    assert_eq!(shop.send("POST", "/v1/sign-in", &[elsewhere, JSON], ERIN).status, 403);
    let signed_in = shop.send("POST", "/v1/sign-in", &[OWN, JSON], ERIN);
    assert_eq!(signed_in.status, 200);
    assert!(!signed_in.body.contains("token"), "{}", signed_in.body);
    let session = signed_in.head.lines().find(|line| line.contains("__Host-session=")).unwrap();
    assert!(session.contains("HttpOnly") && session.contains("Secure"), "{session}");

    let cookies = signed_in.cookies();
    let orders = shop.send("GET", "/orders", &[OWN, ("Cookie", &cookies)], "");
    assert_eq!((orders.status, &orders.json()["of"]), (200, &Value::from("1")));
    assert_eq!(shop.send("GET", "/orders", &[OWN], "").status, 401);
}

/// A line counts if it is neither empty nor only a comment.
#[test]
fn it_has_forty_lines_and_the_readme_shows_them() {
    let program = include_str!("../src/main.rs");
    let counts = |line: &&str| !line.trim().is_empty() && !line.trim().starts_with("//");
    let lines = program.lines().filter(counts).count();
    assert!(lines <= 40, "{lines}");
    assert!(program.lines().all(|line| line.chars().count() <= 110), "and none is two in one");
    let readme = include_str!("../../../README.md");
    assert!(readme.contains(&format!("```rs\n{program}```\n")), "README.md shows src/main.rs as it is");
}
