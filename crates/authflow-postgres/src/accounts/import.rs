//! Many accounts are made at once, or none.

use super::{Created, OwnAccounts, create::create};
use crate::{
    PostgresStore, StoreError, Transaction,
    database::{Written, writing},
};
use authflow::account::Account;

impl PostgresStore<OwnAccounts> {
    /// Makes accounts, all of them or none, each as [`create_account`](Self::create_account) does. What is not [`Created::Done`] is told with its place
    /// among them; where nothing is told, all are made.
    ///
    /// It is one transaction of ten minutes at most. Others write meanwhile; who takes a name that is being made waits for its end.
    ///
    /// # Errors
    /// When the database does not take them. None is made then.
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
