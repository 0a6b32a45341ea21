//! The library's questions to a store.

use crate::{Accounts, SqliteStore, StoreError};
use authflow::{
    account::{Account, FindAccount},
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts,
    password::Verifier,
    session::{CheckSession, FindSession, SessionRecord},
    social::{LinkedIdentity, ListIdentities},
    step::{Commit, Committed, FindClaim},
};

/// Each question moves to the thread that answers it.
impl<A: Accounts> parts::Store for SqliteStore<A> {
    type Error = StoreError;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
        self.find_account(ask.clone()).await
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, StoreError> {
        self.reserve_attempt(ask.clone()).await
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), StoreError> {
        self.settle_attempt(ask.clone()).await
    }

    async fn commit(&self, commit: &Commit<Verifier>) -> Result<Committed, StoreError> {
        self.commit(commit.clone()).await
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, StoreError> {
        self.find_session(*ask).await
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        self.check_session(ask.clone()).await
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, StoreError> {
        self.find_claim(*ask).await
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, StoreError> {
        self.code(ask.clone()).await
    }

    async fn list_identities(&self, ask: &ListIdentities) -> Result<Vec<LinkedIdentity>, StoreError> {
        self.list_identities(*ask).await
    }
}
