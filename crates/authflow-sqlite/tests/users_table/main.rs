//! Accounts in a table of somebody else.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod bcrypt;
mod contacts;
mod exam;
mod login;
mod names;
mod people;
mod refusals;
mod registration;
mod rows;
