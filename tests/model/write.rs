//! The one write of a request, all or nothing, and the client's reply after it.

use super::{
    calls::{Call, Caller, F, Happening, Human, NOBODY, Named, Reply, Request, Said},
    cast::reached,
    judge::{Asking, Captcha, Judged, Open, Plan, Then, Write},
    registration::NEWEST,
    rules::{CODE, DAY, HOUR, RESEND, RULES, SENDS_A_DAY, TICKET},
    state::{
        Code, Expected, Kind, Known, Linked, Mailbox, Model, Once, Payer, Sends, Session, Stage, Standing,
        Token,
    },
    trust::Brought,
};
use std::collections::BTreeSet;

impl Model {
    pub fn happen(&mut self, happening: &Happening) {
        self.expected.clear();
        self.now = self.clock;
        match happening {
            Happening::Wait(seconds) => self.clock += seconds,
            Happening::Admin(act) => self.act(act),
            Happening::RotateKeys => self.rotate(),
            Happening::Restart => {}
            Happening::One(request) => {
                let judged = self.judge_there(request);
                self.finish(request, judged);
            }
            Happening::Race(one, other) => {
                let judged = [(one, self.judge_there(one)), (other, self.judge_there(other))];
                judged.into_iter().for_each(|(request, judged)| self.finish(request, judged));
            }
        }
        self.now = self.clock;
    }

    /// Judges a request by the clock of the server that it came to.
    fn judge_there(&mut self, request: &Request) -> Judged {
        self.now = self.life.clock(request.server, self.clock);
        self.judge(request)
    }

    fn finish(&mut self, request: &Request, judged: Judged) {
        let Judged { mut asking, result } = judged;
        self.now = self.life.clock(request.server, self.clock);
        let reply = result.and_then(|plan| self.write(&mut asking, plan)).unwrap_or_else(|reply| reply);
        self.settle(&mut asking);
        // All faults of a sealed token, or of a missing one, are one fault.
        let of_token = [Reply::ID_MISSING, Reply::NO_ID, Reply::NO_SESSION];
        // A sign-out needs no signature.
        let must_be = self.life.signed && !matches!(request.call, Call::SignOut { .. });
        let is_sealed = (must_be || request.seal.is_some()) && request.call.is_of_a_session();
        let reply = if is_sealed && of_token.contains(&reply) { Reply::NO_SEAL } else { reply };
        if request.seal.is_some() {
            self.sealed = Some(request.clone());
        }
        // The answer may also have been lost on the way.
        let is_answered = [Reply::SUCCESS, Reply::REFRESHED].contains(&reply)
            || request.failing.is_some_and(|it| ["Commit", "SignBytes"].contains(&it.question));
        if is_answered && matches!(request.call, Call::Skip { .. } | Call::Refresh { .. }) {
            self.answered = Some(request.clone());
        }
        let said = asking.speech().spell(reply, &request.call);
        self.expected.push(Expected { reply, said, asked: asking.asked });
    }

    fn write(&mut self, asking: &mut Asking, plan: Plan) -> Result<Reply, Reply> {
        if plan.once.is_some() || !plan.writes.is_empty() || asking.guess.is_some() {
            // Nobody knows what a commit without an answer has done, so its guess is not settled.
            let guess = asking.guess.take();
            let answer = asking.ask("Commit");
            if answer.is_err() && !asking.loses("Commit") {
                return Err(Reply::BUSY);
            }
            let mut after = self.clone();
            match after.commit(&plan) {
                Ok(()) => {
                    *self = after;
                    self.clear(guess);
                    answer?;
                }
                Err(_) if answer.is_err() => return Err(Reply::BUSY),
                Err(refused) => {
                    // A proof that was used before was no good guess.
                    let used = matches!(
                        refused,
                        Refused::Replayed { .. } | Refused::Step | Refused::Code | Refused::Name
                    );
                    asking.guess = guess.map(|guess| Open { wrong: used, ..guess });
                    return match refused {
                        Refused::Rotated { session, generation } => {
                            let present = generation + 1;
                            if self.may_be_lost(session, present) {
                                return self.refreshed_at_once(asking, session, present);
                            }
                            let end = self.ending(session, Reply::NO_SESSION);
                            self.write(asking, end)
                        }
                        Refused::Replayed { opened: Some(session) } if self.life.grace > 0 => {
                            asking.ask("FindAccount")?;
                            if !self.is_as_before(asking, plan.who.unwrap(), session) {
                                return Err(plan.refused);
                            }
                            self.grant(asking, session, 0)?;
                            Ok(Reply::SUCCESS)
                        }
                        Refused::Ended(reply) => Err(reply),
                        Refused::Captcha { human, channel, to } => {
                            let once = self.judge_human(asking, human, channel, to)?;
                            self.write(asking, Plan { once, ..passed(plan) })
                        }
                        Refused::Step | Refused::Code => Err(Reply::WRONG_CODE),
                        Refused::Taken => Err(Reply::TAKEN),
                        // The reply is the fault of the proof that would have linked it.
                        Refused::Linked => Err(plan.spent),
                        Refused::NotLinked => Err(Reply::NOT_LINKED),
                        Refused::LastWayIn => Err(Reply::LAST_WAY_IN),
                        Refused::Name => Err(Reply::NAME_TAKEN),
                        Refused::Wait => Err(Reply::NOT_YET),
                        Refused::Replayed { .. } => Err(plan.spent),
                        Refused::Otherwise => Err(plan.refused),
                    };
                }
            }
        }
        self.after(asking, plan)
    }

    /// The same refresh came at the same time and was faster. Its answer may be lost.
    fn refreshed_at_once(
        &mut self,
        asking: &mut Asking,
        session: usize,
        generation: u32,
    ) -> Result<Reply, Reply> {
        asking.ask("FindAccount")?;
        if !self.is_unchanged(session) {
            return Err(Reply::NO_SESSION);
        }
        self.grant(asking, session, generation)?;
        Ok(Reply::REFRESHED)
    }

    fn commit(&mut self, plan: &Plan) -> Result<(), Refused> {
        if let Some(once) = plan.once {
            let skips = plan.writes.iter().any(|write| matches!(write, Write::Skip { .. }));
            if self.spent.contains_key(&once) {
                let opened = self.opened_by(once).filter(|_| skips);
                return Err(Refused::Replayed { opened });
            }
            self.spent.insert(once, skips.then_some(self.sessions.len()));
        }
        if let (Some(revision), Some(who)) = (plan.revision, plan.who)
            && (self.people[who].revision != revision || !self.people[who].active)
        {
            return Err(Refused::Otherwise);
        }
        plan.writes.iter().try_for_each(|write| self.apply(plan.who, write))
    }

    fn apply(&mut self, who: Option<usize>, write: &Write) -> Result<(), Refused> {
        let (now, key) = (self.now, self.key());
        match write {
            Write::Skip { budget } => {
                let known = self.people[who.unwrap()].password.as_mut().unwrap();
                if known.skips >= *budget {
                    return Err(Refused::Otherwise);
                }
                known.skips += 1;
            }
            Write::Password(number) => {
                let person = &mut self.people[who.unwrap()];
                person.password = Some(Known {
                    number: *number,
                    set_at: now,
                    must_change: None,
                    skips: 0,
                    outdated: false,
                });
                person.revision += 1;
                // A person who has just set a new password is not locked out of it.
                let slot = (person.tenant, Standing::Stranger, who.unwrap(), F::Password);
                self.guesses.remove(&slot);
            }
            Write::Rehash => self.people[who.unwrap()].password.as_mut().unwrap().outdated = false,
            Write::TotpStep(step) => {
                let person = &mut self.people[who.unwrap()];
                if *step <= person.totp_used {
                    return Err(Refused::Step);
                }
                person.totp_used = *step;
            }
            Write::Reseal { under } => self.people[who.unwrap()].sealed.under = *under,
            Write::Open(session) => {
                let who = if session.who == NEWEST { self.people.len() - 1 } else { session.who };
                self.sessions.push(Session { who, ..session.clone() });
            }
            Write::Create(new) => {
                let others = self.people.iter().filter(|person| person.tenant == new.tenant);
                let others: Vec<_> = others.collect();
                let has = |said, named: Option<usize>| {
                    named.is_some_and(|it| others.iter().any(|who| who.is(said, it)))
                };
                if has(Said::Mobile, new.mobile) || has(Said::AnyEmail, new.email) {
                    return Err(Refused::Taken);
                }
                if has(Said::Name, new.name) {
                    return Err(Refused::Name);
                }
                self.people.push(new.clone());
            }
            Write::Rotate { session, generation } => {
                let stored = &mut self.sessions[*session];
                if stored.ended {
                    return Err(Refused::Ended(Reply::NO_SESSION));
                }
                if stored.generation != *generation {
                    return Err(Refused::Rotated { session: *session, generation: *generation });
                }
                stored.generation += 1;
                stored.key = key;
                stored.unseen = (self.life.grace > 0).then_some(now);
            }
            Write::Renew(session, proof) => {
                let revision = self.people[who.unwrap()].revision;
                let session = &mut self.sessions[*session];
                if session.ended {
                    return Err(Refused::Ended(Reply::NO_ID));
                }
                (session.auth_time, session.revision) = (now, revision);
                session.proved = proof.clone();
                // No token from before the change brings the tokens that are made after it.
                session.unseen = None;
            }
            Write::EndAll => self.end(who, |_| true),
            Write::EndAllBut(kept) => self.end(who, |session| session != *kept),
            Write::End(one) => self.end(who, |session| session == *one),
            Write::Sum { app, tenant, real, captcha } => self.sum(*app, *tenant, *real, *captcha)?,
            Write::UseCode(number) => {
                if self.spent.insert(Once::Code(*number), None).is_some() {
                    return Err(Refused::Code);
                }
            }
            Write::Link(identity, made) => {
                // A person who is made in the same commit has no number yet.
                let who = who.unwrap_or(self.people.len() - 1);
                let tenant = self.people[who].tenant;
                let fresh = || Linked { who, made: BTreeSet::new() };
                let linked = self.linked.entry((tenant, *identity)).or_insert_with(fresh);
                if linked.who != who {
                    return Err(Refused::Linked);
                }
                // The identity is linked again, by a stronger or a weaker proof. Both proofs stay, and each counts for what it is worth.
                linked.made.extend(made);
                self.linked_last = Some(*identity);
            }
            // This comes with a new password, which raises the revision.
            Write::EndLinks => self.linked.retain(|_, link| Some(link.who) != who),
            Write::Unlink { identity, is_last } => {
                let who = who.unwrap();
                let tenant = self.people[who].tenant;
                if self.linked.get(&(tenant, *identity)).is_none_or(|link| link.who != who) {
                    return Err(Refused::NotLinked);
                }
                self.linked.remove(&(tenant, *identity));
                if *is_last && !self.linked.values().any(|link| link.who == who) {
                    return Err(Refused::LastWayIn);
                }
                self.people[who].revision += 1;
            }
            Write::Contact { by, to } => {
                let who = who.unwrap();
                let tenant = self.people[who].tenant;
                let others = self
                    .people
                    .iter()
                    .enumerate()
                    .filter(|(at, person)| *at != who && person.tenant == tenant);
                if others.into_iter().any(|(_, person)| person.is(reached(*by), *to)) {
                    return Err(Refused::Taken);
                }
                let person = &mut self.people[who];
                *if *by == F::Sms { &mut person.mobile } else { &mut person.email } = Some(*to);
                person.revision += 1;
            }
            Write::Keep(session) => {
                let revision = self.people[who.unwrap()].revision;
                let session = &mut self.sessions[*session];
                if session.ended {
                    return Err(Refused::Ended(Reply::NO_ID));
                }
                (session.revision, session.unseen) = (revision, None);
            }
            Write::Spend { asker, by } => {
                let tenant = self.people[*asker].tenant;
                self.spend((tenant, Payer::Asker(*asker, *by), key), Some(*asker))?;
            }
            Write::Code { place, owner, of, asked } => {
                let payer = match (place.in_login, asked) {
                    (true, _) => Payer::Login(place.by, of.expect("a login is somebody's")),
                    (false, Some(_)) => Payer::NewContact(place.by, place.to),
                    (false, None) => Payer::Recipient(place.by, place.to),
                };
                self.spend((place.tenant, payer, key), *of)?;
                self.stored.insert(place.clone(), self.codes.len());
                let revision = owner.person().map(|who| self.people[who].revision);
                let (owner, of, asked) = (*owner, *of, *asked);
                let (made, expires) = (now, now + CODE);
                self.codes.push(Code { owner, of, revision, expires, key, sent: false, asked, made });
            }
        }
        Ok(())
    }

    /// One of a recipient's sends.
    fn spend(&mut self, mailbox: Mailbox, of: Option<usize>) -> Result<(), Refused> {
        let now = self.now;
        let none = Sends { began: now, latest: 0, count: 0, of };
        let sends = self.sends.entry(mailbox).or_insert(none);
        // A time of more than a day ahead is not the time of a send.
        if now + DAY < sends.latest {
            *sends = none;
        }
        let fresh = sends.count == 0 || now >= sends.began + DAY;
        if (sends.count > 0 && now < sends.latest + RESEND) || (!fresh && sends.count >= SENDS_A_DAY) {
            return Err(Refused::Wait);
        }
        let (began, count) = if fresh { (now, 1) } else { (sends.began, sends.count + 1) };
        *sends = Sends { began, latest: now, count, of };
        Ok(())
    }

    /// Sent codes use the sum up, and requested codes demand a captcha. A twenty-fourth of the day's sum comes back each
    /// hour.
    fn sum(&mut self, app: usize, tenant: usize, real: bool, captcha: Captcha) -> Result<(), Refused> {
        let (most, now) = (RULES[app].in_all.unwrap() * 24, self.now);
        let (spent, asked, since) = self.sums.entry((app, tenant)).or_default();
        if *asked == 0 || now + DAY < *since {
            (*spent, *asked) = (0, 0);
            *since = now;
        }
        let hours = now.saturating_sub(*since) / HOUR;
        let left = [*spent, *asked].map(|counted| counted.saturating_sub(hours * most / 24));
        if left[0] + 24 > most {
            return Err(Refused::Wait);
        }
        if let (Captcha::Presented { human, channel, to }, true) =
            (captcha, left.iter().any(|left| left * 2 >= most))
        {
            return Err(Refused::Captcha { human, channel, to });
        }
        *since += hours * HOUR;
        *spent = left[0] + if real { 24 } else { 0 };
        *asked = (left[1] + 24).min(most);
        Ok(())
    }

    fn end(&mut self, who: Option<usize>, which: impl Fn(usize) -> bool) {
        for (number, session) in self.sessions.iter_mut().enumerate() {
            session.ended |= Some(session.who) == who && which(number);
        }
    }

    fn after(&mut self, asking: &mut Asking, plan: Plan) -> Result<Reply, Reply> {
        let (who, now, by) = (plan.who, self.now, asking.caller);
        match plan.then {
            Then::Say(reply) => Ok(reply),
            Then::Deliver => {
                let answer = asking.ask("Deliver");
                if answer.is_ok() || asking.loses("Deliver") {
                    self.codes.last_mut().unwrap().sent = true;
                }
                answer?;
                Ok(Reply::EMPTY)
            }
            Then::Unlinked(brought) => {
                let ends = self.state_ends(asking, now);
                self.mint(Kind::Link { brought, start: now }, NOBODY, by, ends);
                let registers = asking.rules().registers_linked && asking.rules().takes_new();
                Ok(if registers { Reply::BIND_OR_REGISTER } else { Reply::BIND })
            }
            Then::Pending { stage, proved, start, link } => {
                let ends = self.state_ends(asking, start);
                let changed = plan.writes.iter().any(|write| matches!(write, Write::Password(_)));
                let revision = plan.revision.unwrap() + u64::from(changed);
                Ok(self.pend(who.unwrap(), by, stage, proved, start, revision, link, ends))
            }
            Then::SignedIn => {
                self.grant(asking, self.sessions.len() - 1, 0)?;
                Ok(Reply::SUCCESS)
            }
            Then::Refreshed { session } => {
                if !asking.rules().rotates {
                    self.sign(asking)?;
                }
                self.hand_out(asking, session, self.sessions[session].generation);
                Ok(Reply::REFRESHED)
            }
            Then::Again { session, generation, reply } => {
                self.grant(asking, session, generation)?;
                Ok(reply)
            }
            Then::IdToken { session } => {
                self.sign(asking)?;
                let Session { who, expires, .. } = self.sessions[session];
                let ends = (now + asking.rules().id).min(expires);
                self.mint(Kind::Id { session }, who, by, ends);
                Ok(Reply::ID_TOKEN)
            }
            Then::Ticket { session } => {
                self.mint(Kind::Ticket { session }, who.unwrap(), by, now + TICKET);
                Ok(Reply::TICKET)
            }
        }
    }

    #[allow(clippy::too_many_arguments, reason = "a state token says all of it")]
    fn pend(
        &mut self,
        who: usize,
        by: Caller,
        stage: Stage,
        proved: BTreeSet<F>,
        start: u64,
        revision: u64,
        link: Option<Brought>,
        ends: u64,
    ) -> Reply {
        self.mint(Kind::State { stage, proved, start, revision, link }, who, by, ends);
        match stage {
            Stage::Factor => Reply::FACTOR,
            Stage::Warned => Reply::WARN,
            Stage::Expired => Reply::EXPIRED,
        }
    }

    /// A session token and an id token: both, or neither if there is no signature.
    fn grant(&mut self, asking: &mut Asking, session: usize, generation: u32) -> Result<(), Reply> {
        self.sign(asking)?;
        self.hand_out(asking, session, generation);
        Ok(())
    }

    pub fn sign(&self, asking: &mut Asking) -> Result<(), Reply> {
        if self.life.signs_outside { asking.ask("SignBytes") } else { Ok(()) }
    }

    fn hand_out(&mut self, asking: &Asking, session: usize, generation: u32) {
        let Session { who, expires, .. } = self.sessions[session];
        self.mint(Kind::Session { session, generation }, who, asking.caller, expires);
        let id_expires = (self.now + asking.rules().id).min(expires);
        self.mint(Kind::Id { session }, who, asking.caller, id_expires);
    }

    fn mint(&mut self, kind: Kind, who: usize, by: Caller, expires: u64) {
        let key = self.key();
        self.tokens.push(Token { kind, who, by, key, issued: self.now, expires });
    }
}

/// The reasons why a write is refused.
enum Refused {
    Replayed {
        opened: Option<usize>,
    },
    Step,
    /// The code was used before.
    Code,
    /// No code may be sent now.
    Wait,
    /// Somebody has the contact or the name.
    Taken,
    Name,
    /// The identity is another person's, nobody's, or the last way in.
    Linked,
    NotLinked,
    LastWayIn,
    Rotated {
        session: usize,
        generation: u32,
    },
    Ended(Reply),
    /// The write needs a captcha.
    Captcha {
        human: Human,
        channel: F,
        to: Named,
    },
    Otherwise,
}

/// The same plan, after the captcha was passed.
fn passed(mut plan: Plan) -> Plan {
    for write in &mut plan.writes {
        if let Write::Sum { captcha, .. } = write {
            *captcha = Captcha::Passed;
        }
    }
    plan
}
