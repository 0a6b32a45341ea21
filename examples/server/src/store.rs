//! The store, which tells the work of a call when it must come to its end.

use crate::outliving;
use authflow::{
    account::{Account, FindAccount},
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts,
    password::Verifier,
    session::{CheckSession, FindSession, SessionRecord},
    step::{Commit, Committed, FindClaim},
};
use authflow_sqlite::{SqliteStore, StoreError};

/// A guess that is reserved must be settled, also when its client has hung up. What a session's check notes may be left at that.
pub(crate) struct Store(pub(crate) SqliteStore);

impl parts::Store for Store {
    type Error = StoreError;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
        self.0.find_account(ask).await
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, StoreError> {
        outliving::must_end();
        self.0.reserve_attempt(ask).await
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), StoreError> {
        outliving::must_end();
        self.0.settle_attempt(ask).await
    }

    async fn commit(&self, commit: &Commit<Verifier>) -> Result<Committed, StoreError> {
        outliving::must_end();
        self.0.commit(commit).await
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, StoreError> {
        self.0.find_session(ask).await
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        self.0.check_session(ask).await
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, StoreError> {
        self.0.find_claim(ask).await
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, StoreError> {
        self.0.load_code(ask).await
    }
}
