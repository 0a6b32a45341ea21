//! Commands that an operator runs beside a server.

use crate::process::Home;
use serde_json::Value;
use std::{io::Write as _, process::Stdio};

/// The answer of a command.
#[derive(Debug)]
pub(crate) struct Told {
    pub(crate) code: i32,
    pub(crate) out: String,
    pub(crate) err: String,
}

impl Told {
    #[track_caller]
    pub(crate) fn done(self) -> Self {
        assert_eq!(self.code, 0, "{self:?}");
        self
    }

    #[track_caller]
    pub(crate) fn json(self) -> Value {
        serde_json::from_str(&self.done().out).unwrap()
    }

    /// Asserts that it ended with this code and these words.
    #[track_caller]
    pub(crate) fn refused(self, code: i32, words: &str) {
        assert!(self.code == code && self.err.contains(words), "{self:?}");
    }
}

impl Home {
    /// Runs a command with this on its standard input.
    pub(crate) fn operate(&self, arguments: &[&str], input: &str) -> Told {
        let mut command = self.command(arguments);
        command.stdin(Stdio::piped()).stderr(Stdio::piped()).env_remove("RUST_LOG");
        let mut process = command.spawn().unwrap();
        // A command that refuses early does not read its input.
        let _ = process.stdin.take().unwrap().write_all(input.as_bytes());
        let output = process.wait_with_output().unwrap();
        Told {
            code: output.status.code().unwrap(),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }
}
