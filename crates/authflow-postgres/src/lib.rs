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
mod database;
mod error;
mod identities;
mod live_sessions;
mod migrations;
mod names;
mod nobodies;
pub mod parameters;
mod part;
mod sealed;
mod sessions;
mod settings;
mod store;
mod sweep;
mod users_table;
mod waits;

pub use accounts::{Accounts, Created, IntoAccounts, OwnAccounts, SealedRow};
pub use connection::{Connection, Transaction};
pub use error::{DatabaseError, StoreError};
pub use sealed::Resealed;
pub use settings::{Isolation, Settings, Statements};
pub use store::PostgresStore;
pub use tokio_postgres;
pub use users_table::{MappedAccounts, UsersTable, unsaid};
pub use waits::{InvalidWaits, Waits};
