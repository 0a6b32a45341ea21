//! A table of your own that accounts are kept in.

mod accounts;
mod mapping;
mod spelling;
mod statements;
mod table;
mod triggers;

pub use accounts::MappedAccounts;
pub use mapping::{UsersTable, unsaid};
