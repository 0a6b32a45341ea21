//! Everything that the model knows: people, tokens, sessions, codes, counts, keys and the clock.

use super::{
    calls::{Act, Caller, F, FORGED, Identity, Named, Password, Purpose, Request, Said, Seal},
    cast::UNBOUND,
    life::Life,
    rules::{IN_FLIGHT, RETIRING, SKEW, SWEPT_AFTER},
    trust::{Brought, Making},
};
use std::collections::{BTreeMap, BTreeSet};

/// The reasons why a password must be changed.
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
    /// The sealed secret of the authenticator: its owner, and its key.
    pub sealed: Sealed,
    pub enrolled: BTreeSet<F>,
    pub factors_changed_at: u64,
}

impl Person {
    /// The contact on this channel.
    pub fn contact(&self, by: F) -> Option<Named> {
        match by {
            F::Sms => self.mobile,
            F::Email => self.email,
            F::Password | F::Totp | F::Fed => None,
        }
    }

    /// Whether they are known by this name.
    pub fn is(&self, said: Said, named: Named) -> bool {
        let own = match said {
            Said::Name | Said::AnyName => self.name,
            Said::Mobile | Said::AnyMobile => self.mobile,
            Said::AnyEmail => self.email,
        };
        own == Some(named)
    }
}

/// The owner and the key of a sealed secret.
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
    /// A token of a login, with the identity that is linked at its end.
    State {
        stage: Stage,
        proved: BTreeSet<F>,
        start: u64,
        revision: u64,
        link: Option<Brought>,
    },
    /// A token of an unlinked identity.
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
    /// The device that signed in, and the key under which it is remembered.
    pub device: usize,
    pub key: usize,
    pub revision: u64,
    pub auth_time: u64,
    pub proved: BTreeSet<F>,
    pub generation: u32,
    /// The time at which the tokens of this generation went out, if their answer may be lost: no client has shown one since.
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
    /// A person has tried to place its piece.
    pub tried: bool,
}

/// The use of a solved picture.
#[derive(Clone, Copy, Debug)]
pub struct Solution {
    pub by: Caller,
    pub channel: F,
    pub to: Named,
    pub key: usize,
    pub issued: u64,
}

/// The place where a code is kept.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Place {
    pub app: usize,
    pub tenant: usize,
    /// The device that asked for it.
    pub device: usize,
    pub purpose: Purpose,
    pub by: F,
    pub to: usize,
    /// It belongs to all pending logins of that device, or only to this one if the caller shows nothing. A code to a new contact belongs to this
    /// subject.
    pub in_login: bool,
    pub login: Option<usize>,
}

impl Place {
    /// The place of a code outside any login.
    pub fn outside(caller: Caller, purpose: Purpose, by: F, to: usize) -> Self {
        let Caller { device, app, tenant } = caller;
        Self { app, tenant, device, purpose, by, to, in_login: false, login: None }
    }

    /// The place of a code to a contact that is not its subject's yet: of that device, and of that subject.
    pub fn of_new_contact(who: usize, caller: Caller, by: F, to: usize) -> Self {
        Self { login: Some(who), ..Self::outside(caller, Purpose::NewContact, by, to) }
    }

    /// The place of a code of a pending login.
    pub fn in_login(token: usize, caller: Caller, purpose: Purpose, by: F, to: usize) -> Self {
        let login = (caller.device == UNBOUND).then_some(token);
        Self { in_login: true, login, ..Self::outside(caller, purpose, by, to) }
    }
}

/// The owner of a code.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Owner {
    Person(usize),
    /// Anybody who has the contact that it is sent to, with or without an account.
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
    /// The person who has the contact that it goes to. The code is deleted with them.
    pub of: Option<usize>,
    /// The owner's revision when it was made.
    pub revision: Option<u64>,
    pub expires: u64,
    pub key: usize,
    /// It got out to the recipient.
    pub sent: bool,
    /// The session in which it was asked for, if it goes to a new contact.
    pub asked: Option<usize>,
    /// The time of its making, by the clock of the server that made it.
    pub made: u64,
}

/// The person that an identity is linked to, and all factors of the logins that have linked it.
#[derive(Clone, Debug)]
pub struct Linked {
    pub who: usize,
    pub made: BTreeSet<Making>,
}

/// Things that can be used once.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Once {
    Token(usize),
    Code(usize),
    Captcha(usize),
    Seal { session: usize, seal: Seal },
}

/// The guesser, as far as guesses are counted apart.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Standing {
    /// A stranger at an unknown name. Each name is counted by itself, until the key is rotated.
    AtNobody(Said, usize),
    /// A device at a provider's answers. A caller that shows nothing is counted by itself each time.
    AtProvider(usize),
    /// A stranger at a person.
    Stranger,
    /// A person who has proved something already, at the codes of their own channels.
    Known,
    /// The same person, at codes to a contact that is not theirs yet.
    NewContact,
}

/// The name by which a caller guesses, as far as a record may know it: a name under a key, or a subject who has proved something already.
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
    /// The guesser, until the guess is settled.
    pub untold: Option<Tag>,
}

impl Guess {
    /// The guesser, while the guess may still be in judgement.
    pub fn in_flight(&self, now: u64) -> Option<Tag> {
        self.untold.filter(|_| now < self.at + IN_FLIGHT)
    }
}

/// The slot where guesses are counted.
pub type Slot = (usize, Standing, usize, F);

/// The beginning of a recipient's day of sends, the latest send, their number, and the person that they belong to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Sends {
    pub began: u64,
    pub latest: u64,
    pub count: u32,
    pub of: Option<usize>,
}

/// The party that sends are counted against.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Payer {
    /// A recipient, whoever asks.
    Recipient(F, Named),
    /// A person who has proved something in a login, on this channel, whatever their contact is.
    Login(F, usize),
    /// The same, for a contact that is nobody's yet.
    NewContact(F, Named),
    /// A person who has a session, on this channel, whatever contact they name.
    Asker(usize, F),
}

/// The place where sends are counted: by tenant, until the key is rotated.
pub type Mailbox = (usize, Payer, usize);

#[derive(Clone, Debug)]
pub struct Model {
    pub life: Life,
    /// The real time, and the time of the server that is called.
    pub clock: u64,
    pub now: u64,
    pub people: Vec<Person>,
    pub tokens: Vec<Token>,
    pub sessions: Vec<Session>,
    /// The tokens of servers, by the order of issue: tenant, key, and time of issue.
    pub servers: Vec<(usize, usize, u64)>,
    /// The latest request that was sealed.
    pub sealed: Option<Request>,
    /// The pictures that were shown, and the solutions that were right.
    pub pictures: Vec<Picture>,
    pub captchas: Vec<Solution>,
    pub codes: Vec<Code>,
    pub stored: BTreeMap<Place, usize>,
    /// The things that have been used, and the session that a skip has opened by each.
    pub spent: BTreeMap<Once, Option<usize>>,
    /// The owner of each identity, by tenant, and the factors that made the link.
    pub linked: BTreeMap<(usize, Identity), Linked>,
    /// The identity that was linked last, by which a person comes in.
    pub linked_last: Option<Identity>,
    pub guesses: BTreeMap<Slot, Vec<Guess>>,
    /// Attempts that are being answered although no guess was left.
    pub refused: BTreeMap<Slot, Vec<Guess>>,
    pub guesses_made: usize,
    pub sends: BTreeMap<Mailbox, Sends>,
    /// The sum of an application's codes for a tenant, in twenty-fourths, and the time up to which hours have given back.
    pub sums: BTreeMap<(usize, usize), (u64, u64, u64)>,
    /// The time at which each key stops verifying. The last key signs.
    pub keys: Vec<Option<u64>>,
    pub denies: bool,
    /// The sealing key that seals, and whether the earlier ones are lost.
    pub sealing: usize,
    pub sealing_lost: bool,
    /// The latest skip or refresh that was answered. It may come again.
    pub answered: Option<Request>,
    /// The answers that the latest happening must give, and their questions.
    pub expected: Vec<Expected>,
}

/// The answer to a request, in the model's words and in the application's, and the questions that it must ask.
#[derive(Clone, Debug)]
pub struct Expected {
    pub reply: super::calls::Reply,
    pub said: (u16, String),
    pub asked: Vec<&'static str>,
}

/// The distance of a revision from those of an earlier life.
pub const REMADE: u64 = 1_000_000;

/// Whether guesses at this person are counted there, and not at an unknown name.
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

    /// The token that is presented, or the token that the forged one is made from.
    pub fn presented(&self, presented: Option<usize>) -> Option<&Token> {
        match presented? {
            FORGED => self.tokens.iter().rfind(|token| matches!(token.kind, Kind::Id { .. })),
            number => self.tokens.get(number),
        }
    }

    /// A token in its time and under a key that counts, with its number. A token from further ahead than clocks may differ is not good.
    pub fn good(&self, presented: Option<usize>) -> Option<(usize, &Token)> {
        let number = presented?;
        let token = self.tokens.get(number)?;
        // A token that refers to its session has no time of issue. The record has it.
        let refers = self.life.refers && matches!(token.kind, Kind::Session { .. });
        let is_in_time = self.now < token.expires && (refers || token.issued <= self.now + SKEW);
        (is_in_time && self.verifies(token.key)).then_some((number, token))
    }

    /// Whether the secret of a person's authenticator opens. It must be sealed for them, under a key that is there.
    pub fn opens(&self, who: usize) -> bool {
        let Sealed { of, under } = self.people[who].sealed;
        of == who && (under == self.sealing || !self.sealing_lost)
    }

    /// Whether the answer with a session's tokens of this generation may have been lost a moment ago.
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
            // The account does not change, because the password is the same.
            Act::Outdate(who) => {
                if let Some(known) = &mut self.people[*who].password {
                    known.outdated = true;
                }
                return;
            }
            // Nothing raises a revision here, because the writer bypasses the host, and a change of keys touches no account.
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
            // A change to the present state changes nothing.
            Act::Disable(who) | Act::Enable(who) => {
                let (person, active) = (&mut self.people[*who], matches!(act, Act::Enable(_)));
                person.revision += u64::from(person.active != active);
                person.active = active;
                return;
            }
            Act::Breach(who) => {
                // An attacker who had the password may have linked an identity of theirs.
                self.linked.retain(|_, link| link.who != *who);
                let person = &mut self.people[*who];
                if let Some(known) = &mut person.password {
                    known.must_change = Some(Must::Breached);
                }
                // This holds even if no password is marked, because a person may have signed in by a link.
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
            // Nothing else that is forgotten would be asked for again.
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

    /// Every count of guesses is cleared. Attempts that are being refused stay refused.
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
