//! What goes wrong in the store. No message holds a value that was stored.

/// What goes wrong in the store. No message holds a value that was stored.
///
/// ```
/// use authflow::{
///     Moment,
///     factor::Factor,
///     sealing::{SealingKey, SealingKeys},
///     testkit::demo,
/// };
/// use authflow_sqlite::{Place, Settings, SqliteStore, StoreError};
///
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// # let folder = tempfile::tempdir()?;
/// # let path = folder.path().join("authflow.db");
/// let open = |keys| SqliteStore::open(&Settings::new(Place::File(path.clone()), keys, Moment::now));
/// let store = open(demo::sealing_keys())?;
/// let mut tom = demo::account("tom");
/// demo::enrol(Factor::Totp, &mut tom);
/// let _ = store.create_account(tom).await?;
/// drop(store);
///
/// // The next start, with a new file of keys in the place of the one that was lost.
/// let keys = SealingKeys::new(SealingKey::new("2027", demo::secret(27))?);
/// let refused = open(keys).unwrap_err();
/// assert!(matches!(refused, StoreError::SealingKeysMissing { count: 1, .. }));
/// assert_eq!(
///     refused.to_string(),
///     "the sealing keys must have each key that a secret of an authenticator is sealed under, and 1 are sealed under others: seal-2"
/// );
/// # Ok(()) }
/// ```
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
    #[error("a stored {0} must be as this store wrote it, and is not")]
    Malformed(&'static str),
    /// A number has more than 63 bits.
    #[error("a number must have at most 63 bits to be stored")]
    TooLarge,
    /// A commit that the library does not make.
    #[error("a commit must name the account that it writes to")]
    NoAccount,
    /// A commit that the library does not make.
    #[error("a commit that changes an account must say which revision it expects")]
    NoRevision,
    /// A later version of this crate has been here.
    #[error("the database must be of this version of the crate or an earlier one, and is of a later one")]
    NewerSchema,
    /// An earlier version of this crate made the tables, and nobody has brought them to this one.
    #[error(
        "the tables must be of this version of the crate, and are of an earlier one: a service that starts brings them to it"
    )]
    OlderSchema,
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
        "the sealing keys must have each key that a secret of an authenticator is sealed under, and {count} are sealed under others: {ids}"
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
    #[error("a name must be one account's, and one that was typed is of two")]
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
    /// After an import, say. Look-ups spell them, some at a time.
    #[error("a contact is given once every name has been spelled, and some have not")]
    Unspelled,
    /// Accounts that are made elsewhere.
    #[error("a policy registers people, and these accounts must be made elsewhere")]
    MakesNoAccounts,
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
