//! Requests as a client of the family writes them, and their answers.

use crate::process::{Home, PASSWORD, Server};
use serde_json::{Value, json};
use std::{
    io::{self, Read as _, Write as _},
    net::TcpStream,
    time::Duration,
};

pub(crate) const LOGIN: &str = "/api/v2/sdk/login";
pub(crate) const SKIP: &str = "/api/v2/sdk/pwd/skip-update";
pub(crate) const UPDATE: &str = "/api/v2/sdk/pwd/update";
pub(crate) const CHECK: &str = "/api/v2/sdk/pwd/check-exist";

const ANDROID: &str = "Mozilla/5.0 (Linux; Android 10; Redmi K30 Build/QKQ1.190825.002; wv) AppleWebKit/537.36 \
    (KHTML, like Gecko) Version/4.0 Chrome/80.0.3987.99 Mobile Safari/537.36";
const IPHONE: &str = "Mozilla/5.0 (iPhone; CPU iPhone OS 13_3 like Mac OS X)";

/// The two demo applications.
#[derive(Clone, Copy, Debug)]
pub(crate) enum World {
    Isv,
    Ordinary,
}

impl World {
    pub(crate) const BOTH: [Self; 2] = [Self::Isv, Self::Ordinary];

    /// The tenant of this world in the database's columns.
    pub(crate) fn tenant(self) -> &'static str {
        match self {
            Self::Isv => "08f770f51f80d2f40f38c00cb199fd21",
            Self::Ordinary => "",
        }
    }

    fn client_id(self) -> &'static str {
        match self {
            Self::Isv => "DRrYIqauawN0I8myTMoDTPys6ezGZxnm",
            Self::Ordinary => "nTo1eRIub60vPb54WeE6aojPwYwImtl4",
        }
    }
}

#[derive(Clone, Debug)]
pub(crate) struct Call {
    method: &'static str,
    path: String,
    headers: Vec<(&'static str, String)>,
    body: Vec<u8>,
}

impl Call {
    fn new(method: &'static str, path: &'static str, world: World, headers: &[(&'static str, &str)]) -> Self {
        let headers = headers.iter().map(|(name, value)| (*name, (*value).to_owned())).collect();
        let call = Self { method, path: path.to_owned(), headers, body: Vec::new() }
            .with("X-client-id", world.client_id());
        match world {
            World::Isv => call.with("X-tenant-id", world.tenant()),
            World::Ordinary => call,
        }
    }

    pub(crate) fn login(world: World, name: &str, password: &str) -> Self {
        let headers = [
            ("X-operating-sys-version", "Android 10"),
            ("X-device-fingerprint", "156aysdna213sac"),
            ("X-agent", ANDROID),
            ("Content-Type", "application/json"),
        ];
        let body = json!({ "user_name": name, "password": password });
        Self::new("POST", LOGIN, world, &headers).body(body.to_string())
    }

    /// A call with a body, from the device that signs in.
    pub(crate) fn post(world: World, path: &'static str, body: &Value) -> Self {
        Self::login(world, "", "").path(path).body(body.to_string())
    }

    /// A call of a tenant's server about that device.
    pub(crate) fn of_tenant(path: &'static str, credential: &str, member: &str, token: &str) -> Self {
        let body = json!({
            member: token,
            "operating_sys_version": "Android 10",
            "device_fingerprint": "156aysdna213sac",
            "agent": ANDROID,
        });
        let headers = vec![
            ("Content-Type", "application/json".to_owned()),
            ("Authorization", format!("Bearer {credential}")),
        ];
        Self { method: "POST", path: path.to_owned(), headers, body: body.to_string().into_bytes() }
    }

    pub(crate) fn update(world: World, state_token: &str, old: &str, new: &str) -> Self {
        let body = json!({ "old_password": old, "new_password": new });
        let call = Self::skip(world, state_token).method("POST").path(UPDATE);
        call.with("Content-Type", "application/json").body(body.to_string())
    }

    /// A call with the headers of the first seed's example, but without `X-L`, so that messages are in English.
    pub(crate) fn skip(world: World, state_token: &str) -> Self {
        let headers = [
            ("X-operating-sys-version", "Android 10"),
            ("X-device-fingerprint", "156aysdna213sac"),
            ("X-device-ip", "10.10.10.1"),
            ("X-agent", ANDROID),
            ("X-state-token", state_token),
        ];
        Self::new("GET", SKIP, world, &headers)
    }

    /// A call with the headers of the second seed's table, but without `X-L`, and with the fingerprint of the device that
    /// signed in.
    pub(crate) fn check(world: World, id_token: &str) -> Self {
        let headers = [
            ("X-operating-sys-version", "windows10.1.1"),
            ("X-device-fingerprint", "156aysdna213sac"),
            ("X-device-ip", "192.168.1.2"),
            ("X-agent", IPHONE),
            ("Authorization", &format!("Bearer {id_token}")),
            ("content-type", "application/json"),
        ];
        Self::new("GET", CHECK, world, &headers)
    }

    /// The call with this header, in the place of any other header of the name.
    pub(crate) fn with(self, name: &'static str, value: &str) -> Self {
        let mut call = self.without(name);
        call.headers.push((name, value.to_owned()));
        call
    }

    pub(crate) fn without(mut self, name: &str) -> Self {
        self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }

    pub(crate) fn method(self, method: &'static str) -> Self {
        Self { method, ..self }
    }

    pub(crate) fn path(self, path: &str) -> Self {
        Self { path: path.to_owned(), ..self }
    }

    pub(crate) fn body(self, body: impl Into<Vec<u8>>) -> Self {
        Self { body: body.into(), ..self }
    }

    pub(crate) fn send(&self, server: &Server) -> Reply {
        self.try_send(&server.address).unwrap()
    }

    /// The bytes of the call. `connection` says whether the connection goes on.
    pub(crate) fn bytes(&self, address: &str, connection: &str) -> Vec<u8> {
        let mut text = format!("{} {} HTTP/1.1\r\nConnection: {connection}\r\n", self.method, self.path);
        if !self.headers.iter().any(|(name, _)| *name == "Host") {
            text += &format!("Host: {address}\r\n");
        }
        for (name, value) in &self.headers {
            text += &format!("{name}: {value}\r\n");
        }
        if !self.body.is_empty() {
            text += &format!("Content-Length: {}\r\n", self.body.len());
        }
        text += "\r\n";
        [text.as_bytes(), &self.body].concat()
    }

    pub(crate) fn try_send(&self, address: &str) -> io::Result<Reply> {
        let mut stream = TcpStream::connect(address)?;
        stream.set_read_timeout(Some(Duration::from_secs(60)))?;
        stream.write_all(&self.bytes(address, "close"))?;
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer)?;
        Reply::parse(&answer).ok_or_else(|| io::ErrorKind::UnexpectedEof.into())
    }
}

/// The answer to a bare `GET` of a path.
#[track_caller]
pub(crate) fn get(address: &str, path: &'static str) -> Reply {
    Call { method: "GET", path: path.to_owned(), headers: Vec::new(), body: Vec::new() }
        .try_send(address)
        .unwrap()
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Reply {
    pub(crate) status: u16,
    pub(crate) headers: String,
    pub(crate) body: String,
}

impl Reply {
    fn parse(answer: &[u8]) -> Option<Self> {
        let (headers, body) = str::from_utf8(answer).ok()?.split_once("\r\n\r\n")?;
        let status = headers.strip_prefix("HTTP/1.1 ")?.get(..3)?.parse().ok()?;
        Some(Self { status, headers: headers.to_ascii_lowercase(), body: body.to_owned() })
    }

    pub(crate) fn has_header(&self, line: &str) -> bool {
        self.headers.lines().any(|other| other == line)
    }

    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("not JSON: {self:?}"))
    }

    pub(crate) fn text(&self, member: &str) -> String {
        self.json()[member].as_str().unwrap_or_else(|| panic!("no {member}: {self:?}")).to_owned()
    }

    /// The members, in alphabetical order.
    pub(crate) fn members(&self) -> Vec<String> {
        self.json().as_object().unwrap().keys().cloned().collect()
    }

    pub(crate) fn is_success(&self) -> bool {
        self.status == 200 && self.json()["status"] == "SUCCESS"
    }

    /// Asserts 400 with exactly the two members, byte for byte.
    #[track_caller]
    pub(crate) fn assert_refused(&self, code: &str, message: &str) {
        let told = (self.status, self.json());
        assert_eq!(told, (400, json!({ "error_code": code, "error_msg": message })), "{self:?}");
        assert!(
            self.has_header("content-type: application/json") && self.has_header("cache-control: no-store")
        );
    }

    #[track_caller]
    pub(crate) fn assert_state_token_refused(&self) {
        self.assert_refused("IDAAS.SDK.PARAM.0014", "Invalid state token");
    }

    #[track_caller]
    pub(crate) fn assert_id_token_refused(&self) {
        self.assert_refused("IDAAS.SDK.PARAM.0016", "IdToken is invalid or expired");
    }

    #[track_caller]
    pub(crate) fn assert_credentials_refused(&self) {
        self.assert_refused("IDAAS.SDK.LOGIN.0002", "Incorrect user name or password");
    }

    /// Whether a guess was not judged, because other guesses were in progress. Then it must be sent again.
    pub(crate) fn is_busy(&self) -> bool {
        self.status == 500 && self.body.contains("IDAAS.TENANT.COM.0002")
    }
}

impl Server {
    /// Moves a test double's clock forward by this many seconds.
    #[track_caller]
    pub(crate) fn advance(&self, seconds: i64) {
        let call = Call::post(World::Ordinary, "/dev/clock", &json!({ "advance": seconds }));
        let moved = call.send(self);
        assert_eq!(moved.status, 200, "{moved:?}");
    }
}

impl Home {
    /// A test double whose clock is this many seconds ahead.
    #[track_caller]
    pub(crate) fn start_moved(&self, seconds: i64) -> Server {
        let server = self.start_double();
        server.advance(seconds);
        server
    }
}

/// Signs nora in by a code to her mobile, since she has no password. Returns her id token.
#[track_caller]
pub(crate) fn nora(home: &Home, server: &Server, world: World) -> String {
    let call = |path, body: Value| Call::post(world, path, &body).send(server);
    let mobile = "+86-13800000001";
    let sent = call("/api/v2/sdk/sms/send", json!({ "mobile": mobile, "type": "LOGIN_SMS" }));
    assert_eq!((sent.status, &*sent.body), (200, ""), "{sent:?}");
    let body = json!({ "mobile": mobile, "verify_code": home.code() });
    let granted = call("/api/v2/sdk/login/mobile-verify-code", body);
    assert!(granted.is_success(), "{granted:?}");
    granted.text("id_token")
}

/// Logs erin in, up to the warning.
#[track_caller]
pub(crate) fn warned(server: &Server, world: World) -> String {
    let reply = Call::login(world, "erin", PASSWORD).send(server);
    assert_eq!(reply.text("status"), "PASSWORD_WARN", "{reply:?}");
    reply.text("state_token")
}
