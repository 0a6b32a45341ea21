//! The scripts that make the tables, version by version.

/// There is one script for each version, and each writes its number down. A released script is never edited; new ones are added.
pub(crate) const SCRIPTS: &[&str] = &[include_str!("1.sql"), include_str!("2.sql"), include_str!("3.sql")];
