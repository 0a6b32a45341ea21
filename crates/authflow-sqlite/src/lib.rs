#![doc = include_str!("../README.md")]

mod accounts;
mod administration;
mod attempts;
mod authenticator;
mod claims;
mod codes;
mod columns;
mod commit;
mod connection;
mod database_file;
mod error;
mod identities;
mod live_sessions;
mod names;
mod nobodies;
mod part;
mod readers;
mod schema;
mod sealed;
mod sessions;
mod settings;
mod store;
mod transaction;
mod users_table;
mod waits;
mod writer;

#[cfg(test)]
mod testing;

pub use accounts::{Accounts, Created, IntoAccounts, OwnAccounts, SealedRow};
pub use error::StoreError;
pub use rusqlite;
pub use settings::{Place, Settings, Upkeep};
pub use store::SqliteStore;
pub use transaction::Transaction;
pub use users_table::{MappedAccounts, UsersTable, unsaid};
pub use waits::{InvalidWaits, Waits};
