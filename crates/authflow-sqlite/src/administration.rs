//! What an administrator does: each operation in one transaction.

use crate::{
    Accounts, SqliteStore, StoreError, Transaction, attempts, columns, nobodies, sessions, writer::Written,
};
use authflow::{
    AccountId, TenantId,
    administration::{
        Administer, Administered, DeletePerson, EndSessionsOf, RequireChange, SetStatus, Sweep, Swept, Unlock,
    },
};
use rusqlite::{Connection, params};
use std::sync::Arc;

impl<A: Accounts> Administer for SqliteStore<A> {
    type Error = StoreError;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.administer(ask.tenant, ask.account, move |_, transaction| {
            ask.clears().try_for_each(|cleared| attempts::clear(transaction, &cleared))
        })
        .await
    }

    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.administer(ask.tenant, ask.account, move |accounts, transaction| {
            accounts.set_status(transaction, ask.tenant, ask.account, ask.status)
        })
        .await
    }

    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.administer(ask.tenant, ask.account, move |accounts, transaction| {
            accounts.require_change(transaction, ask.tenant, ask.account, ask.reason)
        })
        .await
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, StoreError> {
        let (ask, now) = (*ask, self.now()?);
        self.administer(ask.tenant, ask.account, move |_, transaction| {
            sessions::end(transaction, columns::tenant(&ask.tenant), &ask.account, ask.which, now)
        })
        .await
    }

    /// Also of somebody who is gone: what a request has written that had found them before.
    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, StoreError> {
        let (ask, accounts) = (*ask, Arc::clone(&self.accounts));
        self.write(move |transaction| {
            let known = accounts.lock(transaction, ask.tenant, ask.account)?.is_some();
            accounts.delete(transaction, ask.tenant, ask.account)?;
            delete(transaction, &ask)?;
            Ok(Written::Kept(if known { Administered::Done } else { Administered::Nobody }))
        })
        .await
    }

    async fn sweep(&self, ask: &Sweep) -> Result<Swept, StoreError> {
        let (ask, most) = (*ask, self.most_of_nobody.get());
        self.write(move |connection| {
            let mut swept = forget(connection, &ask)?;
            let at_most = ask.at_most();
            let guesses = nobodies::forget_guesses(connection, most, at_most, ask.over())?;
            let sends = nobodies::forget_sends(connection, most, at_most, ask.over())?;
            let codes = nobodies::forget_codes(connection, most, at_most)?;
            swept.guesses_of_nobody = number(guesses);
            swept.sends = swept.sends.saturating_add(number(sends));
            swept.codes = swept.codes.saturating_add(number(codes));
            Ok(Written::Kept(swept))
        })
        .await
    }
}

impl<A: Accounts> SqliteStore<A> {
    /// Does something to an account that is there.
    async fn administer(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
        work: impl FnOnce(&A, &Transaction<'_>) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Administered, StoreError> {
        let accounts = Arc::clone(&self.accounts);
        self.write(move |transaction| {
            if accounts.lock(transaction, tenant, account)?.is_none() {
                return Ok(Written::TakenBack(Administered::Nobody));
            }
            work(&accounts, transaction).map(|()| Written::Kept(Administered::Done))
        })
        .await
    }
}

/// What is theirs beside the account.
fn delete(connection: &Connection, ask: &DeletePerson) -> Result<(), StoreError> {
    let (tenant, account, owner) = (columns::tenant(&ask.tenant), ask.account.as_str(), ask.owner());
    for sql in [
        "UPDATE authflow_claims SET session = NULL
            WHERE session IN (SELECT id FROM authflow_sessions WHERE tenant = ?1 AND account = ?2)",
        "DELETE FROM authflow_sessions WHERE tenant = ?1 AND account = ?2",
    ] {
        connection.prepare_cached(sql)?.execute(params![tenant, account])?;
    }
    for sql in ["DELETE FROM authflow_codes WHERE owner = ?1", "DELETE FROM authflow_sends WHERE owner = ?1"]
    {
        connection.prepare_cached(sql)?.execute([owner.as_bytes()])?;
    }
    for slot in ask.slots() {
        let sql = "DELETE FROM authflow_attempts WHERE slot = ?1";
        connection.prepare_cached(sql)?.execute([slot.as_bytes()])?;
    }
    Ok(())
}

/// What is over, so much of it at once; a part of each commit as well.
pub(crate) fn forget(connection: &Connection, sweep: &Sweep) -> Result<Swept, StoreError> {
    let of = |sql| -> Result<u32, StoreError> {
        let parameters = params![columns::seconds(sweep.over()), sweep.at_most()];
        Ok(number(connection.prepare_cached(sql)?.execute(parameters)?))
    };
    Ok(Swept {
        claims: of(
            "DELETE FROM authflow_claims WHERE id IN (SELECT id FROM authflow_claims WHERE keep_until <= ?1 LIMIT ?2)",
        )?,
        sessions: of(
            "DELETE FROM authflow_sessions WHERE id IN (SELECT id FROM authflow_sessions WHERE expires_at <= ?1 LIMIT ?2)",
        )?,
        codes: of("DELETE FROM authflow_codes WHERE key IN
            (SELECT key FROM authflow_codes WHERE nobody IN (0, 1) AND expires_at <= ?1 LIMIT ?2)")?,
        sends: of("DELETE FROM authflow_sends WHERE slot IN
            (SELECT slot FROM authflow_sends WHERE nobody IN (0, 1) AND forget_at <= ?1 LIMIT ?2)")?,
        guesses_of_nobody: 0,
    })
}

fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
