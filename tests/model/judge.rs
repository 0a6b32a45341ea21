//! What the host is asked for each call, and what the call then wants written.

use super::{
    calls::{Call, Caller, F, Failing, How, Human, Identity, Named, Reply, Request, Said, Seal, Typed},
    cast::{UNBOUND, is_of_the_family},
    dialects::Dialect,
    life::Life,
    registration::Form,
    rules::{CODE, RULES, Rules, SKEW},
    state::{Guess, Linked, Model, Once, Owner, Person, Place, Session, Slot, Stage, Tag},
    trust::{Brought, Making, Trust},
};
use std::collections::BTreeSet;

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    Skip {
        budget: u32,
    },
    Password(usize),
    Rehash,
    TotpStep(u64),
    Reseal {
        under: usize,
    },
    Open(Session),
    /// An account of whoever has registered; the session that is opened then is theirs.
    Create(Person),
    Rotate {
        session: usize,
        generation: u32,
    },
    /// A session, and what was proved for it.
    Renew(usize, BTreeSet<F>),
    EndAll,
    EndAllBut(usize),
    End(usize),
    Code {
        place: Place,
        owner: Owner,
        of: Option<usize>,
        /// The session that asked for it, where it goes to a new contact.
        asked: Option<usize>,
    },
    UseCode(usize),
    /// An identity, and what the link is made by.
    Link(Identity, BTreeSet<Making>),
    EndLinks,
    Unlink {
        identity: Identity,
        is_last: bool,
    },
    /// One of the sends of whoever asks.
    Spend {
        asker: usize,
        by: F,
    },
    Contact {
        by: F,
        to: Named,
    },
    /// The session in hand goes on, as old as it is.
    Keep(usize),
    /// Counts a code of somebody who has proved nothing.
    Sum {
        app: usize,
        tenant: usize,
        real: bool,
        captcha: Captcha,
    },
}

/// What is known of a captcha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captcha {
    /// What is presented, and not judged yet.
    Presented {
        human: Human,
        channel: F,
        to: Named,
    },
    Passed,
}

/// What follows a write.
#[derive(Clone, Debug)]
pub enum Then {
    Say(Reply),
    Pending {
        stage: Stage,
        proved: BTreeSet<F>,
        start: u64,
        link: Option<Brought>,
    },
    /// The identity is nobody's.
    Unlinked(Brought),
    SignedIn,
    Refreshed {
        session: usize,
    },
    /// The answer of before: with the same session, of this generation.
    Again {
        session: usize,
        generation: u32,
        reply: Reply,
    },
    Ticket {
        session: usize,
    },
    IdToken {
        session: usize,
    },
    Deliver,
}

/// What a request wants written, and how it ends.
#[derive(Clone, Debug)]
pub struct Plan {
    pub who: Option<usize>,
    /// The token that it uses up.
    pub once: Option<Once>,
    /// The revision that it was judged on.
    pub revision: Option<u64>,
    pub writes: Vec<Write>,
    pub then: Then,
    /// What is said when the write is refused, and when what is used up was used before.
    pub refused: Reply,
    pub spent: Reply,
}

impl Plan {
    pub fn of(who: usize, then: Then, refused: Reply) -> Self {
        Self { who: Some(who), once: None, revision: None, writes: Vec::new(), then, refused, spent: refused }
    }
}

/// A request on its way: what has been asked of the host.
pub struct Asking {
    pub caller: Caller,
    pub asked: Vec<&'static str>,
    pub failing: Option<Failing>,
    pub seal: Option<Seal>,
    /// The session whose token came sealed, and opened.
    pub sealed: Option<usize>,
    /// Nobody knows what the route does that it is let in to.
    pub guards: bool,
    /// The session that ends by this request, which shows what was rotated away.
    pub ends: Option<usize>,
    life: Life,
    /// The guess that it has made, until it is told what became of it.
    pub guess: Option<Open>,
}

/// A guess whose request has not ended.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    pub slot: Slot,
    /// `None` where there was none left.
    pub number: Option<usize>,
    pub wrong: bool,
}

impl Asking {
    pub fn ask(&mut self, question: &'static str) -> Result<(), Reply> {
        self.asked.push(question);
        if self.failing.is_some_and(|it| it.question == question) { Err(Reply::BUSY) } else { Ok(()) }
    }

    /// Whether the host does what it is asked here, and the answer is lost.
    pub fn loses(&self, question: &'static str) -> bool {
        self.failing == Some(Failing { question, how: How::AnswerLost })
    }

    /// How the application speaks.
    pub fn dialect(&self) -> Dialect {
        self.life.dialects[self.caller.app]
    }

    /// How the engine speaks: as the application that it has found.
    pub fn speech(&self) -> Dialect {
        let is_found = self.asked.contains(&"FindApplication");
        let fails = self.failing.is_some_and(|it| it.question == "FindApplication");
        if is_found && !fails { self.dialect() } else { Dialect::Ciam }
    }

    pub fn rules(&self) -> &'static Rules {
        &RULES[self.caller.app]
    }

    pub fn trust(&self) -> Trust {
        self.life.trust[self.caller.app]
    }

    /// Whether a link counts in this application.
    pub fn counts(&self, link: &Linked) -> bool {
        self.rules().counts(self.trust(), &link.made)
    }

    /// Whoever shows nothing signs in where the policy lets them.
    pub fn is_admitted(&self) -> Result<(), Reply> {
        if self.caller.device == UNBOUND && !self.rules().allows_unbound {
            Err(Reply::DEVICE)
        } else {
            Ok(())
        }
    }

    /// The guess was wrong.
    pub fn wrong(&mut self, reply: Reply) -> Reply {
        if let Some(guess) = &mut self.guess {
            guess.wrong = true;
        }
        reply
    }
}

/// What came sealed is used by what it writes, and by a route of the host's own.
fn claimed(asking: &Asking, mut plan: Plan) -> Plan {
    let writes = !plan.writes.is_empty() || asking.guards;
    if let (Some(session), Some(seal), true) = (asking.sealed, asking.seal, writes) {
        (plan.once, plan.spent) = (Some(Once::Seal { session, seal }), Reply::NO_SEAL);
    }
    plan
}

/// A request that has been judged.
pub struct Judged {
    pub asking: Asking,
    pub result: Result<Plan, Reply>,
}

impl Model {
    pub fn judge(&mut self, request: &Request) -> Judged {
        let mut asking = Asking {
            caller: request.caller,
            asked: Vec::new(),
            failing: request.failing,
            seal: request.seal,
            sealed: None,
            guards: false,
            ends: None,
            life: self.life,
            guess: None,
        };
        let result = match (self.call(&mut asking, &request.call), asking.ends) {
            (Err(reply), Some(session)) => Ok(self.ending(session, reply)),
            (result, _) => result,
        };
        let result = result.map(|plan| claimed(&asking, plan));
        if result.is_err() {
            // It ends here, before another one that came at once is written.
            self.settle(&mut asking);
        }
        Judged { asking, result }
    }

    fn call(&mut self, asking: &mut Asking, call: &Call) -> Result<Plan, Reply> {
        if let Call::IssueTicket { token, credential } = call {
            return self.issue_ticket(asking, *token, *credential);
        }
        if let Call::TenantToken { client, secret } = call {
            return self.tenant_token(asking, *client, *secret);
        }
        if let Call::TenantRefresh { token, credential } = call {
            return self.tenant_refresh(asking, *token, *credential);
        }
        if let Call::Redeem { token, credential } = call {
            return self.redeem(asking, *token, *credential);
        }
        // No page of the family shows how an address is replaced.
        let is_of_the_family = is_of_the_family(asking.caller.device);
        if is_of_the_family && matches!(call, Call::NewContact { by: F::Email, .. }) {
            return Err(Reply::NO_SUCH_CALL);
        }
        asking.ask("FindApplication")?;
        // Giving a right up takes no more than the token.
        if !matches!(call, Call::SignOut { .. }) {
            asking.is_admitted()?;
        }
        match call {
            Call::SignIn { who, said, password } => self.sign_in(asking, *who, *said, *password),
            Call::SignInByCode { by, to, code } => self.sign_in_by_code(asking, *by, *to, *code),
            Call::Send { token, purpose, by, to, human } => {
                self.send(asking, *token, *purpose, *by, *to, *human)
            }
            Call::Skip { token } => self.skip(asking, *token),
            Call::Change { token, proof, new } => self.change(asking, *token, proof, *new),
            Call::Prove { token, response } => self.prove(asking, *token, response),
            Call::IsSet { token } => {
                let (who, _) = self.bearer(asking, *token)?;
                Err(if self.people[who].password.is_some() { Reply::SET } else { Reply::UNSET })
            }
            Call::Authenticate { token, by_session } => self.authenticate(asking, *token, *by_session),
            Call::OwnChange { token, old, new } => self.own_change(asking, *token, *old, *new),
            Call::OwnChangeByCode { token, code, new } => {
                self.own_change_by_code(asking, *token, *code, *new)
            }
            Call::Recover { to, code, new } => self.recover(asking, *to, *code, *new),
            Call::Register { by, to, code, name, password, fit } => self.register(
                asking,
                &Form { by: *by, to: *to, code: *code, name: *name, password: *password, fit: *fit },
            ),
            Call::NewContact { token, by, to, code } => self.new_contact(asking, *token, *by, *to, *code),
            Call::Picture => {
                if !self.life.pictures {
                    return Err(Reply::NO_PICTURE);
                }
                self.show_picture(asking)
            }
            Call::Solve { picture, right, by, to } => self.solve(asking, *picture, *right, *by, *to),
            Call::Social { identity, good, bound } => self.social(asking, *identity, *good, *bound),
            Call::Link { token, proof } => self.link(asking, *token, proof),
            Call::RegisterLinked { token, by, to, code } => {
                self.register_linked(asking, *token, *by, *to, *code)
            }
            Call::RegisterVouched { token, to, good } => self.register_vouched(asking, *token, *to, *good),
            Call::Identities { token } => {
                let (who, _) = self.bearer(asking, *token)?;
                asking.ask("ListIdentities")?;
                Err(Reply::LINKED[self.linked.values().filter(|link| link.who == who).count()])
            }
            Call::Unlink { token, identity } => self.unlink(asking, *token, *identity),
            Call::Refresh { token } => self.refresh(asking, *token),
            Call::SignOut { token } => self.sign_out(asking, *token),
            Call::TenantToken { .. }
            | Call::TenantRefresh { .. }
            | Call::IssueTicket { .. }
            | Call::Redeem { .. } => unreachable!(),
        }
    }

    /// Who of the caller's tenant is known by this.
    pub fn find(&self, caller: Caller, said: Said, named: Named) -> Option<usize> {
        self.people.iter().position(|person| person.tenant == caller.tenant && person.is(said, named))
    }

    /// What comes sealed is used up before a guess is counted: what is replayed is no guess.
    pub fn use_seal(&mut self, asking: &mut Asking) -> Result<(), Reply> {
        let Some((session, seal)) = asking.sealed.take().zip(asking.seal) else { return Ok(()) };
        let answer = asking.ask("Commit");
        if answer.is_err() && !asking.loses("Commit") {
            return Err(Reply::BUSY);
        }
        let is_first = self.spent.insert(Once::Seal { session, seal }, None).is_none();
        answer?;
        if is_first { Ok(()) } else { Err(Reply::NO_SEAL) }
    }

    /// Counts a guess. Whether there is one. While as many by the same name are being answered as lock it, one is told to come again: whatever
    /// was wrong before, and whatever other names did.
    pub fn reserve(&mut self, asking: &mut Asking, slot: Slot, tag: Tag) -> Result<bool, Reply> {
        self.use_seal(asking)?;
        let answer = asking.ask("ReserveAttempt");
        if answer.is_err() && !asking.loses("ReserveAttempt") {
            return Err(Reply::BUSY);
        }
        let (rules, now) = (asking.rules(), self.now);
        let guesses = self.guesses.entry(slot).or_default();
        let refused = self.refused.entry(slot).or_default();
        // Two clocks: what lies further ahead than they may be apart is now.
        for guess in guesses.iter_mut().chain(&mut *refused).filter(|guess| guess.at > now + SKEW) {
            guess.at = now;
        }
        // What has been in flight for too long is wrong, by whichever clock it is looked at next.
        for guess in guesses.iter_mut().filter(|guess| guess.in_flight(now).is_none()) {
            guess.untold = None;
        }
        refused.retain(|guess| guess.in_flight(now).is_some());
        let flying =
            guesses.iter().chain(&*refused).filter(|guess| guess.in_flight(now) == Some(tag)).count();
        if flying >= rules.threshold {
            return Err(Reply::BUSY);
        }
        let times: Vec<_> = guesses.iter().map(|guess| guess.at).collect();
        let is_one = !rules.locked(&times, now);
        self.guesses_made += 1;
        let guess = Guess { number: self.guesses_made, at: now, untold: Some(tag) };
        if is_one {
            guesses.push(guess)
        } else {
            refused.push(guess)
        }
        answer?;
        asking.guess = Some(Open { slot, number: Some(guess.number), wrong: !is_one });
        Ok(is_one)
    }

    /// The request has ended without effect: a guess that was wrong stays counted, every other one is given back.
    pub fn settle(&mut self, asking: &mut Asking) {
        let Some(Open { slot, number, wrong }) = asking.guess.take() else { return };
        if asking.ask("SettleAttempt").is_err() && !asking.loses("SettleAttempt") {
            return;
        }
        let guesses = self.guesses.entry(slot).or_default();
        if wrong {
            let told = guesses.iter_mut().filter(|guess| Some(guess.number) == number);
            told.for_each(|guess| guess.untold = None);
        } else {
            guesses.retain(|guess| Some(guess.number) != number);
        }
        self.refused.entry(slot).or_default().retain(|guess| Some(guess.number) != number);
    }

    /// What a guess proves is written: it and all before it are forgotten.
    pub fn clear(&mut self, guess: Option<Open>) {
        if let Some(Open { slot, number: Some(number), .. }) = guess {
            self.guesses.entry(slot).or_default().retain(|guess| guess.number > number);
        }
    }

    /// Guesses a person's password; without a person, or one that counts, the host says that any is right.
    pub fn guess_password(
        &mut self,
        asking: &mut Asking,
        slot: Slot,
        tag: Tag,
        known: Option<usize>,
        typed: usize,
        refused: Reply,
    ) -> Result<(), Reply> {
        let free = self.reserve(asking, slot, tag)?;
        asking.ask("VerifyPassword")?;
        if free && known == Some(typed) { Ok(()) } else { Err(asking.wrong(refused)) }
    }

    /// Guesses a code. `owner` is who it must be of; nobody where no code counts.
    pub fn guess_code(
        &mut self,
        asking: &mut Asking,
        slot: Slot,
        tag: Tag,
        owner: Owner,
        place: &Place,
        typed: Typed,
    ) -> Result<usize, Reply> {
        let free = self.reserve(asking, slot, tag)?;
        asking.ask("LoadCode")?;
        let owner = if free { owner } else { Owner::Nobody };
        let code = self.stored.get(place).and_then(|number| {
            let number = *number;
            let code = &self.codes[number];
            let right = number == typed
                && code.sent
                && owner != Owner::Nobody
                && code.owner == owner
                && code.revision == owner.person().map(|who| self.people[who].revision)
                && self.now < code.expires
                // Later than any code that is made now ends no code.
                && code.expires <= self.now + CODE + SKEW
                && self.verifies(code.key);
            right.then_some(number)
        });
        code.ok_or_else(|| asking.wrong(Reply::WRONG_CODE))
    }
}
