//! The tasks of an administrator. Each operation is one transaction.

use crate::{
    Accounts, PostgresStore, StoreError, Transaction, attempts, columns,
    database::{Written, writing},
    identities,
    parameters::{bytes, text},
    sessions, sweep,
};
use authflow::{
    AccountId, TenantId, Timestamp,
    account::{AccountKey, AccountStatus},
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Swept, Unlock,
    },
    factor::{Factor, FactorSet},
    password::MustChange,
    session::EndSessions,
    social::EndLinks,
};

impl<A: Accounts> Administer for PostgresStore<A> {
    type Error = StoreError;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, StoreError> {
        self.administer(ask.tenant, ask.account, Deed::Unlock(*ask)).await
    }

    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, StoreError> {
        self.administer(ask.tenant, ask.account, Deed::SetStatus(ask.status)).await
    }

    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, StoreError> {
        self.administer(ask.tenant, ask.account, Deed::RequireChange(ask.reason)).await
    }

    async fn set_password(&self, ask: &SetPassword) -> Result<Administered, StoreError> {
        writing!(self.database.to_end(), transaction => self.give_password(transaction, ask))
    }

    async fn enrol_authenticator(&self, ask: &EnrolAuthenticator) -> Result<Administered, StoreError> {
        writing!(self.database.to_end(), transaction => self.give_authenticator(transaction, ask))
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, StoreError> {
        let now = self.database.moment()?.timestamp();
        self.administer(ask.tenant, ask.account, Deed::EndSessions(ask.which, now)).await
    }

    async fn end_links_of(&self, ask: &EndLinksOf) -> Result<Administered, StoreError> {
        self.administer(ask.tenant, ask.account, Deed::EndLinks(ask.which)).await
    }

    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, StoreError> {
        writing!(self.database.to_end(), transaction => self.delete(transaction, ask))
    }

    async fn sweep(&self, ask: &Sweep) -> Result<Swept, StoreError> {
        writing!(self.database.to_end(), transaction => sweep::sweep(transaction, ask, self.most_of_nobody.get()))
    }
}

/// An operation on an existing account.
#[derive(Clone, Copy)]
enum Deed {
    Unlock(Unlock),
    SetStatus(AccountStatus),
    RequireChange(MustChange),
    EndLinks(EndLinks),
    EndSessions(EndSessions, Timestamp),
}

impl<A: Accounts> PostgresStore<A> {
    async fn administer(
        &self,
        tenant: Option<TenantId>,
        account: AccountId,
        deed: Deed,
    ) -> Result<Administered, StoreError> {
        writing!(self.database.to_end(), transaction => self.do_to(transaction, tenant, account, deed))
    }

    /// Carries out the operation under the account's lock.
    async fn do_to(
        &self,
        transaction: &Transaction,
        tenant: Option<TenantId>,
        account: AccountId,
        deed: Deed,
    ) -> Result<Written<Administered>, StoreError> {
        let Some((revision, _)) = self.accounts.lock(transaction, tenant, account).await? else {
            return Ok(Written::TakenBack(Administered::Nobody));
        };
        match deed {
            Deed::Unlock(unlock) => {
                for cleared in unlock.clears() {
                    attempts::clear(transaction, &cleared).await?;
                }
            }
            Deed::SetStatus(status) => self.accounts.set_status(transaction, tenant, account, status).await?,
            Deed::RequireChange(reason) => {
                self.accounts.require_change(transaction, tenant, account, reason).await?;
                if reason.ends_links() {
                    identities::end(transaction, (&tenant, &account), EndLinks::All).await?;
                    let marked = self.accounts.lock(transaction, tenant, account).await?;
                    // There was nothing to mark, so the revision is still the earlier one.
                    if marked.is_some_and(|(after, _)| after == revision) {
                        self.accounts.set_revision(transaction, tenant, account, revision.next()).await?;
                    }
                }
            }
            Deed::EndLinks(which) => {
                identities::end(transaction, (&tenant, &account), which).await?;
                self.accounts.set_revision(transaction, tenant, account, revision.next()).await?
            }
            Deed::EndSessions(which, now) => {
                sessions::end(transaction, (&tenant, &account), which, now).await?
            }
        }
        Ok(Written::Kept(Administered::Done))
    }

    /// Sets a password under the account's lock.
    async fn give_password(
        &self,
        transaction: &Transaction,
        ask: &SetPassword,
    ) -> Result<Written<Administered>, StoreError> {
        let (tenant, account) = (ask.tenant, ask.account);
        let Some((revision, _)) = self.accounts.lock(transaction, tenant, account).await? else {
            return Ok(Written::TakenBack(Administered::Nobody));
        };
        let new = (&ask.verifier, ask.changed_at, revision.next());
        self.accounts.store_password(transaction, tenant, account, new).await?;
        identities::end(transaction, (&tenant, &account), EndLinks::All).await?;
        if let Some(reason) = ask.must_change {
            self.accounts.require_change(transaction, tenant, account, reason).await?;
        }
        Ok(Written::Kept(Administered::Done))
    }

    /// Enrols an authenticator under the account's lock.
    async fn give_authenticator(
        &self,
        transaction: &Transaction,
        ask: &EnrolAuthenticator,
    ) -> Result<Written<Administered>, StoreError> {
        let (tenant, account) = (ask.tenant, ask.account);
        if self.accounts.lock(transaction, tenant, account).await?.is_none() {
            return Ok(Written::TakenBack(Administered::Nobody));
        }
        let known = self.accounts.find(transaction, tenant, &AccountKey::Id(account)).await?;
        let enrolled = known.map_or(FactorSet::EMPTY, |known| known.enrolled).with(Factor::Totp);
        let new = (&ask.totp, enrolled, ask.changed_at);
        self.accounts.enrol_authenticator(transaction, tenant, account, new).await?;
        Ok(Written::Kept(Administered::Done))
    }

    /// Deletes the account. Also deletes the remaining rows of an account that is gone already, because a request that had found the account may have
    /// written since.
    async fn delete(
        &self,
        transaction: &Transaction,
        ask: &DeletePerson,
    ) -> Result<Written<Administered>, StoreError> {
        let is_there = self.accounts.lock(transaction, ask.tenant, ask.account).await?.is_some();
        if is_there {
            self.accounts.delete(transaction, ask.tenant, ask.account).await?;
        }
        delete(transaction, ask).await?;
        Ok(Written::Kept(if is_there { Administered::Done } else { Administered::Nobody }))
    }
}

/// Deletes every row of the account except the account itself.
async fn delete(transaction: &Transaction, ask: &DeletePerson) -> Result<(), StoreError> {
    let (tenant, account) = (columns::tenant(&ask.tenant), ask.account.as_str());
    for sql in [
        "UPDATE authflow.claims SET session = NULL
            WHERE session IN (SELECT id FROM authflow.sessions WHERE tenant = $1 AND account = $2)",
        "DELETE FROM authflow.sessions WHERE tenant = $1 AND account = $2",
    ] {
        transaction.execute(sql, &[text(tenant), text(account)]).await?;
    }
    identities::end(transaction, (&ask.tenant, &ask.account), EndLinks::All).await?;
    let owner = ask.owner();
    for sql in ["DELETE FROM authflow.sends WHERE owner = $1", "DELETE FROM authflow.codes WHERE owner = $1"]
    {
        transaction.execute(sql, &[bytes(owner.as_bytes().as_slice())]).await?;
    }
    let mut slots: Vec<_> = ask.slots().collect();
    slots.sort_unstable();
    for slot in slots {
        let sql = "DELETE FROM authflow.attempts WHERE slot = $1";
        transaction.execute(sql, &[bytes(slot.as_bytes().as_slice())]).await?;
    }
    Ok(())
}
