//! A second reading of JSON: its shape, which a walk over the text finds, and every member in it.

use base64::{Engine as _, prelude::BASE64_URL_SAFE_NO_PAD};
use serde::de::{Deserializer as _, MapAccess, Visitor};
use serde_json::Value;
use std::{collections::BTreeSet, fmt};

/// The shape of a text that is known to be JSON.
#[derive(Debug, Default, PartialEq)]
pub struct Shape {
    /// The depth of nested arrays and objects.
    pub depth: usize,
    /// An object has a member twice.
    pub repeats: bool,
}

impl Shape {
    /// Whether it is within the limits of the wire contract.
    pub fn is_good(&self) -> bool {
        self.depth <= 8 && !self.repeats
    }

    pub fn of(json: &str) -> Self {
        let mut shape = Self::default();
        let mut open = Vec::new();
        let mut rest = json;
        while let Some(first) = rest.chars().next() {
            let mut length = first.len_utf8();
            match first {
                '{' | '[' => open.push(BTreeSet::new()),
                '}' | ']' => drop(open.pop()),
                '"' => {
                    length = text_length(rest);
                    let is_name = rest[length..].trim_start().starts_with(':');
                    let text: String = serde_json::from_str(&rest[..length]).unwrap();
                    shape.repeats |= is_name && !open.last_mut().unwrap().insert(text);
                }
                _ => {}
            }
            shape.depth = shape.depth.max(open.len());
            rest = &rest[length..];
        }
        shape
    }
}

/// The length of the text at the start of `json`, with both its quotes.
fn text_length(json: &str) -> usize {
    let mut escaped = true; // so that the opening quote is not the closing one
    let end = json.find(|letter| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes
    });
    end.unwrap() + 1
}

/// The reasons why a payload is not read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unread {
    /// It is no object of JSON, or not one with the right members.
    Not,
    /// It is JSON, but not every reader takes it: it is too deep, or has a number that no double holds, or half a pair of
    /// surrogates.
    AtALimit,
}

/// The members of an object in their order. Repeated members are repeated here.
pub struct Members(Vec<(String, Value)>);

impl Members {
    /// Reads an object of JSON in UTF-8 without white space before it.
    pub fn read(json: &[u8]) -> Result<Self, Unread> {
        let text = std::str::from_utf8(json).map_err(|_| Unread::Not)?;
        const LIMITS: [&str; 4] =
            ["recursion limit", "number out of range", "surrogate", "end of hex escape"];
        if !text.starts_with('{') {
            return Err(Unread::Not);
        }
        let mut reader = serde_json::Deserializer::from_str(text);
        let members = reader.deserialize_map(Collector).and_then(|members| reader.end().map(|()| members));
        members.map(Self).map_err(|error| {
            let at_a_limit = LIMITS.iter().any(|limit| error.to_string().contains(limit));
            if at_a_limit { Unread::AtALimit } else { Unread::Not }
        })
    }

    /// All values that have this name.
    pub fn named(&self, name: &str) -> Vec<&Value> {
        self.0.iter().filter(|(other, _)| other == name).map(|(_, value)| value).collect()
    }

    /// The value that has this name, if there is exactly one.
    pub fn once(&self, name: &str) -> Option<&Value> {
        match self.named(name)[..] {
            [value] => Some(value),
            _ => None,
        }
    }
}

struct Collector;

impl<'de> Visitor<'de> for Collector {
    type Value = Vec<(String, Value)>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let mut members = Vec::new();
        while let Some(member) = map.next_entry()? {
            members.push(member);
        }
        Ok(members)
    }
}

/// The decoded payload of a token in the compact form.
pub fn payload(token: &[u8]) -> Vec<u8> {
    let encoded = token.split(|byte| *byte == b'.').nth(1).unwrap();
    BASE64_URL_SAFE_NO_PAD.decode(encoded).unwrap()
}
