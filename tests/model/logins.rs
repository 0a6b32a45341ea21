//! Calls that begin a login or carry it on.

use super::{
    calls::{
        F, NOBODY, Named, Password, Presented, Proof, Purpose, Reply, Response, SHORT, Said, Typed, USED,
    },
    cast::{is_of_the_family, reached},
    judge::{Asking, Plan, Then, Write},
    rules::{LOGIN, TOTP_STEP},
    state::{Kind, Model, Must, Once, Owner, Place, Session, Slot, Stage, Standing, Tag},
    table::{Done, Need, changes_by, need},
    trust::Brought,
};
use std::collections::BTreeSet;

/// A pending login that goes on.
pub struct Resumed {
    pub token: usize,
    pub who: usize,
    pub proved: BTreeSet<F>,
    pub start: u64,
    pub link: Option<Brought>,
    pub need: Need,
}

/// The result of a step.
pub struct Step {
    pub who: usize,
    pub proved: BTreeSet<F>,
    pub start: u64,
    pub auth_time: u64,
    pub done: Done,
    pub once: Option<Once>,
    pub link: Option<Brought>,
    pub writes: Vec<Write>,
    pub refused: Reply,
    pub spent: Reply,
}

impl Model {
    pub fn sign_in(
        &mut self,
        asking: &mut Asking,
        named: Named,
        said: Said,
        typed: Password,
    ) -> Result<Plan, Reply> {
        let step = self.password_step(asking, named, said, typed)?;
        self.go_on(asking, step)
    }

    pub fn password_step(
        &mut self,
        asking: &mut Asking,
        named: Named,
        said: Said,
        typed: Password,
    ) -> Result<Step, Reply> {
        asking.ask("FindAccount")?;
        let found = self.find(asking.caller, said, named);
        let tag = self.tag(said, named);
        let slot = self.slot(asking, found, said, named, F::Password);
        let active = found.filter(|who| self.people[*who].active);
        let known = active.and_then(|who| self.people[who].password.as_ref()).map(|known| known.number);
        self.guess_password(asking, slot, tag, known, typed, Reply::WRONG_LOGIN)?;
        let who = found.expect("nobody has no password");
        let mut step = Step::first(who, F::Password, self.now, Reply::WRONG_LOGIN);
        // The password is proved and stays, so an outdated verifier is renewed. (A step that changes the password does not renew
        // it.)
        let outdated = self.people[who].password.as_ref().is_some_and(|known| known.outdated);
        step.writes.extend(outdated.then_some(Write::Rehash));
        Ok(step)
    }

    pub fn sign_in_by_code(
        &mut self,
        asking: &mut Asking,
        by: F,
        to: Named,
        typed: Typed,
    ) -> Result<Plan, Reply> {
        asking.ask("FindAccount")?;
        let caller = asking.caller;
        let found = self.find(caller, reached(by), to);
        let slot = self.slot(asking, found, reached(by), to, by);
        let active = Owner::of(found.filter(|who| self.people[*who].active));
        let place = Place::outside(caller, Purpose::SignIn, by, to);
        let code = self.guess_code(asking, slot, self.tag(reached(by), to), active, &place, typed)?;
        let who = found.expect("nobody gets a code");
        let mut step = Step::first(who, by, self.now, Reply::WRONG_CODE);
        step.writes.push(Write::UseCode(code));
        self.go_on(asking, step)
    }

    /// A new password in the place of a forgotten one. The reply does not show whether there is such an account.
    pub fn recover(
        &mut self,
        asking: &mut Asking,
        to: Named,
        typed: Typed,
        new: Password,
    ) -> Result<Plan, Reply> {
        let caller = asking.caller;
        if asking.dialect().update_by_mobile() != Purpose::Forgotten && is_of_the_family(caller.device) {
            return Err(if self.life.signed { Reply::NO_SEAL } else { Reply::ID_MISSING });
        }
        // The policy and the rules for new passwords are no secret.
        if !asking.rules().recovers {
            return Err(Reply::WRONG_CODE);
        }
        follows_rules(None, new)?;
        asking.ask("FindAccount")?;
        let found = self.find(caller, Said::Mobile, to);
        let slot = self.slot(asking, found, Said::Mobile, to, F::Sms);
        let owner = Owner::of(found.filter(|who| self.recovers(asking, *who, F::Sms)));
        let place = Place::outside(caller, Purpose::Forgotten, F::Sms, to);
        let code = self.guess_code(asking, slot, self.tag(Said::Mobile, to), owner, &place, typed)?;
        asking.ask("DecideAccess")?;
        let who = found.expect("nobody gets a code");
        let (used, revision) = (Write::UseCode(code), Some(self.people[who].revision));
        let plan = |then| Plan { revision, ..Plan::of(who, then, Reply::WRONG_CODE) };
        if self.denies {
            return Ok(Plan { writes: vec![used], ..plan(Then::Say(Reply::WRONG_CODE)) });
        }
        judge_new(asking, new)?;
        // An attacker who had the account may have linked an identity of theirs.
        let writes = vec![used, Write::Password(new), Write::EndAll, Write::EndLinks];
        Ok(Plan { writes, ..plan(Then::Say(Reply::EMPTY)) })
    }

    /// Whether a code on this channel resets a person's password: the policy allows it, and the channel is not their second
    /// factor.
    pub fn recovers(&self, asking: &Asking, who: usize, by: F) -> bool {
        let person = &self.people[who];
        asking.rules().recovers && by == F::Sms && person.active && !person.enrolled.contains(&by)
    }

    /// Goes on with a login at one of these stages.
    pub fn resume(
        &mut self,
        asking: &mut Asking,
        presented: Presented,
        stages: &[Stage],
    ) -> Result<Resumed, Reply> {
        let Some((number, token)) = self.good(presented) else { return Err(Reply::NO_STATE) };
        let Kind::State { stage, proved, start, revision, link } = &token.kind else {
            return Err(Reply::NO_STATE);
        };
        if token.by != asking.caller || !stages.contains(stage) {
            return Err(Reply::NO_STATE);
        }
        asking.ask("FindAccount")?;
        let person = &self.people[token.who];
        if person.revision != *revision {
            return Err(Reply::NO_STATE);
        }
        let need = need(asking.rules(), person, proved, Done::Nothing, self.now);
        let (proved, start, link) = (proved.clone(), *start, *link);
        Ok(Resumed { token: number, who: token.who, proved, start, link, need })
    }

    pub fn skip(&mut self, asking: &mut Asking, token: Presented) -> Result<Plan, Reply> {
        let login = self.resume(asking, token, &[Stage::Warned])?;
        if self.life.grace > 0 {
            asking.ask("FindClaim")?;
            if let Some(session) = self.opened_by(Once::Token(login.token)) {
                return self.skip_again(asking, login.who, session);
            }
        }
        if login.need != Need::Warn {
            return Err(Reply::NO_STATE);
        }
        let (auth_time, skip) = (login.start, Write::Skip { budget: asking.rules().skips });
        self.go_on(asking, login.step(None, auth_time, Done::Skipped, vec![skip]))
    }

    /// The session that this token has opened, if it lives.
    pub fn opened_by(&self, once: Once) -> Option<usize> {
        let opened = *self.spent.get(&once)?;
        opened.filter(|session| !self.sessions[*session].ended)
    }

    /// A skip that is done comes again. Its answer is the session that it opened, or it is refused as spent.
    fn skip_again(&self, asking: &mut Asking, who: usize, session: usize) -> Result<Plan, Reply> {
        if !self.is_as_before(asking, who, session) {
            return Err(Reply::NO_STATE);
        }
        asking.ask("DecideAccess")?;
        if self.denies {
            return Err(Reply::NO_STATE);
        }
        let then = Then::Again { session, generation: 0, reply: Reply::SUCCESS };
        Ok(Plan::of(who, then, Reply::NO_STATE))
    }

    /// Whether a session is as its skip has left it, and may be used.
    pub fn is_as_before(&self, asking: &Asking, who: usize, session: usize) -> bool {
        let is_open = self.is_open(asking, session) && self.may_be_lost(session, 0);
        is_open && self.is_unchanged(session) && self.sessions[session].who == who
    }

    pub fn change(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        proof: &Proof,
        new: Password,
    ) -> Result<Plan, Reply> {
        let login = self.resume(asking, token, &[Stage::Warned, Stage::Expired])?;
        if !matches!(login.need, Need::Warn | Need::Change) {
            return Err(Reply::NO_STATE);
        }
        let by = match proof {
            Proof::Old(_) => F::Password,
            Proof::Code(by, _) => *by,
        };
        if !changes_by(&self.people[login.who], &login.proved).contains(&by) {
            return Err(if by == F::Password { Reply::NEW_REFUSED } else { Reply::WRONG_CODE });
        }
        let tenant = asking.caller.tenant;
        let known = self.people[login.who].password.as_ref().map(|known| known.number);
        let old = match *proof {
            Proof::Old(typed) => Some(typed),
            Proof::Code(..) => None,
        };
        follows_rules(old, new)?;
        let mut writes = Vec::new();
        let by = match *proof {
            Proof::Old(typed) => {
                let slot = (tenant, Standing::Stranger, login.who, F::Password);
                self.guess_password(asking, slot, Tag::Known, known, typed, Reply::WRONG_OLD)?;
                F::Password
            }
            Proof::Code(by, typed) => {
                let place = self.place(asking, &login, Purpose::Change, by);
                let slot = (tenant, Standing::Known, login.who, by);
                let owner = Owner::Person(login.who);
                let code = self.guess_code(asking, slot, Tag::Known, owner, &place, typed)?;
                writes.push(Write::UseCode(code));
                by
            }
        };
        judge_new(asking, new)?;
        writes.extend([Write::Password(new), Write::EndAll]);
        let known = self.people[login.who].password.as_ref();
        let is_breached = known.is_some_and(|known| known.must_change == Some(Must::Breached));
        writes.extend(is_breached.then_some(Write::EndLinks));
        self.go_on(asking, login.step(Some(by), self.now, Done::Changed, writes))
    }

    pub fn prove(
        &mut self,
        asking: &mut Asking,
        token: Presented,
        response: &Response,
    ) -> Result<Plan, Reply> {
        let login = self.resume(asking, token, &[Stage::Factor])?;
        let Need::Factor(choices) = &login.need else { return Err(Reply::NO_STATE) };
        let by = match response {
            Response::Code { by, .. } => *by,
            Response::Totp { .. } => F::Totp,
        };
        if !choices.contains(&by) {
            return Err(Reply::WRONG_CODE);
        }
        let standing = if by == F::Totp { Standing::Stranger } else { Standing::Known };
        let slot = (asking.caller.tenant, standing, login.who, by);
        let mut writes = Vec::new();
        match *response {
            Response::Code { by, named, code } => {
                let own = self.people[login.who].contact(by);
                let owner =
                    Owner::of(Some(login.who).filter(|_| named.is_none_or(|named| own == Some(named))));
                let place = self.place(asking, &login, Purpose::Second, by);
                let code = self.guess_code(asking, slot, Tag::Known, owner, &place, code)?;
                writes.push(Write::UseCode(code));
            }
            Response::Totp { of, steps } => {
                // A secret that does not open is unavailable. It costs no guess, and is never answered as missing.
                if !self.opens(login.who) {
                    return Err(Reply::BUSY);
                }
                let free = self.reserve(asking, slot, Tag::Known)?;
                let step = (self.now / TOTP_STEP).wrapping_add_signed(steps);
                let unused = step > self.people[login.who].totp_used;
                if !(free && of == login.who && steps.abs() <= 1 && unused) {
                    return Err(asking.wrong(Reply::WRONG_CODE));
                }
                writes.push(Write::TotpStep(step));
                let under = self.sealing;
                writes.extend(
                    (self.people[login.who].sealed.under != under).then_some(Write::Reseal { under }),
                );
            }
        }
        self.go_on(asking, login.step(Some(by), self.now, Done::Nothing, writes))
    }

    /// The end of every step: the host's decision, the table, and the writes.
    pub fn go_on(&mut self, asking: &mut Asking, step: Step) -> Result<Plan, Reply> {
        let Step { who, proved, start, auth_time, done, once, link, mut writes, refused, spent } = step;
        asking.ask("DecideAccess")?;
        let person = &self.people[who];
        let need = need(asking.rules(), person, &proved, done, self.now);
        let revision = Some(person.revision);
        // The host also decides about a link, if nothing more must be proved.
        if !self.denies && need == Need::Nothing && link.is_some() {
            asking.ask("DecideAccess")?;
        }
        if self.denies || need == Need::Deny {
            // This is final. The presented proof is used up, and nothing else is written. A right guess does not count as wrong.
            writes.retain(|write| matches!(write, Write::TotpStep(_) | Write::UseCode(_)));
            let plan = Plan::of(who, Then::Say(Reply::DENIED), refused);
            return Ok(Plan { once, revision, writes, spent, ..plan });
        }
        let stage = match need {
            Need::Factor(_) => Some(Stage::Factor),
            Need::Warn => Some(Stage::Warned),
            Need::Change => Some(Stage::Expired),
            Need::Nothing | Need::Deny => None,
        };
        let then = match stage {
            Some(stage) => Then::Pending { stage, proved, start, link },
            None => {
                let changed = writes.iter().any(|write| matches!(write, Write::Password(_)));
                // The link comes with the session, not with the proof.
                writes.extend(link.map(|brought| Write::Link(brought.identity, brought.made_by(&proved))));
                writes.push(Write::Open(Session {
                    proved,
                    who,
                    device: asking.caller.device,
                    key: self.key(),
                    revision: person.revision + u64::from(changed),
                    auth_time,
                    generation: 0,
                    unseen: (self.life.grace > 0 && done == Done::Skipped).then_some(self.now),
                    used: self.now,
                    expires: self.now + asking.rules().session,
                    ended: false,
                    gone: false,
                }));
                Then::SignedIn
            }
        };
        Ok(Plan { once, revision, writes, spent, ..Plan::of(who, then, refused) })
    }

    /// The end of a state token that is made now.
    pub fn state_ends(&self, asking: &Asking, start: u64) -> u64 {
        (self.now + asking.rules().state).min(start + LOGIN)
    }
}

impl Step {
    pub fn first(who: usize, by: F, now: u64, refused: Reply) -> Self {
        let proved = BTreeSet::from([by]);
        let (start, auth_time, done, writes) = (now, now, Done::Nothing, Vec::new());
        Self { who, proved, start, auth_time, done, once: None, link: None, writes, refused, spent: refused }
    }
}

impl Resumed {
    fn step(self, by: Option<F>, auth_time: u64, done: Done, writes: Vec<Write>) -> Step {
        let Self { token, who, mut proved, start, link, .. } = self;
        proved.extend(by);
        let once = Some(Once::Token(token));
        let (refused, spent) = (Reply::NO_STATE, Reply::NO_STATE);
        Step { who, proved, start, auth_time, done, once, link, writes, refused, spent }
    }
}

/// The typed name in its one spelling. At the call that takes any name, a name or number counts as the same.
fn typed(said: Said) -> Said {
    match said {
        Said::AnyName => Said::Name,
        Said::AnyMobile => Said::Mobile,
        other => other,
    }
}

impl Model {
    /// The place of the codes of a login. All logins of its device share it.
    pub fn place(&self, asking: &Asking, login: &Resumed, purpose: Purpose, by: F) -> Place {
        let to = self.people[login.who].contact(by).unwrap_or(NOBODY);
        Place::in_login(login.token, asking.caller, purpose, by, to)
    }

    /// The slot of a stranger's guesses. An unknown name is counted by itself.
    pub fn slot(&self, asking: &Asking, found: Option<usize>, said: Said, named: Named, by: F) -> Slot {
        let tenant = asking.caller.tenant;
        match found {
            Some(who) => (tenant, Standing::Stranger, who, by),
            None => (tenant, Standing::AtNobody(typed(said), self.key()), named, by),
        }
    }

    pub fn tag(&self, said: Said, named: Named) -> Tag {
        Tag::Typed(typed(said), named, self.key())
    }
}

/// A new password must be long enough, and differ from the old one if that is known. These faults are told before a guess is
/// counted.
pub fn follows_rules(old: Option<Password>, new: Password) -> Result<(), Reply> {
    match new {
        SHORT => Err(Reply::WRONG_LENGTH),
        new if old == Some(new) => Err(Reply::USED_BEFORE),
        _ => Ok(()),
    }
}

/// The password must also not be one that the host knows as used.
pub fn judge_new(asking: &mut Asking, new: Password) -> Result<(), Reply> {
    asking.ask("JudgePassword")?;
    if new == USED { Err(Reply::USED_BEFORE) } else { Ok(()) }
}
