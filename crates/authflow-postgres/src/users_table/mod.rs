//! Accounts in a table of your own.

mod accounts;
mod beside;
mod catalogue;
mod lookup;
mod mapping;
mod spelling;
mod statements;
mod trigger;

pub use accounts::MappedAccounts;
pub use mapping::{UsersTable, unsaid};

pub(crate) use trigger::refuse_any;
