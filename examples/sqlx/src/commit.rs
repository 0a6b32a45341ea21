//! The writes of a login, in a transaction of yours.

use crate::{
    StoreError, accounts,
    columns::{Of, seconds, tenant},
    identities,
    records::{self, Kind},
    sessions,
};
use authflow::{
    account::AccountStatus,
    code::{SendBudget, SendRecord, StoredCode, SumRecord},
    guess::AttemptRecord,
    password::Verifier,
    step::{Claim, Commit, CommitRefusal, Committed, Write},
};
use sqlx::{PgConnection, Postgres, Transaction};

/// The result of a commit in your transaction.
pub enum Written<'t> {
    /// All of it is written. It takes effect when the transaction commits, together with all that you write in the same transaction.
    InTransaction(Transaction<'t, Postgres>),
    /// Nothing of it may be written. The transaction has been rolled back, and so is all that you had written in it.
    RolledBack(Committed),
}

/// Writes a login's commit in a transaction of yours. Answer `Committed::Done` only after the transaction has been committed.
///
/// The transaction must be READ COMMITTED, which is PostgreSQL's default: the second of two transactions waits, and goes on with the rows
/// that the first one left.
///
/// # Errors
/// When the database has no answer. The transaction is rolled back then.
pub async fn write<'t>(
    mut transaction: Transaction<'t, Postgres>,
    commit: &Commit<Verifier>,
) -> Result<Written<'t>, StoreError> {
    match apply(&mut transaction, commit).await? {
        Committed::Done => Ok(Written::InTransaction(transaction)),
        refused => {
            transaction.rollback().await?;
            Ok(Written::RolledBack(refused))
        }
    }
}

/// Writes in the order of [`Commit`]'s documentation: the claim, the account, each write.
async fn apply(connection: &mut PgConnection, commit: &Commit<Verifier>) -> Result<Committed, StoreError> {
    if let Some(claim) = &commit.claim
        && !make(connection, claim).await?
    {
        let opened = sessions::opened_by(connection, claim.id.as_bytes()).await?.map(Box::new);
        return Ok(Committed::Replayed { opened });
    }
    let of = commit.account.as_ref().map(|account| Of { tenant: tenant(&commit.audience.tenant), account });
    // The account is locked even if nothing is expected of it. So two commits about one account come one after the other.
    let found = match of {
        Some(of) => accounts::lock(connection, of).await?,
        None => None,
    };
    if commit.expected.is_some_and(|expected| found != Some((expected, AccountStatus::Active))) {
        return Ok(Committed::Changed);
    }
    for write in &commit.writes {
        if let Some(refusal) = one(connection, commit, of, write).await? {
            return Ok(Committed::Refused(refusal));
        }
    }
    Ok(Committed::Done)
}

/// Says whether the claim is made: false if it was there.
async fn make(connection: &mut PgConnection, claim: &Claim) -> Result<bool, StoreError> {
    let sql =
        "INSERT INTO login.claims (id, session, keep_until) VALUES ($1, $2, $3) ON CONFLICT (id) DO NOTHING";
    let opens = claim.opens.map(|session| session.as_bytes().to_vec());
    let made =
        sqlx::query(sql).bind(claim.id.as_bytes().as_slice()).bind(opens).bind(seconds(claim.keep_until));
    Ok(made.execute(connection).await?.rows_affected() == 1)
}

/// Does one write, or says why it is refused.
async fn one(
    connection: &mut PgConnection,
    commit: &Commit<Verifier>,
    of: Option<Of<'_>>,
    write: &Write<Verifier>,
) -> Result<Option<CommitRefusal>, StoreError> {
    let of = || of.ok_or(StoreError::NoAccount);
    let unless = |done: bool, refusal| Ok((!done).then_some(refusal));
    match write {
        Write::RecordSkip { budget } => {
            unless(accounts::record_skip(connection, of()?, *budget).await?, CommitRefusal::SkipsSpent)
        }
        Write::StorePassword { new_password, changed_at } => {
            let revision = commit.revision_after().ok_or(StoreError::NoAccount)?;
            let new = (new_password, *changed_at, revision);
            accounts::store_password(connection, of()?, new).await.map(|()| None)
        }
        Write::Rehash { password } => accounts::rehash(connection, of()?, password).await.map(|()| None),
        Write::Reseal { secret } => accounts::reseal(connection, of()?, secret).await.map(|()| None),
        Write::UseTotpStep { step } => {
            unless(accounts::use_totp_step(connection, of()?, *step).await?, CommitRefusal::TotpStepUsed)
        }
        Write::ClearGuesses(cleared) => {
            records::change(connection, Kind::Guesses, cleared.slot().as_bytes(), |stored| {
                let stored = stored.map(guesses).transpose()?;
                Ok((Some(cleared.clear(stored).to_bytes()), None))
            })
            .await
        }
        Write::OpenSession(record) => {
            unless(sessions::open(connection, record).await?, CommitRefusal::SessionExists)
        }
        Write::RotateSession { session, expected_generation, device, unseen_since } => {
            let from = (*session, *expected_generation);
            let client_id = commit.audience.client_id;
            if sessions::rotate(connection, of()?, client_id, from, (device, *unseen_since)).await? {
                return Ok(None);
            }
            let now = sessions::find(connection, *session).await?.map(Box::new);
            Ok(Some(now.map_or(CommitRefusal::SessionEnded, |now| CommitRefusal::SessionRotated { now })))
        }
        Write::RenewSession { session, auth_time, factors, revision } => {
            let on = (*auth_time, *factors, *revision);
            let renewed = sessions::renew(connection, of()?, *session, on).await?;
            unless(renewed, CommitRefusal::SessionEnded)
        }
        Write::EndSessions(which) => sessions::end(connection, of()?, *which).await.map(|()| None),
        Write::StoreCode { key, code, budget } => {
            if let Some(refusal) = spend(connection, budget).await? {
                return Ok(Some(refusal));
            }
            store_code(connection, key.as_bytes(), code).await.map(|()| None)
        }
        Write::CreateAccount(new) => {
            accounts::register(connection, &new.account(commit.audience.tenant), &new.contact_names).await
        }
        Write::LinkIdentity { identity, linked_at, linked_by } => {
            identities::link(connection, of()?, (identity, *linked_at, *linked_by)).await
        }
        Write::EndLinks(which) => {
            let revision = commit.revision_after().ok_or(StoreError::NoAccount)?;
            accounts::set_revision(connection, of()?, revision).await?;
            identities::end(connection, of()?, *which).await
        }
        Write::UnlinkIdentity { identity, is_last } => {
            let revision = commit.revision_after().ok_or(StoreError::NoAccount)?;
            accounts::set_revision(connection, of()?, revision).await?;
            identities::unlink(connection, of()?, (identity, *is_last)).await
        }
        Write::ReplaceContact { contact, names } => {
            let revision = commit.revision_after().ok_or(StoreError::NoAccount)?;
            let replaced = accounts::replace_contact(connection, of()?, (contact, names, revision)).await?;
            unless(replaced, CommitRefusal::ContactTaken)
        }
        Write::SpendBudget(budget) => spend(connection, budget).await,
        Write::UseCode(claim) => unless(make(connection, claim).await?, CommitRefusal::CodeUsed),
        Write::CountSend(sum) => {
            let audience = commit.audience;
            let key = format!("{}\0{}", audience.client_id, tenant(&audience.tenant));
            records::change(connection, Kind::CodesInAll, key.as_bytes(), |stored| {
                let stored = stored.map(SumRecord::from_bytes).transpose();
                Ok(match sum.spend(stored.map_err(|_| StoreError::Malformed("sum of codes"))?) {
                    Ok(counted) => (Some(counted.to_bytes().to_vec()), None),
                    Err(refusal) => (None, Some(CommitRefusal::Code(refusal))),
                })
            })
            .await
        }
    }
}

pub(crate) fn guesses(stored: &[u8]) -> Result<AttemptRecord, StoreError> {
    AttemptRecord::from_bytes(stored).map_err(|_| StoreError::Malformed("record of guesses"))
}

async fn spend(
    connection: &mut PgConnection,
    budget: &SendBudget,
) -> Result<Option<CommitRefusal>, StoreError> {
    records::change(connection, Kind::Codes, budget.slot.as_bytes(), |stored| {
        let stored = stored.map(SendRecord::from_bytes).transpose();
        Ok(match budget.spend(stored.map_err(|_| StoreError::Malformed("record of codes"))?) {
            Ok(sent) => (Some(sent.to_bytes().to_vec()), None),
            Err(refusal) => (None, Some(CommitRefusal::Code(refusal))),
        })
    })
    .await
}

async fn store_code(connection: &mut PgConnection, key: &[u8], code: &StoredCode) -> Result<(), StoreError> {
    let sql = "INSERT INTO login.codes (key, digest, expires_at) VALUES ($1, $2, $3)
        ON CONFLICT (key) DO UPDATE SET digest = excluded.digest, expires_at = excluded.expires_at";
    let code =
        sqlx::query(sql).bind(key).bind(code.digest.to_bytes().to_vec()).bind(seconds(code.expires_at));
    code.execute(connection).await?;
    Ok(())
}
