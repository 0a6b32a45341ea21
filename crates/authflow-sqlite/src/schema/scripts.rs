//! The scripts that make the tables, version by version.

/// One script for each version. Each script stores its number in the database. A released script is never edited. A change is a new script.
pub(crate) const SCRIPTS: &[&str] = &[include_str!("1.sql"), include_str!("2.sql"), include_str!("3.sql")];
