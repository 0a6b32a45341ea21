//! Calls of signed-in people and of a tenant's server, and the sending of codes.

use super::{
    calls::{F, Human, Named, Password, Presented, Purpose, Reply, Typed},
    cast::{is_of_the_family, reached},
    judge::{Asking, Captcha, Plan, Then, Write},
    logins::{follows_rules, judge_new},
    rules::{RECENT, SEALED, SERVER, SKEW},
    state::{Kind, Model, Once, Owner, Place, Stage, Standing, Tag, Token},
    table::{Need, changes_by, rests_on_second_factors},
};
use std::collections::BTreeSet;

impl Model {
    /// Whether a session lives and is of the caller's device.
    pub fn is_open(&self, asking: &Asking, session: usize) -> bool {
        let (now, idle) = (self.now, asking.rules().idle);
        let session = &self.sessions[session];
        let goes_on =
            !session.ended && now < session.expires && idle.is_none_or(|idle| now < session.used + idle);
        goes_on && session.device == asking.caller.device && self.verifies(session.key)
    }

    /// The same, asked of the host. A use is noted then in three cases: once in a twentieth of the time that the session may go unused (back or
    /// ahead, because of two clocks), when another key has come to sign, and when a token of this generation is seen for the first time. It is not
    /// noted for a token that was rotated away.
    fn lives(&mut self, asking: &mut Asking, session: usize, generation: Option<u32>) -> Result<bool, Reply> {
        let answer = asking.ask("CheckSession");
        if answer.is_err() && !asking.loses("CheckSession") {
            return Err(Reply::BUSY);
        }
        let (now, idle, signer, open) =
            (self.now, asking.rules().idle, self.key(), self.is_open(asking, session));
        let session = &mut self.sessions[session];
        // An id token counts as one of the first generation. It may be of an earlier generation than the present one.
        let is_seen = session.unseen.is_some() && generation.unwrap_or(0) == session.generation;
        let is_due =
            idle.is_some_and(|idle| now.abs_diff(session.used) * 20 >= idle) || session.key != signer;
        if open && (is_due || is_seen) && generation.is_none_or(|generation| generation == session.generation)
        {
            (session.used, session.key) = (now, signer);
            session.unseen = session.unseen.filter(|_| !is_seen);
        }
        answer?;
        Ok(open)
    }

    /// Whether a session's subject may still use it.
    fn may_use(&mut self, asking: &mut Asking, session: usize) -> Result<bool, Reply> {
        asking.ask("FindAccount")?;
        Ok(self.is_unchanged(session))
    }

    /// Whether a session's subject has not changed.
    pub fn is_unchanged(&self, session: usize) -> bool {
        let session = &self.sessions[session];
        let person = &self.people[session.who];
        let password = person.password.as_ref().map_or(0, |password| password.set_at);
        let unchanged = session.revision == person.revision;
        // Two clocks: a change within their skew cannot be ordered by its time, so the revision decides.
        let changed_at = person.factors_changed_at.max(password);
        let surely_before = changed_at <= self.now + SKEW && session.auth_time + SKEW < changed_at;
        person.active && unchanged && !surely_before
    }

    /// The subject and session of an id token.
    pub fn bearer(&mut self, asking: &mut Asking, presented: Presented) -> Result<(usize, usize), Reply> {
        if self.life.signed || asking.seal.is_some() {
            let (session, generation) = self.usable(asking, presented)?;
            return self.holder(asking, session, generation);
        }
        if presented.is_none() {
            return Err(Reply::ID_MISSING);
        }
        // A signature is verified before anything that was signed is read.
        let is_signed = |token: &Token| matches!(token.kind, Kind::Id { .. }) && self.verifies(token.key);
        let is_ours = self.presented(presented).is_some_and(is_signed);
        if self.life.signs_outside && is_ours {
            asking.ask("VerifyBytes")?;
        }
        let Some((_, token)) = self.good(presented) else { return Err(Reply::NO_ID) };
        let Kind::Id { session } = token.kind else { return Err(Reply::NO_ID) };
        if (token.by.app, token.by.tenant) != (asking.caller.app, asking.caller.tenant) {
            return Err(Reply::NO_ID);
        }
        let who = token.who;
        if self.lives(asking, session, None)? && self.may_use(asking, session)? {
            Ok((who, session))
        } else {
            Err(Reply::NO_ID)
        }
    }

    /// The holder of a session token that came sealed. A token that was rotated away is refused, as with any call.
    fn holder(
        &mut self,
        asking: &mut Asking,
        session: usize,
        generation: u32,
    ) -> Result<(usize, usize), Reply> {
        match self.open(asking, session, generation, false)? {
            Ok(()) => Ok((self.sessions[session].who, session)),
            Err(_) => {
                asking.ends = Some(session);
                Err(Reply::NO_SESSION)
            }
        }
    }

    /// If calls are signed, a session token must come freshly sealed. Otherwise it must come in clear.
    fn opened(&self, asking: &mut Asking) -> Result<(), Reply> {
        match (self.life.signed, asking.seal) {
            (false, None) => Ok(()),
            (true, Some(seal)) => {
                asking.ask("OpenSealed")?;
                let is_fresh = self.now < seal.at + SEALED + SKEW && seal.at <= self.now + SEALED + SKEW;
                if is_fresh { Ok(()) } else { Err(Reply::NO_SEAL) }
            }
            _ => Err(Reply::NO_SEAL),
        }
    }

    /// Whether the host allows this to a session's subject.
    fn is_allowed(&self, asking: &mut Asking) -> Result<bool, Reply> {
        asking.ask("DecideAccess")?;
        Ok(!self.denies)
    }

    /// A bearer who may change their password. This is decided before anything is proved.
    pub fn may_change(&mut self, asking: &mut Asking, token: Presented) -> Result<(usize, usize), Reply> {
        let bearer = self.bearer(asking, token)?;
        if self.is_allowed(asking)? { Ok(bearer) } else { Err(Reply::NO_ID) }
    }

    pub fn own_change(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        old: Option<Password>,
        new: Password,
    ) -> Result<Plan, Reply> {
        let (who, session) = self.may_change(asking, token)?;
        let known = self.people[who].password.as_ref().map(|known| known.number);
        match (known, old) {
            (None, _) if !asking.rules().session_sets => return Err(Reply::NOT_RECENT),
            (None, _) if !self.is_recent(session) => return Err(Reply::NOT_RECENT),
            (None, _) if rests_on_second_factors(&self.people[who], &self.sessions[session].proved) => {
                return Err(Reply::NOT_RECENT);
            }
            (None, _) => follows_rules(None, new)?,
            (Some(_), None) => return Err(Reply::WRONG_OLD),
            (Some(_), Some(_))
                if !changes_by(&self.people[who], &self.sessions[session].proved).contains(&F::Password) =>
            {
                return Err(Reply::NEW_REFUSED);
            }
            (Some(_), Some(typed)) => {
                let slot = (asking.caller.tenant, Standing::Stranger, who, F::Password);
                follows_rules(Some(typed), new)?;
                self.guess_password(asking, slot, Tag::Known, known, typed, Reply::WRONG_OLD)?;
            }
        }
        judge_new(asking, new)?;
        // A proof of now makes no earlier proof newer. So no second factor is kept, because none is proved here.
        let proof = match known {
            Some(_) => BTreeSet::from([F::Password]),
            None => &self.sessions[session].proved - &self.people[who].enrolled,
        };
        Ok(self.store(who, (session, proof), new, Reply::NO_ID))
    }

    pub fn own_change_by_code(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        code: Typed,
        new: Password,
    ) -> Result<Plan, Reply> {
        if asking.dialect().update_by_mobile() != Purpose::Update {
            return Err(Reply::MALFORMED);
        }
        // This call takes only an id token.
        if self.life.signed {
            return Err(Reply::NO_SEAL);
        }
        let (who, session) = self.may_change(asking, token)?;
        if !self.is_recent(session) {
            return Err(Reply::NOT_RECENT);
        }
        let (person, proved) = (&self.people[who], &self.sessions[session].proved);
        if person.enrolled.contains(&F::Sms) || rests_on_second_factors(person, proved) {
            return Err(Reply::WRONG_CODE);
        }
        let tenant = asking.caller.tenant;
        let Some(to) = person.mobile else { return Err(Reply::WRONG_CODE) };
        let place = Place::outside(asking.caller, Purpose::Update, F::Sms, to);
        follows_rules(None, new)?;
        let slot = (tenant, Standing::Known, who, F::Sms);
        let code = self.guess_code(asking, slot, Tag::Known, Owner::Person(who), &place, code)?;
        judge_new(asking, new)?;
        let proof = BTreeSet::from([F::Sms]);
        let mut plan = self.store(who, (session, proof), new, Reply::WRONG_CODE);
        plan.writes.insert(0, Write::UseCode(code));
        Ok(plan)
    }

    /// Whether its subject has signed in recently.
    pub fn is_recent(&self, session: usize) -> bool {
        let at = self.sessions[session].auth_time;
        at <= self.now + SKEW && self.now < at + RECENT
    }

    /// `proof` has the factors that proved the right to the change.
    fn store(
        &self,
        who: usize,
        (session, proof): (usize, BTreeSet<F>),
        new: Password,
        refused: Reply,
    ) -> Plan {
        let revision = Some(self.people[who].revision);
        let writes = vec![Write::Password(new), Write::EndAllBut(session), Write::Renew(session, proof)];
        Plan { revision, writes, ..Plan::of(who, Then::Say(Reply::EMPTY), refused) }
    }

    /// The session and generation of a session token of the caller's application, and whether it is of this device.
    fn session_token(&self, asking: &mut Asking, presented: Presented) -> Result<(usize, u32, bool), Reply> {
        let Some((_, token)) = self.good(presented) else { return Err(Reply::NO_SESSION) };
        let (by, caller) = (token.by, asking.caller);
        match token.kind {
            Kind::Session { session, generation } if (by.app, by.tenant) == (caller.app, caller.tenant) => {
                asking.sealed = asking.seal.map(|_| session);
                Ok((session, generation, by.device == caller.device))
            }
            _ => Err(Reply::NO_SESSION),
        }
    }

    /// Whether the session that a token refers to is there. A token that names its subject itself needs no look-up.
    fn is_found(&self, asking: &mut Asking, session: usize) -> Result<bool, Reply> {
        if self.life.refers {
            asking.ask("FindSession")?;
        }
        let found = &self.sessions[session];
        let is_there = !(found.ended || found.gone) && found.auth_time <= self.now + SKEW;
        Ok(!self.life.refers || is_there)
    }

    /// The session and generation of a session token that may be used here. If a token refers to a session that is over, the look-up refuses it.
    fn usable(&self, asking: &mut Asking, presented: Presented) -> Result<(usize, u32), Reply> {
        self.opened(asking)?;
        let (session, generation, is_here) = self.session_token(asking, presented)?;
        let is_usable = is_here && self.is_found(asking, session)?;
        if is_usable && (!self.life.refers || self.is_open(asking, session)) {
            Ok((session, generation))
        } else {
            Err(Reply::NO_SESSION)
        }
    }

    /// The session of a session token. A token that was rotated away ends it, unless the token comes to refresh and its answer may be lost. If lost
    /// answers are given again, other calls with such a token end nothing.
    fn open(
        &mut self,
        asking: &mut Asking,
        session: usize,
        generation: u32,
        refreshes: bool,
    ) -> Result<Result<(), Plan>, Reply> {
        if !self.lives(asking, session, Some(generation))? {
            return Err(Reply::NO_SESSION);
        }
        if generation < self.sessions[session].generation {
            if !refreshes && self.life.grace > 0 {
                return Err(Reply::NO_SESSION);
            }
            if !(refreshes && self.may_be_lost(session, generation + 1)) {
                return Ok(Err(self.ending(session, Reply::NO_SESSION)));
            }
        }
        if self.may_use(asking, session)? { Ok(Ok(())) } else { Err(Reply::NO_SESSION) }
    }

    pub fn ending(&self, session: usize, reply: Reply) -> Plan {
        let who = self.sessions[session].who;
        Plan { writes: vec![Write::End(session)], ..Plan::of(who, Then::Say(reply), Reply::BUSY) }
    }

    pub fn refresh(&mut self, asking: &mut Asking, presented: Presented) -> Result<Plan, Reply> {
        let (session, generation) = self.usable(asking, presented)?;
        if self.life.signed {
            return self.id_token(asking, session, generation);
        }
        self.refreshed(asking, session, generation)
    }

    /// Only an id token is given, so that an attacker who has copied a sealed token gets no session token.
    fn id_token(&mut self, asking: &mut Asking, session: usize, generation: u32) -> Result<Plan, Reply> {
        let (who, _) = self.holder(asking, session, generation)?;
        if !self.is_allowed(asking)? {
            return Err(Reply::NO_SESSION);
        }
        Ok(Plan::of(who, Then::IdToken { session }, Reply::NO_SESSION))
    }

    /// Both tokens. The session token is the next one if session tokens rotate.
    fn refreshed(&mut self, asking: &mut Asking, session: usize, generation: u32) -> Result<Plan, Reply> {
        if let Err(end) = self.open(asking, session, generation, true)? {
            return Ok(end);
        }
        if !self.is_allowed(asking)? {
            return Err(Reply::NO_SESSION);
        }
        let (who, present) = (self.sessions[session].who, self.sessions[session].generation);
        if generation < present {
            let then = Then::Again { session, generation: present, reply: Reply::REFRESHED };
            return Ok(Plan::of(who, then, Reply::NO_SESSION));
        }
        let mut plan = Plan::of(who, Then::Refreshed { session }, Reply::NO_SESSION);
        if asking.rules().rotates {
            // This comes before the write. If the rotation were written without a signature, the client would look like a thief at its next try.
            self.sign(asking)?;
            plan.revision = Some(self.people[who].revision);
            plan.writes.push(Write::Rotate { session, generation });
        }
        Ok(plan)
    }

    /// The subject of a request at a route of the host's own. Nothing is written, even if the token was rotated away.
    pub fn authenticate(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        by_session: bool,
    ) -> Result<Plan, Reply> {
        if !by_session && !self.life.signed && asking.seal.is_none() {
            let (who, _) = self.bearer(asking, presented)?;
            return Err(Reply::SUBJECTS[who]);
        }
        let (session, generation) = self.usable(asking, presented)?;
        if !self.lives(asking, session, Some(generation))? {
            return Err(Reply::NO_SESSION);
        }
        if generation < self.sessions[session].generation || !self.may_use(asking, session)? {
            return Err(Reply::NO_SESSION);
        }
        let who = self.sessions[session].who;
        // One signature is good for one request, whatever the route does.
        asking.guards = true;
        Ok(Plan::of(who, Then::Say(Reply::SUBJECTS[who]), Reply::NO_SESSION))
    }

    /// A sign-out needs only the token, from any device and of any generation. A session that does not exist is not ended.
    pub fn sign_out(&mut self, asking: &mut Asking, presented: Presented) -> Result<Plan, Reply> {
        // It needs no signature either: people must be able to sign out while the keys that open signatures are away.
        let shows_nothing = presented.is_none() && self.life.signed;
        if asking.seal.is_some() || shows_nothing {
            self.opened(asking)?;
        }
        let (session, ..) = self.session_token(asking, presented)?;
        if self.is_found(asking, session)? {
            Ok(self.ending(session, Reply::EMPTY))
        } else {
            Err(Reply::NO_SESSION)
        }
    }

    /// A tenant's server: one of each tenant, and one that no tenant has.
    fn server(&self, asking: &mut Asking, credential: usize) -> Result<usize, Reply> {
        // The library verifies its own tokens without asking the host.
        if let Some(number) = credential.checked_sub(3) {
            let token = self.servers.get(number).filter(|(_, key, issued)| {
                self.verifies(*key) && self.now < issued + SERVER && *issued <= self.now + SKEW
            });
            return token.map(|(tenant, ..)| *tenant).ok_or(Reply::NO_CREDENTIAL);
        }
        asking.ask("VerifyTenantCredential")?;
        if credential < 2 { Ok(credential) } else { Err(Reply::NO_CREDENTIAL) }
    }

    /// A token for a client's secret. The servers of tenants are clients of the first application.
    pub fn tenant_token(&mut self, asking: &mut Asking, client: usize, secret: usize) -> Result<Plan, Reply> {
        asking.ask("VerifyClientSecret")?;
        if client != 0 || secret > 1 {
            return Err(Reply::NO_CREDENTIAL);
        }
        self.servers.push((secret, self.key(), self.now));
        Err(Reply::TENANT_TOKEN)
    }

    /// A refresh by a server. The server shows the session token in clear, and the device that it came from.
    pub fn tenant_refresh(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        credential: usize,
    ) -> Result<Plan, Reply> {
        let (session, generation) = self.shown_by_a_server(asking, presented, credential)?;
        if !self.life.servers_refresh {
            return Err(Reply::NO_SESSION);
        }
        self.refreshed(asking, session, generation)
    }

    /// A session token that its tenant's server shows.
    fn shown_by_a_server(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        credential: usize,
    ) -> Result<(usize, u32), Reply> {
        let tenant = self.server(asking, credential)?;
        let Some((_, token)) = self.good(presented) else { return Err(Reply::NO_SESSION) };
        let Kind::Session { session, generation } = token.kind else { return Err(Reply::NO_SESSION) };
        let by = token.by;
        // Another device does not learn whether the session is there.
        if self.life.refers && by.device != asking.caller.device || !self.is_found(asking, session)? {
            return Err(Reply::NO_SESSION);
        }
        if by.tenant != tenant {
            return Err(Reply::NO_SESSION);
        }
        asking.ask("FindApplication")?;
        asking.caller.app = by.app;
        asking.is_admitted()?;
        if by.device != asking.caller.device {
            return Err(Reply::NO_SESSION);
        }
        asking.caller = by;
        Ok((session, generation))
    }

    pub fn issue_ticket(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        credential: usize,
    ) -> Result<Plan, Reply> {
        let (session, generation) = self.shown_by_a_server(asking, presented, credential)?;
        if let Err(end) = self.open(asking, session, generation, false)? {
            return Ok(end);
        }
        if !self.is_allowed(asking)? {
            return Err(Reply::NO_SESSION);
        }
        let who = self.sessions[session].who;
        let then = Then::Ticket { session };
        Ok(Plan::of(who, then, Reply::NO_SESSION))
    }

    pub fn redeem(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        credential: usize,
    ) -> Result<Plan, Reply> {
        let tenant = self.server(asking, credential)?;
        let Some((number, token)) = self.good(presented) else { return Err(Reply::NO_TICKET) };
        let Kind::Ticket { session } = token.kind else { return Err(Reply::NO_TICKET) };
        let by = token.by;
        if by.tenant != tenant || by.device != asking.caller.device {
            return Err(Reply::NO_TICKET);
        }
        asking.ask("FindApplication")?;
        asking.caller = by;
        let who = self.sessions[session].who;
        if !(self.lives(asking, session, None)? && self.may_use(asking, session)?) {
            return Err(Reply::NO_TICKET);
        }
        let reply = if self.is_allowed(asking)? { Reply::SUBJECTS[who] } else { Reply::NO_TICKET };
        // The ticket is used up, even by a denial.
        let (once, revision) = (Some(Once::Token(number)), Some(self.people[who].revision));
        let then = Then::Say(reply);
        Ok(Plan { once, revision, ..Plan::of(who, then, Reply::NO_TICKET) })
    }

    pub fn send(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        purpose: Purpose,
        by: F,
        to: Option<Named>,
        human: Human,
    ) -> Result<Plan, Reply> {
        if purpose == Purpose::NewContact {
            return self.send_to_new_contact(asking, token, by, to, human);
        }
        let (mut anonymous, mut once) = (false, None);
        let (place, owner, of) = match purpose {
            Purpose::SignIn | Purpose::Update | Purpose::Forgotten | Purpose::Register | Purpose::Link => {
                let (None, Some(to)) = (token, to) else { return Err(Reply::MALFORMED) };
                // A code is not sent if no call takes it or nobody may have it.
                let is_taken = asking.dialect().takes(purpose, by) || !is_of_the_family(asking.caller.device);
                let is_offered = match purpose {
                    Purpose::Forgotten => asking.rules().recovers && by == F::Sms,
                    Purpose::Register => asking.rules().takes_new(),
                    _ => true,
                };
                let is_offered =
                    is_offered && (purpose != Purpose::Link || asking.rules().links_by.contains(&by));
                if !(is_taken && is_offered) {
                    return Err(Reply::MALFORMED);
                }
                anonymous = true;
                if asking.rules().captcha {
                    once = self.judge_human(asking, human, by, to)?;
                }
                asking.ask("FindAccount")?;
                let found = self.find(asking.caller, reached(by), to);
                let owner = found.filter(|who| self.people[*who].active);
                // The channel of a second factor sets no password.
                let sets = |who: &usize| match purpose {
                    Purpose::Forgotten => self.recovers(asking, *who, by),
                    // It links no identity either.
                    Purpose::Update | Purpose::Link => !self.people[*who].enrolled.contains(&by),
                    _ => true,
                };
                // A person may register with the code that was sent to their contact.
                let owner = match purpose {
                    Purpose::Register => Owner::Contact,
                    _ => Owner::of(owner.filter(sets)),
                };
                (Place::outside(asking.caller, purpose, by, to), owner, found)
            }
            Purpose::NewContact => unreachable!(),
            Purpose::Second | Purpose::Change => {
                let stages: &[Stage] = if purpose == Purpose::Second {
                    &[Stage::Factor]
                } else {
                    &[Stage::Warned, Stage::Expired]
                };
                let login = self.resume(asking, token, stages)?;
                match (purpose, &login.need) {
                    (Purpose::Second, Need::Factor(choices)) if choices.contains(&by) => {}
                    (Purpose::Second, Need::Factor(_)) => return Err(Reply::NOT_SENT),
                    (Purpose::Change, Need::Warn | Need::Change) => {
                        if !changes_by(&self.people[login.who], &login.proved).contains(&by) {
                            return Err(Reply::NOT_SENT);
                        }
                    }
                    _ => return Err(Reply::NO_STATE),
                }
                let own = self.people[login.who].contact(by);
                let owner = Owner::of(Some(login.who).filter(|_| to.is_none_or(|to| own == Some(to))));
                (self.place(asking, &login, purpose, by), owner, Some(login.who))
            }
        };
        let (who, named) = (owner.person(), place.to);
        let revision = who.map(|who| self.people[who].revision);
        let mut writes = vec![Write::Code { place, owner, of, asked: None }];
        if anonymous {
            writes.extend(sum(asking, human, by, named, owner != Owner::Nobody));
        }
        let (then, refused) = (Then::Deliver, Reply::NOT_SENT);
        Ok(Plan { who, once, revision, writes, spent: Reply::ROBOT, ..Plan::of(0, then, refused) })
    }
}

/// The write that counts a stranger's code, if there is a sum.
pub fn sum(asking: &Asking, human: Human, by: F, named: Named, real: bool) -> Option<Write> {
    asking.rules().in_all?;
    let presented = Captcha::Presented { human, channel: by, to: named };
    let captcha = if asking.rules().captcha { Captcha::Passed } else { presented };
    let (app, tenant) = (asking.caller.app, asking.caller.tenant);
    Some(Write::Sum { app, tenant, real, captcha })
}
