//! Clients: a browser, which keeps cookies, and an app, which keeps tokens. Neither knows the flow.

use super::schema;
use authflow::{
    ClientId, Moment,
    facade::{Facade, Reply, Request},
    outcome::Outcome,
    testkit::{HeaderList, World, demo},
    web::{Modes, Web},
};
use serde_json::{Map, Value, json};
use std::collections::BTreeMap;

pub(super) const NEW_PASSWORD: &str = "Battery-Staple-8";

/// A parsed reply.
#[derive(Clone, Debug, PartialEq)]
pub(super) struct Answer {
    pub(super) status: u16,
    pub(super) headers: Vec<(String, String)>,
    pub(super) body: Value,
}

impl Answer {
    pub(super) fn of(reply: &Reply) -> Self {
        let headers = reply.headers().map(|(name, value)| (name.into(), value.into())).collect();
        let body = serde_json::from_slice(reply.body()).expect("a reply is JSON");
        Self { status: reply.status(), headers, body }
    }

    pub(super) fn header(&self, name: &str) -> Option<&str> {
        let mut values = self.headers.iter().filter(|(other, _)| other == name).map(|(_, value)| &**value);
        let first = values.next();
        assert!(values.next().is_none(), "{name} stands twice");
        first
    }

    /// The lines that set cookies, by the names of the cookies.
    pub(super) fn cookies(&self) -> BTreeMap<&str, &str> {
        let lines = self.headers.iter().filter(|(name, _)| name == "set-cookie");
        let named = lines.map(|(_, line)| (line.split_once('=').unwrap().0, &**line));
        let cookies: Vec<_> = named.collect();
        let by_name: BTreeMap<_, _> = cookies.iter().copied().collect();
        assert_eq!(by_name.len(), cookies.len(), "a cookie is set twice");
        by_name
    }

    pub(super) fn state(&self) -> &str {
        self.body["state"].as_str().unwrap_or_else(|| panic!("no state in {self:?}"))
    }

    /// The type of the problem, without the path of its documentation.
    pub(super) fn problem(&self) -> &str {
        let uri = self.body["type"].as_str().unwrap_or_else(|| panic!("no problem in {self:?}"));
        uri.strip_prefix("/v1/problems#").unwrap()
    }

    pub(super) fn next(&self) -> Vec<&str> {
        self.body["next"].as_array().unwrap().iter().map(|call| call["name"].as_str().unwrap()).collect()
    }

    /// The description of the call of this name.
    pub(super) fn call(&self, name: &str) -> &Value {
        let calls = self.body["next"].as_array().unwrap();
        calls.iter().find(|call| call["name"] == name).unwrap_or_else(|| panic!("no {name} in {self:?}"))
    }
}

/// The tokens and cookies that a client keeps.
#[derive(Clone)]
pub(super) enum Keeps {
    Cookies(BTreeMap<String, String>),
    Token { token: Option<String>, fingerprint: Option<String> },
}

#[derive(Clone)]
pub(super) struct Client {
    pub(super) world: World,
    pub(super) web: Web,
    pub(super) keeps: Keeps,
    /// Headers in addition to those that every request of its kind has.
    pub(super) headers: HeaderList,
    pub(super) outcome: Option<Outcome>,
}

pub(super) fn facade(world: &World, modes: Modes) -> Web {
    let application = ClientId::new(demo::ISV).unwrap();
    Web::new(world.api.engine().clone(), application, modes).for_tenant(demo::tenant())
}

impl Client {
    pub(super) fn browser(world: World) -> Self {
        let web = facade(&world, Modes::Cookie);
        let headers =
            HeaderList::from_iter([("Sec-Fetch-Site", "same-origin"), ("Origin", "https://id.example.com")]);
        Self { web, world, keeps: Keeps::Cookies(BTreeMap::new()), headers, outcome: None }
    }

    pub(super) fn app(world: World) -> Self {
        let web = facade(&world, Modes::Bearer);
        let keeps = Keeps::Token { token: None, fingerprint: Some("156aysdna213sac".into()) };
        Self { web, world, keeps, headers: HeaderList::new(), outcome: None }
    }

    /// One client of each kind.
    pub(super) fn both(world: &World) -> [Self; 2] {
        [Self::browser(world.clone()), Self::app(world.clone())]
    }

    pub(super) fn cookie(&self, name: &str) -> &str {
        match &self.keeps {
            Keeps::Cookies(cookies) => &cookies[name],
            Keeps::Token { .. } => panic!("an app has no cookies"),
        }
    }

    pub(super) fn jar(&mut self) -> &mut BTreeMap<String, String> {
        match &mut self.keeps {
            Keeps::Cookies(cookies) => cookies,
            Keeps::Token { .. } => panic!("an app has no cookies"),
        }
    }

    /// The headers that the client shows with each request.
    pub(super) fn shown(&self) -> HeaderList {
        let mut headers = self.headers.clone().and("User-Agent", "Mozilla/5.0");
        match &self.keeps {
            Keeps::Cookies(cookies) => {
                let pairs: Vec<_> = cookies.iter().map(|(name, value)| format!("{name}={value}")).collect();
                if !pairs.is_empty() {
                    headers = headers.and("Cookie", format!("theme=dark; {}", pairs.join("; ")));
                }
            }
            Keeps::Token { token, fingerprint } => {
                if let Some(token) = token {
                    headers = headers.and("Authorization", format!("Bearer {token}"));
                }
                if let Some(fingerprint) = fingerprint {
                    headers = headers.and("X-Device-Fingerprint", fingerprint);
                }
            }
        }
        headers
    }

    /// Makes a request, and keeps what its answer hands out.
    pub(super) fn send(&mut self, method: &str, path: &str, body: &Value) -> Answer {
        let headers = self.shown();
        let answer = self.send_with(method, path, &headers, body);
        self.keep(&answer);
        answer
    }

    /// Makes a request with just these headers, and keeps nothing of its answer.
    pub(super) fn send_with(
        &mut self,
        method: &str,
        path: &str,
        headers: &HeaderList,
        body: &Value,
    ) -> Answer {
        let (bytes, headers) = match body {
            Value::Null => (Vec::new(), headers.clone()),
            body => (body.to_string().into_bytes(), headers.clone().with("Content-Type", "application/json")),
        };
        let request =
            Request { method, path, headers: &headers, body: &bytes, peer: "192.0.2.7".parse().ok() };
        self.answer(&request)
    }

    pub(super) fn answer(&mut self, request: &Request<'_, HeaderList>) -> Answer {
        let moment: Moment = self.world.moment();
        self.world.host.asked.clear();
        let (step, manner) = self.web.handle(request, moment);
        let outcome = self.world.run(step);
        let reply = self.web.reply(&outcome, manner);
        self.outcome = Some(outcome);
        let answer = Answer::of(&reply);
        schema::check(request.method, request.path, &answer);
        answer
    }

    /// Keeps what an answer hands out, as a browser or an app does.
    pub(super) fn keep(&mut self, answer: &Answer) {
        match &mut self.keeps {
            Keeps::Cookies(jar) => {
                for (name, line) in answer.cookies() {
                    let value = line.split_once(';').unwrap().0.split_once('=').unwrap().1;
                    if line.contains("Max-Age=0;") {
                        jar.remove(name);
                    } else {
                        jar.insert(name.into(), value.into());
                    }
                }
            }
            Keeps::Token { token, .. } => {
                let handed = ["session_token", "state_token"].map(|name| answer.body[name].as_str());
                if let Some(handed) = handed.into_iter().flatten().next() {
                    *token = Some(handed.into());
                }
            }
        }
    }

    /// Makes a call that the last answer has named, with these typed members.
    pub(super) fn follow(&mut self, last: &Answer, name: &str, typed: &Value) -> Answer {
        let call = last.call(name).clone();
        self.make(&call, typed)
    }

    fn make(&mut self, call: &Value, typed: &Value) -> Answer {
        let takes: Vec<_> = call["takes"].as_array().unwrap().iter().map(|it| it.as_str().unwrap()).collect();
        let body: Map<_, _> = takes.iter().map(|name| ((*name).into(), typed[*name].clone())).collect();
        assert!(body.values().all(|value| !value.is_null()), "{call} takes more than {typed}");
        let body = if body.is_empty() { Value::Null } else { Value::Object(body) };
        self.send(call["method"].as_str().unwrap(), call["path"].as_str().unwrap(), &body)
    }

    /// Everything that a subject types when asked for it.
    pub(super) fn typed(&mut self, user_name: &str) -> Value {
        let account = self.world.account(user_name).clone();
        let code = match account.totp {
            Some(_) => self.world.totp(user_name, 0),
            None if self.world.host.outbox.is_empty() => "000000".into(),
            None => self.world.code(),
        };
        json!({
            "identifier": user_name, "password": demo::PASSWORD, "code": code,
            "old_password": demo::PASSWORD, "new_password": NEW_PASSWORD,
            "mobile": account.mobile.map(|mobile| mobile.as_str().to_string()),
            "email": account.email.map(|email| email.as_str().to_string()),
        })
    }

    /// Signs in, and knows only where to ask how. From each answer it makes the first named call that it has not made yet and whose members a
    /// subject can type.
    pub(super) fn sign_in_by_following(&mut self, user_name: &str) -> Answer {
        let mut made = Vec::new();
        let mut answer = self.send("GET", "/v1/sign-in", &Value::Null);
        while answer.body["state"] != "signed_in" {
            let typed = self.typed(user_name);
            let is_open = |call: &&Value| {
                let takes = call["takes"].as_array().unwrap();
                !made.contains(&call["name"]) && takes.iter().all(|it| !typed[it.as_str().unwrap()].is_null())
            };
            let calls = answer.body["next"].as_array().unwrap();
            let Some(call) = calls.iter().find(is_open).cloned() else { return answer };
            made.push(call["name"].clone());
            answer = self.make(&call, &typed);
        }
        answer
    }

    /// Signs in with a password.
    pub(super) fn sign_in(&mut self, user_name: &str) -> Answer {
        self.send("POST", "/v1/sign-in", &json!({ "identifier": user_name, "password": demo::PASSWORD }))
    }
}
