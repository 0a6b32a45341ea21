//! The findings in the server. Each has a test of the wanted behaviour.
//!
//! All of them are mended. A test of an open fault is expected to fail, by `#[should_panic]` with the words of its last assertion. When
//! the fault is mended, the test fails. Then remove the attribute, and leave the test where it is.
//!
//! The name of a test begins with the source of its finding: `finding_04` in the review, `from_outside_4` in requests to the server,
//! `kind_10` among the kinds of fault in public reports. The findings in the library itself are in `tests/findings` of the root.
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

/// One ordinary application, without accounts.
const PLAIN: &str = "issuer = 'https://login.example.com'\napplications = [{ client_id = 'web' }]\n";

/// Starts a server with this configuration; `None` if it refuses to.
fn try_start_configured(home: &Home, config: &str, arguments: &[&str]) -> Option<Server> {
    let path = home.path("config.toml");
    std::fs::write(&path, config).unwrap();
    home.try_start(&[&["--config", path.to_str().unwrap()], arguments].concat())
}

/// The example of a README that follows this mark.
fn example<'a>(readme: &'a str, mark: &str) -> &'a str {
    let start = format!("<!-- {mark} -->\n```toml\n");
    readme.split(start.as_str()).nth(1).unwrap().split("```").next().unwrap()
}
