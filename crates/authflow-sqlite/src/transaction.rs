//! Transactions.

use rusqlite::Connection;
use std::ops::Deref;

/// A transaction of the store, or a part of one that can be taken back alone. The store begins and ends it, so nothing within may begin or end one.
/// The example of [`IntoAccounts`](crate::IntoAccounts) writes in one.
#[derive(Debug)]
pub struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    /// The caller has begun a transaction on the connection, and ends it.
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
