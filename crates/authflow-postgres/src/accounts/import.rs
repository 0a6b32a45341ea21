//! The creation of many accounts at once, or of none.

use super::{Created, OwnAccounts, create::create};
use crate::{
    PostgresStore, StoreError, Transaction,
    database::{Written, writing},
};
use authflow::account::Account;

impl PostgresStore<OwnAccounts> {
    /// Makes all accounts or none, each as [`create_account`](Self::create_account) does. Returns each result that is not [`Created::Done`], with
    /// its place among the accounts. If the answer is empty, all accounts are made.
    ///
    /// This is one transaction of ten minutes at most. Others can write meanwhile, but a transaction that takes one of the names waits for the end.
    ///
    /// # Errors
    /// When the database does not accept the accounts. No account is made then.
    pub async fn create_accounts(&self, new: &[Account]) -> Result<Vec<(usize, Created)>, StoreError> {
        writing!(self.database.at_leisure(), transaction => create_all(transaction, new))
    }
}

async fn create_all(
    transaction: &Transaction,
    new: &[Account],
) -> Result<Written<Vec<(usize, Created)>>, StoreError> {
    let mut refused = Vec::new();
    for (place, account) in new.iter().enumerate() {
        match create(transaction, account).await? {
            Written::Kept(Created::Done) => {}
            Written::Kept(other) | Written::TakenBack(other) => refused.push((place, other)),
        }
    }
    Ok(if refused.is_empty() { Written::Kept(refused) } else { Written::TakenBack(refused) })
}
