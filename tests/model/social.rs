//! Sign-in by an identity that a provider vouches for, and links between identities and accounts (decision 0037).

use super::{
    calls::{F, Identity, LinkProof, Named, Presented, Purpose, Reply, Said, Typed, WRONG},
    cast::{DEVICES, UNBOUND, binds, reached},
    judge::{Asking, Plan, Then, Write},
    logins::Step,
    registration::Form,
    rules::Rules,
    state::{Kind, Model, Once, Owner, Person, Place, Standing, Tag},
    table::{Done, Need, changes_by, need},
    trust::Brought,
};
use std::collections::BTreeSet;

/// Whether a person can begin a login by something other than an identity, and get further by it.
fn has_other_way_in(rules: &Rules, person: &Person, now: u64) -> bool {
    let contacts = [F::Sms, F::Email].into_iter().filter(|by| person.contact(*by).is_some());
    let mut first = person.password.as_ref().map(|_| F::Password).into_iter().chain(contacts);
    first.any(|by| {
        let proved = BTreeSet::from([by]);
        match need(rules, person, &proved, Done::Nothing, now) {
            Need::Deny => false,
            Need::Change => !changes_by(person, &proved).is_empty(),
            Need::Factor(_) | Need::Warn | Need::Nothing => true,
        }
    })
}

impl Model {
    pub fn social(
        &mut self,
        asking: &mut Asking,
        identity: Identity,
        good: bool,
        bound: bool,
    ) -> Result<Plan, Reply> {
        let is_bound = binds(asking.caller.device, bound);
        if !is_bound && !asking.trust().unbound_codes {
            return Err(Reply::NO_SOCIAL);
        }
        self.exchange(asking, F::Fed, "ExchangeSocialCode", good, Reply::NO_SOCIAL)?;
        asking.ask("FindAccount")?;
        let brought = Brought { identity, is_bound, is_vouched: false };
        let unlinked = Plan { who: None, ..Plan::of(0, Then::Unlinked(brought), Reply::NO_SOCIAL) };
        let Some(linked) = self.linked.get(&(asking.caller.tenant, identity)) else {
            // Nothing is written, so the guess is given back.
            self.settle(asking);
            return Ok(unlinked);
        };
        let (who, counts) = (linked.who, asking.counts(linked));
        if !self.people[who].active {
            return Err(Reply::NO_SOCIAL);
        }
        asking.ask("ListIdentities")?;
        // A link by less than this application demands counts as none.
        if !counts {
            self.settle(asking);
            return Ok(unlinked);
        }
        self.go_on(asking, Step::first(who, F::Fed, self.now, Reply::NO_SOCIAL))
    }

    /// The provider is asked only if a guess is left. A wrong code or token stays counted.
    fn exchange(
        &mut self,
        asking: &mut Asking,
        by: F,
        question: &'static str,
        good: bool,
        refused: Reply,
    ) -> Result<(), Reply> {
        // A caller that shows nothing is counted by the text that it brings, which is new each time.
        let device = asking.caller.device;
        let at = if device == UNBOUND { DEVICES.len() + self.guesses_made } else { device };
        let slot = (asking.caller.tenant, Standing::AtProvider(self.key()), at, by);
        if !self.reserve(asking, slot, Tag::Known)? {
            return Err(refused);
        }
        asking.ask(question)?;
        if good { Ok(()) } else { Err(asking.wrong(refused)) }
    }

    /// The content of a link token, and its beginning.
    fn link_token(&self, asking: &Asking, presented: Presented) -> Result<(Once, Brought, u64), Reply> {
        let Some((number, token)) = self.good(presented) else { return Err(Reply::NO_LINK) };
        match token.kind {
            Kind::Link { brought, start } if token.by == asking.caller => {
                Ok((Once::Token(number), brought, start))
            }
            _ => Err(Reply::NO_LINK),
        }
    }

    /// Proves an account as a sign-in would. The identity proves nothing, and is linked together with the session.
    pub fn link(&mut self, asking: &mut Asking, token: Presented, proof: &LinkProof) -> Result<Plan, Reply> {
        let (once, brought, start) = self.link_token(asking, token)?;
        let is_vouched = matches!(proof, LinkProof::Vouched(..));
        let by = match *proof {
            LinkProof::Password(..) => F::Password,
            LinkProof::Code(by, ..) => by,
            LinkProof::Vouched(..) => F::Sms,
        };
        if !asking.rules().links_by.contains(&by) {
            return Err(Reply::NO_LINK);
        }
        if is_vouched && !asking.trust().vouched_mobiles {
            return Err(Reply::NO_MOBILE);
        }
        let step = match *proof {
            LinkProof::Password(named, typed) => self.password_step(asking, named, Said::Name, typed)?,
            LinkProof::Code(by, to, typed) => {
                asking.ask("FindAccount")?;
                let found = self.find(asking.caller, reached(by), to);
                let slot = self.slot(asking, found, reached(by), to, by);
                let owner = Owner::of(found.filter(|who| self.links_by(*who, by)));
                let place = Place::outside(asking.caller, Purpose::Link, by, to);
                let code = self.guess_code(asking, slot, self.tag(reached(by), to), owner, &place, typed)?;
                let who = found.expect("nobody gets a code");
                let mut step = Step::first(who, by, self.now, Reply::WRONG_CODE);
                step.writes.push(Write::UseCode(code));
                step
            }
            LinkProof::Vouched(to, good) => {
                self.exchange(asking, F::Sms, "ExchangeMobileToken", good, Reply::NO_MOBILE)?;
                asking.ask("FindAccount")?;
                let found = self.find(asking.caller, Said::Mobile, to);
                let Some(who) = found.filter(|who| self.links_by(*who, F::Sms)) else {
                    return Err(Reply::NO_MOBILE);
                };
                Step::first(who, F::Sms, self.now, Reply::NO_MOBILE)
            }
        };
        let (once, link) = (Some(once), Some(Brought { is_vouched, ..brought }));
        self.go_on(asking, Step { once, link, start, spent: Reply::NO_LINK, ..step })
    }

    /// A person's second factor links nothing.
    fn links_by(&self, who: usize, by: F) -> bool {
        self.people[who].active && !self.people[who].enrolled.contains(&by)
    }

    pub fn register_linked(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        by: F,
        to: Named,
        code: Typed,
    ) -> Result<Plan, Reply> {
        let (once, brought, _) = self.link_token(asking, token)?;
        if !(asking.rules().registers_linked && asking.rules().takes_new()) {
            return Err(Reply::NO_LINK);
        }
        let form = Form { by, to, code, name: None, password: None, fit: true };
        self.make(asking, &form, Some((once, brought)))
    }

    /// As by a code, but with another party's word in its place.
    pub fn register_vouched(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        to: Named,
        good: bool,
    ) -> Result<Plan, Reply> {
        let (once, brought, _) = self.link_token(asking, token)?;
        if !(asking.rules().registers_linked && asking.rules().takes_new()) {
            return Err(Reply::NO_LINK);
        }
        if !asking.trust().vouched_mobiles {
            return Err(Reply::NO_MOBILE);
        }
        self.exchange(asking, F::Sms, "ExchangeMobileToken", good, Reply::NO_MOBILE)?;
        asking.ask("FindAccount")?;
        let found = self.find(asking.caller, Said::Mobile, to);
        let form = Form { by: F::Sms, to, code: WRONG, name: None, password: None, fit: true };
        self.made(asking, &form, found, None, Some((once, Brought { is_vouched: true, ..brought })))
    }

    /// Only a person who has signed in recently unlinks, and never the last way in.
    pub fn unlink(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        identity: Identity,
    ) -> Result<Plan, Reply> {
        let (who, session) = self.bearer(asking, token)?;
        if !self.is_recent(session) {
            return Err(Reply::NOT_RECENT);
        }
        asking.ask("ListIdentities")?;
        if self.linked.get(&(asking.caller.tenant, identity)).is_none_or(|link| link.who != who) {
            return Err(Reply::NOT_LINKED);
        }
        let is_last = !has_other_way_in(asking.rules(), &self.people[who], self.now);
        // A link that does not count here is no way in.
        let usable = self.linked.iter().filter(|(_, link)| link.who == who && asking.counts(link));
        let mut usable = usable.map(|((_, linked), _)| *linked);
        if is_last && usable.next() == Some(identity) && usable.next().is_none() {
            return Err(Reply::LAST_WAY_IN);
        }
        let revision = Some(self.people[who].revision);
        let writes =
            vec![Write::Unlink { identity, is_last }, Write::EndAllBut(session), Write::Keep(session)];
        Ok(Plan { revision, writes, ..Plan::of(who, Then::Say(Reply::EMPTY), Reply::NO_ID) })
    }
}
