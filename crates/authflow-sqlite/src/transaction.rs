//! What is written together.

use rusqlite::Connection;
use std::ops::Deref;

/// A transaction of the store's, or a part of one that is taken back alone. The store makes it, and ends it: what runs within begins and ends none.
/// The example of [`IntoAccounts`](crate::IntoAccounts) writes in one.
#[derive(Debug)]
pub struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    /// Somebody has begun one, and ends it.
    pub(crate) fn of(connection: &'c Connection) -> Self {
        Self(connection)
    }
}

impl Deref for Transaction<'_> {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        self.0
    }
}
