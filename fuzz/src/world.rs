//! A host in memory that answers by a plan, and checks the properties of every reply.

use crate::{
    bodies,
    cast::{API, accounts},
    given::{Call, Given},
    keys::NOW,
    replies::Issued,
    scenario::{Request, Scenario},
};
use authflow::testkit::demo;
use authflow::{
    Entropy, Moment, SessionId, TenantId, Timestamp, TokenId,
    account::{Account, AccountKey, AccountStatus, Revision},
    facade,
    guess::{AttemptRecord, AttemptSlot},
    outcome::Outcome,
    password::{Judgement, PasswordMatch, PasswordRefusal},
    session::{EndSessions, SessionRecord},
    step::{AccessDecision, Commit, CommitRefusal, Committed, Step, Write},
};
use std::collections::{BTreeMap, BTreeSet};

/// The most steps of a request.
const MOST_STEPS: usize = 16;

/// Answers by a plan, with a byte of the plan for each question. `u` is no answer at all, and `n` is the answer that ends the
/// request. `x` is a contradiction or another refusal. `c` is a change of the account that has just happened, and `o` is an
/// outdated verifier. Every other byte is an honest answer, and so is every answer after the plan's end.
struct World<'a> {
    plan: std::slice::Iter<'a, u8>,
    now: Timestamp,
    requests: u8,
    accounts: BTreeMap<&'static str, Account>,
    attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    claims: BTreeSet<TokenId>,
    sessions: BTreeMap<SessionId, SessionRecord>,
    issued: Issued,
}

/// The deeds of the host in one request.
#[derive(Debug, Default, PartialEq)]
pub struct Deeds {
    pub asked: Vec<&'static str>,
    /// A question got no answer, or a contradicting one.
    pub failed: bool,
    /// The presented password is the password of an active account.
    pub proved: bool,
    pub allowed: bool,
    pub live: bool,
    pub committed: bool,
    /// A verifier was made again.
    pub rehashed: bool,
    /// The revision of the account that was found.
    pub revision: Option<Revision>,
    /// Whether the account has a password.
    pub has_password: Option<bool>,
}

/// A reply.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Vec<u8>,
    pub deeds: Deeds,
}

/// Runs a scenario twice. It checks all properties, and that both runs are the same.
pub fn run(scenario: &Scenario) {
    let transcript = || {
        let mut world = World::new(&scenario.plan);
        scenario.requests.iter().map(|request| world.send(request)).collect::<Vec<_>>()
    };
    assert_eq!(transcript(), transcript(), "the same requests, moments and answers replay to the same bytes");
}

impl<'a> World<'a> {
    fn new(plan: &'a [u8]) -> Self {
        Self {
            plan: plan.iter(),
            now: NOW,
            requests: 0,
            accounts: accounts(),
            attempts: BTreeMap::new(),
            claims: BTreeSet::new(),
            sessions: BTreeMap::new(),
            issued: Issued::default(),
        }
    }

    fn send(&mut self, request: &Request) -> Answer {
        self.now = self.now.plus_seconds(request.seconds_later.into());
        self.requests += 1;
        let fill_in = |(name, value): &(String, Vec<u8>)| (name.clone(), self.issued.fill_in(value));
        let headers: Vec<_> = request.headers.iter().map(fill_in).collect();
        let given = Given::new(request, &headers);

        let moment = Moment::new(self.now, Entropy::from_bytes([self.requests; 32]));
        let Request { method, path, body, .. } = request;
        let step = API.handle(&facade::Request { method, path, headers: &headers, body, peer: None }, moment);
        let mut deeds = Deeds::default();
        let outcome = self.answer_all(step, &given, &mut deeds);

        let reply = API.reply(&outcome);
        given.check_printed(&outcome);
        assert!(reply.headers().any(|header| header == ("cache-control", "no-store")));
        assert_eq!(reply.status() == 405, reply.headers().any(|(name, _)| name == "allow"));
        let answer = Answer { status: reply.status(), body: reply.into_body(), deeds };
        self.issued.check(&given, &answer, self.now, &outcome);
        answer
    }

    fn answer_all(&mut self, mut step: Step, given: &Given<'_>, deeds: &mut Deeds) -> Outcome {
        let mut found = None;
        for _ in 0..MOST_STEPS {
            given.check_printed(&step);
            let planned =
                if matches!(step, Step::Done(_)) { b'.' } else { self.plan.next().copied().unwrap_or(b'.') };
            deeds.failed |= planned == b'u';
            macro_rules! asked {
                ($ask:ident, $name:literal, $answer:expr) => {{
                    deeds.asked.push($name);
                    if planned == b'u' {
                        $ask.unavailable()
                    } else {
                        let answer = $answer;
                        $ask.answer(answer)
                    }
                }};
            }
            step = match step {
                Step::FindAccount(ask) => asked!(ask, "FindAccount", {
                    if let AccountKey::Identifier(typed) = &ask.key {
                        let names: Vec<_> = typed.names().map(|(_, text)| text.to_owned()).collect();
                        let given = given.member("user_name").and_then(|name| bodies::user_name(&name));
                        assert_eq!(names, Vec::from_iter(given), "another name");
                    }
                    let named = self.accounts.iter_mut().find(|(name, account)| match &ask.key {
                        AccountKey::Identifier(typed) => typed.names().any(|(_, text)| text == **name),
                        AccountKey::Id(id) => *id == account.id,
                        AccountKey::Identity(_) => false,
                    });
                    let mut answer = named.filter(|_| planned != b'n').map(|(_, account)| {
                        if planned == b'c' {
                            account.revision = account.revision.next();
                        }
                        account.clone()
                    });
                    if let Some(account) = &mut answer {
                        account.tenant = ask.audience.tenant;
                        if planned == b'x' {
                            account.tenant = TenantId::new("another").ok();
                            deeds.failed = true;
                        }
                    }
                    deeds.revision = answer.as_ref().map(|account| account.revision);
                    deeds.has_password = answer.as_ref().map(|account| account.password.is_some());
                    found = answer.clone();
                    answer
                }),
                Step::ReserveAttempt(ask) => asked!(ask, "ReserveAttempt", {
                    let reservation = ask.reserve(self.attempts.get(&ask.slot).cloned());
                    self.attempts.insert(ask.slot, reservation.record());
                    reservation
                }),
                Step::VerifyPassword(ask) => asked!(ask, "VerifyPassword", {
                    let member = if given.call() == Ok(Call::Change) { "old_password" } else { "password" };
                    assert_eq!(Some(ask.presented.expose()), given.member(member).as_deref());
                    match &ask.verifier {
                        Some(verifier) => {
                            let active =
                                found.as_ref().is_some_and(|it: &Account| it.status == AccountStatus::Active);
                            assert!(active, "a verifier of nobody who may sign in");
                            deeds.proved = verifier.expose() == ask.presented.expose();
                            assert!(found.as_ref().is_some_and(|it| Some(it.id) == ask.account));
                            match deeds.proved {
                                true if planned == b'o' => PasswordMatch::MatchesOutdated,
                                true => PasswordMatch::Matches,
                                false => PasswordMatch::Differs,
                            }
                        }
                        // Without a verifier, a careless host might answer anything.
                        None if planned == b'n' => PasswordMatch::Differs,
                        None if planned == b'o' => PasswordMatch::MatchesOutdated,
                        None => PasswordMatch::Matches,
                    }
                }),
                Step::SettleAttempt(ask) => asked!(ask, "SettleAttempt", {
                    let record = ask.settle(self.attempts.get(&ask.slot).cloned());
                    self.attempts.insert(ask.slot, record);
                }),
                Step::DecideAccess(ask) => asked!(ask, "DecideAccess", {
                    deeds.allowed = planned != b'n';
                    if deeds.allowed { AccessDecision::Allow } else { AccessDecision::Deny }
                }),
                Step::CheckSession(ask) => asked!(ask, "CheckSession", {
                    let kept = self.sessions.get(&ask.session).copied().filter(|_| planned != b'n');
                    // The library judges whether it is this account's and not over.
                    deeds.live = kept
                        .is_some_and(|record| record.account == ask.account && ask.now < record.expires_at);
                    kept
                }),
                Step::JudgePassword(ask) => asked!(ask, "JudgePassword", {
                    let new_password = given.member("new_password").unwrap();
                    assert_eq!(ask.new_password.expose(), new_password);
                    assert!(deeds.proved, "judged before the old one");
                    assert!((8..=64).contains(&new_password.chars().count()));
                    assert_ne!(Some(new_password), given.member("old_password"));
                    match planned {
                        b'n' => Judgement::Refused(PasswordRefusal::Reused),
                        b'x' => Judgement::Refused(PasswordRefusal::Breached),
                        _ => Judgement::Accepted,
                    }
                }),
                Step::Commit(ask) => asked!(ask, "Commit", {
                    let committed = match planned {
                        b'n' => Committed::Replayed { opened: None },
                        b'x' => Committed::Changed,
                        _ => self.commit(&ask),
                    };
                    deeds.committed = committed == Committed::Done;
                    deeds.rehashed =
                        deeds.committed && ask.writes.iter().any(|it| matches!(it, Write::Rehash { .. }));
                    // Only a claim can have been claimed before.
                    deeds.failed |=
                        ask.claim.is_none() && !matches!(committed, Committed::Done | Committed::Changed);
                    committed
                }),
                Step::Done(outcome) => return *outcome,
                other => panic!("no call asks {other:?}"),
            };
        }
        panic!("more than {MOST_STEPS} steps: {:?}", deeds.asked);
    }

    fn commit(&mut self, commit: &Commit) -> Committed {
        if commit.claim.is_some_and(|claim| self.claims.contains(&claim.id)) {
            return Committed::Replayed { opened: None };
        }
        let account = self.accounts.values_mut().find(|account| Some(account.id) == commit.account).unwrap();
        assert_eq!(account.status, AccountStatus::Active);
        assert_eq!(Some(account.revision), commit.expected);
        for write in &commit.writes {
            match write {
                Write::RecordSkip { budget } => {
                    assert!(commit.claim.is_some(), "a skip that spends no state token");
                    let password = account.password.as_mut().unwrap();
                    if password.skips_used >= *budget {
                        return Committed::Refused(CommitRefusal::SkipsSpent);
                    }
                    password.skips_used += 1;
                }
                Write::OpenSession(record) => {
                    let before = self.sessions.insert(record.session, *record);
                    assert_eq!((Some(record.account), record.audience), (commit.account, commit.audience));
                    assert!(before.is_none(), "a session id drawn twice");
                }
                Write::StorePassword { new_password, changed_at } => {
                    assert!(commit.claim.is_some(), "a change that spends no state token");
                    let ends_all = |write: &Write| matches!(write, Write::EndSessions(EndSessions::All));
                    assert!(commit.writes.iter().any(ends_all), "sessions of the old password live on");
                    account.password = Some(demo::password(new_password.expose(), *changed_at));
                    account.revision = account.revision.next();
                }
                Write::ClearGuesses(cleared) => {
                    let stored = self.attempts.remove(&cleared.slot());
                    self.attempts.insert(cleared.slot(), cleared.clear(stored));
                }
                Write::Rehash { password } => {
                    let known = account.password.as_ref().unwrap();
                    assert_eq!(known.verifier.expose(), password.expose(), "another password is hashed anew");
                }
                Write::EndSessions(EndSessions::All) => {
                    self.sessions.retain(|_, record| Some(record.account) != commit.account);
                }
                other => panic!("no call writes {other:?}"),
            }
        }
        self.claims.extend(commit.claim.map(|claim| claim.id));
        Committed::Done
    }
}
