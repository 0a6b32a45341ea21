//! The errors of the store. No message contains a stored value.

use std::{error::Error, fmt, iter, time::Duration};
use tokio_postgres::error::SqlState;

/// An error of the store. Its message contains no stored value.
///
/// ```
/// use authflow::Moment;
/// use authflow_postgres::{Settings, StoreError, tokio_postgres::NoTls};
///
/// let refused = Settings::new("postgres://localhost:none/people", NoTls, None, Moment::now).err();
/// assert!(matches!(refused, Some(StoreError::Postgres(_))));
/// assert_eq!(
///     refused.unwrap().to_string(),
///     "the database: invalid connection string: invalid value for option `port`"
/// );
/// ```
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// The database, or the connection to it, has failed.
    #[error("the database: {0}")]
    Postgres(#[source] DatabaseError),
    /// No connection became free in time, or none could be made.
    #[error("no connection to the database: {}", with_causes(.0))]
    NoConnection(#[source] deadpool_postgres::PoolError),
    /// The settings do not allow a pool.
    #[error("the pool of connections: {0}")]
    Pool(#[source] deadpool_postgres::BuildError),
    /// A connection was used after it was given up.
    #[error("a connection must be open to be used, and this one was given up")]
    Closed,
    /// The question was not answered within the longest wait. Its transaction is rolled back.
    #[error("the database must answer within {waited:?}, and did not")]
    TooSlow {
        /// The longest wait.
        waited: Duration,
    },
    /// The transaction conflicted with another one at every try.
    #[error("a transaction must succeed within {tries} tries, and another one was in its way each time")]
    Contended {
        /// The number of tries.
        tries: u32,
    },
    /// Another transaction has made or removed a row between two statements. The transaction starts again, so no caller sees this error.
    #[error("a row must stay from one statement to the next, and did not")]
    Raced,
    /// The library cannot read a row.
    #[error("the stored {column} must be {wanted}, and is not")]
    Malformed {
        /// The column that was read.
        column: &'static str,
        /// The form that it must have.
        wanted: &'static str,
    },
    /// A number has more than 63 bits.
    #[error("a number must have at most 63 bits to be stored")]
    TooLarge,
    /// The library never makes such a commit.
    #[error("a commit must name the account that it writes to")]
    NoAccount,
    /// The library never makes such a commit.
    #[error("a commit that changes an account must say which revision it expects")]
    NoRevision,
    /// The name that was typed belongs to two accounts.
    #[error("a name must be one account's, and one that was typed is of two")]
    Ambiguous,
    /// Some names have no one spelling, or two accounts share one. Nothing was changed.
    #[error("each name must be one account's and in order, and these are not; nothing was changed: {0}")]
    Names(String),
    /// The tables are missing, or are not of this version.
    #[error(
        "the tables must be of version {wanted}, and are of version {found} (0 is none): run `PostgresStore::migrate` as their owner"
    )]
    NotMigrated {
        /// The version that this crate works with.
        wanted: i32,
        /// The version of the tables.
        found: i32,
    },
    /// The tables are of a later version of this crate.
    #[error(
        "the tables must be of version {wanted} at most, and are of version {found}: run a later authflow-postgres"
    )]
    NewerTables {
        /// The version that this crate works with.
        wanted: i32,
        /// The version of the tables.
        found: i32,
    },
    /// The keys of names are of another version of the library's spelling.
    #[error(
        "the keys of names must be of spelling {wanted}, and are of {found}: run `PostgresStore::migrate` as the tables' owner"
    )]
    OtherSpelling {
        /// The version of the spelling that the library works with.
        wanted: u32,
        /// The version of the spelling of the keys.
        found: i64,
    },
    /// The database's settings would not make a commit durable before it is answered with `Done`.
    #[error(
        "`synchronous_commit` must not be off for this role and database: a token that was used before a crash would be good again after it"
    )]
    NotDurable,
    /// A key under which secrets are sealed is missing. It was dropped too early, or lost.
    #[error(
        "the sealing keys must have each key that a secret of an authenticator is sealed under, and {count} are sealed under others: {ids}"
    )]
    SealingKeysMissing {
        /// The number of these secrets.
        count: i64,
        /// The ids of the keys.
        ids: String,
    },
    /// The accounts are made elsewhere.
    #[error("a policy registers people, and these accounts must be made elsewhere")]
    MakesNoAccounts,
    /// The source of moments returned none.
    #[error("there must be entropy, and the source of moments had none")]
    NoMoment,
    /// Some names are not spelled yet, for example after an import. Each look-up spells some of them.
    #[error("a contact is given once every name has been spelled, and some have not")]
    Unspelled,
    /// The user's own table does not fit its mapping.
    #[error("the table {table}: {finding}")]
    UsersTable {
        /// The table, as it was named.
        table: String,
        /// The condition that the table must meet, and what was found instead.
        finding: String,
    },
}

/// An error of the database without the values that its message may quote, so that no stored value is logged.
///
/// ```no_run
/// use authflow_postgres::{Connection, StoreError, parameters::text, tokio_postgres::error::SqlState};
///
/// /// Makes a member, unless one of that id exists.
/// async fn make(connection: &Connection, id: &str) -> Result<bool, StoreError> {
///     let sql = "INSERT INTO members (id) VALUES ($1)";
///     match connection.execute(sql, &[text(id)]).await {
///         Err(StoreError::Postgres(error)) if error.code() == Some(&SqlState::UNIQUE_VIOLATION) => {
///             Ok(false)
///         }
///         other => other.map(|_| true),
///     }
/// }
/// ```
pub struct DatabaseError(tokio_postgres::Error);

impl DatabaseError {
    /// The database's code for the error, if the database itself refused.
    pub fn code(&self) -> Option<&SqlState> {
        self.0.code()
    }

    /// Whether a table has changed since the statement was prepared. The code of such an error only says that something is not supported.
    fn is_stale_plan(&self) -> bool {
        self.0.as_db_error().is_some_and(|error| error.routine() == Some("RevalidateCachedQuery"))
    }
}

impl fmt::Display for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Some(error) = self.0.as_db_error() else { return f.write_str(&with_causes(&self.0)) };
        // The detail and the query quote values. The message only names objects.
        write!(f, "{} ({})", error.message(), error.code().code())?;
        match error.hint() {
            Some(hint) => write!(f, "; {hint}"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for DatabaseError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "DatabaseError({self})")
    }
}

impl Error for DatabaseError {}

/// The text of an error and those of its causes.
fn with_causes(error: &dyn Error) -> String {
    let causes = iter::successors(Some(error), |error| (*error).source());
    causes.map(ToString::to_string).collect::<Vec<_>>().join(": ")
}

impl From<tokio_postgres::Error> for StoreError {
    fn from(error: tokio_postgres::Error) -> Self {
        Self::Postgres(DatabaseError(error))
    }
}

impl StoreError {
    pub(crate) fn malformed(column: &'static str, wanted: &'static str) -> Self {
        Self::Malformed { column, wanted }
    }

    /// Whether the transaction conflicted with another one. If so, it has certainly had no effect, and may be tried again.
    pub(crate) fn is_conflict(&self) -> bool {
        match self {
            Self::Postgres(error) => {
                error.is_stale_plan()
                    || error.code().is_some_and(|code| {
                        *code == SqlState::T_R_SERIALIZATION_FAILURE
                            || *code == SqlState::T_R_DEADLOCK_DETECTED
                    })
            }
            Self::Raced => true,
            _ => false,
        }
    }

    /// Whether a unique index on this column of a table refused the row. The index may be on an expression, such as `lower(email)`.
    pub(crate) fn is_taken_in(&self, table: &str, column: &str) -> bool {
        let Self::Postgres(DatabaseError(error)) = self else { return false };
        let is_its = error.as_db_error().is_some_and(|error| error.table() == Some(table));
        is_its && self.is_of_a_unique_key_of(column)
    }

    /// Whether a unique key with this column refused the row: on the column alone, on several columns, or on an expression.
    pub(crate) fn is_of_a_unique_key_of(&self, column: &str) -> bool {
        let Some(named) = self.unique_columns() else { return false };
        let is_of_a_word = |character: char| character.is_alphanumeric() || character == '_';
        let is_named = named.split(|character| !is_of_a_word(character)).any(|word| word == column);
        is_named || named.contains(&format!("\"{column}\""))
    }

    /// The columns of the violated unique key, as the database names them, without their values.
    fn unique_columns(&self) -> Option<&str> {
        let Self::Postgres(DatabaseError(error)) = self else { return None };
        let error = error.as_db_error().filter(|error| *error.code() == SqlState::UNIQUE_VIOLATION)?;
        // `Key (tenant, email)=(…) already exists.`
        Some(error.detail()?.strip_prefix("Key (")?.split_once(")=")?.0)
    }

    /// Whether the database itself refused and so ended the statement. If so, the connection is still good.
    pub(crate) fn is_answer(&self) -> bool {
        match self {
            // A server that has become a replica refuses every write, and a statement of an earlier table is refused every time. Such connections are
            // useless.
            Self::Postgres(error) => {
                !error.is_stale_plan()
                    && error.code().is_some_and(|code| *code != SqlState::READ_ONLY_SQL_TRANSACTION)
            }
            Self::NoConnection(_) | Self::TooSlow { .. } => false,
            _ => true,
        }
    }
}
