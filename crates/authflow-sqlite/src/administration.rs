//! What an administrator does: each operation in one transaction.

use crate::{SqliteStore, StoreError, attempts, columns, nobodies, sessions, writer::Written};
use authflow::{
    AccountId, TenantId,
    administration::{
        Administer, Administered, DeletePerson, EndSessionsOf, RequireChange, SetStatus, Sweep, Swept, Unlock,
    },
};
use rusqlite::{Connection, params};

impl Administer for SqliteStore {
    type Error = StoreError;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.administer(ask.tenant, ask.account, move |connection| {
            ask.clears().try_for_each(|cleared| attempts::clear(connection, &cleared))
        })
        .await
    }

    /// The schema counts the revision up where the status changes.
    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.administer(ask.tenant, ask.account, move |connection| {
            let sql = "UPDATE accounts SET status = ?3 WHERE tenant = ?1 AND id = ?2 AND status <> ?3";
            let status = ask.status.as_str();
            execute(connection, sql, ask.tenant, ask.account, status)
        })
        .await
    }

    /// Here too.
    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.administer(ask.tenant, ask.account, move |connection| {
            let sql = "UPDATE accounts SET must_change = ?3
                WHERE tenant = ?1 AND id = ?2 AND verifier IS NOT NULL AND must_change IS NOT ?3";
            execute(connection, sql, ask.tenant, ask.account, ask.reason.as_str())
        })
        .await
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, StoreError> {
        let (ask, now) = (*ask, self.now());
        self.administer(ask.tenant, ask.account, move |connection| {
            sessions::end(connection, columns::tenant(&ask.tenant), &ask.account, ask.which, now)
        })
        .await
    }

    /// Also of somebody who is gone: what a request has written that had found them before.
    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, StoreError> {
        let ask = *ask;
        self.write(move |connection| {
            let known = is_there(connection, ask.tenant, ask.account)?;
            delete(connection, &ask)?;
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

impl SqliteStore {
    /// Does something to an account that is there.
    async fn administer(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
        work: impl FnOnce(&Connection) -> Result<(), StoreError> + Send + 'static,
    ) -> Result<Administered, StoreError> {
        self.write(move |connection| {
            if !is_there(connection, tenant, account)? {
                return Ok(Written::TakenBack(Administered::Nobody));
            }
            work(connection).map(|()| Written::Kept(Administered::Done))
        })
        .await
    }
}

fn is_there(
    connection: &Connection,
    tenant: Option<TenantId>,
    account: AccountId,
) -> Result<bool, StoreError> {
    let sql = "SELECT 1 FROM accounts WHERE tenant = ?1 AND id = ?2";
    let parameters = params![columns::tenant(&tenant), account.as_str()];
    Ok(connection.prepare_cached(sql)?.exists(parameters)?)
}

fn execute(
    connection: &Connection,
    sql: &str,
    tenant: Option<TenantId>,
    account: AccountId,
    value: &str,
) -> Result<(), StoreError> {
    let parameters = params![columns::tenant(&tenant), account.as_str(), value];
    connection.prepare_cached(sql)?.execute(parameters)?;
    Ok(())
}

fn delete(connection: &Connection, ask: &DeletePerson) -> Result<(), StoreError> {
    let (tenant, account, owner) = (columns::tenant(&ask.tenant), ask.account.as_str(), ask.owner());
    for sql in [
        "DELETE FROM accounts WHERE tenant = ?1 AND id = ?2",
        "UPDATE claims SET session = NULL
            WHERE session IN (SELECT id FROM sessions WHERE tenant = ?1 AND account = ?2)",
        "DELETE FROM sessions WHERE tenant = ?1 AND account = ?2",
    ] {
        connection.prepare_cached(sql)?.execute(params![tenant, account])?;
    }
    for sql in ["DELETE FROM codes WHERE owner = ?1", "DELETE FROM sends WHERE owner = ?1"] {
        connection.prepare_cached(sql)?.execute([owner.as_bytes()])?;
    }
    for slot in ask.slots() {
        let sql = "DELETE FROM attempts WHERE slot = ?1";
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
        claims: of("DELETE FROM claims WHERE id IN (SELECT id FROM claims WHERE keep_until <= ?1 LIMIT ?2)")?,
        sessions: of(
            "DELETE FROM sessions WHERE id IN (SELECT id FROM sessions WHERE expires_at <= ?1 LIMIT ?2)",
        )?,
        codes: of("DELETE FROM codes WHERE key IN
            (SELECT key FROM codes WHERE nobody IN (0, 1) AND expires_at <= ?1 LIMIT ?2)")?,
        sends: of("DELETE FROM sends WHERE slot IN
            (SELECT slot FROM sends WHERE nobody IN (0, 1) AND forget_at <= ?1 LIMIT ?2)")?,
        guesses_of_nobody: 0,
    })
}

fn number(rows: usize) -> u32 {
    u32::try_from(rows).unwrap_or(u32::MAX)
}
