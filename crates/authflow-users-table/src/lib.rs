#![doc = include_str!("../README.md")]

mod columns;
mod mapping;
mod quoting;

pub use columns::{Columns, TenantColumn};
pub use mapping::{UsersTable, unsaid};
pub use quoting::{literal, quoted};
