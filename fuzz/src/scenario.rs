//! Some requests of one client, and the plan of the host's answers: from bytes, or from a readable text.

use crate::{
    cast::{APPLICATIONS, NEW_PASSWORD, PASSWORD, TENANT, USERS},
    model,
};
use arbitrary::{Arbitrary, Result, Unstructured};
use serde_json::json;

/// Requests, one after the other, to a host that answers by a plan.
#[derive(Debug, Default)]
pub struct Scenario {
    /// A byte for each question: see [`World`](crate::world::World).
    pub plan: Vec<u8>,
    pub requests: Vec<Request>,
}

/// A request. In a header's value, `{state}`, `{id}` and `{session}` stand for the latest token of that kind.
#[derive(Debug)]
pub struct Request {
    pub method: String,
    pub path: String,
    /// The seconds since the request before.
    pub seconds_later: u32,
    pub headers: Vec<(String, Vec<u8>)>,
    pub body: Vec<u8>,
}

const ROUTES: [(&str, &str); 6] = [
    ("POST", "/api/v2/sdk/login"),
    ("POST", "/api/v2/sdk/login"),
    ("POST", "/api/v2/sdk/pwd/update"),
    ("GET", "/api/v2/sdk/pwd/skip-update"),
    ("POST", "/api/v2/sdk/pwd/skip-update"),
    ("GET", "/api/v2/sdk/pwd/check-exist"),
];

const HEADERS: [(&str, &[&str]); 10] = [
    ("X-operating-sys-version", &["Android 10", "windows10.1.1"]),
    ("X-device-fingerprint", &["156aysdna213sac", "156aysdna213sc50"]),
    ("X-agent", &["Mozilla/5.0 (Linux; Android 10)"]),
    ("X-client-id", &APPLICATIONS),
    ("X-tenant-id", &[TENANT]),
    ("X-L", &["en", "zh", "zh-CN", "fr"]),
    ("X-device-ip", &["10.10.10.1", "::ffff:10.10.10.1", "2001:db8::7"]),
    ("X-state-token", &["{state}"]),
    ("Authorization", &["Bearer {id}", "bearer  {id}"]),
    ("Content-Type", &["application/json", "application/json; charset=utf-8"]),
];

impl Scenario {
    /// Reads the text form: a line with the plan, then requests with a line `===` before each. A request is a line of
    /// method, path and, if there is a third word, seconds; a line for each header; an empty line; the body.
    pub fn from_text(text: &[u8]) -> Self {
        let (plan, mut rest) = split(text, b"\n===\n");
        let mut requests = Vec::new();
        while !rest.is_empty() && requests.len() < 8 {
            let (request, next) = split(rest, b"\n===\n");
            requests.push(Request::from_text(request));
            rest = next;
        }
        Self { plan: plan.to_vec(), requests }
    }
}

impl Request {
    /// A request as [`Scenario::from_text`] describes it.
    pub fn from_text(text: &[u8]) -> Self {
        let (head, body) = split(text, b"\n\n");
        let (line, mut rest) = split(head, b"\n");
        let line = String::from_utf8_lossy(line);
        let mut words = line.split(' ').map(String::from);
        let mut word = || words.next().unwrap_or_default();
        let (method, path) = (word(), word());
        let seconds_later = word().parse::<u16>().unwrap_or(0).into();
        let mut headers = Vec::new();
        while !rest.is_empty() {
            let (header, next) = split(rest, b"\n");
            let (name, value) = split(header, b":");
            headers.push((String::from_utf8_lossy(name).into_owned(), value.to_vec()));
            rest = next;
        }
        Self { method, path, seconds_later, headers, body: body.to_vec() }
    }
}

/// The texts before and after the first `separator`.
fn split<'a>(text: &'a [u8], separator: &[u8]) -> (&'a [u8], &'a [u8]) {
    match text.windows(separator.len()).position(|window| window == separator) {
        Some(at) => (&text[..at], &text[at + separator.len()..]),
        None => (text, b""),
    }
}

impl<'a> Arbitrary<'a> for Scenario {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        let mut scenario = Self::default();
        let mut usual = HEADERS.map(|(_, values)| values[0]);
        for (value, (_, values)) in usual.iter_mut().zip(HEADERS) {
            *value = u.choose(values)?;
        }
        for _ in 0..u.int_in_range(1..=5)? {
            scenario.requests.push(request(u, &usual)?);
        }
        for _ in 0..u.int_in_range(0..=24)? {
            // Mostly honest: a plan of failures alone would get nowhere.
            scenario.plan.push(if u.ratio(7, 8)? { b'.' } else { *u.choose(b"unxc")? });
        }
        Ok(scenario)
    }
}

/// A request of a client that usually describes itself in the same way.
fn request(u: &mut Unstructured<'_>, usual: &[&'static str; 10]) -> Result<Request> {
    let (method, path) = match u.ratio(15, 16)? {
        true => u.choose(&ROUTES).map(|(method, path)| (method.to_string(), path.to_string()))?,
        false => (u.choose(&["GET", "POST", "PUT", "get", ""])?.to_string(), u.arbitrary()?),
    };
    let mut headers = Vec::new();
    for ((name, values), usual) in HEADERS.into_iter().zip(usual) {
        // Most headers come once and are good. Otherwise nearly every list would be refused for its first fault.
        match u.int_in_range(0..=63)? {
            0 => {}
            1 => headers.extend([(any_case(u, name)?, u.arbitrary()?), (any_case(u, name)?, u.arbitrary()?)]),
            2 => headers.push((any_case(u, name)?, u.arbitrary()?)),
            3 => {
                let length = model::longest(name) - 1 + u.int_in_range(0..=2)?;
                headers.push((any_case(u, name)?, vec![u.int_in_range(b' '..=b'~')?; length]));
            }
            4 => headers.push((any_case(u, name)?, u.choose(values)?.as_bytes().to_vec())),
            _ => headers.push((any_case(u, name)?, usual.as_bytes().to_vec())),
        }
    }
    if u.ratio(1, 8)? {
        headers.extend(u.arbitrary::<Vec<(String, Vec<u8>)>>()?);
    }
    let seconds_later = if u.ratio(1, 4)? { u.int_in_range(0..=2000)? } else { 0 };
    let body = body(u, &path)?;
    Ok(Request { method, path, seconds_later, headers, body })
}

/// A name in capitals and small letters, chosen by chance.
pub fn any_case(u: &mut Unstructured<'_>, name: &str) -> Result<String> {
    let upper: u32 = u.arbitrary()?;
    let cased = name.char_indices().map(|(at, letter)| match upper >> (at % 32) & 1 {
        0 => letter.to_ascii_lowercase(),
        _ => letter.to_ascii_uppercase(),
    });
    Ok(cased.collect())
}

fn body(u: &mut Unstructured<'_>, path: &str) -> Result<Vec<u8>> {
    let (user, random) = (*u.choose(&USERS)?, u.int_in_range(0..=15)?);
    // The names of two members, and their usual values.
    let [(first, usually), (second, rather)] = match path.ends_with("update") {
        true => [("old_password", PASSWORD), ("new_password", NEW_PASSWORD)],
        false => [("user_name", user), ("password", PASSWORD)],
    };
    let members =
        |one: &str, other: &str| format!(r#"{{"{first}":{},"{second}":{}"#, json!(one), json!(other));
    let usual = members(usually, rather);
    Ok(match random {
        0 => u.arbitrary::<String>()?,
        1 => members(&u.arbitrary::<String>()?, &u.arbitrary::<String>()?) + "}",
        2 => return Ok([usual.as_bytes(), b"}", u.bytes(1)?].concat()),
        3 => {
            let deep = u.int_in_range(5..=10)?;
            format!(r#"{usual},"x":{}{}}}"#, "[".repeat(deep), "]".repeat(deep))
        }
        4 => usual + &" ".repeat(u.int_in_range(16_000..=16_500)?) + "}",
        5 => members(usually, &"x".repeat(u.int_in_range(1..=1100)?)) + "}",
        6 => format!(r#"{usual},"{}":"x"}}"#, first.replace('_', r"\u005F")),
        7 => members(&format!(" {usually}"), &format!("{rather} ")) + "}",
        8 => members(usually, "wrong") + "}",
        9 => members("wrong", rather) + "}",
        10 => members(usually, usually) + "}",
        11 => members(usually, if rather == PASSWORD { NEW_PASSWORD } else { PASSWORD }) + "}",
        _ => usual + "}",
    }
    .into_bytes())
}
