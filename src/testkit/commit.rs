//! The transaction of a host in memory.

use super::MemoryHost;
use crate::{
    account::{Account, AccountStatus},
    password::{Password, PasswordForm, Verifier},
    session::EndSessions,
    step::{Commit, CommitRefusal, Committed, Write},
};
use alloc::boxed::Box;

/// Why nothing is written: what the host answers then.
struct RolledBack(Committed);

impl From<CommitRefusal> for RolledBack {
    fn from(refusal: CommitRefusal) -> Self {
        Self(Committed::Refused(refusal))
    }
}

/// Writes all of it or nothing.
pub(super) fn commit(host: &mut MemoryHost, commit: &Commit<Verifier>) -> Committed {
    let before = host.clone();
    match apply(host, commit) {
        Ok(()) => Committed::Done,
        Err(RolledBack(answer)) => {
            *host = before;
            answer
        }
    }
}

fn apply(host: &mut MemoryHost, commit: &Commit<Verifier>) -> Result<(), RolledBack> {
    if let Some(claim) = commit.claim {
        if host.claims.contains_key(&claim.id) {
            return Err(RolledBack(Committed::Replayed { opened: host.opened_by(&claim.id).map(Box::new) }));
        }
        host.claims.insert(claim.id, claim);
    }
    if let Some(expected) = commit.expected {
        let account = account(host, commit)?;
        if account.revision != expected || account.status != AccountStatus::Active {
            return Err(RolledBack(Committed::Changed));
        }
    }
    commit.writes.iter().try_for_each(|write| apply_one(host, commit, write))?;
    if let Some(revision) = commit.revision_after() {
        account(host, commit)?.revision = revision;
    }
    Ok(())
}

fn account<'a>(host: &'a mut MemoryHost, commit: &Commit<Verifier>) -> Result<&'a mut Account, RolledBack> {
    // Tenants may have accounts of one id.
    let is_meant = |account: &&mut Account| {
        Some(account.id) == commit.account && account.tenant == commit.audience.tenant
    };
    let found = host.accounts.iter_mut().find(is_meant);
    found.ok_or(RolledBack(Committed::Changed))
}

fn apply_one(
    host: &mut MemoryHost,
    commit: &Commit<Verifier>,
    write: &Write<Verifier>,
) -> Result<(), RolledBack> {
    match write {
        Write::RecordSkip { budget } => {
            let password = account(host, commit)?.password.as_mut().ok_or(RolledBack(Committed::Changed))?;
            if password.skips_used >= *budget {
                return Err(CommitRefusal::SkipsSpent.into());
            }
            password.skips_used += 1;
        }
        Write::StorePassword { new_password, changed_at } => {
            let account = account(host, commit)?;
            let verifier = new_password.clone();
            account.password = Some(Password {
                verifier,
                changed_at: *changed_at,
                must_change: None,
                skips_used: 0,
                form: PasswordForm::Canonical,
            });
        }
        Write::Rehash { password } => {
            let known = account(host, commit)?.password.as_mut().ok_or(RolledBack(Committed::Changed))?;
            (known.verifier, known.form) = (password.clone(), PasswordForm::Canonical);
        }
        Write::Reseal { secret } => {
            let account = account(host, commit)?;
            let totp = account.totp.take().ok_or(RolledBack(Committed::Changed))?;
            account.totp = Some(totp.with_secret(secret.clone()));
        }
        Write::UseTotpStep { step } => {
            let account = account(host, commit)?;
            let totp = account.totp.take().ok_or(RolledBack(Committed::Changed))?;
            if totp.last_used_step().is_some_and(|used| used >= *step) {
                return Err(CommitRefusal::TotpStepUsed.into());
            }
            account.totp = Some(totp.with_last_used_step(Some(*step)));
        }
        Write::ClearGuesses(cleared) => {
            let stored = host.attempts.remove(&cleared.slot());
            host.attempts.insert(cleared.slot(), cleared.clear(stored));
        }
        Write::OpenSession(record) => {
            if host.sessions.insert(record.session, *record).is_some() {
                return Err(CommitRefusal::SessionExists.into());
            }
        }
        Write::RotateSession { session, expected_generation, device, unseen_since } => {
            if host.ended.contains(session) {
                return Err(CommitRefusal::SessionEnded.into());
            }
            let record = host.sessions.get_mut(session).ok_or(CommitRefusal::SessionEnded)?;
            if record.generation != *expected_generation {
                return Err(CommitRefusal::SessionRotated { now: Box::new(*record) }.into());
            }
            record.generation += 1;
            (record.device, record.unseen_since) = (*device, *unseen_since);
        }
        Write::RenewSession { session, auth_time, revision } => {
            if host.ended.contains(session) {
                return Err(CommitRefusal::SessionEnded.into());
            }
            let record = host.sessions.get_mut(session).ok_or(CommitRefusal::SessionEnded)?;
            (record.auth_time, record.revision, record.unseen_since) = (*auth_time, *revision, None);
        }
        Write::EndSessions(which) => {
            let of_account = host.sessions.values().filter(|record| {
                Some(record.account) == commit.account && record.audience.tenant == commit.audience.tenant
            });
            let ended = of_account.map(|record| record.session).filter(|session| match which {
                EndSessions::All => true,
                EndSessions::AllBut(kept) => session != kept,
                EndSessions::One(one) => session == one,
            });
            host.ended.extend(ended);
        }
        Write::StoreCode { key, code, budget } => {
            let record = budget.spend(host.sends.get(&budget.slot).copied()).map_err(CommitRefusal::Code)?;
            host.sends.insert(budget.slot, record);
            host.codes.insert(*key, code.clone());
            host.send_owners.insert(budget.slot, budget.owner);
            host.code_owners.insert(*key, budget.owner);
        }
        Write::UseCode(claim) => {
            if host.claims.insert(claim.id, *claim).is_some() {
                return Err(CommitRefusal::CodeUsed.into());
            }
        }
        Write::CountSend(sum) => {
            let record = sum.spend(host.sums.get(&commit.audience).copied()).map_err(CommitRefusal::Code)?;
            host.sums.insert(commit.audience, record);
        }
    }
    Ok(())
}
