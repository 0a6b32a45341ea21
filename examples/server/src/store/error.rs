//! What goes wrong in the store. No message holds a value that was stored.

#[derive(Debug, thiserror::Error)]
pub(crate) enum StoreError {
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    #[error("cannot make the database file: {0}")]
    File(#[from] std::io::Error),
    #[error("a stored {0} is malformed")]
    Malformed(&'static str),
    #[error("a number is too large for the database")]
    TooLarge,
    #[error("a commit writes to an account and names none")]
    NoAccount,
    #[error("a commit changes an account and expects no revision of it")]
    NoRevision,
    #[error("no new password was hashed for this commit")]
    NotHashed,
    #[error("the database is of a newer version of this server")]
    NewerSchema,
    #[error("the database is not this server's")]
    Foreign,
    #[error("each name must be one account's and in order, and these are not; nothing was changed: {0}")]
    Names(String),
    #[error("a name that was typed is of two accounts")]
    Ambiguous,
    #[error("too many are waiting for the database")]
    Overloaded,
    #[error("the write was not carried out")]
    NotCarriedOut,
    #[error("a database thread ended early")]
    ThreadEnded,
}
