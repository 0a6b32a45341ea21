//! A test double of a login server: the demonstration, and routes by which a test says what has happened.
//!
//! A real service is out of its reach. It has keys, a database and applications of its own, and takes no flag that names a service's; it stays on
//! loopback; and no other server has these routes.

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
