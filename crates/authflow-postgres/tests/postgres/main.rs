//! The store on a real PostgreSQL, which these tests start in a folder of its own.
//!
//! If there is none to start, the tests say so and pass. With `AUTHFLOW_POSTGRES=required` in the environment they fail instead.

#![cfg(unix)]
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    reason = "these are tests"
)]

mod accounts;
mod at_once;
mod contacts;
mod crash;
mod exam;
mod growth;
mod in_the_way;
mod nobodies;
mod odd_rows;
mod partitions;
mod pooler;
mod prepared;
mod registration;
mod sealing;
#[allow(dead_code, reason = "the reference server's tests need all of it")]
mod server;
mod setting;
mod tables;
mod users_table;
