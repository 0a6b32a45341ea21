//! What goes wrong in the store. No message holds a value that was stored.

/// What goes wrong in the store. No message holds a value that was stored.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum StoreError {
    /// SQLite itself.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The file cannot be made or opened.
    #[error("cannot make the database file: {0}")]
    File(#[from] std::io::Error),
    /// A column holds what this crate does not write.
    #[error("a stored {0} is malformed")]
    Malformed(&'static str),
    /// A number has more than 63 bits.
    #[error("a number is too large for the database")]
    TooLarge,
    /// A commit that the library does not make.
    #[error("a commit writes to an account and names none")]
    NoAccount,
    /// A commit that the library does not make.
    #[error("a commit changes an account and expects no revision of it")]
    NoRevision,
    /// A later version of this crate has been here.
    #[error("the database is of a newer version of this crate")]
    NewerSchema,
    /// The file's mode is too open.
    #[error("others than its owner may read it, and it holds verifiers of passwords: run `chmod 600` on it")]
    ReadableByOthers,
    /// A secret of a version that kept them in the clear is malformed.
    #[error("an authenticator that is to be sealed cannot be kept: {0}")]
    ClearSecret(authflow::factor::TotpError),
    /// The file cannot be written anew.
    #[error(
        "others hold the database, so that secrets in the clear are left in its file: stop them, and start again"
    )]
    NotScrubbed,
    /// A sealing key was dropped too early, or its file was lost.
    #[error(
        "{count} secrets of authenticators are sealed under keys that are not among the sealing keys: {ids}"
    )]
    SealingKeysMissing {
        /// How many secrets need one.
        count: i64,
        /// Which keys.
        ids: String,
    },
    /// A migration found names that two accounts have.
    #[error("each name must be one account's and in order, and these are not; nothing was changed: {0}")]
    Names(String),
    /// What was typed is a name of one account and a number or address of another one.
    #[error("a name that was typed is of two accounts")]
    Ambiguous,
    /// The source of moments had none.
    #[error("there must be entropy, and the source of moments had none")]
    NoMoment,
    /// Your own table does not fit its mapping.
    #[error("the table {table}: {finding}")]
    UsersTable {
        /// Which table, as it was named.
        table: String,
        /// What must be, and what is.
        finding: String,
    },
    /// Nobody got to it within the [`Waits`](crate::Waits).
    #[error("too many are waiting for the database")]
    Overloaded,
    /// The transaction was taken back, with all that were in it.
    #[error("the write was not carried out")]
    NotCarriedOut,
    /// A bug, or out of memory.
    #[error("a database thread ended early")]
    ThreadEnded,
}
