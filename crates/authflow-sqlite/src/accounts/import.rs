//! The creation of many accounts at once, or of none.

use super::{Created, OwnAccounts, create::create};
use crate::{SqliteStore, StoreError, writer::Written};
use authflow::account::Account;

impl SqliteStore<OwnAccounts> {
    /// Makes all accounts or none, each as [`create_account`](Self::create_account) does. Returns each result that is not [`Created::Done`], with
    /// its place among the accounts. If the answer is empty, all accounts are made.
    ///
    /// ```
    /// use authflow::{Moment, testkit::demo};
    /// use authflow_sqlite::{Created, Place, Settings, SqliteStore};
    ///
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
    /// let store =
    ///     SqliteStore::open(&Settings::new(Place::Memory, demo::sealing_keys(), Moment::now))?;
    /// let told =
    ///     store.create_accounts(["alice", "erin", "alice"].map(demo::account).to_vec()).await?;
    /// assert_eq!(told, [(2, Created::IdTaken)]);
    /// assert!(
    ///     store.account(Some(demo::tenant()), demo::account("erin").id).await?.is_none(),
    ///     "all of them or none"
    /// );
    /// # Ok(()) }
    /// ```
    ///
    /// This is one transaction, and nothing else can write meanwhile. Another process that writes to the same file waits as long as its own
    /// [`Waits`](crate::Waits) allow.
    ///
    /// # Errors
    /// When the database does not accept the accounts. No account is made then.
    pub async fn create_accounts(&self, new: Vec<Account>) -> Result<Vec<(usize, Created)>, StoreError> {
        self.write_at_last(move |connection| {
            let mut refused = Vec::new();
            for (place, account) in new.iter().enumerate() {
                match create(connection, account)? {
                    Created::Done => {}
                    other => refused.push((place, other)),
                }
            }
            Ok(if refused.is_empty() { Written::Kept(refused) } else { Written::TakenBack(refused) })
        })
        .await
    }
}
