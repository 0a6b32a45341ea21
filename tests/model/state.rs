//! Everything that the model knows: people, tokens, sessions, codes, counts, keys and the clock.

use super::{
    calls::{Act, Caller, F, FORGED, Identity, Named, Password, Purpose, Request, Said, Seal},
    cast::UNBOUND,
    life::Life,
    rules::{IN_FLIGHT, RETIRING, SKEW, SWEPT_AFTER},
    trust::{Brought, Making},
};
use std::collections::{BTreeMap, BTreeSet};

/// Why a password must be changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Must {
    Reset,
    Breached,
}

#[derive(Clone, Debug)]
pub struct Known {
    pub number: Password,
    pub set_at: u64,
    pub must_change: Option<Must>,
    pub skips: u32,
    /// Its verifier has old parameters.
    pub outdated: bool,
}

#[derive(Clone, Debug)]
pub struct Person {
    pub tenant: usize,
    pub name: Option<Named>,
    pub mobile: Option<Named>,
    pub email: Option<Named>,
    pub active: bool,
    pub revision: u64,
    pub password: Option<Known>,
    pub has_totp: bool,
    pub totp_used: u64,
    /// The secret of the authenticator: sealed for whom, and under which key.
    pub sealed: Sealed,
    pub enrolled: BTreeSet<F>,
    pub factors_changed_at: u64,
}

impl Person {
    /// What they are reached by, this way.
    pub fn contact(&self, by: F) -> Option<Named> {
        match by {
            F::Sms => self.mobile,
            F::Email => self.email,
            F::Password | F::Totp | F::Fed => None,
        }
    }

    /// Whether they are known by this.
    pub fn is(&self, said: Said, named: Named) -> bool {
        let own = match said {
            Said::Name | Said::AnyName => self.name,
            Said::Mobile | Said::AnyMobile => self.mobile,
            Said::AnyEmail => self.email,
        };
        own == Some(named)
    }
}

/// What a sealed secret is of.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sealed {
    pub of: usize,
    pub under: usize,
}

/// The step that a state token is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Stage {
    Factor,
    Warned,
    Expired,
}

#[derive(Clone, Debug)]
pub enum Kind {
    /// Of a login, and the identity that is linked where it ends.
    State {
        stage: Stage,
        proved: BTreeSet<F>,
        start: u64,
        revision: u64,
        link: Option<Brought>,
    },
    /// Of an identity that is nobody's.
    Link {
        brought: Brought,
        start: u64,
    },
    Session {
        session: usize,
        generation: u32,
    },
    Id {
        session: usize,
    },
    Ticket {
        session: usize,
    },
}

#[derive(Clone, Debug)]
pub struct Token {
    pub kind: Kind,
    pub who: usize,
    pub by: Caller,
    pub key: usize,
    pub issued: u64,
    pub expires: u64,
}

#[derive(Clone, Debug)]
pub struct Session {
    pub who: usize,
    /// The device that signed in, and the key that it is remembered under.
    pub device: usize,
    pub key: usize,
    pub revision: u64,
    pub auth_time: u64,
    pub proved: BTreeSet<F>,
    pub generation: u32,
    /// When the tokens of this generation went out, if their answer may have got lost: nobody has shown one since.
    pub unseen: Option<u64>,
    pub used: u64,
    pub expires: u64,
    pub ended: bool,
    /// The host has forgotten it.
    pub gone: bool,
}

/// A picture that was shown.
#[derive(Clone, Copy, Debug)]
pub struct Picture {
    pub by: Caller,
    pub key: usize,
    /// Somebody has said where its piece belongs.
    pub tried: bool,
}

/// What a solved picture is good for.
#[derive(Clone, Copy, Debug)]
pub struct Solution {
    pub by: Caller,
    pub channel: F,
    pub to: Named,
    pub key: usize,
    pub issued: u64,
}

/// Where a code is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub app: usize,
    pub tenant: usize,
    /// The device that asked for it.
    pub device: usize,
    pub purpose: Purpose,
    pub by: F,
    pub to: usize,
    /// It belongs to pending logins of that device, whichever; where that shows nothing, to this one. To a new contact, it belongs to this subject.
    pub in_login: bool,
    pub login: Option<usize>,
}

impl Place {
    /// Of a code outside any login.
    pub fn outside(caller: Caller, purpose: Purpose, by: F, to: usize) -> Self {
        let Caller { device, app, tenant } = caller;
        Self { app, tenant, device, purpose, by, to, in_login: false, login: None }
    }

    /// Of a code to what is not its subject's yet: of that device, and of that subject.
    pub fn of_new_contact(who: usize, caller: Caller, by: F, to: usize) -> Self {
        Self { login: Some(who), ..Self::outside(caller, Purpose::NewContact, by, to) }
    }

    /// Of a code of a pending login.
    pub fn in_login(token: usize, caller: Caller, purpose: Purpose, by: F, to: usize) -> Self {
        let login = (caller.device == UNBOUND).then_some(token);
        Self { in_login: true, login, ..Self::outside(caller, purpose, by, to) }
    }
}

/// Whose a code is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Person(usize),
    /// Whoever has the contact that it is sent to, whether or not they have an account.
    Contact,
    /// A decoy.
    Nobody,
}

impl Owner {
    pub fn person(self) -> Option<usize> {
        match self {
            Self::Person(who) => Some(who),
            Self::Contact | Self::Nobody => None,
        }
    }

    pub fn of(person: Option<usize>) -> Self {
        person.map_or(Self::Nobody, Self::Person)
    }
}

#[derive(Clone, Debug)]
pub struct Code {
    pub owner: Owner,
    /// Who has the contact that it goes to: with them it is deleted.
    pub of: Option<usize>,
    /// The owner's revision when it was made.
    pub revision: Option<u64>,
    pub expires: u64,
    pub key: usize,
    /// It got out to the recipient.
    pub sent: bool,
    /// In which session it was asked for, where it is to a new contact.
    pub asked: Option<usize>,
    /// By the clock of the server that made it.
    pub made: u64,
}

/// Whose an identity is, and all that the logins have proved that have linked it.
#[derive(Clone, Debug)]
pub struct Linked {
    pub who: usize,
    pub made: BTreeSet<Making>,
}

/// What is used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Once {
    Token(usize),
    Code(usize),
    Captcha(usize),
    Seal { session: usize, seal: Seal },
}

/// Who guesses, as far as it is counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// Somebody, at a name that is nobody's: each by itself, until the key is rotated.
    AtNobody(Said, usize),
    /// A device, at what a provider says of what it brings; whoever shows nothing, each by itself.
    AtProvider(usize),
    /// Somebody, at a person.
    Stranger,
    /// Somebody who has proved something already, at the codes of their own channels.
    Known,
    /// The same, at codes to what is not theirs yet.
    NewContact,
}

/// By which name somebody guesses, as far as a record may know: a name under a key, or a subject who has proved something already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Tag {
    Typed(Said, Named, usize),
    Known,
}

/// One guess that is counted.
#[derive(Clone, Copy, Debug)]
pub struct Guess {
    pub number: usize,
    pub at: u64,
    /// By whom, until it is told what became of it.
    pub untold: Option<Tag>,
}

impl Guess {
    /// By whom, while it may still be being judged.
    pub fn in_flight(&self, now: u64) -> Option<Tag> {
        self.untold.filter(|_| now < self.at + IN_FLIGHT)
    }
}

/// Where guesses are counted.
pub type Slot = (usize, Standing, usize, F);

/// When a recipient's day of sends began, the latest one, how many, and whose they are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sends {
    pub began: u64,
    pub latest: u64,
    pub count: u32,
    pub of: Option<usize>,
}

/// To whom sends are counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payer {
    /// A recipient, whoever asks.
    Recipient(F, Named),
    /// Somebody who has proved something in a login, by this way, whatever their contact is.
    Login(F, usize),
    /// The same, as what is nobody's contact yet.
    NewContact(F, Named),
    /// Whoever has a session, by this way, whomever they name.
    Asker(usize, F),
}

/// Where sends are counted: by tenant, until the key is rotated.
pub type Mailbox = (usize, Payer, usize);

#[derive(Clone, Debug)]
pub struct Model {
    pub life: Life,
    /// The time, and what the clock of the server says that is asked.
    pub clock: u64,
    pub now: u64,
    pub people: Vec<Person>,
    pub tokens: Vec<Token>,
    pub sessions: Vec<Session>,
    /// The tokens of servers, by the order of issue: of which tenant, under which key, and since when.
    pub servers: Vec<(usize, usize, u64)>,
    /// The latest request that was sealed.
    pub sealed: Option<Request>,
    /// The pictures that were shown, and the solutions that were right.
    pub pictures: Vec<Picture>,
    pub captchas: Vec<Solution>,
    pub codes: Vec<Code>,
    pub stored: BTreeMap<Place, usize>,
    /// What has been used, and the session that a skip has opened by it.
    pub spent: BTreeMap<Once, Option<usize>>,
    /// Whose each identity is, by tenant, and what that was made by.
    pub linked: BTreeMap<(usize, Identity), Linked>,
    /// The identity that was linked last: somebody comes in by it.
    pub linked_last: Option<Identity>,
    pub guesses: BTreeMap<Slot, Vec<Guess>>,
    /// What is being answered although there was no guess.
    pub refused: BTreeMap<Slot, Vec<Guess>>,
    pub guesses_made: usize,
    pub sends: BTreeMap<Mailbox, Sends>,
    /// What is sent in all by an application for a tenant: in twenty-fourths, and up to when hours have given back.
    pub sums: BTreeMap<(usize, usize), (u64, u64, u64)>,
    /// When each key stops verifying; the last one signs.
    pub keys: Vec<Option<u64>>,
    pub denies: bool,
    /// The sealing key that seals, and whether those before it are lost.
    pub sealing: usize,
    pub sealing_lost: bool,
    /// The latest skip or refresh that was answered: it may come again.
    pub answered: Option<Request>,
    /// What the latest happening must answer, and with which questions.
    pub expected: Vec<Expected>,
}

/// What a request must answer, as the model has it and as the application says it, and what it must ask.
#[derive(Clone, Debug)]
pub struct Expected {
    pub reply: super::calls::Reply,
    pub said: (u16, String),
    pub asked: Vec<&'static str>,
}

/// How far a revision lies from those of an earlier life.
pub const REMADE: u64 = 1_000_000;

/// Whether guesses at somebody are counted there, and not at a name that is nobody's.
fn is_theirs(slot: &Slot, tenant: usize, who: usize) -> bool {
    let (of, standing, at, _) = slot;
    (*of, *at) == (tenant, who) && !matches!(standing, Standing::AtNobody(..) | Standing::AtProvider(_))
}

impl Model {
    pub fn new(now: u64, life: Life, people: Vec<Person>) -> Self {
        Self {
            life,
            clock: now,
            now,
            people,
            tokens: Vec::new(),
            sessions: Vec::new(),
            servers: Vec::new(),
            sealed: None,
            pictures: Vec::new(),
            captchas: Vec::new(),
            codes: Vec::new(),
            stored: BTreeMap::new(),
            spent: BTreeMap::new(),
            linked: BTreeMap::new(),
            linked_last: None,
            guesses: BTreeMap::new(),
            refused: BTreeMap::new(),
            guesses_made: 0,
            sends: BTreeMap::new(),
            sums: BTreeMap::new(),
            keys: vec![None],
            denies: false,
            sealing: 0,
            sealing_lost: false,
            answered: None,
            expected: Vec::new(),
        }
    }

    pub fn key(&self) -> usize {
        self.keys.len() - 1
    }

    pub fn verifies(&self, key: usize) -> bool {
        self.keys[key].is_none_or(|until| self.now < until)
    }

    /// The token that is presented, or that the forged one is made of.
    pub fn presented(&self, presented: Option<usize>) -> Option<&Token> {
        match presented? {
            FORGED => self.tokens.iter().rfind(|token| matches!(token.kind, Kind::Id { .. })),
            number => self.tokens.get(number),
        }
    }

    /// A token that is in its time and under a key that counts, with its number. One from further ahead than clocks are apart is none.
    pub fn good(&self, presented: Option<usize>) -> Option<(usize, &Token)> {
        let number = presented?;
        let token = self.tokens.get(number)?;
        // A token that refers to its session says no time that it is from: the record does.
        let refers = self.life.refers && matches!(token.kind, Kind::Session { .. });
        let is_in_time = self.now < token.expires && (refers || token.issued <= self.now + SKEW);
        (is_in_time && self.verifies(token.key)).then_some((number, token))
    }

    /// Whether the secret of somebody's authenticator opens: it was sealed for them, under a key that is there.
    pub fn opens(&self, who: usize) -> bool {
        let Sealed { of, under } = self.people[who].sealed;
        of == who && (under == self.sealing || !self.sealing_lost)
    }

    /// Whether the answer with a session's tokens of this generation may have got lost a moment ago.
    pub fn may_be_lost(&self, session: usize, generation: u32) -> bool {
        let session = &self.sessions[session];
        let is_near = |since| since <= self.now + SKEW && self.now < since + self.life.grace + SKEW;
        let is_on_its_way = session.unseen.is_some_and(is_near);
        self.life.grace > 0 && is_on_its_way && session.generation == generation
    }

    pub fn rotate(&mut self) {
        let until = self.now + RETIRING;
        let retiring = self.keys.last_mut().unwrap();
        *retiring = Some(until);
        self.keys.push(None);
    }

    pub fn act(&mut self, act: &Act) {
        let now = self.now;
        let person = match act {
            Act::DenyAll(denies) => {
                self.denies = *denies;
                return;
            }
            // No change of the account: the password is the same.
            Act::Outdate(who) => {
                if let Some(known) = &mut self.people[*who].password {
                    known.outdated = true;
                }
                return;
            }
            // Nobody counts a revision up: not who writes past the host, and not where the keys change.
            Act::CopySecret(from, to) => {
                if self.people[*from].has_totp && self.people[*to].has_totp {
                    self.people[*to].sealed = self.people[*from].sealed;
                }
                return;
            }
            Act::RotateSealing => {
                self.sealing += 1;
                return;
            }
            Act::LoseSealing(lost) => {
                self.sealing_lost = *lost;
                return;
            }
            Act::EnrolSilently(who, factor) => {
                self.people[*who].enrolled.insert(*factor);
                return;
            }
            Act::EndSessions(who) => {
                let of_them = self.sessions.iter_mut().filter(|session| session.who == *who);
                of_them.for_each(|session| session.ended = true);
                return;
            }
            // What holds already changes nothing.
            Act::Disable(who) | Act::Enable(who) => {
                let (person, active) = (&mut self.people[*who], matches!(act, Act::Enable(_)));
                person.revision += u64::from(person.active != active);
                person.active = active;
                return;
            }
            Act::Breach(who) => {
                // Whoever had it may have linked an identity of theirs.
                self.linked.retain(|_, link| link.who != *who);
                let person = &mut self.people[*who];
                if let Some(known) = &mut person.password {
                    known.must_change = Some(Must::Breached);
                }
                // Also where nothing is marked, for whoever has signed in by a link.
                person.revision += 1;
                return;
            }
            Act::Unlock(who) => {
                self.unlock(*who);
                return;
            }
            Act::Remake(who) => {
                self.remake(*who);
                return;
            }
            // Nothing else that is forgotten would be asked for any more.
            Act::Sweep => {
                let over = self.sessions.iter_mut().filter(|it| it.expires + SWEPT_AFTER <= now);
                over.for_each(|session| session.gone = true);
                return;
            }
            Act::Reset(who, _)
            | Act::ForcePasswordless(who)
            | Act::Strip(who)
            | Act::Enrol(who, _)
            | Act::Remove(who, _) => &mut self.people[*who],
        };
        let sealing = self.sealing;
        person.revision += 1;
        match act {
            Act::Reset(_, number) => {
                person.password = Some(Known {
                    number: *number,
                    set_at: now,
                    must_change: Some(Must::Reset),
                    skips: 0,
                    outdated: false,
                });
            }
            Act::ForcePasswordless(_) => person.password = None,
            Act::Strip(_) => (person.password, person.mobile, person.email) = (None, None, None),
            Act::Enrol(who, factor) => {
                person.enrolled.insert(*factor);
                if *factor == F::Totp && !person.has_totp {
                    (person.has_totp, person.sealed) = (true, Sealed { of: *who, under: sealing });
                }
            }
            Act::Remove(_, factor) => {
                person.enrolled.remove(factor);
                person.has_totp &= *factor != F::Totp;
                person.factors_changed_at = now;
            }
            Act::Disable(_)
            | Act::Enable(_)
            | Act::Breach(_)
            | Act::Unlock(_)
            | Act::Remake(_)
            | Act::Sweep
            | Act::EnrolSilently(..)
            | Act::EndSessions(_)
            | Act::DenyAll(_)
            | Act::Outdate(_)
            | Act::CopySecret(..)
            | Act::RotateSealing
            | Act::LoseSealing(_) => {}
        }
    }

    /// Every count of guesses is cleared; what is being refused is being refused.
    fn unlock(&mut self, who: usize) {
        self.guesses.retain(|slot, _| !is_theirs(slot, self.people[who].tenant, who));
    }

    /// Nothing of the earlier life is left, and no revision of it comes again.
    fn remake(&mut self, who: usize) {
        let tenant = self.people[who].tenant;
        self.people[who].revision += REMADE;
        self.guesses.retain(|slot, _| !is_theirs(slot, tenant, who));
        self.refused.retain(|slot, _| !is_theirs(slot, tenant, who));
        self.linked.retain(|_, link| link.who != who);
        self.sends.retain(|_, sends| sends.of != Some(who));
        self.stored.retain(|_, code| self.codes[*code].of != Some(who));
        let of_them = self.sessions.iter_mut().filter(|session| session.who == who);
        of_them.for_each(|session| (session.ended, session.gone) = (true, true));
    }
}
