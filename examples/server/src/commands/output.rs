//! Answers on standard output: for people, or as JSON for scripts.

use clap::Args;
use serde::Serialize;
use std::{
    fmt::{self, Display, Write as _},
    io::{self, Write as _},
};

#[derive(Debug, Args)]
pub(crate) struct Output {
    /// Answer in JSON.
    #[arg(long)]
    json: bool,
}

impl Output {
    pub(super) fn print(&self, answer: &(impl Serialize + Display)) -> io::Result<()> {
        let mut out = io::stdout().lock();
        let text = match self.json {
            true => serde_json::to_string(answer)?,
            false => answer.to_string(),
        };
        writeln!(out, "{}", Inert(&text))?;
        out.flush()
    }
}

/// A text that does nothing to a terminal. If it is JSON, it stays JSON. The names of accounts were typed by others.
struct Inert<'a>(&'a str);

impl fmt::Display for Inert<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.chars().try_for_each(|it| match it {
            '\n' => f.write_char(it),
            _ if it.is_control() || turns_the_line(it) => write!(f, "\\u{:04x}", u32::from(it)),
            _ => f.write_char(it),
        })
    }
}

/// Whether a character changes the order of the text after it: the characters with Unicode's property `Bidi_Control`.
fn turns_the_line(it: char) -> bool {
    matches!(it, '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_somebody_typed_does_nothing_to_a_terminal() {
        let typed = "zoe\u{1b}]0;x\u{7}\u{9b}2J\u{202e}eoz\n张 \u{e9}";
        assert_eq!(Inert(typed).to_string(), "zoe\\u001b]0;x\\u0007\\u009b2J\\u202eeoz\n张 \u{e9}");
        let json = serde_json::to_string(&typed).unwrap();
        assert_eq!(serde_json::from_str::<String>(&Inert(&json).to_string()).unwrap(), typed);
    }
}
