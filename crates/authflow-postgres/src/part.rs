//! The library's questions to a store.

use crate::{
    Accounts, PostgresStore, StoreError, attempts, claims, codes,
    commit::Committing,
    database::{reading, writing},
    identities, sessions,
};
use authflow::{
    account::{Account, FindAccount},
    administration::Sweep,
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    parts::Store,
    password::Verifier,
    session::{CheckSession, FindSession, SessionRecord},
    social::{LinkedIdentity, ListIdentities},
    step::{Commit, Committed, FindClaim},
};
use std::{
    num::NonZeroU32,
    sync::atomic::{AtomicU32, Ordering},
};

/// One in this many commits forgets rows that are over. It forgets at most a bounded number of each kind, which is more than these commits leave.
const COMMITS_BETWEEN: u32 = 16;
const FORGOTTEN_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(127);

/// Counts commits, so that one in many forgets rows that are over. The first commit does so, so that no restart delays what is due.
#[derive(Debug, Default)]
pub(crate) struct Commits(AtomicU32);

impl Commits {
    fn forgets(&self) -> bool {
        self.0.fetch_add(1, Ordering::Relaxed).is_multiple_of(COMMITS_BETWEEN)
    }
}

impl<A: Accounts> Store for PostgresStore<A> {
    type Error = StoreError;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, StoreError> {
        reading!(self.database.to_begin(), connection => identities::find_account(&*self.accounts, connection, ask))
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, StoreError> {
        writing!(self.database.to_begin(), transaction => attempts::reserve(transaction, ask, &self.unknown_names))
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), StoreError> {
        writing!(self.database.to_end(), transaction => attempts::settle(transaction, ask))
    }

    async fn commit(&self, commit: &Commit<Verifier>) -> Result<Committed, StoreError> {
        let now = self.database.moment()?.timestamp();
        let sweep = self.commits.forgets().then(|| Sweep::new(now, FORGOTTEN_AT_ONCE));
        let (accounts, unknown_recipients) = (&*self.accounts, &*self.unknown_recipients);
        writing!(self.database.to_end(), transaction =>
            Committing { accounts, transaction, commit, unknown_recipients, now }.apply(sweep.as_ref()))
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, StoreError> {
        reading!(self.database.to_begin(), connection => sessions::find(connection, ask.session))
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, StoreError> {
        reading!(self.database.to_begin(), connection => sessions::check(connection, ask))
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, StoreError> {
        reading!(self.database.to_begin(), connection => claims::opened_by(connection, &ask.id))
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, StoreError> {
        reading!(self.database.to_begin(), connection => codes::load(connection, ask))
    }

    async fn list_identities(&self, ask: &ListIdentities) -> Result<Vec<LinkedIdentity>, StoreError> {
        reading!(self.database.to_begin(), connection => identities::list(connection, ask))
    }
}
