//! The transaction of an in-memory host.

use super::{HostFault, Link, MemoryHost, memory_host::is_known_by};
use crate::{
    AccountId,
    account::{Account, AccountStatus, ContactNames, NameKind, NewAccount},
    contact::{EmailAddress, Mobile, Recipient},
    password::{Password, PasswordForm, Verifier},
    session::EndSessions,
    step::{Commit, CommitRefusal, Committed, Write},
};
use alloc::{boxed::Box, collections::btree_map::Entry};

/// The host's answer when nothing is written.
struct RolledBack(Committed);

impl From<CommitRefusal> for RolledBack {
    fn from(refusal: CommitRefusal) -> Self {
        Self(Committed::Refused(refusal))
    }
}

/// Writes everything or nothing.
pub(super) fn commit(host: &mut MemoryHost, commit: &Commit<Verifier>) -> Committed {
    match host.fault {
        Some(HostFault::Replayed) => return Committed::Replayed { opened: None },
        Some(HostFault::Changed) => return Committed::Changed,
        Some(HostFault::Unavailable(_) | HostFault::AnswerLost(_)) | None => {}
    }
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
    // Two tenants may have accounts with the same id.
    let is_meant = |account: &&mut Account| {
        Some(account.id) == commit.account && account.tenant == commit.audience.tenant
    };
    let found = host.accounts.iter_mut().find(is_meant);
    found.ok_or(RolledBack(Committed::Changed))
}

/// Whether another account of the tenant has this contact, either as its own contact or by one of these user names.
fn is_taken(
    host: &MemoryHost,
    commit: &Commit<Verifier>,
    own: AccountId,
    (contact, names): (&Recipient, &ContactNames),
) -> bool {
    let others =
        host.accounts.iter().filter(|account| account.tenant == commit.audience.tenant && account.id != own);
    let is_its = |account: &Account| {
        let held = account.stored_contact(contact.channel());
        has_one_of(account, names) || held.as_ref() == Some(contact)
    };
    others.into_iter().any(is_its)
}

fn has_one_of(account: &Account, names: &ContactNames) -> bool {
    account.user_name.as_ref().is_some_and(|name| names.contains(name.normalised()))
}

fn create_account(
    host: &mut MemoryHost,
    commit: &Commit<Verifier>,
    new: &NewAccount<Verifier>,
) -> Result<(), RolledBack> {
    let tenant = commit.audience.tenant;
    let others = || host.accounts.iter().filter(|account| account.tenant == tenant);
    let has = |kind, name: &str| others().any(|account| is_known_by(account, kind, name));
    let mobile = new.mobile.as_ref().map(Mobile::normalised);
    let email = new.email.as_ref().map(EmailAddress::normalised);
    if others().any(|account| account.id == new.id) {
        return Err(CommitRefusal::AccountExists.into());
    }
    if mobile.is_some_and(|mobile| has(NameKind::Mobile, mobile))
        || email.is_some_and(|email| has(NameKind::Email, email))
        || others().any(|account| has_one_of(account, &new.contact_names))
    {
        return Err(CommitRefusal::ContactTaken.into());
    }
    if new.user_name.as_ref().is_some_and(|name| has(NameKind::UserName, name.normalised())) {
        return Err(CommitRefusal::UserNameTaken.into());
    }
    host.accounts.push(new.account(tenant));
    Ok(())
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
            let stored = host.attempts.get(&cleared.slot()).cloned();
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
        Write::RenewSession { session, auth_time, factors, revision } => {
            if host.ended.contains(session) {
                return Err(CommitRefusal::SessionEnded.into());
            }
            let record = host.sessions.get_mut(session).ok_or(CommitRefusal::SessionEnded)?;
            (record.auth_time, record.factors) = (*auth_time, *factors);
            (record.revision, record.unseen_since) = (*revision, None);
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
        Write::SpendBudget(budget) => {
            let record = budget.spend(host.sends.get(&budget.slot).copied()).map_err(CommitRefusal::Code)?;
            host.sends.insert(budget.slot, record);
            host.send_owners.insert(budget.slot, budget.owner);
        }
        Write::ReplaceContact { contact, names } => {
            let own = account(host, commit)?.id;
            if is_taken(host, commit, own, (contact, names)) {
                return Err(CommitRefusal::ContactTaken.into());
            }
            let account = account(host, commit)?;
            match contact {
                Recipient::Mobile(mobile) => account.mobile = Some(mobile.clone()),
                Recipient::Email(email) => account.email = Some(email.clone()),
            }
        }
        Write::UseCode(claim) => {
            if host.claims.insert(claim.id, *claim).is_some() {
                return Err(CommitRefusal::CodeUsed.into());
            }
        }
        Write::CreateAccount(new) => create_account(host, commit, new)?,
        Write::CountSend(sum) => {
            let record = sum.spend(host.sums.get(&commit.audience).copied()).map_err(CommitRefusal::Code)?;
            host.sums.insert(commit.audience, record);
        }
        Write::LinkIdentity { identity, linked_at, linked_by } => {
            let (account, tenant) = (account(host, commit)?.id, commit.audience.tenant);
            let new = Link { account, linked_at: *linked_at, linked_by: *linked_by };
            let is_there = |of: AccountId| host.accounts.iter().any(|it| (it.tenant, it.id) == (tenant, of));
            match host.identities.entry((tenant, identity.clone())) {
                Entry::Occupied(mut linked) if linked.get().account == account => {
                    let linked = linked.get_mut();
                    linked.linked_by = linked.linked_by.union(*linked_by);
                }
                Entry::Occupied(linked) if is_there(linked.get().account) => {
                    return Err(CommitRefusal::IdentityTaken.into());
                }
                Entry::Occupied(mut dead) => {
                    dead.insert(new);
                }
                Entry::Vacant(free) => {
                    free.insert(new);
                }
            }
        }
        Write::EndLinks(which) => {
            let (account, tenant) = (account(host, commit)?.id, commit.audience.tenant);
            host.end_links(tenant, account, *which);
        }
        Write::UnlinkIdentity { identity, is_last } => {
            let (account, tenant) = (account(host, commit)?.id, commit.audience.tenant);
            let key = (tenant, identity.clone());
            if host.identities.get(&key).is_none_or(|link| link.account != account) {
                return Err(CommitRefusal::NotLinked.into());
            }
            host.identities.remove(&key);
            let is_theirs =
                |((of_tenant, _), link): (&(_, _), &Link)| (*of_tenant, link.account) == (tenant, account);
            if *is_last && !host.identities.iter().any(is_theirs) {
                return Err(CommitRefusal::LastWayIn.into());
            }
        }
    }
    Ok(())
}
