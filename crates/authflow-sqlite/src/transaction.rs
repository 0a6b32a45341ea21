//! Transactions.

use rusqlite::Connection;
use std::ops::Deref;

/// A transaction of the store, or a part of one that can be rolled back alone. The store begins and ends it, so code within it must not begin or end
/// a transaction. The example of [`IntoAccounts`](crate::IntoAccounts) writes in one.
#[derive(Debug)]
pub struct Transaction<'c>(&'c Connection);

impl<'c> Transaction<'c> {
    /// A handle to the transaction that the caller has begun on the connection. The caller also ends it.
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
