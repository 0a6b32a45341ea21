//! An onlooker's notes: which token was issued to whom and when, what was sent, and what has been used.

use super::{
    calls::{Call, Caller, F, Identity, LinkProof, Proof, Purpose, Response, Seal},
    handed::Handed,
    host::Host,
    links::{self, Seen},
    moves,
    observed::Observed,
    pictures,
    rules::{CODE, HOUR, LOGIN, RULES, SERVER, SKEW, TICKET},
    trust::Brought,
};
use authflow::{AccountId, SessionId, guess::AttemptSlot, outcome::Event, session::EndSessions, step::Write};
use std::collections::{BTreeMap, BTreeSet};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sort {
    State,
    /// For an unlinked identity.
    Link,
    Session,
    Id,
    Ticket,
}

#[derive(Clone)]
pub struct Issued {
    pub sort: Sort,
    /// The status that came with it.
    pub stage: String,
    pub who: usize,
    pub by: Caller,
    /// The server that issued it.
    pub server: usize,
    pub key: usize,
    /// The beginning of the login.
    pub start: u64,
    pub issued: u64,
    pub ends: u64,
    pub proved: BTreeSet<F>,
    pub revision: u64,
    /// The identity that it links, and how sure that is.
    pub link: Option<Brought>,
    /// Its session, by the request that opened it.
    pub session: Option<SessionId>,
    /// The number of times that its session had been rotated.
    pub generation: u32,
    lives: bool,
}

#[derive(Clone)]
struct Sent {
    text: String,
    by: F,
    to: usize,
    purpose: Purpose,
    /// The person whose session asked for it, and that session, if one did.
    asker: Option<usize>,
    session: Option<SessionId>,
    caller: Caller,
    in_login: bool,
    at: u64,
    clock: u64,
}

/// A thing that counts once: the text of a token, or the number of a code.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Used {
    Token(String),
    Code(usize),
    Captcha(usize),
    Seal(String, Seal),
}

/// A sort of failure (or of send) in an application. Each application speaks its own dialect, and its dialect is no secret.
pub type Telling = (&'static str, usize);

/// A reply's bytes, the questions to the host, and the host's writes for it.
pub type Told = (Vec<u8>, Vec<&'static str>, Vec<&'static str>);

#[derive(Clone, Default)]
pub struct Ledger {
    pub tokens: BTreeMap<String, Issued>,
    pub sessions: BTreeMap<SessionId, Handed>,
    /// Wrong guesses at each slot since the latest proof that was carried out.
    pub wrong: BTreeMap<AttemptSlot, usize>,
    sent: Vec<Sent>,
    pub used: BTreeSet<Used>,
    pub latest_id: Option<String>,
    /// The links of identities, by tenant, and the factors that made each.
    pub links: BTreeMap<(usize, Identity), Seen>,
    /// The tenant of each server's token, and its end.
    pub servers: Vec<(usize, u64)>,
    /// The device that each picture was shown to, and whether it was tried. Then the recipient of each right solution, and its time.
    pub pictures: Vec<(Caller, bool)>,
    pub solutions: Vec<(Caller, F, usize, u64)>,
    /// The contacts that a person with nothing but a session has moved.
    pub stolen: BTreeSet<(AccountId, F, usize)>,
    /// The reply, the questions and the writes of each sort of failure.
    pub told: BTreeMap<Telling, Told>,
}

impl Ledger {
    pub fn owner(&self, text: &str) -> Option<usize> {
        self.tokens.get(text).map(|token| token.who)
    }

    pub fn lives(&self, text: &str) -> bool {
        self.tokens.get(text).is_some_and(|token| token.lives)
    }

    /// The person that a request is about.
    fn whose(&self, seen: &Observed) -> Option<usize> {
        self.parent(seen).map(|token| token.who).or(seen.about)
    }

    /// The person's token with which it was begun. A link token belongs to no person.
    fn parent(&self, seen: &Observed) -> Option<&Issued> {
        self.borne(seen).filter(|token| token.sort != Sort::Link)
    }

    fn borne(&self, seen: &Observed) -> Option<&Issued> {
        self.tokens.get(seen.token.as_ref()?)
    }

    /// All factors that have been proved so far.
    pub fn proved(&self, seen: &Observed) -> BTreeSet<F> {
        let before = self.parent(seen).map(|token| token.proved.clone());
        before.into_iter().flatten().chain(seen.truth).collect()
    }

    /// The revision at the beginning of the login.
    pub fn revision(&self, seen: &Observed) -> Option<u64> {
        let made = seen.made().map(|new| new.revision.as_u64());
        self.parent(seen).map(|token| token.revision).or(made).or(seen.revision)
    }

    #[allow(clippy::too_many_arguments, reason = "a code is of all of it")]
    pub fn was_sent(
        &self,
        caller: Caller,
        text: &str,
        by: F,
        to: usize,
        purpose: Purpose,
        asker: Option<usize>,
        now: u64,
    ) -> bool {
        self.sent.iter().any(|sent| {
            sent.text == text
                && (sent.by, sent.to, sent.purpose) == (by, to, purpose)
                && sent.caller == caller
                && asker.is_none_or(|asker| sent.asker == Some(asker))
                && now < sent.at + CODE
        })
    }

    /// Whether a new contact's code was asked for in another session, and its subject has signed in since, as far as two clocks can
    /// tell.
    pub fn signed_in_since(&self, text: &str, own: SessionId, auth_time: u64) -> bool {
        let is_it = |sent: &&Sent| sent.text == text && sent.purpose == Purpose::NewContact;
        let mut sent = self.sent.iter().filter(is_it);
        sent.any(|sent| sent.session.is_some_and(|asked| asked != own) && sent.at <= auth_time + SKEW)
    }

    /// The things that a request has used up.
    pub fn used_up(seen: &Observed) -> Vec<Used> {
        let (token, code) = match &seen.request.call {
            _ if seen.reply.0 != 200 => return Vec::new(),
            Call::Change { proof: Proof::Code(_, code), .. }
            | Call::Prove { response: Response::Code { code, .. }, .. } => (true, Some(*code)),
            Call::Skip { .. } | Call::Change { .. } | Call::Prove { .. } | Call::Redeem { .. } => {
                (true, None)
            }
            Call::Link { proof: LinkProof::Code(_, _, code), .. } | Call::RegisterLinked { code, .. } => {
                (true, Some(*code))
            }
            Call::Link { .. } | Call::RegisterVouched { .. } => (true, None),
            Call::SignInByCode { code, .. }
            | Call::Register { code, .. }
            | Call::NewContact { code, .. }
            | Call::OwnChangeByCode { code, .. }
            | Call::Recover { code, .. } => (false, Some(*code)),
            _ => (false, None),
        };
        let token = seen.token.clone().filter(|_| token).map(Used::Token);
        // The request's write uses a seal up.
        let seal = seen.request.seal.filter(|_| !seen.commits.is_empty());
        let seal = seal.zip(seen.token.clone()).map(|(seal, token)| Used::Seal(token, seal));
        token.into_iter().chain(code.map(Used::Code)).chain(seal).collect()
    }

    /// Failures (and sends) that nobody may tell apart, and their replies.
    pub fn told(seen: &Observed) -> Option<(Telling, Told)> {
        let is_judged = seen.reply.0 == 400 && seen.asked.contains(&"FindAccount");
        let failed = is_judged && !seen.asked.contains(&"Commit");
        let sort =
            match &seen.request.call {
                _ if seen.request.failing.is_some() => return None,
                Call::SignIn { .. } if failed => "a password",
                Call::SignInByCode { by: F::Email, .. } if failed => "a code by e-mail",
                Call::SignInByCode { .. } if failed => "a code",
                // A person who has proved the code is also told any other fault.
                Call::Register { by, .. } if failed && seen.truth.is_none() => {
                    if *by == F::Email {
                        "a registration by e-mail"
                    } else {
                        "a registration"
                    }
                }
                // The library does not look who has it.
                Call::Send { purpose: Purpose::NewContact, .. } if seen.reply.0 == 200 => {
                    if seen.events.contains(&Event::CaptchaDemanded) {
                        "a code to a new contact from half of the sum on"
                    } else {
                        "a code to a new contact"
                    }
                }
                Call::NewContact { by, .. }
                    if failed && seen.truth.is_none() && seen.asked.contains(&"LoadCode") =>
                {
                    if *by == F::Email { "a new address" } else { "a new mobile" }
                }
                Call::Send { purpose: Purpose::Register, .. } if seen.reply.0 == 200 => {
                    if seen.events.contains(&Event::CaptchaDemanded) {
                        "a code to register with from half of the sum on"
                    } else {
                        "a code to register with"
                    }
                }
                // A person who has proved the code learns the fault of the new password.
                Call::Recover { .. } if failed && !seen.asked.contains(&"JudgePassword") => "a recovery",
                // The application is no secret, nor is its demand for a captcha.
                Call::Send { purpose: Purpose::SignIn | Purpose::Forgotten, .. } if seen.reply.0 == 200 => {
                    if RULES[seen.request.caller.app].captcha {
                        "a sent code behind a captcha"
                    } else if seen.events.contains(&Event::CaptchaDemanded) {
                        "a sent code from half of the sum on"
                    } else {
                        "a sent code"
                    }
                }
                _ => return None,
            };
        Some(((sort, seen.request.caller.app), (seen.bytes.clone(), seen.asked.clone(), seen.wrote.clone())))
    }

    /// Writes a request down.
    pub fn note(&mut self, host: &LedgerView, seen: &Observed) {
        for cleared in seen.cleared() {
            self.wrong.remove(&cleared);
        }
        if let Some(slot) = seen.wrong_at() {
            *self.wrong.entry(slot).or_default() += 1;
        }
        self.used.extend(Self::used_up(seen));
        links::note(self, seen);
        if let (Call::TenantToken { secret, .. }, Some(_)) = (&seen.request.call, &seen.server) {
            self.servers.push((*secret, seen.now + SERVER));
        }
        pictures::note(self, seen);
        if let Some((sort, told)) = Self::told(seen) {
            self.told.insert(sort, told);
        }
        self.note_sessions(self.whose(seen), host.key, seen);
        for (commit, _) in &seen.commits {
            for write in &commit.writes {
                if let Write::EndSessions(which) = write {
                    self.end(host.number(commit.account), *which);
                }
            }
        }
        let message = seen.message.as_ref().filter(|message| !message.decoy);
        if let (Call::Send { purpose, by, .. }, Some(message)) = (&seen.request.call, message) {
            let asker = self.parent(seen).map(|token| token.who);
            let session = self.parent(seen).and_then(|token| token.session);
            self.sent.extend(message.to.map(|to| Sent {
                asker,
                session,
                text: message.code.clone(),
                by: *by,
                to,
                purpose: *purpose,
                caller: seen.request.caller,
                in_login: seen.token.is_some(),
                at: seen.now,
                clock: seen.clock,
            }));
        }
        self.issue(host, seen);
    }

    fn end(&mut self, who: Option<usize>, which: EndSessions) {
        for token in self.tokens.values_mut().filter(|token| Some(token.who) == who) {
            token.lives &= match which {
                EndSessions::All => false,
                EndSessions::AllBut(kept) => token.session == Some(kept),
                EndSessions::One(one) => token.session != Some(one),
            };
        }
    }

    /// A person was deleted. None of their things lives, and their counts are gone.
    pub fn deleted(&mut self, who: usize, slots: impl Iterator<Item = AttemptSlot>) {
        self.end(Some(who), EndSessions::All);
        self.cleared(slots);
    }

    /// The counts there are gone.
    pub fn cleared(&mut self, slots: impl Iterator<Item = AttemptSlot>) {
        for slot in slots {
            self.wrong.remove(&slot);
        }
    }

    /// The number of real codes for people who had proved nothing, by an application for a tenant, in the last hour of either clock.
    pub fn sent_within_an_hour(&self, by: Caller, clock: u64, apart: u64) -> usize {
        let is_counted = |sent: &&Sent| {
            (!sent.in_login || sent.purpose == Purpose::NewContact)
                && (sent.caller.app, sent.caller.tenant) == (by.app, by.tenant)
                && clock + 2 * apart < sent.clock + HOUR
        };
        self.sent.iter().filter(is_counted).count()
    }

    fn issue(&mut self, host: &LedgerView, seen: &Observed) {
        let changed = seen.commits.iter().any(|(commit, _)| {
            commit.writes.iter().any(|write| matches!(write, Write::StorePassword { .. }))
        });
        let parent = self.parent(seen);
        let who = self.whose(seen);
        let by = match seen.request.call {
            Call::IssueTicket { .. } | Call::TenantRefresh { .. } => {
                parent.map_or(seen.request.caller, |token| token.by)
            }
            _ => seen.request.caller,
        };
        let rules = &RULES[by.app];
        let start = self.borne(seen).map_or(seen.now, |token| token.start);
        let brought = links::brought(self, seen);
        let session = seen.session.or(parent.and_then(|token| token.session));
        let handed = session.and_then(|session| self.sessions.get(&session)).cloned();
        let session_ends = handed.as_ref().map_or(seen.now + rules.session, |handed| handed.ends);
        let generation = handed.map_or(0, |handed| handed.generation);
        let sorts: &[Sort] = match seen.reply.1.as_str() {
            "SUCCESS" | "session" => &[Sort::Session, Sort::Id],
            "ticket" => &[Sort::Ticket],
            "id token" => &[Sort::Id],
            "SOCIAL_BIND" | "USER_REGISTER" => &[Sort::Link],
            _ => &[Sort::State],
        };
        let (proved, revision) = (self.proved(seen), self.revision(seen).unwrap_or(0) + u64::from(changed));
        for (text, sort) in seen.minted.iter().zip(sorts) {
            let ends = match sort {
                Sort::State | Sort::Link => (seen.now + rules.state).min(start + LOGIN),
                Sort::Session => session_ends,
                Sort::Id => (seen.now + rules.id).min(session_ends),
                Sort::Ticket => seen.now + TICKET,
            };
            let issued = Issued {
                sort: *sort,
                stage: seen.reply.1.clone(),
                who: who.unwrap_or(usize::MAX),
                by,
                server: seen.request.server,
                key: host.key,
                start,
                issued: seen.now,
                ends,
                proved: proved.clone(),
                revision,
                link: brought.filter(|_| matches!(sort, Sort::State | Sort::Link)),
                session,
                generation,
                lives: true,
            };
            self.latest_id = Some(text.clone()).filter(|_| *sort == Sort::Id).or(self.latest_id.take());
            self.tokens.insert(text.clone(), issued);
        }
    }
}

/// The facts that the ledger looks up at the host.
pub struct LedgerView {
    pub key: usize,
    pub ids: Vec<authflow::AccountId>,
}

impl LedgerView {
    fn number(&self, account: Option<authflow::AccountId>) -> Option<usize> {
        self.ids.iter().position(|id| Some(*id) == account)
    }
}

impl Host {
    /// Notes a request, its tokens and its message.
    pub fn note(&mut self, seen: &Observed) {
        let ids = self.world.host.accounts.iter().map(|account| account.id).collect();
        let view = LedgerView { key: self.signer(), ids };
        let stolen = moves::stolen(self, seen);
        let mut ledger = std::mem::take(&mut self.ledger);
        ledger.stolen.extend(stolen);
        ledger.note(&view, seen);
        self.ledger = ledger;
    }
}
