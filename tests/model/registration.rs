//! A person whose contact is nobody's gets an account (decision 0035).

use super::{
    calls::{F, Named, Password, Purpose, Reply, Typed},
    cast::{is_of_the_family, reached},
    dialects::Dialect,
    judge::{Asking, Plan, Then, Write},
    logins::{follows_rules, judge_new},
    state::{Known, Model, Once, Owner, Person, Place, Sealed, Session},
    trust::Brought,
};
use std::collections::BTreeSet;

/// The form of a registration.
pub struct Form {
    pub by: F,
    pub to: Named,
    pub code: Typed,
    pub name: Option<Named>,
    pub password: Option<Password>,
    pub fit: bool,
}

impl Model {
    /// Faults of the rules are reported before a guess is counted. Only a right code reveals whether somebody has the contact or
    /// the name.
    pub fn register(&mut self, asking: &mut Asking, form: &Form) -> Result<Plan, Reply> {
        let (caller, password) = (asking.caller, form.password);
        if asking.dialect() == Dialect::Eiam && is_of_the_family(caller.device) {
            return Err(Reply::NO_SUCH_CALL);
        }
        if !asking.rules().takes_new() {
            return Err(Reply::WRONG_CODE);
        }
        password.map_or(Ok(()), |new| follows_rules(None, new))?;
        self.make(asking, form, None)
    }

    /// The code, the account and, if an identity is brought, its link to the account.
    pub fn make(
        &mut self,
        asking: &mut Asking,
        form: &Form,
        link: Option<(Once, Brought)>,
    ) -> Result<Plan, Reply> {
        let &Form { by, to, code, .. } = form;
        let caller = asking.caller;
        asking.ask("FindAccount")?;
        let found = self.find(caller, reached(by), to);
        let slot = self.slot(asking, found, reached(by), to, by);
        let place = Place::outside(caller, Purpose::Register, by, to);
        let code = self.guess_code(asking, slot, self.tag(reached(by), to), Owner::Contact, &place, code)?;
        self.made(asking, form, found, Some(code), link)
    }

    /// A person who has proved a contact gets an account, if nobody has the contact.
    pub fn made(
        &mut self,
        asking: &mut Asking,
        form: &Form,
        found: Option<usize>,
        code: Option<usize>,
        link: Option<(Once, Brought)>,
    ) -> Result<Plan, Reply> {
        let &Form { by, to, name, password, fit, .. } = form;
        if found.is_some() {
            return Err(Reply::TAKEN);
        }
        asking.ask("JudgeProfile")?;
        if !fit {
            return Err(Reply::UNFIT);
        }
        password.map_or(Ok(()), |new| judge_new(asking, new))?;
        asking.ask("DecideAccess")?;
        // The host decides about the account, and about the link.
        if link.is_some() && !self.denies {
            asking.ask("DecideAccess")?;
        }
        let once = link.map(|(once, _)| once);
        let spent = if link.is_some() { Reply::NO_LINK } else { Reply::WRONG_CODE };
        let plan = |then| Plan { who: None, once, spent, ..Plan::of(0, then, Reply::WRONG_CODE) };
        let mut writes: Vec<_> = code.map(Write::UseCode).into_iter().collect();
        if self.denies {
            return Ok(Plan { writes, ..plan(Then::Say(Reply::DENIED)) });
        }
        let (new, proved) = self.newcomer(asking.caller.tenant, by, to, name, password);
        writes.push(Write::Create(new));
        writes.extend(link.map(|(_, brought)| Write::Link(brought.identity, brought.made_by(&proved))));
        let session = self.first_session(asking, proved);
        writes.push(Write::Open(session));
        Ok(Plan { writes, ..plan(Then::SignedIn) })
    }

    /// A person with one contact and no enrolled factor, and the factors that they have proved. A password that they have just
    /// chosen is not among them.
    pub fn newcomer(
        &self,
        tenant: usize,
        by: F,
        to: Named,
        name: Option<Named>,
        password: Option<Password>,
    ) -> (Person, BTreeSet<F>) {
        let known = |number| Known { number, set_at: self.now, must_change: None, skips: 0, outdated: false };
        let new = Person {
            tenant,
            name,
            mobile: Some(to).filter(|_| by == F::Sms),
            email: Some(to).filter(|_| by == F::Email),
            active: true,
            revision: 1,
            password: password.map(known),
            has_totp: false,
            totp_used: 0,
            sealed: Sealed { of: self.people.len(), under: 0 },
            enrolled: BTreeSet::new(),
            factors_changed_at: 0,
        };
        (new, BTreeSet::from([by]))
    }

    /// The first session of a person who is made in the same commit.
    pub fn first_session(&self, asking: &Asking, proved: BTreeSet<F>) -> Session {
        Session {
            proved,
            who: NEWEST,
            device: asking.caller.device,
            key: self.key(),
            revision: 1,
            auth_time: self.now,
            generation: 0,
            unseen: None,
            used: self.now,
            expires: self.now + asking.rules().session,
            ended: false,
            gone: false,
        }
    }
}

/// The person who was made last.
pub const NEWEST: usize = usize::MAX;
