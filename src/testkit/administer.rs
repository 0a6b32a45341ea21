//! The tasks of an administrator, on an in-memory host.

use super::MemoryHost;
use crate::{
    AccountId, TenantId, Timestamp,
    account::Account,
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Swept, Unlock,
    },
    session::{EndSessions, SessionRecord},
    social::EndLinks,
};
use alloc::{collections::BTreeMap, vec::Vec};
use core::convert::Infallible;
use std::sync::{Mutex, MutexGuard, PoisonError};

impl MemoryHost {
    /// See [`Unlock`].
    pub fn unlock(&mut self, ask: &Unlock) -> Administered {
        let known = self.administer(ask.tenant, ask.account, |_| ());
        if known == Administered::Done {
            for cleared in ask.clears() {
                let stored = self.attempts.entry(cleared.slot());
                stored.and_modify(|record| *record = cleared.clear(Some(record.clone())));
            }
        }
        known
    }

    /// See [`SetStatus`].
    pub fn set_status(&mut self, ask: &SetStatus) -> Administered {
        self.administer(ask.tenant, ask.account, |account| ask.apply(account))
    }

    /// See [`RequireChange`].
    pub fn require_change(&mut self, ask: &RequireChange) -> Administered {
        if ask.reason.ends_links() {
            self.end_links(ask.tenant, ask.account, EndLinks::All);
        }
        self.administer(ask.tenant, ask.account, |account| ask.apply(account))
    }

    /// See [`SetPassword`].
    pub fn set_password(&mut self, ask: &SetPassword) -> Administered {
        self.end_links(ask.tenant, ask.account, EndLinks::All);
        self.administer(ask.tenant, ask.account, |account| ask.apply(account))
    }

    /// See [`EnrolAuthenticator`].
    pub fn enrol_authenticator(&mut self, ask: &EnrolAuthenticator) -> Administered {
        self.administer(ask.tenant, ask.account, |account| ask.apply(account))
    }

    /// See [`EndSessionsOf`].
    pub fn end_sessions_of(&mut self, ask: &EndSessionsOf) -> Administered {
        let known = self.administer(ask.tenant, ask.account, |_| ());
        let theirs = self.sessions.values().filter(|record| is_theirs(record, ask.tenant, ask.account));
        let ended = theirs.map(|record| record.session).filter(|session| match ask.which {
            EndSessions::All => true,
            EndSessions::AllBut(kept) => *session != kept,
            EndSessions::One(one) => *session == one,
        });
        self.ended.extend(ended.collect::<Vec<_>>());
        known
    }

    /// See [`EndLinksOf`].
    pub fn end_links_of(&mut self, ask: &EndLinksOf) -> Administered {
        self.end_links(ask.tenant, ask.account, ask.which);
        self.administer(ask.tenant, ask.account, |account| account.revision = account.revision.next())
    }

    /// See [`DeletePerson`].
    pub fn delete_person(&mut self, ask: &DeletePerson) -> Administered {
        let known = self.administer(ask.tenant, ask.account, |_| ());
        let owner = ask.owner();
        self.accounts.retain(|account| (account.tenant, account.id) != (ask.tenant, ask.account));
        self.sessions.retain(|_, record| !is_theirs(record, ask.tenant, ask.account));
        for claim in self.claims.values_mut() {
            claim.opens = claim.opens.filter(|session| self.sessions.contains_key(session));
        }
        self.ended.retain(|session| self.sessions.contains_key(session));
        self.code_owners.retain(|_, of| *of != owner);
        self.codes.retain(|key, _| self.code_owners.contains_key(key));
        self.send_owners.retain(|_, of| *of != owner);
        self.sends.retain(|slot, _| self.send_owners.contains_key(slot));
        self.end_links(ask.tenant, ask.account, EndLinks::All);
        for slot in ask.slots() {
            self.attempts.remove(&slot);
        }
        known
    }

    /// See [`Sweep`].
    pub fn sweep(&mut self, ask: &Sweep) -> Swept {
        let (over, at_most) = (ask.over(), ask.at_most() as usize);
        let claims = forget(&mut self.claims, at_most, |claim| claim.keep_until <= over);
        let sessions = forget(&mut self.sessions, at_most, |record| record.expires_at <= over);
        self.ended.retain(|session| self.sessions.contains_key(session));
        let codes = forget(&mut self.codes, at_most, |code| code.expires_at <= over);
        self.code_owners.retain(|key, _| self.codes.contains_key(key));
        let sends = forget(&mut self.sends, at_most, |record| record.forget_at() <= over);
        self.send_owners.retain(|slot, _| self.sends.contains_key(slot));
        let guesses_of_nobody = self.forget_nobody(over, at_most);
        Swept { claims, sessions, codes, sends, guesses_of_nobody }
    }

    fn forget_nobody(&mut self, over: Timestamp, at_most: usize) -> u32 {
        let beyond = self.unknown.len().saturating_sub(Sweep::MOST_OF_NOBODY as usize).min(at_most);
        let mut oldest: Vec<_> = self.unknown.iter().map(|(slot, seen)| (*seen, *slot)).collect();
        oldest.sort_unstable();
        let forgotten = oldest.into_iter().take_while(|(seen, _)| *seen <= over).take(beyond);
        let mut number = 0;
        for (_, slot) in forgotten {
            self.unknown.remove(&slot);
            self.attempts.remove(&slot);
            number += 1;
        }
        number
    }

    fn administer(
        &mut self,
        tenant: Option<TenantId>,
        account: AccountId,
        change: impl FnOnce(&mut Account),
    ) -> Administered {
        match self.accounts.iter_mut().find(|known| (known.tenant, known.id) == (tenant, account)) {
            Some(known) => {
                change(known);
                Administered::Done
            }
            None => Administered::Nobody,
        }
    }
}

fn is_theirs(record: &SessionRecord, tenant: Option<TenantId>, account: AccountId) -> bool {
    (record.audience.tenant, record.account) == (tenant, account)
}

/// Removes at most `at_most` of the rows that are over.
fn forget<K: Ord + Copy, V>(rows: &mut BTreeMap<K, V>, at_most: usize, is_over: impl Fn(&V) -> bool) -> u32 {
    let over: Vec<K> =
        rows.iter().filter(|(_, row)| is_over(row)).map(|(key, _)| *key).take(at_most).collect();
    over.iter().for_each(|key| drop(rows.remove(key)));
    u32::try_from(over.len()).unwrap_or(u32::MAX)
}

fn locked(host: &Mutex<MemoryHost>) -> MutexGuard<'_, MemoryHost> {
    host.lock().unwrap_or_else(PoisonError::into_inner)
}

/// Every operation is done under the lock, as a transaction would be.
impl Administer for Mutex<MemoryHost> {
    type Error = Infallible;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, Infallible> {
        Ok(locked(self).unlock(ask))
    }

    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, Infallible> {
        Ok(locked(self).set_status(ask))
    }

    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, Infallible> {
        Ok(locked(self).require_change(ask))
    }

    async fn set_password(&self, ask: &SetPassword) -> Result<Administered, Infallible> {
        Ok(locked(self).set_password(ask))
    }

    async fn enrol_authenticator(&self, ask: &EnrolAuthenticator) -> Result<Administered, Infallible> {
        Ok(locked(self).enrol_authenticator(ask))
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, Infallible> {
        Ok(locked(self).end_sessions_of(ask))
    }

    async fn end_links_of(&self, ask: &EndLinksOf) -> Result<Administered, Infallible> {
        Ok(locked(self).end_links_of(ask))
    }

    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, Infallible> {
        Ok(locked(self).delete_person(ask))
    }

    async fn sweep(&self, ask: &Sweep) -> Result<Swept, Infallible> {
        Ok(locked(self).sweep(ask))
    }
}
