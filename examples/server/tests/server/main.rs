//! The server from outside: the real binary, over real HTTP.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    reason = "a test fails by panicking"
)]

mod changes;
mod crash;
mod devices;
mod errors;
mod family;
mod guesses;
mod limits;
mod lost_answers;
mod main_road;
mod process;
mod races;
mod refusals;
mod restarts;
mod skips;
mod starting;
mod wire;
