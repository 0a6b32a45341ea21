//! Every call of `/v1/…`, by clients that mix cookies, bearers' tokens and the headers of browsers. Checks the properties of every
//! reply.

use arbitrary::{Arbitrary, Unstructured};
use authflow::testkit::{HeaderList, MemoryHost, Setup, World, demo};
use authflow::{
    ClientId,
    facade::{Facade, Reply, Request},
    outcome::{Outcome, Verdict},
    policy::Policy,
    web::{Modes, Web, openapi},
};
use serde_json::{Map, Value};
use std::{collections::BTreeMap, sync::LazyLock};

const NEW_PASSWORD: &str = "Battery-Staple-8";
const FINGERPRINT: &str = "156aysdna213sac";
const COOKIES: [&str; 3] = ["__Host-device", "__Host-session", "__Host-state"];
const PEOPLE: [&str; 9] = ["alice", "erin", "victor", "frank", "mona", "tom", "eve", "dora", "nobody"];

static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi);

/// One request.
#[derive(Arbitrary, Debug)]
pub struct Deed {
    call: u8,
    who: u8,
    /// The client's cookies that the request sends, and which of them are stolen, repeated or nonsense.
    cookies: u8,
    /// The value of `Authorization`.
    bearer: u8,
    /// The browser's headers about its site, and the fingerprint.
    says: u8,
    /// The values of its body's members.
    body: u8,
    seconds_later: u16,
}

struct Life {
    world: World,
    web: Web,
    modes: Modes,
    jar: BTreeMap<String, String>,
    /// The latest token in an answer.
    token: String,
    /// Every token so far.
    tokens: Vec<String>,
}

/// Runs a life of requests.
pub fn run(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut life = Life::new(u.arbitrary()?);
    for _ in 0..u.int_in_range(1..=12)? {
        let deed: Deed = u.arbitrary()?;
        life.send(&deed);
    }
    Ok(())
}

impl Life {
    fn new(beginning: u8) -> Self {
        let policy = Policy {
            rotate_session_tokens: beginning & 4 != 0,
            allows_unbound: beginning & 8 != 0,
            demands_captcha: beginning & 16 != 0,
            ..demo::policy()
        };
        let mut setup = Setup::new(policy);
        setup.tells_attempts = beginning & 32 != 0;
        let world = World::of(setup.api(demo::ring()), MemoryHost::demo());
        let modes = [Modes::Cookie, Modes::Bearer, Modes::Either][usize::from(beginning & 3) % 3];
        let application = ClientId::new(demo::ISV).unwrap();
        let web = Web::new(world.api.engine().clone(), application, modes).for_tenant(demo::tenant());
        Self { world, web, modes, jar: BTreeMap::new(), token: "nonsense".into(), tokens: Vec::new() }
    }

    fn send(&mut self, deed: &Deed) {
        self.world.clock.pass(u64::from(deed.seconds_later % 900));
        let (method, path, described) = call(deed.call);
        let headers = self.headers(deed);
        let body = self.body(deed, &described);
        let headers =
            if deed.body == 0xFF { headers } else { headers.with("Content-Type", "application/json") };
        let request = Request { method: &method, path: &path, headers: &headers, body: &body, peer: None };
        assert!(self.web.owns(&path));

        let before = self.world.host.sessions.len();
        let moment = self.world.moment();
        self.world.host.asked.clear();
        let (step, manner) = self.web.handle(&request, moment);
        let outcome = self.world.run(step);
        let reply = self.web.reply(&outcome, manner);
        let answer = check_reply(&described, &reply);
        self.check_place(&method, &headers, &reply, &answer);
        self.check_deeds(&outcome, &answer, self.world.host.sessions.len() - before);
        self.check_secrets(&outcome, &reply);
        self.keep(&reply, &answer);
    }

    fn headers(&self, deed: &Deed) -> HeaderList {
        let mut headers = HeaderList::new();
        let any = || self.tokens.get(usize::from(deed.who) % self.tokens.len().max(1)).cloned();
        let mut pairs = Vec::new();
        for (at, name) in COOKIES.into_iter().enumerate() {
            match (deed.cookies >> (2 * at)) & 3 {
                0 => {}
                1 => pairs.extend(self.jar.get(name).map(|value| format!("{name}={value}"))),
                2 => pairs.push(format!("{name}={}", any().unwrap_or("nonsense".into()))),
                _ => pairs.extend([format!("{name}=a"), format!("{name}=b")]),
            }
        }
        match deed.cookies >> 6 {
            _ if pairs.is_empty() => {}
            0 | 1 => headers = headers.and("Cookie", pairs.join("; ")),
            2 => headers = pairs.iter().fold(headers, |headers, pair| headers.and("cookie", pair)),
            _ => headers = headers.and("Cookie", format!("x; y=z;{};", pairs.join(" ;  "))),
        }
        match deed.bearer & 7 {
            0 | 1 => headers = headers.and("Authorization", format!("Bearer {}", self.token)),
            2 => headers = headers.and("authorization", format!("bearer {}", any().unwrap_or_default())),
            3 => headers = headers.and("Authorization", "Basic dXNlcg=="),
            4 => headers = headers.and("Authorization", "Basic x").and("Authorization", "Bearer y"),
            5 => headers = headers.and("Authorization", "Bearer y").and("Authorization", "Basic x"),
            6 => headers = headers.and("Authorization", "Bearer"),
            _ => {}
        }
        match deed.says & 7 {
            0 | 1 => headers = headers.and("Sec-Fetch-Site", "same-origin"),
            2 => headers = headers.and("Sec-Fetch-Site", "same-site"),
            3 => headers = headers.and("Sec-Fetch-Site", "cross-site"),
            4 => headers = headers.and("Sec-Fetch-Site", "same-origin").and("Sec-Fetch-Site", "same-origin"),
            5 => headers = headers.and("Sec-Fetch-Site", "none"),
            _ => {}
        }
        match (deed.says >> 3) & 3 {
            0 => headers = headers.and("X-Requested-By", "x"),
            1 => headers = headers.and("X-Requested-By", " "),
            _ => {}
        }
        if deed.says & 32 != 0 {
            headers = headers.and("Origin", "https://id.example.com");
        }
        match deed.says >> 6 {
            0 | 1 => headers = headers.and("X-Device-Fingerprint", FINGERPRINT),
            2 => headers = headers.and("X-Device-Fingerprint", "another"),
            _ => {}
        }
        headers
    }

    /// A body with the members that the call takes, with right or wrong values.
    fn body(&mut self, deed: &Deed, described: &Value) -> Vec<u8> {
        let who = PEOPLE[usize::from(deed.who) % PEOPLE.len()];
        let account = (who != "nobody").then(|| self.world.account(who).clone());
        let code = match &account {
            Some(account) if account.totp.is_some() => self.world.totp(who, 0),
            _ => self.world.host.outbox.last().map_or("000000".into(), |sent| sent.code.expose().into()),
        };
        let present = account.as_ref().and_then(|account| account.password.as_ref());
        let present = present.map_or(demo::PASSWORD.into(), |password| password.verifier.expose().to_owned());
        let rather = if present == NEW_PASSWORD { demo::PASSWORD } else { NEW_PASSWORD };
        let right = |name: &str| match name {
            "identifier" => who.to_owned(),
            "password" | "old_password" => present.clone(),
            "new_password" => rather.to_owned(),
            "mobile" => demo::MOBILE.to_owned(),
            "email" => demo::EMAIL.to_owned(),
            "code" => code.clone(),
            _ => "captcha".to_owned(),
        };
        let schema = &described["requestBody"]["content"]["application/json"]["schema"]["properties"];
        let mut members = Map::new();
        for (at, name) in schema.as_object().into_iter().flat_map(Map::keys).enumerate() {
            let value = match (deed.body >> (at % 4 * 2)) & 3 {
                3 if deed.body & 0x80 != 0 => continue,
                3 => Value::from("wrong-secret"),
                2 if deed.body & 0x40 != 0 => Value::Null,
                _ => right(name).into(),
            };
            members.insert(name.clone(), value);
        }
        if members.is_empty() { Vec::new() } else { Value::Object(members).to_string().into_bytes() }
    }

    /// A second judgement of where tokens may stand, and of the site of the request.
    fn check_place(&self, method: &str, headers: &HeaderList, reply: &Reply, answer: &Value) {
        let values = |wanted: &str| {
            let of_name = headers.iter().filter(move |(name, _)| name.eq_ignore_ascii_case(wanted));
            of_name.map(|(_, value)| std::str::from_utf8(value).unwrap()).collect::<Vec<_>>()
        };
        let is_bearers = |value: &&str| value.len() > 7 && value[..7].eq_ignore_ascii_case("bearer ");
        let has_bearer = values("Authorization").iter().any(is_bearers);
        let cookies = values("Cookie").join(";");
        let has = |name: &&str| {
            cookies.split(';').any(|pair| pair.trim().strip_prefix(*name).is_some_and(|rest| rest.len() > 1))
        };
        let has_cookies = COOKIES.iter().any(has);
        let (sites, requested) = (values("Sec-Fetch-Site"), values("X-Requested-By"));
        let is_browsers = !sites.is_empty() || !requested.is_empty() || !values("Origin").is_empty();
        let is_in_cookies = match self.modes {
            Modes::Cookie => true,
            Modes::Bearer => false,
            Modes::Either => !has_bearer && (has_cookies || is_browsers),
        };
        let is_own = method == "GET"
            || sites == ["same-origin"]
            || requested.iter().any(|value| !value.trim().is_empty());
        let expected = if has_bearer && (has_cookies || self.modes == Modes::Cookie) {
            Some("/v1/problems#tokens-misplaced")
        } else if is_in_cookies && !is_own {
            Some("/v1/problems#cross-site")
        } else {
            None
        };
        let refused = ["/v1/problems#tokens-misplaced", "/v1/problems#cross-site"];
        let told = answer["type"].as_str().filter(|told| refused.contains(told));
        assert_eq!(told, expected);
        let set = set_cookies(reply);
        if expected.is_some() {
            assert!(
                self.world.host.asked.is_empty() && set.is_empty(),
                "for whoever must not be asked about"
            );
        }
        if is_in_cookies {
            let names = answer.as_object().unwrap().keys();
            assert!(names.into_iter().all(|name| !name.ends_with("token")), "a script reads a token");
        } else {
            assert!(set.is_empty(), "a cookie for an app");
        }
        for line in set {
            let protected =
                ["; Path=/; Secure; HttpOnly; SameSite=Lax", "; Path=/; Secure; HttpOnly; SameSite=Strict"];
            assert!(line.starts_with("__Host-") && protected.iter().any(|end| line.ends_with(end)), "{line}");
        }
    }

    fn check_deeds(&self, outcome: &Outcome, answer: &Value, opened: usize) {
        let is_login = matches!(outcome.verdict, Verdict::SignedIn(_));
        assert_eq!(opened, usize::from(is_login), "a session for whoever has signed in, and for nobody else");
        assert_eq!(is_login, answer["state"] == "signed_in" && opened == 1);
        if let Verdict::SignedIn(grant) = &outcome.verdict {
            let record = &self.world.host.sessions[&grant.session];
            let account =
                self.world.host.accounts.iter().find(|account| account.id == record.account).unwrap();
            assert!(
                account.enrolled.is_empty() || record.factors.len() >= 2,
                "a second factor was not proved"
            );
        }
    }

    fn check_secrets(&self, outcome: &Outcome, reply: &Reply) {
        let answer = std::str::from_utf8(reply.body()).unwrap();
        let printed = format!("{outcome:?} {reply:?}");
        for secret in [demo::PASSWORD, NEW_PASSWORD, "wrong-secret"] {
            assert!(!answer.contains(secret) && !printed.contains(secret), "a password is told");
        }
        for token in &self.tokens {
            assert!(!printed.contains(token.as_str()), "a token is printed");
        }
    }

    fn keep(&mut self, reply: &Reply, answer: &Value) {
        for line in set_cookies(reply) {
            let (pair, _) = line.split_once(';').unwrap();
            let (name, value) = pair.split_once('=').unwrap();
            if value.is_empty() {
                self.jar.remove(name);
            } else {
                self.jar.insert(name.into(), value.into());
                self.tokens.push(value.into());
            }
        }
        for name in ["state_token", "session_token", "id_token"] {
            if let Some(token) = answer[name].as_str() {
                self.tokens.push(token.into());
                if name != "id_token" {
                    self.token = token.into();
                }
            }
        }
    }
}

/// A call of the document.
fn call(number: u8) -> (String, String, Value) {
    let paths = DOCUMENT["paths"].as_object().unwrap();
    let of = |(path, methods): (&String, &Value)| {
        let methods = methods.as_object().unwrap().iter();
        let of_path = methods.map(|(method, it)| (method.to_ascii_uppercase(), path.clone(), it.clone()));
        of_path.collect::<Vec<_>>()
    };
    let calls: Vec<_> = paths.iter().flat_map(of).collect();
    calls[usize::from(number) % calls.len()].clone()
}

fn set_cookies(reply: &Reply) -> Vec<&str> {
    reply.headers().filter(|(name, _)| *name == "set-cookie").map(|(_, line)| line).collect()
}

/// A reply has the type and exactly the members that the document describes.
fn check_reply(described: &Value, reply: &Reply) -> Value {
    let headers: Vec<_> = reply.headers().collect();
    let content_type = headers.iter().find(|(name, _)| *name == "content-type").unwrap().1;
    let status = reply.status();
    assert!(status != 500 && status != 503, "the host is honest");
    assert_eq!(status >= 400, content_type == "application/problem+json");
    assert!(headers.contains(&("cache-control", "no-store")));
    let schema = &described["responses"][status.to_string()]["content"][content_type]["schema"];
    let body: Value = serde_json::from_slice(reply.body()).unwrap();
    matches(schema, &body);
    assert!(status == 200 || body["status"] == status);
    body
}

fn matches(schema: &Value, value: &Value) {
    if let Some(reference) = schema["$ref"].as_str() {
        return matches(DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap(), value);
    }
    match schema["type"].as_str().unwrap_or_else(|| panic!("it is not described: {value}")) {
        "object" => {
            let members = value.as_object().unwrap();
            members.iter().for_each(|(name, value)| matches(&schema["properties"][name], value));
            for name in schema["required"].as_array().unwrap() {
                assert!(members.contains_key(name.as_str().unwrap()), "{name} is missing");
            }
        }
        "array" => value.as_array().unwrap().iter().for_each(|value| matches(&schema["items"], value)),
        "integer" => assert!(value.is_u64(), "{value}"),
        _ => {
            let words = schema["enum"].as_array();
            assert!(value.is_string() && words.is_none_or(|words| words.contains(value)), "{value}");
        }
    }
}
