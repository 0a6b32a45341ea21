//! The questions that the host is asked for each call, and the writes that the call then wants.

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
    /// The account of a person who has registered. The session that is opened then is theirs.
    Create(Person),
    Rotate {
        session: usize,
        generation: u32,
    },
    /// A session, and the factors that were proved for it.
    Renew(usize, BTreeSet<F>),
    EndAll,
    EndAllBut(usize),
    End(usize),
    Code {
        place: Place,
        owner: Owner,
        of: Option<usize>,
        /// The session that asked for it, if it goes to a new contact.
        asked: Option<usize>,
    },
    UseCode(usize),
    /// An identity, and the factors that make the link.
    Link(Identity, BTreeSet<Making>),
    EndLinks,
    Unlink {
        identity: Identity,
        is_last: bool,
    },
    /// One of the sends of the person who asks.
    Spend {
        asker: usize,
        by: F,
    },
    Contact {
        by: F,
        to: Named,
    },
    /// The session in hand goes on, with the age that it has.
    Keep(usize),
    /// Counts a code of a person who has proved nothing.
    Sum {
        app: usize,
        tenant: usize,
        real: bool,
        captcha: Captcha,
    },
}

/// The state of a captcha.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Captcha {
    /// It is presented, and not judged yet.
    Presented {
        human: Human,
        channel: F,
        to: Named,
    },
    Passed,
}

/// The step after a write.
#[derive(Clone, Debug)]
pub enum Then {
    Say(Reply),
    Pending {
        stage: Stage,
        proved: BTreeSet<F>,
        start: u64,
        link: Option<Brought>,
    },
    /// The identity is linked to nobody.
    Unlinked(Brought),
    SignedIn,
    Refreshed {
        session: usize,
    },
    /// The earlier answer, with the same session, of this generation.
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

/// The writes that a request wants, and its end.
#[derive(Clone, Debug)]
pub struct Plan {
    pub who: Option<usize>,
    /// The token that the request uses up.
    pub once: Option<Once>,
    /// The revision of the account on which the request was judged.
    pub revision: Option<u64>,
    pub writes: Vec<Write>,
    pub then: Then,
    /// The replies if the write is refused, and if a thing that it uses up was used before.
    pub refused: Reply,
    pub spent: Reply,
}

impl Plan {
    pub fn of(who: usize, then: Then, refused: Reply) -> Self {
        Self { who: Some(who), once: None, revision: None, writes: Vec::new(), then, refused, spent: refused }
    }
}

/// A request on its way, with the questions so far.
pub struct Asking {
    pub caller: Caller,
    pub asked: Vec<&'static str>,
    pub failing: Option<Failing>,
    pub seal: Option<Seal>,
    /// The session whose token came sealed, and opened.
    pub sealed: Option<usize>,
    /// A guarded route lets it in, and the model does not know what the route does.
    pub guards: bool,
    /// The session that this request ends, because it shows a token that was rotated away.
    pub ends: Option<usize>,
    life: Life,
    /// The guess that it has made, until the guess is settled.
    pub guess: Option<Open>,
}

/// A guess whose request has not ended.
#[derive(Clone, Copy, Debug)]
pub struct Open {
    pub slot: Slot,
    /// `None` if there was none left.
    pub number: Option<usize>,
    pub wrong: bool,
}

impl Asking {
    pub fn ask(&mut self, question: &'static str) -> Result<(), Reply> {
        self.asked.push(question);
        if self.failing.is_some_and(|it| it.question == question) { Err(Reply::BUSY) } else { Ok(()) }
    }

    /// Whether the host does the act at this question, and the answer is lost.
    pub fn loses(&self, question: &'static str) -> bool {
        self.failing == Some(Failing { question, how: How::AnswerLost })
    }

    /// The application's dialect.
    pub fn dialect(&self) -> Dialect {
        self.life.dialects[self.caller.app]
    }

    /// The engine's dialect: the application's, once it has been found.
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

    /// A caller that shows nothing signs in if the policy allows it.
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

/// A sealed token is used up by the request's writes, and by a route of the host's own.
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
            // It ends here, before a simultaneous request is written.
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
        // The family has no page about replacing an address.
        let is_of_the_family = is_of_the_family(asking.caller.device);
        if is_of_the_family && matches!(call, Call::NewContact { by: F::Email, .. }) {
            return Err(Reply::NO_SUCH_CALL);
        }
        asking.ask("FindApplication")?;
        // A sign-out needs only the token.
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

    /// The person of the caller's tenant who is known by this name.
    pub fn find(&self, caller: Caller, said: Said, named: Named) -> Option<usize> {
        self.people.iter().position(|person| person.tenant == caller.tenant && person.is(said, named))
    }

    /// A sealed token is used up before a guess is counted, because a replay is no guess.
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

    /// Counts a guess, and says whether one is left. If as many guesses by the same name are in flight as lock it, the caller is told to try
    /// again, whatever was wrong before and whatever other names did.
    pub fn reserve(&mut self, asking: &mut Asking, slot: Slot, tag: Tag) -> Result<bool, Reply> {
        self.use_seal(asking)?;
        let answer = asking.ask("ReserveAttempt");
        if answer.is_err() && !asking.loses("ReserveAttempt") {
            return Err(Reply::BUSY);
        }
        let (rules, now) = (asking.rules(), self.now);
        let guesses = self.guesses.entry(slot).or_default();
        let refused = self.refused.entry(slot).or_default();
        // Two clocks: a time that lies further ahead than they may differ counts as now.
        for guess in guesses.iter_mut().chain(&mut *refused).filter(|guess| guess.at > now + SKEW) {
            guess.at = now;
        }
        // A guess that has been in flight for too long is wrong, by the next clock that looks at it.
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

    /// The request has ended without effect. A wrong guess stays counted, and every other guess is given back.
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

    /// The proof of a guess is written. The guess and all earlier ones are forgotten.
    pub fn clear(&mut self, guess: Option<Open>) {
        if let Some(Open { slot, number: Some(number), .. }) = guess {
            self.guesses.entry(slot).or_default().retain(|guess| guess.number > number);
        }
    }

    /// Guesses a person's password. Without a person, or without a password that counts, the host says that any password is right. The guess
    /// is wrong all the same.
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

    /// Guesses a code. `owner` is the owner that it must have, or `Nobody` if no code counts.
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
                // A code that ends later than any that is made now is not good.
                && code.expires <= self.now + CODE + SKEW
                && self.verifies(code.key);
            right.then_some(number)
        });
        code.ok_or_else(|| asking.wrong(Reply::WRONG_CODE))
    }
}
