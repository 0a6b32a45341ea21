//! The one write of a request, as one transaction.

use crate::{
    SqliteStore, StoreError, administration::forget, attempts, claims, codes, columns, nobodies::Forgetting,
    sealed, sessions, writer::Written,
};
use authflow::{
    AccountId, Audience, SessionId, Timestamp,
    account::Revision,
    administration::Sweep,
    password::Verifier,
    step::{Commit, CommitRefusal, Committed, Write},
};
use rusqlite::{Connection, params};
use std::{num::NonZeroU32, sync::Arc};

/// How much of what is over is forgotten with one commit: enough to keep up, too little to be felt.
const FORGOTTEN_AT_ONCE: NonZeroU32 = NonZeroU32::MIN.saturating_add(15);

impl SqliteStore {
    pub(crate) async fn commit(&self, commit: Commit<Verifier>) -> Result<Committed, StoreError> {
        let now = self.now();
        let sweep = Sweep::new(now, FORGOTTEN_AT_ONCE);
        let unknown = Arc::clone(&self.unknown_recipients);
        self.write_at_last(move |connection| {
            let committed = apply(connection, &commit, &unknown, now)?;
            if committed != Committed::Done {
                return Ok(Written::TakenBack(committed));
            }
            forget(connection, &sweep)?;
            Ok(Written::Kept(committed))
        })
        .await
    }
}

fn apply(
    connection: &Connection,
    commit: &Commit<Verifier>,
    unknown: &Forgetting,
    now: Timestamp,
) -> Result<Committed, StoreError> {
    if let Some(claim) = &commit.claim
        && !claims::insert(connection, claim)?
    {
        let opened = claims::opened_by(connection, &claim.id)?.map(Box::new);
        return Ok(Committed::Replayed { opened });
    }
    if !is_as_expected(connection, commit)? {
        return Ok(Committed::Changed);
    }
    for write in &commit.writes {
        if let Some(refusal) = apply_write(connection, commit, write, unknown, now)? {
            return Ok(Committed::Refused(refusal));
        }
    }
    Ok(Committed::Done)
}

fn is_as_expected(connection: &Connection, commit: &Commit<Verifier>) -> Result<bool, StoreError> {
    let Some(expected) = commit.expected else { return Ok(true) };
    let Some(account) = commit.account else { return Ok(false) };
    let sql = "SELECT 1 FROM accounts WHERE tenant = ?1 AND id = ?2 AND revision = ?3 AND status = 'active'";
    let parameters = params![columns::tenant_of(&commit.audience), account.as_str(), i64::from(expected)];
    Ok(connection.prepare_cached(sql)?.exists(parameters)?)
}

fn apply_write(
    connection: &Connection,
    commit: &Commit<Verifier>,
    write: &Write<Verifier>,
    unknown: &Forgetting,
    now: Timestamp,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Write::StoreCode { key, code, budget } = write {
        return codes::store(connection, *key, code, budget, unknown);
    }
    if let Write::UseCode(claim) = write {
        let used = claims::insert(connection, claim)?;
        return Ok((!used).then_some(CommitRefusal::CodeUsed));
    }
    if let Write::CountSend(sum) = write {
        return codes::count(connection, &commit.audience, sum);
    }
    if let Write::ClearGuesses(cleared) = write {
        attempts::clear(connection, cleared)?;
        return Ok(None);
    }
    let audience = &commit.audience;
    // Every other write is about an account.
    let account = commit.account.as_ref().ok_or(StoreError::NoAccount)?;
    let (done, refusal) = match write {
        Write::RecordSkip { budget } => {
            (record_skip(connection, audience, account, *budget)?, CommitRefusal::SkipsSpent)
        }
        Write::StorePassword { new_password: verifier, changed_at } => {
            let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
            store_password(connection, audience, account, verifier, (*changed_at, revision))?;
            return Ok(None);
        }
        Write::Rehash { password: verifier } => {
            rehash(connection, columns::tenant_of(audience), account, verifier)?;
            return Ok(None);
        }
        Write::Reseal { secret } => {
            sealed::store(connection, columns::tenant_of(audience), account.as_str(), secret)?;
            return Ok(None);
        }
        Write::UseTotpStep { step } => {
            (use_totp_step(connection, audience, account, *step)?, CommitRefusal::TotpStepUsed)
        }
        Write::OpenSession(record) => (sessions::open(connection, record)?, CommitRefusal::SessionExists),
        Write::RotateSession { session, expected_generation, device, unseen_since } => {
            let (expected_generation, unseen_since) = (*expected_generation, *unseen_since);
            let rotation = sessions::Rotation { expected_generation, device, unseen_since };
            let rotated = sessions::rotate(connection, audience, account, *session, rotation)?;
            return if rotated { Ok(None) } else { not_rotated(connection, *session).map(Some) };
        }
        Write::RenewSession { session, auth_time, revision } => {
            let renewed = (*auth_time, *revision);
            let renewed = sessions::renew(connection, audience, account, *session, renewed)?;
            (renewed, CommitRefusal::SessionEnded)
        }
        Write::EndSessions(which) => {
            sessions::end(connection, columns::tenant_of(audience), account, *which, now)?;
            return Ok(None);
        }
        Write::StoreCode { .. } | Write::UseCode(_) | Write::CountSend(_) | Write::ClearGuesses(_) => {
            return Ok(None);
        }
    };
    Ok((!done).then_some(refusal))
}

fn not_rotated(connection: &Connection, session: SessionId) -> Result<CommitRefusal, StoreError> {
    let ended = CommitRefusal::SessionEnded;
    let rotated = |now| CommitRefusal::SessionRotated { now: Box::new(now) };
    Ok(sessions::find(connection, session)?.map_or(ended, rotated))
}

fn record_skip(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    budget: u32,
) -> Result<bool, StoreError> {
    let sql = "UPDATE accounts SET skips_used = skips_used + 1
        WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL AND skips_used < ?3";
    let parameters = params![columns::tenant_of(audience), account.as_str(), budget];
    Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
}

/// The schema's trigger counts a revision up only where it is not set.
fn store_password(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    verifier: &Verifier,
    (changed_at, revision): (Timestamp, Revision),
) -> Result<(), StoreError> {
    let sql = "UPDATE accounts SET verifier = ?3, password_form = 'canonical', password_changed_at = ?4,
            must_change = NULL, skips_used = 0, revision = ?5
        WHERE tenant = ?1 AND id = ?2";
    let parameters = params![
        columns::tenant_of(audience),
        account.as_str(),
        verifier.expose(),
        columns::seconds(changed_at),
        i64::from(revision),
    ];
    connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(())
}

/// The same password under another verifier, of its one spelling.
fn rehash(
    connection: &Connection,
    tenant: &str,
    account: &AccountId,
    verifier: &Verifier,
) -> Result<(), StoreError> {
    columns::set_uncounted(connection, tenant, account.as_str(), "verifier", verifier.expose())?;
    // No change that counts.
    let sql = "UPDATE accounts SET password_form = 'canonical' WHERE tenant = ?1 AND id = ?2";
    connection.prepare_cached(sql)?.execute(params![tenant, account.as_str()])?;
    Ok(())
}

fn use_totp_step(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    step: u64,
) -> Result<bool, StoreError> {
    let sql = "UPDATE accounts SET totp_step = ?3 WHERE tenant = ?1 AND id = ?2 AND totp_step < ?3";
    let parameters = params![columns::tenant_of(audience), account.as_str(), columns::number(step)?];
    Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
}

#[cfg(test)]
#[path = "commit_tests.rs"]
mod tests;
