//! What was found in the server, each as a test of what is wanted instead.
//!
//! All of them are mended. A test of a fault that is still there is expected to fail, by `#[should_panic]` with the words of its last
//! assertion. Whoever mends the fault sees the test go red, and turns it round: takes the attribute away, and leaves the test where it is.
//!
//! A name begins with where the fault is told: `finding_04` in the review, `from_outside_4` in what was sent to the server,
//! `kind_10` among the kinds of fault that others' reports told. What was found in the library itself is in `tests/findings`
//! of the root.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod answers;
mod clocks;
mod database;
mod examples;
mod floods;
mod guesses;
#[cfg(target_os = "linux")]
mod memory;
mod names;
mod raw;
mod requests;
mod revisions;
mod starting;

#[path = "../floods/crowd.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod crowd;
#[path = "../server/process.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod process;
#[path = "../server/wire.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod wire;

use process::{Home, Server};

/// One ordinary application, and nobody who has an account.
const PLAIN: &str = "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n";

/// Starts a server with this configuration; `None` if it refuses to.
fn try_start_configured(home: &Home, config: &str, arguments: &[&str]) -> Option<Server> {
    let path = home.path("config.toml");
    std::fs::write(&path, config).unwrap();
    home.try_start(&[&["--config", path.to_str().unwrap()], arguments].concat())
}

/// The example of a README that stands behind this mark.
fn example<'a>(readme: &'a str, mark: &str) -> &'a str {
    let start = format!("<!-- {mark} -->\n```toml\n");
    readme.split(start.as_str()).nth(1).unwrap().split("```").next().unwrap()
}
