//! The errors of the store.

/// An error of the store. The client is told that the system is busy.
#[derive(Debug, thiserror::Error)]
pub enum StoreError {
    #[error("the database: {0}")]
    Sqlx(#[from] sqlx::Error),
    #[error("the stored {0} must be as the library has written it")]
    Malformed(&'static str),
    #[error("a name must be one account's, and one that was typed is of two")]
    Ambiguous,
    #[error("a commit must name the account that it writes to")]
    NoAccount,
    #[error("a row must stay from one statement to the next")]
    Gone,
}
