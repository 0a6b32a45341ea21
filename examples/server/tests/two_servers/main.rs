//! Two servers on one PostgreSQL, which these tests start for themselves. A call that reaches both at once counts once, whatever
//! crashes.
//!
//! If no PostgreSQL is installed, they say so and pass. With `AUTHFLOW_POSTGRES=required` in the environment, they fail then.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod accounts;
mod at_once;
mod crash;
mod crowd;
mod deployment;
mod fail_over;
mod in_doubt;
mod lost_writes;
mod pair;
mod reloads;
mod starting;
mod sweeps;
mod tls;

#[path = "../server/operator.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod operator;
#[path = "../../../../crates/authflow-postgres/tests/postgres/pooler.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod pooler;
#[path = "../server/process.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod process;
#[path = "../server/scrape.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod scrape;
/// The server of PostgreSQL.
#[path = "../../../../crates/authflow-postgres/tests/postgres/server.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod server;
#[path = "../server/wire.rs"]
#[allow(dead_code, reason = "these tests need a part of it")]
mod wire;
