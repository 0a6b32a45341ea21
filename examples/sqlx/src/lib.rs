#![doc = include_str!("../README.md")]

mod accounts;
mod columns;
mod commit;
mod error;
mod identities;
mod records;
mod sessions;
mod shop;
mod store;

pub use commit::{Written, write};
pub use error::StoreError;
pub use shop::Shop;
pub use store::{AtSignIn, SqlxStore};
