//! A login on tower, in one process: no sockets, and a clock that the tests turn.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by a panic")]

mod bodies;
mod browser;
mod demo;
mod extractor;
mod guard;
mod hang_ups;
mod layer;
mod service;
