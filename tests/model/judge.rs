//! What the host is asked for each call, and what the call then wants written.

use super::{
    calls::{Call, Caller, F, Named, Reply, Request, Typed},
    rules::{RULES, Rules},
    state::{Model, Once, Place, Session, Slot, Stage},
};
use std::collections::BTreeSet;

/// One write.
#[derive(Clone, Debug)]
pub enum Write {
    Skip { budget: u32 },
    Password(usize),
    Rehash,
    TotpStep(u64),
    Open(Session),
    Rotate { session: usize, generation: u32 },
    Renew(usize),
    EndAll,
    EndAllBut(usize),
    End(usize),
    Code { place: Place, owner: Option<usize> },
}

/// What follows a write.
#[derive(Clone, Debug)]
pub enum Then {
    Say(Reply),
    Pending { stage: Stage, proved: BTreeSet<F>, start: u64 },
    SignedIn,
    Refreshed { session: usize },
    Ticket { session: usize },
    Deliver,
}

/// What a request wants written, and how it ends.
#[derive(Clone, Debug)]
pub struct Plan {
    pub who: Option<usize>,
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
    pub failing: Option<&'static str>,
}

impl Asking {
    pub fn ask(&mut self, question: &'static str) -> Result<(), Reply> {
        self.asked.push(question);
        if self.failing == Some(question) { Err(Reply::BUSY) } else { Ok(()) }
    }

    pub fn rules(&self) -> &'static Rules {
        &RULES[self.caller.app]
    }
}

/// A request that has been judged.
pub struct Judged {
    pub asking: Asking,
    pub result: Result<Plan, Reply>,
}

impl Model {
    pub fn judge(&mut self, request: &Request) -> Judged {
        let mut asking = Asking { caller: request.caller, asked: Vec::new(), failing: request.failing };
        let result = self.call(&mut asking, &request.call);
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
            Call::OwnChange { token, old, new } => self.own_change(asking, *token, *old, *new),
            Call::OwnChangeByCode { token, code, new } => {
                self.own_change_by_code(asking, *token, *code, *new)
            }
            Call::Refresh { token } => self.refresh(asking, *token),
            Call::SignOut { token } => self.sign_out(asking, *token),
            Call::IssueTicket { .. } | Call::Redeem { .. } => unreachable!(),
        }
    }

    /// Whether somebody of that name is of the caller's tenant.
    pub fn find(&self, caller: Caller, named: Named) -> Option<usize> {
        (named < self.people.len() && self.people[named].tenant == caller.tenant).then_some(named)
    }

    /// Counts a guess. Whether there is one.
    pub fn reserve(&mut self, asking: &mut Asking, slot: Slot) -> Result<bool, Reply> {
        asking.ask("ReserveAttempt")?;
        let failures = self.failures.entry(slot).or_default();
        let free = !asking.rules().locked(failures, self.now);
        if free {
            failures.push(self.now);
        }
        Ok(free)
    }

    /// The host could not judge a guess: it gets it back.
    pub fn unjudged(&mut self, asking: &mut Asking, slot: Slot, counted: bool, busy: Reply) -> Reply {
        if asking.ask("SettleAttempt").is_ok() && counted {
            self.failures.get_mut(&slot).unwrap().pop();
        }
        busy
    }

    /// A guess was right: all are forgotten.
    pub fn passed(&mut self, asking: &mut Asking, slot: Slot) -> Result<(), Reply> {
        asking.ask("SettleAttempt")?;
        self.failures.insert(slot, Vec::new());
        Ok(())
    }

    /// Guesses a person's password; without a person, or one that counts, the host says that any is right.
    pub fn guess_password(
        &mut self,
        asking: &mut Asking,
        slot: Slot,
        known: Option<usize>,
        typed: usize,
        refused: Reply,
    ) -> Result<(), Reply> {
        let free = self.reserve(asking, slot)?;
        if let Err(busy) = asking.ask("VerifyPassword") {
            return Err(self.unjudged(asking, slot, free, busy));
        }
        if free && known == Some(typed) { self.passed(asking, slot) } else { Err(refused) }
    }

    /// Guesses a code. `owner` is who it must be of; nobody where no code counts.
    pub fn guess_code(
        &mut self,
        asking: &mut Asking,
        slot: Slot,
        owner: Option<usize>,
        place: &Place,
        typed: Typed,
    ) -> Result<usize, Reply> {
        let free = self.reserve(asking, slot)?;
        if let Err(busy) = asking.ask("LoadCode") {
            return Err(self.unjudged(asking, slot, free, busy));
        }
        let owner = owner.filter(|_| free).ok_or(Reply::WRONG_CODE)?;
        let number = *self.stored.get(place).ok_or(Reply::WRONG_CODE)?;
        let code = &self.codes[number];
        let right = number == typed
            && code.sent
            && code.owner == Some(owner)
            && code.revision == Some(self.people[owner].revision)
            && self.now < code.expires
            && self.verifies(code.key);
        if !right {
            return Err(Reply::WRONG_CODE);
        }
        self.passed(asking, slot)?;
        Ok(number)
    }
}
