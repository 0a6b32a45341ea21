//! The errors of the store. No message contains a stored value.

/// An error of the store. Its message contains no stored value.
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
/// // The next start has a new file of keys in place of a lost one.
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
    /// An error of SQLite.
    #[error(transparent)]
    Sqlite(#[from] rusqlite::Error),
    /// The file cannot be made or opened.
    #[error("cannot make the database file: {0}")]
    File(#[from] std::io::Error),
    /// A column holds a value that this crate does not write.
    #[error("a stored {0} must be as this store wrote it, and is not")]
    Malformed(&'static str),
    /// A number has more than 63 bits.
    #[error("a number must have at most 63 bits to be stored")]
    TooLarge,
    /// The library never makes such a commit.
    #[error("a commit must name the account that it writes to")]
    NoAccount,
    /// The library never makes such a commit.
    #[error("a commit that changes an account must say which revision it expects")]
    NoRevision,
    /// A later version of this crate has changed the database.
    #[error("the database must be of this version of the crate or an earlier one, and is of a later one")]
    NewerSchema,
    /// An earlier version of this crate made the tables, and they have not been brought to this version.
    #[error(
        "the tables must be of this version of the crate, and are of an earlier one: a service that starts brings them to it"
    )]
    OlderSchema,
    /// The mode of the file lets others than its owner read, write or run it.
    #[error("others than its owner may read it, and it holds verifiers of passwords: run `chmod 600` on it")]
    ReadableByOthers,
    /// An earlier version kept secrets in the clear, and one of them is malformed.
    #[error("an authenticator that is to be sealed cannot be kept: {0}")]
    ClearSecret(authflow::factor::TotpError),
    /// The file cannot be rewritten.
    #[error(
        "others hold the database, so that secrets in the clear are left in its file: stop them, and start again"
    )]
    NotScrubbed,
    /// A sealing key was dropped too early, or its file was lost.
    #[error(
        "the sealing keys must have each key that a secret of an authenticator is sealed under, and {count} are sealed under others: {ids}"
    )]
    SealingKeysMissing {
        /// The number of these secrets.
        count: i64,
        /// The missing keys.
        ids: String,
    },
    /// A migration found names that two accounts have.
    #[error("each name must be one account's and in order, and these are not; nothing was changed: {0}")]
    Names(String),
    /// The text that was typed is the user name of one account and the number or address of another account.
    #[error("a name must be one account's, and one that was typed is of two")]
    Ambiguous,
    /// The source of moments returned none.
    #[error("there must be entropy, and the source of moments had none")]
    NoMoment,
    /// Your own table does not fit its mapping.
    #[error("the table {table}: {finding}")]
    UsersTable {
        /// The table, as it was named.
        table: String,
        /// The condition that the table must meet, and what was found instead.
        finding: String,
    },
    /// Some names are not spelled yet, for example after an import. Each look-up spells some of them.
    #[error("a contact is given once every name has been spelled, and some have not")]
    Unspelled,
    /// The accounts are made elsewhere.
    #[error("a policy registers people, and these accounts must be made elsewhere")]
    MakesNoAccounts,
    /// The question had no turn within the [`Waits`](crate::Waits).
    #[error("too many are waiting for the database")]
    Overloaded,
    /// The transaction was rolled back, with every write in it.
    #[error("the write was not carried out")]
    NotCarriedOut,
    /// There is a bug, or the memory was exhausted.
    #[error("a database thread ended early")]
    ThreadEnded,
}
