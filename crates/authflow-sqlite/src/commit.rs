//! The one write of a request, in one transaction.

use crate::{
    Accounts, SqliteStore, StoreError, Transaction,
    administration::forget,
    attempts, claims, codes, columns,
    identities::{self, NewLink},
    nobodies::Forgetting,
    sessions,
    writer::Written,
};
use authflow::{
    SessionId, TenantId, Timestamp,
    account::AccountStatus,
    administration::Sweep,
    password::Verifier,
    social::EndLinks,
    step::{Commit, CommitRefusal, Committed, Write},
};
use rusqlite::Connection;
use std::{num::NonZeroU32, sync::Arc};

/// The number of rows of each kind that one commit forgets. It is enough to keep up, and too small to be noticed.
const FORGOTTEN_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(15);

impl<A: Accounts> SqliteStore<A> {
    pub(crate) async fn commit(&self, commit: Commit<Verifier>) -> Result<Committed, StoreError> {
        let now = self.now()?;
        let sweep = Sweep::new(now, FORGOTTEN_AT_ONCE);
        let (accounts, unknown) = (Arc::clone(&self.accounts), Arc::clone(&self.unknown_recipients));
        self.write_at_last(move |transaction| {
            let applying =
                Applying { transaction, accounts: &*accounts, commit: &commit, unknown: &unknown, now };
            let committed = applying.apply()?;
            if committed != Committed::Done {
                return Ok(Written::TakenBack(committed));
            }
            forget(transaction, &sweep)?;
            Ok(Written::Kept(committed))
        })
        .await
    }
}

/// A commit in progress.
struct Applying<'a, A> {
    transaction: &'a Transaction<'a>,
    accounts: &'a A,
    commit: &'a Commit<Verifier>,
    unknown: &'a Forgetting,
    now: Timestamp,
}

impl<A: Accounts> Applying<'_, A> {
    fn apply(&self) -> Result<Committed, StoreError> {
        if let Some(claim) = &self.commit.claim
            && !claims::insert(self.transaction, claim)?
        {
            let opened = claims::opened_by(self.transaction, &claim.id)?.map(Box::new);
            return Ok(Committed::Replayed { opened });
        }
        if !self.is_as_expected()? {
            return Ok(Committed::Changed);
        }
        for write in &self.commit.writes {
            if let Some(refusal) = self.write(write)? {
                return Ok(Committed::Refused(refusal));
            }
        }
        Ok(Committed::Done)
    }

    fn tenant(&self) -> Option<TenantId> {
        self.commit.audience.tenant
    }

    fn is_as_expected(&self) -> Result<bool, StoreError> {
        let Some(expected) = self.commit.expected else { return Ok(true) };
        let Some(account) = self.commit.account else { return Ok(false) };
        let found = self.accounts.lock(self.transaction, self.tenant(), account)?;
        Ok(found == Some((expected, AccountStatus::Active)))
    }

    fn write(&self, write: &Write<Verifier>) -> Result<Option<CommitRefusal>, StoreError> {
        let Self { transaction, accounts, commit, .. } = self;
        let (audience, tenant) = (&commit.audience, self.tenant());
        match write {
            Write::StoreCode { key, code, budget } => {
                return codes::store(transaction, *key, code, budget, self.unknown);
            }
            Write::UseCode(claim) => {
                let used = claims::insert(transaction, claim)?;
                return Ok((!used).then_some(CommitRefusal::CodeUsed));
            }
            Write::CountSend(sum) => return codes::count(transaction, audience, sum),
            Write::SpendBudget(budget) => return codes::spend(transaction, budget),
            Write::ClearGuesses(cleared) => return attempts::clear(transaction, cleared).map(|()| None),
            Write::CreateAccount(new) => {
                // A new account must have no links. In a table of your own, an earlier account may have had its id.
                identities::end(transaction, tenant, new.id, EndLinks::All)?;
                return accounts.create(transaction, tenant, new);
            }
            _ => {}
        }
        // Every other write is about an account.
        let account = commit.account.ok_or(StoreError::NoAccount)?;
        let (done, refusal) = match write {
            Write::RecordSkip { budget } => {
                (accounts.record_skip(transaction, tenant, account, *budget)?, CommitRefusal::SkipsSpent)
            }
            Write::StorePassword { new_password: verifier, changed_at } => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                accounts.store_password(transaction, tenant, account, (verifier, *changed_at, revision))?;
                return Ok(None);
            }
            Write::LinkIdentity { identity, linked_at, linked_by } => {
                let new = NewLink { identity, linked_at: *linked_at, linked_by: *linked_by };
                return identities::link(transaction, *accounts, (tenant, account), &new);
            }
            Write::EndLinks(which) => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                accounts.set_revision(transaction, tenant, account, revision)?;
                identities::end(transaction, tenant, account, *which)?;
                return Ok(None);
            }
            Write::UnlinkIdentity { identity, is_last } => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                accounts.set_revision(transaction, tenant, account, revision)?;
                return identities::unlink(transaction, tenant, account, (identity, *is_last));
            }
            Write::ReplaceContact { contact, names } => {
                let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
                let new = (contact, names, revision);
                let replaced = accounts.replace_contact(transaction, tenant, account, new)?;
                (replaced, CommitRefusal::ContactTaken)
            }
            Write::Rehash { password: verifier } => {
                accounts.rehash(transaction, tenant, account, verifier)?;
                return Ok(None);
            }
            Write::Reseal { secret } => {
                accounts.reseal(transaction, tenant, account, secret)?;
                return Ok(None);
            }
            Write::UseTotpStep { step } => {
                (accounts.use_totp_step(transaction, tenant, account, *step)?, CommitRefusal::TotpStepUsed)
            }
            Write::OpenSession(record) => {
                (sessions::open(transaction, record)?, CommitRefusal::SessionExists)
            }
            Write::RotateSession { session, expected_generation, device, unseen_since } => {
                let (expected_generation, unseen_since) = (*expected_generation, *unseen_since);
                let rotation = sessions::Rotation { expected_generation, device, unseen_since };
                let rotated = sessions::rotate(transaction, audience, &account, *session, rotation)?;
                return if rotated { Ok(None) } else { not_rotated(transaction, *session).map(Some) };
            }
            Write::RenewSession { session, auth_time, factors, revision } => {
                let renewed = (*auth_time, *factors, *revision);
                let renewed = sessions::renew(transaction, audience, &account, *session, renewed)?;
                (renewed, CommitRefusal::SessionEnded)
            }
            Write::EndSessions(which) => {
                sessions::end(transaction, columns::tenant(&tenant), &account, *which, self.now)?;
                return Ok(None);
            }
            Write::StoreCode { .. }
            | Write::UseCode(_)
            | Write::CountSend(_)
            | Write::SpendBudget(_)
            | Write::ClearGuesses(_)
            | Write::CreateAccount(_) => {
                return Ok(None);
            }
        };
        Ok((!done).then_some(refusal))
    }
}

fn not_rotated(connection: &Connection, session: SessionId) -> Result<CommitRefusal, StoreError> {
    let ended = CommitRefusal::SessionEnded;
    let rotated = |now| CommitRefusal::SessionRotated { now: Box::new(now) };
    Ok(sessions::find(connection, session)?.map_or(ended, rotated))
}

#[cfg(test)]
#[path = "commit_tests.rs"]
mod tests;
