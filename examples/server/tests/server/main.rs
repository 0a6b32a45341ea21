//! The server from outside: the real binary, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod accounts;
mod captcha;
mod changes;
mod clients;
mod contacts;
mod crash;
mod dev;
mod devices;
mod environment;
mod errors;
mod family;
mod guesses;
mod imports;
mod limits;
mod logs;
mod lost_answers;
mod main_road;
mod management;
mod operations;
mod operator;
mod process;
mod races;
mod refusals;
mod reloads;
mod restarts;
mod scrape;
mod skips;
mod starting;
mod sweeps;
mod wire;
