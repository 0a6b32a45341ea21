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
    #[error("the database is of a newer version of this server")]
    NewerSchema,
    #[error("the database is not this server's")]
    Foreign,
    #[error("others than its owner may read it, and it holds verifiers of passwords: run `chmod 600` on it")]
    ReadableByOthers,
    #[error("an authenticator that is to be sealed cannot be kept: {0}")]
    ClearSecret(authflow::factor::TotpError),
    #[error(
        "others hold the database, so that secrets in the clear are left in its file: stop them, and start again"
    )]
    NotScrubbed,
    #[error(
        "{count} secrets of authenticators are sealed under keys that are not among the sealing keys: {ids}"
    )]
    SealingKeysMissing { count: i64, ids: String },
    #[error("no entropy to seal secrets with")]
    NoEntropy,
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
