//! The one write of a request, all or nothing, and what the client gets after it.

use super::{
    calls::{Call, Caller, F, Happening, Reply, Request},
    judge::{Asking, Captcha, Judged, Open, Plan, Then, Write},
    rules::{CODE, DAY, HOUR, RESEND, RULES, SENDS_A_DAY, TICKET},
    state::{Code, Expected, Kind, Known, Model, Once, Session, Stage, Standing, Token},
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

    /// By the clock of the server that it has come to.
    fn judge_there(&mut self, request: &Request) -> Judged {
        self.now = self.life.clock(request.server, self.clock);
        self.judge(request)
    }

    fn finish(&mut self, request: &Request, judged: Judged) {
        let Judged { mut asking, result } = judged;
        self.now = self.life.clock(request.server, self.clock);
        let reply = result.and_then(|plan| self.write(&mut asking, plan)).unwrap_or_else(|reply| reply);
        self.settle(&mut asking);
        // Or its answer was lost on the way.
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
            // What a commit without an answer has done nobody knows: nothing is told of its guess.
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
                    // What was used before was no good guess.
                    let used = matches!(refused, Refused::Replayed { .. } | Refused::Step | Refused::Code);
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
                        Refused::Captcha { human } => {
                            asking.ask("JudgeCaptcha")?;
                            if !human {
                                return Err(plan.refused);
                            }
                            self.write(asking, passed(plan))
                        }
                        Refused::Step | Refused::Code => Err(Reply::WRONG_CODE),
                        Refused::Wait => Err(Reply::NOT_YET),
                        Refused::Replayed { .. } | Refused::Otherwise => Err(plan.refused),
                    };
                }
            }
        }
        self.after(asking, plan)
    }

    /// The same refresh came at once, and was faster: its answer may be lost.
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
                // Whoever has just set a new one is not locked out of it.
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
            Write::Open(session) => self.sessions.push(session.clone()),
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
            Write::Renew(session) => {
                let revision = self.people[who.unwrap()].revision;
                let session = &mut self.sessions[*session];
                if session.ended {
                    return Err(Refused::Ended(Reply::NO_ID));
                }
                (session.auth_time, session.revision) = (now, revision);
                // Nothing that was made before the change brings what is made since.
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
            Write::Code { place, owner } => {
                let count = self
                    .sends
                    .entry((place.tenant, place.by, place.to, place.in_login, key))
                    .or_insert((now, 0, 0));
                // Further ahead than a day is no time that anything was sent at.
                if now + DAY < count.1 {
                    *count = (now, 0, 0);
                }
                let fresh = count.2 == 0 || now >= count.0 + DAY;
                if (count.2 > 0 && now < count.1 + RESEND) || (!fresh && count.2 >= SENDS_A_DAY) {
                    return Err(Refused::Wait);
                }
                *count = if fresh { (now, now, 1) } else { (count.0, now, count.2 + 1) };
                self.stored.insert(place.clone(), self.codes.len());
                let revision = owner.map(|who| self.people[who].revision);
                self.codes.push(Code { owner: *owner, revision, expires: now + CODE, key, sent: false });
            }
        }
        Ok(())
    }

    /// What was sent ends it, what was asked for demands a captcha. A twenty-fourth of the day's sum comes back each hour.
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
        if let (Captcha::Presented { human }, true) = (captcha, left.iter().any(|left| left * 2 >= most)) {
            return Err(Refused::Captcha { human });
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
            Then::Pending { stage, proved, start } => {
                let ends = self.state_ends(asking, start);
                let changed = plan.writes.iter().any(|write| matches!(write, Write::Password(_)));
                let revision = plan.revision.unwrap() + u64::from(changed);
                Ok(self.pend(who.unwrap(), by, stage, proved, start, revision, ends))
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
        ends: u64,
    ) -> Reply {
        self.mint(Kind::State { stage, proved, start, revision }, who, by, ends);
        match stage {
            Stage::Factor => Reply::FACTOR,
            Stage::Warned => Reply::WARN,
            Stage::Expired => Reply::EXPIRED,
        }
    }

    /// A session token and an id token: both, or neither where there is no signature.
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

/// Why a write is refused.
enum Refused {
    Replayed {
        opened: Option<usize>,
    },
    Step,
    /// It was used before.
    Code,
    /// No code now.
    Wait,
    Rotated {
        session: usize,
        generation: u32,
    },
    Ended(Reply),
    /// Not without a captcha.
    Captcha {
        human: bool,
    },
    Otherwise,
}

/// The same, by somebody who has passed the captcha.
fn passed(mut plan: Plan) -> Plan {
    for write in &mut plan.writes {
        if let Write::Sum { captcha, .. } = write {
            *captcha = Captcha::Passed;
        }
    }
    plan
}
