//! The tasks of an administrator. Each operation is one transaction.

use crate::{
    Accounts, SqliteStore, StoreError, Transaction, attempts, columns, identities, nobodies, sessions,
    writer::Written,
};
use authflow::{
    AccountId, TenantId,
    account::AccountKey,
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Swept, Unlock,
    },
    factor::{Factor, FactorSet},
    social::EndLinks,
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
        let (ask, accounts) = (*ask, Arc::clone(&self.accounts));
        self.write(move |transaction| {
            let lock = || accounts.lock(transaction, ask.tenant, ask.account);
            let Some((before, _)) = lock()? else {
                return Ok(Written::TakenBack(Administered::Nobody));
            };
            accounts.require_change(transaction, ask.tenant, ask.account, ask.reason)?;
            if ask.reason.ends_links() {
                identities::end(transaction, ask.tenant, ask.account, EndLinks::All)?;
                // There was nothing to mark, so the revision is still the earlier one.
                if lock()?.is_some_and(|(now, _)| now == before) {
                    accounts.set_revision(transaction, ask.tenant, ask.account, before.next())?;
                }
            }
            Ok(Written::Kept(Administered::Done))
        })
        .await
    }

    async fn set_password(&self, ask: &SetPassword) -> Result<Administered, StoreError> {
        let (ask, accounts) = (ask.clone(), Arc::clone(&self.accounts));
        self.write(move |transaction| {
            let Some((revision, _)) = accounts.lock(transaction, ask.tenant, ask.account)? else {
                return Ok(Written::TakenBack(Administered::Nobody));
            };
            let new = (&ask.verifier, ask.changed_at, revision.next());
            accounts.store_password(transaction, ask.tenant, ask.account, new)?;
            identities::end(transaction, ask.tenant, ask.account, EndLinks::All)?;
            if let Some(reason) = ask.must_change {
                accounts.require_change(transaction, ask.tenant, ask.account, reason)?;
            }
            Ok(Written::Kept(Administered::Done))
        })
        .await
    }

    async fn enrol_authenticator(&self, ask: &EnrolAuthenticator) -> Result<Administered, StoreError> {
        let ask = ask.clone();
        self.administer(ask.tenant, ask.account, move |accounts, transaction| {
            let known = accounts.find(transaction, ask.tenant, &AccountKey::Id(ask.account))?;
            let enrolled = known.map_or(FactorSet::EMPTY, |known| known.enrolled).with(Factor::Totp);
            let new = (&ask.totp, enrolled, ask.changed_at);
            accounts.enrol_authenticator(transaction, ask.tenant, ask.account, new)
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

    async fn end_links_of(&self, ask: &EndLinksOf) -> Result<Administered, StoreError> {
        let (ask, accounts) = (*ask, Arc::clone(&self.accounts));
        self.write(move |transaction| {
            let Some((revision, _)) = accounts.lock(transaction, ask.tenant, ask.account)? else {
                return Ok(Written::TakenBack(Administered::Nobody));
            };
            identities::end(transaction, ask.tenant, ask.account, ask.which)?;
            accounts.set_revision(transaction, ask.tenant, ask.account, revision.next())?;
            Ok(Written::Kept(Administered::Done))
        })
        .await
    }

    /// Deletes the account. Also deletes the remaining rows of an account that is gone already, because a request that had found the account may have
    /// written since.
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
    /// Carries out an operation on an existing account.
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

/// Deletes every row of the account except the account itself.
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
    identities::end(connection, ask.tenant, ask.account, EndLinks::All)?;
    for slot in ask.slots() {
        let sql = "DELETE FROM authflow_attempts WHERE slot = ?1";
        connection.prepare_cached(sql)?.execute([slot.as_bytes()])?;
    }
    Ok(())
}

/// Forgets rows that are over, up to a given number of each kind. Each commit does this too.
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
