//! Calls of somebody who is signed in, of a tenant's server, and the sending of codes.

use super::{
    calls::{F, Named, PEOPLE, Password, Presented, Purpose, Reply, Typed},
    judge::{Asking, Plan, Then, Write},
    logins::{follows_rules, judge_new},
    rules::{RECENT, SKEW},
    state::{Kind, Model, Once, Place, Stage, Standing, Tag},
    table::{Need, changes_by, rests_on_second_factors},
};

impl Model {
    /// Whether a session lives; its use is noted then.
    fn lives(&mut self, asking: &mut Asking, session: usize) -> Result<bool, Reply> {
        asking.ask("CheckSession")?;
        let (now, idle) = (self.now, asking.rules().idle);
        let session = &mut self.sessions[session];
        let open =
            !session.ended && now < session.expires && idle.is_none_or(|idle| now < session.used + idle);
        if open {
            session.used = now;
        }
        Ok(open)
    }

    /// Whether a session's subject may still use it.
    fn may_use(&mut self, asking: &mut Asking, session: usize) -> Result<bool, Reply> {
        asking.ask("FindAccount")?;
        let session = &self.sessions[session];
        let person = &self.people[session.who];
        let password = person.password.as_ref().map_or(0, |password| password.set_at);
        let unchanged = session.revision == person.revision;
        // Two clocks: what is within their skew is not sure, and the revision decides.
        let changed_at = person.factors_changed_at.max(password);
        let surely_before = changed_at <= self.now + SKEW && session.auth_time + SKEW < changed_at;
        Ok(person.active && unchanged && !surely_before)
    }

    /// The subject and session of an id token.
    pub fn bearer(&mut self, asking: &mut Asking, presented: Presented) -> Result<(usize, usize), Reply> {
        if presented.is_none() {
            return Err(Reply::ID_MISSING);
        }
        let Some((_, token)) = self.good(presented) else { return Err(Reply::NO_ID) };
        let Kind::Id { session } = token.kind else { return Err(Reply::NO_ID) };
        if (token.by.app, token.by.tenant) != (asking.caller.app, asking.caller.tenant) {
            return Err(Reply::NO_ID);
        }
        let who = token.who;
        if self.lives(asking, session)? && self.may_use(asking, session)? {
            Ok((who, session))
        } else {
            Err(Reply::NO_ID)
        }
    }

    /// Whether the host lets a session's subject do this.
    fn is_allowed(&self, asking: &mut Asking) -> Result<bool, Reply> {
        asking.ask("DecideAccess")?;
        Ok(!self.denies)
    }

    /// A bearer who may change their password: decided before anything is proved.
    fn may_change(&mut self, asking: &mut Asking, token: Presented) -> Result<(usize, usize), Reply> {
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
        Ok(self.store(who, session, None, new, Reply::NO_ID))
    }

    pub fn own_change_by_code(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        code: Typed,
        new: Password,
    ) -> Result<Plan, Reply> {
        let (who, session) = self.may_change(asking, token)?;
        if !self.is_recent(session) {
            return Err(Reply::NOT_RECENT);
        }
        let (person, proved) = (&self.people[who], &self.sessions[session].proved);
        if person.enrolled.contains(&F::Sms) || rests_on_second_factors(person, proved) {
            return Err(Reply::WRONG_CODE);
        }
        let (app, tenant) = (asking.caller.app, asking.caller.tenant);
        let place = Place { app, tenant, purpose: Purpose::Update, by: F::Sms, to: who, login: None };
        follows_rules(None, new)?;
        let slot = (tenant, Standing::Known, who, F::Sms);
        let code = self.guess_code(asking, slot, Tag::Known, Some(who), &place, code)?;
        judge_new(asking, new)?;
        Ok(self.store(who, session, Some(Once::Code(code)), new, Reply::WRONG_CODE))
    }

    /// Whether its subject has signed in of late.
    fn is_recent(&self, session: usize) -> bool {
        self.now < self.sessions[session].auth_time + RECENT
    }

    fn store(&self, who: usize, session: usize, once: Option<Once>, new: Password, refused: Reply) -> Plan {
        let revision = Some(self.people[who].revision);
        let writes = vec![Write::Password(new), Write::EndAllBut(session), Write::Renew(session)];
        Plan { once, revision, writes, ..Plan::of(who, Then::Say(Reply::EMPTY), refused) }
    }

    /// The session and generation of a session token of this caller.
    fn session_token(&self, asking: &Asking, presented: Presented) -> Result<(usize, u32), Reply> {
        let Some((_, token)) = self.good(presented) else { return Err(Reply::NO_SESSION) };
        match token.kind {
            Kind::Session { session, generation } if token.by == asking.caller => Ok((session, generation)),
            _ => Err(Reply::NO_SESSION),
        }
    }

    /// A session token's session, taken up; one that was rotated away ends it.
    fn open(
        &mut self,
        asking: &mut Asking,
        session: usize,
        generation: u32,
    ) -> Result<Result<(), Plan>, Reply> {
        if !self.lives(asking, session)? {
            return Err(Reply::NO_SESSION);
        }
        if generation < self.sessions[session].generation {
            return Ok(Err(self.ending(session, Reply::NO_SESSION)));
        }
        if self.may_use(asking, session)? { Ok(Ok(())) } else { Err(Reply::NO_SESSION) }
    }

    pub fn ending(&self, session: usize, reply: Reply) -> Plan {
        let who = self.sessions[session].who;
        Plan { writes: vec![Write::End(session)], ..Plan::of(who, Then::Say(reply), Reply::BUSY) }
    }

    pub fn refresh(&mut self, asking: &mut Asking, presented: Presented) -> Result<Plan, Reply> {
        let (session, generation) = self.session_token(asking, presented)?;
        if let Err(end) = self.open(asking, session, generation)? {
            return Ok(end);
        }
        if !self.is_allowed(asking)? {
            return Err(Reply::NO_SESSION);
        }
        let who = self.sessions[session].who;
        let mut plan = Plan::of(who, Then::Refreshed { session }, Reply::NO_SESSION);
        if asking.rules().rotates {
            plan.revision = Some(self.people[who].revision);
            plan.writes.push(Write::Rotate { session, generation });
        }
        Ok(plan)
    }

    pub fn sign_out(&mut self, asking: &mut Asking, presented: Presented) -> Result<Plan, Reply> {
        let (session, _) = self.session_token(asking, presented)?;
        Ok(self.ending(session, Reply::EMPTY))
    }

    /// A tenant's server: one of each tenant, and one that is nobody's.
    fn server(&self, asking: &mut Asking, credential: usize) -> Result<usize, Reply> {
        asking.ask("VerifyTenantCredential")?;
        if credential < 2 { Ok(credential) } else { Err(Reply::NO_CREDENTIAL) }
    }

    pub fn issue_ticket(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        credential: usize,
    ) -> Result<Plan, Reply> {
        let tenant = self.server(asking, credential)?;
        let Some((_, token)) = self.good(presented) else { return Err(Reply::NO_SESSION) };
        let Kind::Session { session, generation } = token.kind else { return Err(Reply::NO_SESSION) };
        let by = token.by;
        if by.tenant != tenant {
            return Err(Reply::NO_SESSION);
        }
        asking.ask("FindApplication")?;
        if by.device != asking.caller.device {
            return Err(Reply::NO_SESSION);
        }
        asking.caller = by;
        if let Err(end) = self.open(asking, session, generation)? {
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
        if !(self.lives(asking, session)? && self.may_use(asking, session)?) {
            return Err(Reply::NO_TICKET);
        }
        let reply = if self.is_allowed(asking)? { Reply::SUBJECTS[who] } else { Reply::NO_TICKET };
        // Used up, also by a denial.
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
        human: bool,
    ) -> Result<Plan, Reply> {
        let (app, tenant) = (asking.caller.app, asking.caller.tenant);
        let (place, owner) = match purpose {
            Purpose::SignIn | Purpose::Update => {
                let (None, Some(to)) = (token, to) else { return Err(Reply::MALFORMED) };
                if asking.rules().captcha {
                    asking.ask("JudgeCaptcha")?;
                    if !human {
                        return Err(Reply::NOT_SENT);
                    }
                }
                asking.ask("FindAccount")?;
                let owner = self.find(asking.caller, to).filter(|who| self.people[*who].active);
                // By a second factor's channel no password is set.
                let sets =
                    |who: &usize| purpose == Purpose::SignIn || !self.people[*who].enrolled.contains(&by);
                let owner = owner.filter(sets);
                (Place { app, tenant, purpose, by, to, login: None }, owner)
            }
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
                let owner = Some(login.who).filter(|who| to.is_none_or(|to| to == *who));
                (login.place(asking, purpose, by), owner)
            }
        };
        debug_assert!(place.to <= PEOPLE);
        let revision = owner.map(|who| self.people[who].revision);
        let writes = vec![Write::Code { place, owner }];
        let (who, then, refused) = (owner, Then::Deliver, Reply::NOT_SENT);
        Ok(Plan { who, once: None, revision, writes, then, refused })
    }
}
