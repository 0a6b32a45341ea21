#![doc = include_str!("../README.md")]

mod accounts;
mod administration;
mod attempts;
mod claims;
mod codes;
mod columns;
mod commit;
mod connection;
mod database_file;
mod error;
mod names;
mod nobodies;
mod part;
mod readers;
mod schema;
mod sealed;
mod sessions;
mod settings;
mod store;
mod system_time;
mod waits;
mod writer;

#[cfg(test)]
mod testing;

pub use accounts::Created;
pub use error::StoreError;
pub use settings::{Place, Settings};
pub use store::SqliteStore;
pub use system_time::system_time;
pub use waits::{InvalidWaits, Waits};
