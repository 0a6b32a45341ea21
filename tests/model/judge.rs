//! What the host is asked for each call, and what the call then wants written.

use super::{
    calls::{Call, Caller, F, Failing, How, Named, Reply, Request, Typed},
    cast::UNBOUND,
    dialects::Dialect,
    life::Life,
    rules::{CODE, RULES, Rules, SKEW},
    state::{Guess, Model, Once, Place, Session, Slot, Stage, Tag},
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
    Rotate {
        session: usize,
        generation: u32,
    },
    Renew(usize),
    EndAll,
    EndAllBut(usize),
    End(usize),
    Code {
        place: Place,
        owner: Option<usize>,
    },
    UseCode(usize),
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
        human: bool,
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
    },
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
    /// What is said when the write is refused.
    pub refused: Reply,
}

impl Plan {
    pub fn of(who: usize, then: Then, refused: Reply) -> Self {
        Self { who: Some(who), once: None, revision: None, writes: Vec::new(), then, refused }
    }
}

/// A request on its way: what has been asked of the host.
pub struct Asking {
    pub caller: Caller,
    pub asked: Vec<&'static str>,
    pub failing: Option<Failing>,
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
            life: self.life,
            guess: None,
        };
        let result = self.call(&mut asking, &request.call);
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
        if let Call::Redeem { token, credential } = call {
            return self.redeem(asking, *token, *credential);
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
            Call::Refresh { token } => self.refresh(asking, *token),
            Call::SignOut { token } => self.sign_out(asking, *token),
            Call::IssueTicket { .. } | Call::Redeem { .. } => unreachable!(),
        }
    }

    /// Whether somebody of that name is of the caller's tenant.
    pub fn find(&self, caller: Caller, named: Named) -> Option<usize> {
        (named < self.people.len() && self.people[named].tenant == caller.tenant).then_some(named)
    }

    /// Counts a guess. Whether there is one. While as many by the same name are being answered as lock it, one is told to come again: whatever
    /// was wrong before, and whatever other names did.
    pub fn reserve(&mut self, asking: &mut Asking, slot: Slot, tag: Tag) -> Result<bool, Reply> {
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
        owner: Option<usize>,
        place: &Place,
        typed: Typed,
    ) -> Result<usize, Reply> {
        let free = self.reserve(asking, slot, tag)?;
        asking.ask("LoadCode")?;
        let code = owner.filter(|_| free).and_then(|owner| {
            let number = *self.stored.get(place)?;
            let code = &self.codes[number];
            let right = number == typed
                && code.sent
                && code.owner == Some(owner)
                && code.revision == Some(self.people[owner].revision)
                && self.now < code.expires
                // Later than any code that is made now ends no code.
                && code.expires <= self.now + CODE + SKEW
                && self.verifies(code.key);
            right.then_some(number)
        });
        code.ok_or_else(|| asking.wrong(Reply::WRONG_CODE))
    }
}
