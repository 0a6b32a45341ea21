//! A connection of the pool, and a transaction on one.

use crate::{
    Isolation, Statements, StoreError,
    parameters::{Parameter, typed},
};
use deadpool_postgres::Object;
use std::{fmt, ops::Deref, time::Duration};
use tokio_postgres::{
    Row, Statement,
    types::{ToSql, Type},
};

/// A connection of the pool, for reading.
///
/// You need it to implement [`Accounts`](crate::Accounts):
///
/// ```no_run
/// use authflow_postgres::{Connection, StoreError, parameters::text};
///
/// /// Whether a person has paid.
/// async fn has_paid(connection: &Connection, id: &str) -> Result<bool, StoreError> {
///     let found = connection
///         .query_opt("SELECT 1 FROM members WHERE id = $1 AND paid", &[text(id)])
///         .await?;
///     Ok(found.is_some())
/// }
/// ```
///
/// A connection that is dropped in the middle of its work is closed. The database rolls its transaction back, and no other caller gets the connection
/// in that state.
pub struct Connection {
    object: Option<Object>,
    statements: Statements,
    is_midway: bool,
}

impl Connection {
    pub(crate) fn new(object: Object, statements: Statements) -> Self {
        Self { object: Some(object), statements, is_midway: true }
    }

    /// Returns the rows of a statement. The statement is sent with the types of its parameters. It has a name only if statements are
    /// [prepared](Statements::Prepared).
    ///
    /// # Errors
    /// Returns the error of the database.
    pub async fn query(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<Vec<Row>, StoreError> {
        let (client, parameters) = (self.client()?, typed(parameters));
        Ok(match self.prepared(sql, &parameters).await? {
            Some((statement, values)) => client.query(&statement, &values).await?,
            None => client.query_typed(sql, &parameters).await?,
        })
    }

    /// Returns the only row of a statement, or `None`.
    ///
    /// # Errors
    /// Returns the error of the database, or an error if there are several rows.
    pub async fn query_opt(
        &self,
        sql: &str,
        parameters: &[Parameter<'_>],
    ) -> Result<Option<Row>, StoreError> {
        let (client, parameters) = (self.client()?, typed(parameters));
        Ok(match self.prepared(sql, &parameters).await? {
            Some((statement, values)) => client.query_opt(&statement, &values).await?,
            None => client.query_typed_opt(sql, &parameters).await?,
        })
    }

    /// Runs a statement, and returns the number of rows that it has changed.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub async fn execute(&self, sql: &str, parameters: &[Parameter<'_>]) -> Result<u64, StoreError> {
        let (client, parameters) = (self.client()?, typed(parameters));
        Ok(match self.prepared(sql, &parameters).await? {
            Some((statement, values)) => client.execute(&statement, &values).await?,
            None => client.execute_typed(sql, &parameters).await?,
        })
    }

    /// Runs several statements without parameters.
    ///
    /// # Errors
    /// Returns the error of the database.
    pub async fn batch(&self, sql: &str) -> Result<(), StoreError> {
        Ok(self.client()?.batch_execute(sql).await?)
    }

    /// The driver's own connection, for statements of your own.
    ///
    /// # Errors
    /// This never fails while the connection is in use. The connection is given up only when it is dropped.
    pub fn client(&self) -> Result<&tokio_postgres::Client, StoreError> {
        self.object.as_deref().map(|client| &**client).ok_or(StoreError::Closed)
    }

    /// The prepared statement of this connection, and the values without types. It is `None` if statements are not prepared.
    async fn prepared<'p>(
        &self,
        sql: &str,
        parameters: &[(&'p (dyn ToSql + Sync), Type)],
    ) -> Result<Option<(Statement, Vec<&'p (dyn ToSql + Sync)>)>, StoreError> {
        let (Statements::Prepared, Some(object)) = (self.statements, &self.object) else { return Ok(None) };
        let (values, types): (Vec<_>, Vec<_>) = parameters.iter().cloned().unzip();
        Ok(Some((object.prepare_typed_cached(sql, &types).await?, values)))
    }

    /// Marks the connection as idle, so that the next caller may have it.
    pub(crate) fn give_back(mut self) {
        self.is_midway = false;
    }
}

impl Drop for Connection {
    fn drop(&mut self) {
        if let Some(object) = self.object.take_if(|_| self.is_midway) {
            drop(Object::take(object));
        }
    }
}

impl fmt::Debug for Connection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Connection").finish_non_exhaustive()
    }
}

/// A transaction of the store on one of its connections. [`Accounts`](crate::Accounts) read and write in it.
///
/// ```no_run
/// use authflow_postgres::{StoreError, Transaction, parameters::text};
///
/// /// Writes down in a table of yours which account has changed, together with the writes of the store.
/// async fn note(transaction: &Transaction, account: &str) -> Result<(), StoreError> {
///     let sql = "INSERT INTO changes (account, at) VALUES ($1, now())";
///     transaction.execute(sql, &[text(account)]).await.map(drop)
/// }
/// ```
#[derive(Debug)]
pub struct Transaction(Connection);

impl Transaction {
    /// Begins a transaction. Nothing in it waits for a lock for longer than `longest_wait`.
    pub(crate) async fn begin(
        connection: Connection,
        isolation: Isolation,
        longest_wait: Duration,
    ) -> Result<Self, StoreError> {
        let (isolation, milliseconds) = (isolation.as_sql(), longest_wait.as_millis().max(1));
        let begin = format!("BEGIN ISOLATION LEVEL {isolation}; SET LOCAL lock_timeout = {milliseconds}");
        connection.batch(&begin).await?;
        Ok(Self(connection))
    }

    pub(crate) async fn commit(self) -> Result<(), StoreError> {
        self.end("COMMIT").await
    }

    pub(crate) async fn roll_back(self) -> Result<(), StoreError> {
        self.end("ROLLBACK").await
    }

    async fn end(self, sql: &str) -> Result<(), StoreError> {
        let ended = self.0.batch(sql).await;
        if ended.as_ref().err().is_none_or(StoreError::is_answer) {
            self.0.give_back();
        }
        ended
    }
}

impl Deref for Transaction {
    type Target = Connection;

    fn deref(&self) -> &Connection {
        &self.0
    }
}
