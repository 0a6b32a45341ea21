//! The one write of a request, as one transaction.

use super::{Store, StoreError, Written, attempts, codes, columns, sessions};
use authflow::{
    AccountId, Audience, Secret, Timestamp,
    account::Revision,
    step::{Claim, Commit, CommitRefusal, Committed, Write},
};
use rusqlite::{Connection, ToSql, params};

/// How much of what is over is forgotten with one commit: enough to keep up, too little to be felt.
const FORGOTTEN_AT_ONCE: u32 = 16;

impl Store {
    /// `verifier` is the hash of the password, where the commit stores one or renews its verifier: hashing has no place in a transaction.
    pub(crate) async fn commit(
        &self,
        commit: Commit,
        verifier: Option<Secret>,
    ) -> Result<Committed, StoreError> {
        let (now, forgets_at) = (self.clock.now(), self.clock.forgets_at());
        self.write_at_last(move |connection| {
            let committed = apply(connection, &commit, verifier.as_ref(), now)?;
            if committed != Committed::Done {
                return Ok(Written::TakenBack(committed));
            }
            forget(connection, forgets_at)?;
            Ok(Written::Kept(committed))
        })
        .await
    }
}

fn apply(
    connection: &Connection,
    commit: &Commit,
    verifier: Option<&Secret>,
    now: Timestamp,
) -> Result<Committed, StoreError> {
    if let Some(claim) = &commit.claim
        && !insert_claim(connection, claim)?
    {
        return Ok(Committed::Replayed);
    }
    if !is_as_expected(connection, commit)? {
        return Ok(Committed::Changed);
    }
    for write in &commit.writes {
        if let Some(refusal) = apply_write(connection, commit, write, verifier, now)? {
            return Ok(Committed::Refused(refusal));
        }
    }
    Ok(Committed::Done)
}

fn insert_claim(connection: &Connection, claim: &Claim) -> Result<bool, StoreError> {
    let sql = "INSERT INTO claims (id, keep_until) VALUES (?1, ?2) ON CONFLICT (id) DO NOTHING";
    let parameters = params![claim.id.as_bytes(), columns::seconds(claim.keep_until)];
    Ok(connection.prepare_cached(sql)?.execute(parameters)? == 1)
}

fn is_as_expected(connection: &Connection, commit: &Commit) -> Result<bool, StoreError> {
    let Some(expected) = commit.expected else { return Ok(true) };
    let Some(account) = commit.account else { return Ok(false) };
    let sql = "SELECT 1 FROM accounts WHERE tenant = ?1 AND id = ?2 AND revision = ?3 AND status = 'active'";
    let parameters = params![columns::tenant_of(&commit.audience), account.as_str(), i64::from(expected)];
    Ok(connection.prepare_cached(sql)?.exists(parameters)?)
}

fn apply_write(
    connection: &Connection,
    commit: &Commit,
    write: &Write,
    verifier: Option<&Secret>,
    now: Timestamp,
) -> Result<Option<CommitRefusal>, StoreError> {
    if let Write::StoreCode { key, code, budget } = write {
        return codes::store(connection, *key, code, budget);
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
        Write::StorePassword { changed_at, .. } => {
            let verifier = verifier.ok_or(StoreError::NotHashed)?;
            let revision = commit.revision_after().ok_or(StoreError::NoRevision)?;
            store_password(connection, audience, account, verifier, (*changed_at, revision))?;
            return Ok(None);
        }
        Write::Rehash { .. } => {
            rehash(connection, audience, account, verifier.ok_or(StoreError::NotHashed)?)?;
            return Ok(None);
        }
        Write::UseTotpStep { step } => {
            (use_totp_step(connection, audience, account, *step)?, CommitRefusal::TotpStepUsed)
        }
        Write::OpenSession(record) => (sessions::open(connection, record)?, CommitRefusal::SessionExists),
        Write::RotateSession { session, .. } if !sessions::is_open(connection, *session)? => {
            (false, CommitRefusal::SessionEnded)
        }
        Write::RotateSession { session, expected_generation } => {
            let rotated = sessions::rotate(connection, audience, account, *session, *expected_generation)?;
            (rotated, CommitRefusal::SessionRotated)
        }
        Write::RenewSession { session, auth_time, revision } => {
            let renewed = (*auth_time, *revision);
            let renewed = sessions::renew(connection, audience, account, *session, renewed)?;
            (renewed, CommitRefusal::SessionEnded)
        }
        Write::EndSessions(which) => {
            sessions::end(connection, audience, account, *which, now)?;
            return Ok(None);
        }
        Write::StoreCode { .. } | Write::ClearGuesses(_) => return Ok(None),
    };
    Ok((!done).then_some(refusal))
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
    verifier: &Secret,
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

/// The same password under another verifier. For the schema's trigger that is a change as any other, so its count is taken back.
fn rehash(
    connection: &Connection,
    audience: &Audience,
    account: &AccountId,
    verifier: &Secret,
) -> Result<(), StoreError> {
    let tenant = columns::tenant_of(audience);
    let sql = "SELECT revision FROM accounts WHERE tenant = ?1 AND id = ?2";
    let revision: i64 =
        connection.prepare_cached(sql)?.query_row(params![tenant, account.as_str()], |row| row.get(0))?;
    for (sql, value) in [
        (
            "UPDATE accounts SET verifier = ?3, password_form = 'canonical' WHERE tenant = ?1 AND id = ?2",
            &verifier.expose() as &dyn ToSql,
        ),
        ("UPDATE accounts SET revision = ?3 WHERE tenant = ?1 AND id = ?2", &revision),
    ] {
        connection.prepare_cached(sql)?.execute(params![tenant, account.as_str(), value])?;
    }
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

fn forget(connection: &Connection, now: Timestamp) -> Result<(), StoreError> {
    for sql in [
        "DELETE FROM claims WHERE id IN (SELECT id FROM claims WHERE keep_until <= ?1 LIMIT ?2)",
        "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 LIMIT ?2)",
        "DELETE FROM codes WHERE key IN (SELECT key FROM codes WHERE expires_at <= ?1 LIMIT ?2)",
        "DELETE FROM sends WHERE slot IN (SELECT slot FROM sends WHERE forget_at <= ?1 LIMIT ?2)",
    ] {
        connection.prepare_cached(sql)?.execute(params![columns::seconds(now), FORGOTTEN_AT_ONCE])?;
    }
    Ok(())
}

#[cfg(test)]
#[path = "commit_tests.rs"]
mod tests;
