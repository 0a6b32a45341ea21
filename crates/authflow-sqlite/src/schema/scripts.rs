//! What makes the tables, version by version.

/// One script for each version; each writes its number down. What has been released is never edited, only added to.
pub(crate) const SCRIPTS: &[&str] = &[include_str!("1.sql"), include_str!("2.sql"), include_str!("3.sql")];
