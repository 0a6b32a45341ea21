//! The one write of a request, in one transaction.

use crate::{
    Accounts, StoreError, attempts,
    claims::{self, Claimed},
    codes,
    connection::Transaction,
    database::Written,
    identities::{self, NewLink},
    nobodies::Forgetting,
    sessions, sweep,
};
use authflow::{
    AccountId, SessionId, TenantId, Timestamp,
    account::AccountStatus,
    administration::Sweep,
    password::Verifier,
    social::EndLinks,
    step::{Commit, CommitRefusal, Committed, Write},
};

/// A commit in progress. Locks are taken in the order that the questions' documentation demands: first the claim, then the account, then the rows
/// of each write, in the order that the library gives them.
pub(crate) struct Committing<'c, A> {
    pub(crate) accounts: &'c A,
    pub(crate) transaction: &'c Transaction,
    pub(crate) commit: &'c Commit<Verifier>,
    pub(crate) unknown_recipients: &'c Forgetting,
    pub(crate) now: Timestamp,
}

impl<A: Accounts> Committing<'_, A> {
    /// Carries out the whole commit or nothing, and forgets some rows that are over.
    pub(crate) async fn apply(self, sweep: Option<&Sweep>) -> Result<Written<Committed>, StoreError> {
        if let Some(claim) = &self.commit.claim
            && let Claimed::Earlier(opened) = claims::make(self.transaction, claim).await?
        {
            return Ok(Written::TakenBack(Committed::Replayed { opened }));
        }
        if !self.is_as_expected().await? {
            return Ok(Written::TakenBack(Committed::Changed));
        }
        for write in &self.commit.writes {
            if let Some(refusal) = self.write(write).await? {
                return Ok(Written::TakenBack(Committed::Refused(refusal)));
            }
        }
        if let Some(sweep) = sweep {
            sweep::forget(self.transaction, sweep).await?;
        }
        Ok(Written::Kept(Committed::Done))
    }

    /// Whether the account is as the commit expects. The account's row is locked even if nothing is expected, so two commits about one account never
    /// overlap.
    async fn is_as_expected(&self) -> Result<bool, StoreError> {
        let Some(account) = self.commit.account else { return Ok(self.commit.expected.is_none()) };
        let found = self.accounts.lock(self.transaction, self.tenant(), account).await?;
        Ok(match self.commit.expected {
            Some(expected) => found == Some((expected, AccountStatus::Active)),
            None => true,
        })
    }

    fn tenant(&self) -> Option<TenantId> {
        self.commit.audience.tenant
    }

    /// The account that most writes are about.
    fn account(&self) -> Result<AccountId, StoreError> {
        self.commit.account.ok_or(StoreError::NoAccount)
    }

    async fn write(&self, write: &Write<Verifier>) -> Result<Option<CommitRefusal>, StoreError> {
        let Self { accounts, transaction, commit, unknown_recipients, now } = *self;
        let tenant = self.tenant();
        let (done, refusal) = match write {
            Write::StoreCode { key, code, budget } => {
                return codes::store(transaction, *key, code, budget, unknown_recipients).await;
            }
            Write::UseCode(claim) => {
                (matches!(claims::make(transaction, claim).await?, Claimed::First), CommitRefusal::CodeUsed)
            }
            Write::CreateAccount(new) => {
                // A new account must have no links. In a table of your own, an earlier account may have had its id.
                identities::end(transaction, (&tenant, &new.id), EndLinks::All).await?;
                return accounts.create(transaction, tenant, new).await;
            }
            Write::CountSend(sum) => return codes::count(transaction, &commit.audience, sum).await,
            Write::SpendBudget(budget) => return codes::spend(transaction, budget).await,
            Write::ReplaceContact { contact, names } => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                let new = (contact, names, revision);
                (
                    accounts.replace_contact(transaction, tenant, self.account()?, new).await?,
                    CommitRefusal::ContactTaken,
                )
            }
            Write::ClearGuesses(cleared) => {
                return attempts::clear(transaction, cleared).await.map(|()| None);
            }
            Write::RecordSkip { budget } => (
                accounts.record_skip(transaction, tenant, self.account()?, *budget).await?,
                CommitRefusal::SkipsSpent,
            ),
            Write::StorePassword { new_password, changed_at } => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                let new = (new_password, *changed_at, revision);
                return accounts
                    .store_password(transaction, tenant, self.account()?, new)
                    .await
                    .map(|()| None);
            }
            Write::LinkIdentity { identity, linked_at, linked_by } => {
                let new = NewLink { identity, linked_at: *linked_at, linked_by: *linked_by };
                return identities::link(transaction, accounts, (tenant, self.account()?), &new).await;
            }
            Write::EndLinks(which) => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                accounts.set_revision(transaction, tenant, self.account()?, revision).await?;
                let of = (&tenant, &self.account()?);
                return identities::end(transaction, of, *which).await.map(|()| None);
            }
            Write::UnlinkIdentity { identity, is_last } => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                accounts.set_revision(transaction, tenant, self.account()?, revision).await?;
                let link = (identity, *is_last);
                return identities::unlink(transaction, tenant, self.account()?, link).await;
            }
            Write::Rehash { password } => {
                return accounts.rehash(transaction, tenant, self.account()?, password).await.map(|()| None);
            }
            Write::Reseal { secret } => {
                return accounts.reseal(transaction, tenant, self.account()?, secret).await.map(|()| None);
            }
            Write::UseTotpStep { step } => (
                accounts.use_totp_step(transaction, tenant, self.account()?, *step).await?,
                CommitRefusal::TotpStepUsed,
            ),
            Write::OpenSession(record) => {
                (sessions::open(transaction, record).await?, CommitRefusal::SessionExists)
            }
            Write::RotateSession { session, expected_generation, device, unseen_since } => {
                let (expected_generation, unseen_since) = (*expected_generation, *unseen_since);
                let rotation = sessions::Rotation { expected_generation, device, unseen_since };
                let account = self.account()?;
                let rotated =
                    sessions::rotate(transaction, &commit.audience, &account, *session, rotation).await?;
                return if rotated { Ok(None) } else { self.not_rotated(*session).await.map(Some) };
            }
            Write::RenewSession { session, auth_time, factors, revision } => {
                let of = (&tenant, &self.account()?);
                let renewed =
                    sessions::renew(transaction, of, *session, (*auth_time, *factors, *revision)).await?;
                (renewed, CommitRefusal::SessionEnded)
            }
            Write::EndSessions(which) => {
                let of = (&tenant, &self.account()?);
                return sessions::end(transaction, of, *which, now).await.map(|()| None);
            }
        };
        Ok((!done).then_some(refusal))
    }

    async fn not_rotated(&self, session: SessionId) -> Result<CommitRefusal, StoreError> {
        let ended = CommitRefusal::SessionEnded;
        let rotated = |now| CommitRefusal::SessionRotated { now: Box::new(now) };
        Ok(sessions::find(self.transaction, session).await?.map_or(ended, rotated))
    }
}
