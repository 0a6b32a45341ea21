//! A test double of a login server: the demonstration, with routes by which a test says what has happened.
//!
//! It cannot reach a real service. It has its own keys, database and applications, and takes no flag that names a service's. It stays on
//! loopback, and no other server has these routes.

mod accounts;
mod attempts;
mod clock;
mod codes;
mod deployment;
mod double;
mod flags;
mod openapi;
mod problem;
mod request;
mod routes;

pub(crate) use codes::Codes;
pub(crate) use deployment::DoubleError;
pub(crate) use double::Double;
pub(crate) use flags::DevFlags;
pub(crate) use openapi::description;
