//! What a body of JSON looks like, found by walking over its text.

use std::collections::BTreeSet;

/// The shape of a text that is known to be JSON.
#[derive(Debug, Default, PartialEq)]
pub struct Shape {
    /// How many arrays and objects stand inside one another.
    pub depth: usize,
    /// Some object has a member twice.
    pub repeats: bool,
}

impl Shape {
    /// Within the limits of the wire contract.
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

/// The length of the text that `json` begins with, with both its quotes.
fn text_length(json: &str) -> usize {
    let mut escaped = true; // so that the opening quote is not the closing one
    let end = json.find(|letter| {
        let closes = letter == '"' && !escaped;
        escaped = letter == '\\' && !escaped;
        closes
    });
    end.unwrap() + 1
}
