//! Acts of an administrator at the host, and of anybody who writes to the database.

use super::{
    calls::{Act, F},
    cast::{authenticator, factor, password},
    host::{Host, OUTDATED},
    state::REMADE,
};
use authflow::{
    AccountId, Audience, TenantId,
    account::{Account, Revision},
    administration::{DeletePerson, RequireChange, SetStatus, Sweep, Unlock},
    factor::FactorSet,
    guess::AttemptSlot,
    password::{MustChange, Verifier},
    sealing::Owner,
    session::EndSessions,
    testkit::demo,
};
use std::num::NonZeroU32;

impl Host {
    pub fn act(&mut self, act: &Act) {
        let now = self.world.clock.now;
        let sealing = self.sealing;
        match *act {
            Act::EndSessions(who) => {
                let (tenant, id) = self.named(who);
                let audience = Audience { client_id: self.applications[0].client_id, tenant };
                let step = self.world.api.engine().end_sessions(audience, id, None);
                self.world.host.fault = None;
                let _ = self.world.run(step);
                self.ledger.end_sessions(Some(who), EndSessions::All);
            }
            Act::CopySecret(from, to) => {
                let copied = self.account(from).totp.as_ref().map(|totp| totp.secret().clone());
                let account = self.account(to);
                if let Some(copied) = copied {
                    account.totp = account.totp.take().map(|totp| totp.with_secret(copied));
                }
            }
            Act::RotateSealing => {
                self.sealing += 1;
                self.restart();
            }
            Act::LoseSealing(lost) => {
                self.sealing_lost = lost;
                self.restart();
            }
            Act::DenyAll(denies) => self.world.host.denied = denies,
            Act::Outdate(who) => {
                let known = self.account(who).password.as_mut();
                if let Some(known) = known.filter(|known| !known.verifier.expose().starts_with(OUTDATED)) {
                    known.verifier = Verifier::new(format!("{OUTDATED}{}", known.verifier.expose()));
                }
            }
            Act::Disable(who) => {
                let (tenant, account) = self.named(who);
                self.world.host.set_status(&SetStatus::disable(tenant, account));
            }
            Act::Enable(who) => {
                let (tenant, account) = self.named(who);
                self.world.host.set_status(&SetStatus::enable(tenant, account));
            }
            Act::Unlock(who) => {
                let (tenant, account) = self.named(who);
                self.world.host.unlock(&Unlock { tenant, account });
                self.ledger.cleared(AttemptSlot::every(tenant, account));
            }
            Act::Remake(who) => self.remake(who),
            Act::Sweep => {
                let swept = self.world.host.sweep(&Sweep::new(now, NonZeroU32::MAX));
                self.swept += swept.claims as usize;
            }
            Act::Reset(who, number) => self.change(who, |it| {
                let mut set = demo::password(password(number), now);
                set.must_change = Some(MustChange::AdministratorReset);
                it.password = Some(set);
            }),
            Act::Breach(who) => {
                let ((tenant, account), reason) = (self.named(who), MustChange::Breached);
                self.ledger.links.retain(|_, link| link.account != account);
                self.world.host.require_change(&RequireChange { tenant, account, reason });
            }
            Act::ForcePasswordless(who) => self.change(who, |it| it.password = None),
            Act::Strip(who) => self.change(who, |it| (it.password, it.mobile, it.email) = (None, None, None)),
            Act::Enrol(who, added) => {
                let used = self.used_steps[who];
                self.change(who, |it| {
                    it.enrolled = it.enrolled.with(factor(added));
                    if added == F::Totp && it.totp.is_none() {
                        let owner = Owner { tenant: it.tenant, account: it.id };
                        it.totp = Some(authenticator(who, owner, sealing).with_last_used_step(used));
                    }
                })
            }
            Act::EnrolSilently(who, added) => {
                let account = self.account(who);
                account.enrolled = account.enrolled.with(factor(added));
            }
            Act::Remove(who, removed) => {
                let totp = self.account(who).totp.as_ref().filter(|_| removed == F::Totp);
                if let Some(totp) = totp {
                    self.used_steps[who] = totp.last_used_step();
                }
                self.change(who, |it| {
                    it.enrolled = it.enrolled.without(FactorSet::EMPTY.with(factor(removed)));
                    it.factors_changed_at = now;
                    if removed == F::Totp && it.totp.is_some() {
                        it.totp = None;
                    }
                })
            }
        }
    }

    fn account(&mut self, who: usize) -> &mut Account {
        &mut self.world.host.accounts[who]
    }

    /// Changes an account as an administrator would: with a new revision.
    fn change(&mut self, who: usize, change: impl FnOnce(&mut Account)) {
        let account = self.account(who);
        change(account);
        account.revision = account.revision.next();
    }

    fn named(&mut self, who: usize) -> (Option<TenantId>, AccountId) {
        let account = self.account(who);
        (account.tenant, account.id)
    }

    /// A first revision is drawn. Here it is one that the model knows.
    fn remake(&mut self, who: usize) {
        let (tenant, account) = self.named(who);
        let mut anew = self.account(who).clone();
        anew.revision = Revision::new(anew.revision.as_u64() + REMADE).unwrap();
        self.world.host.delete_person(&DeletePerson { tenant, account });
        self.world.host.accounts.insert(who, anew);
        self.ledger.deleted(who, AttemptSlot::every(tenant, account));
        self.ledger.links.retain(|_, link| link.account != account);
    }
}
