//! A host that keeps one account and all its data in memory, and remembers the questions that it was asked.

use authflow::testkit::demo;
use authflow::{
    ClientId, Secret, SessionId, Timestamp, TokenId,
    account::{Account, AccountKey, AccountStatus, NameKind, UserName},
    captcha::{Captcha, CaptchaPicture, JudgeCaptchaPoint, PictureId},
    code::{CodeKey, Deliver, Delivery, SendRecord, SendSlot, StoredCode},
    contact::{EmailAddress, Mobile, Recipient},
    guess::{AttemptRecord, AttemptSlot},
    password::{Judgement, PasswordMatch, PasswordRefusal},
    session::{EndSessions, SessionRecord},
    social::{LinkedBy, LinkedIdentity, Provider, SocialIdentity},
    step::{AccessDecision, Commit, CommitRefusal, Committed, CredentialOwner, Step, Write},
};
use std::collections::{BTreeMap, BTreeSet};

/// The manner of an answer.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Manner {
    Honestly,
    /// With the answer that ends the request.
    No,
    /// Not at all.
    Silently,
}

/// The data of the host.
pub struct Host {
    pub account: Account,
    /// Every identifier is this account's.
    pub knows_everybody: bool,
    /// The application whose servers' credential it knows.
    pub application: ClientId,
    pub attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    pub sends: BTreeMap<SendSlot, SendRecord>,
    pub codes: BTreeMap<CodeKey, StoredCode>,
    /// Each claim, with the session that it has opened.
    pub claims: BTreeMap<TokenId, Option<SessionId>>,
    pub sessions: BTreeMap<SessionId, SessionRecord>,
    pub ended: BTreeSet<SessionId>,
    pub pictures: BTreeSet<PictureId>,
    /// The identities of the account.
    pub identities: BTreeMap<SocialIdentity, (Timestamp, LinkedBy)>,
    pub heard: Heard,
}

/// The questions of one request.
#[derive(Default)]
pub struct Heard {
    /// The questions by name, in their order.
    pub asked: Vec<&'static str>,
    /// A question got no answer, or a contradicting one.
    pub failed: bool,
    pub committed: Option<Vec<Write>>,
    pub replayed: bool,
    pub denied: bool,
    pub saw_open_session: bool,
    /// The session that a claim had opened before.
    pub opened_before: Option<SessionRecord>,
    pub identifiers: Vec<String>,
    pub passwords: Vec<String>,
    pub new_passwords: Vec<String>,
    pub captcha: Option<String>,
    pub solution: Option<JudgeCaptchaPoint>,
    pub credential: Option<String>,
    /// The code or token that a provider was asked about.
    pub exchanged: Option<String>,
    pub sent: Option<Deliver>,
}

impl Host {
    pub fn new(account: Account, application: ClientId) -> Self {
        Self {
            account,
            knows_everybody: false,
            application,
            attempts: BTreeMap::new(),
            sends: BTreeMap::new(),
            codes: BTreeMap::new(),
            claims: BTreeMap::new(),
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            pictures: BTreeSet::new(),
            identities: BTreeMap::new(),
            heard: Heard::default(),
        }
    }

    /// Answers a question. A finished step stays as it is.
    pub fn answer(&mut self, step: Step, manner: Manner) -> Step {
        let says_no = manner == Manner::No;
        macro_rules! asked {
            ($ask:ident, $name:literal, $answer:expr) => {{
                self.heard.asked.push($name);
                if manner == Manner::Silently {
                    // A guess that is not settled is in flight, and then wrong. The reply is the same.
                    self.heard.failed |= $name != "SettleAttempt";
                    $ask.unavailable()
                } else {
                    let answer = $answer;
                    $ask.answer(answer)
                }
            }};
        }
        match step {
            Step::FindAccount(ask) => asked!(ask, "FindAccount", {
                if let AccountKey::Identifier(typed) = &ask.key {
                    // The last name is the typed text, whatever else it may be.
                    let last = typed.names().last().map(|(_, text)| text.to_owned());
                    self.heard.identifiers.extend(last);
                }
                (!says_no && self.is_known(&ask.key)).then(|| self.account.clone())
            }),
            Step::ReserveAttempt(ask) => asked!(ask, "ReserveAttempt", {
                let reservation = ask.reserve(self.attempts.get(&ask.slot).cloned());
                self.attempts.insert(ask.slot, reservation.record());
                reservation
            }),
            Step::VerifyPassword(ask) => asked!(ask, "VerifyPassword", {
                self.heard.passwords.push(ask.presented.expose().into());
                assert_eq!(ask.account.is_some(), ask.verifier.is_some());
                let matches =
                    ask.verifier.as_ref().is_some_and(|known| known.expose() == ask.presented.expose());
                match matches {
                    // Both answers occur, so both paths are tested.
                    true if self.sessions.len() % 2 == 1 => PasswordMatch::MatchesOutdated,
                    true => PasswordMatch::Matches,
                    false => PasswordMatch::Differs,
                }
            }),
            Step::SettleAttempt(ask) => asked!(ask, "SettleAttempt", {
                let record = ask.settle(self.attempts.get(&ask.slot).cloned());
                self.attempts.insert(ask.slot, record);
            }),
            Step::DecideAccess(ask) => {
                asked!(ask, "DecideAccess", {
                    self.heard.denied = says_no;
                    if says_no { AccessDecision::Deny } else { AccessDecision::Allow }
                })
            }
            Step::JudgePassword(ask) => asked!(ask, "JudgePassword", {
                self.heard.new_passwords.push(ask.new_password.expose().into());
                if says_no { Judgement::Refused(PasswordRefusal::Reused) } else { Judgement::Accepted }
            }),
            Step::LoadCode(ask) => {
                asked!(ask, "LoadCode", self.codes.get(&ask.key).cloned().filter(|_| !says_no))
            }
            Step::FindSession(ask) => asked!(ask, "FindSession", {
                let record = self.sessions.get(&ask.session).copied();
                record.filter(|_| !says_no && !self.ended.contains(&ask.session))
            }),
            Step::CheckSession(ask) => asked!(ask, "CheckSession", {
                let record = self.sessions.get(&ask.session).copied();
                let record = record.filter(|_| !says_no && !self.ended.contains(&ask.session));
                self.heard.saw_open_session = record.is_some_and(|record| ask.is_open(&record));
                self.sessions.extend(record.and_then(|record| ask.note(&record)).map(|it| (it.session, it)));
                record
            }),
            Step::FindClaim(ask) => asked!(ask, "FindClaim", {
                self.heard.opened_before = self.opened_by(ask.id).filter(|_| !says_no);
                self.heard.opened_before
            }),
            Step::VerifyTenantCredential(ask) => asked!(ask, "VerifyTenantCredential", {
                self.heard.credential = Some(ask.credential.expose().into());
                if says_no { CredentialOwner::Nobody } else { CredentialOwner::Application(self.application) }
            }),
            Step::JudgeCaptcha(ask) => asked!(ask, "JudgeCaptcha", {
                self.heard.captcha = ask.captcha_token.as_ref().map(|token| token.expose().into());
                if says_no { Captcha::Failed } else { Captcha::Passed }
            }),
            Step::IssueCaptcha(ask) => asked!(ask, "IssueCaptcha", {
                self.pictures.insert(ask.id);
                (!says_no).then(|| CaptchaPicture::new(b"picture".into(), b"piece".into()))
            }),
            Step::JudgeCaptchaPoint(ask) => asked!(ask, "JudgeCaptchaPoint", {
                self.heard.solution = Some((*ask).clone());
                let is_right = self.pictures.remove(&ask.id) || self.knows_everybody;
                if is_right && !says_no { Captcha::Passed } else { Captcha::Failed }
            }),
            Step::Deliver(ask) => asked!(ask, "Deliver", {
                self.heard.sent = Some((*ask).clone());
                if says_no { Delivery::NotDelivered } else { Delivery::Delivered }
            }),
            Step::Commit(ask) => asked!(ask, "Commit", {
                let committed = if says_no { Committed::Changed } else { self.commit(&ask) };
                match &committed {
                    Committed::Done => self.heard.committed = Some(ask.writes.clone()),
                    Committed::Replayed { opened } => {
                        self.heard.replayed = true;
                        self.heard.opened_before = opened.as_deref().copied();
                    }
                    // An end expects nothing, so nothing can have changed. (A decoy expects nothing either, and must not
                    // show it.)
                    _ => {
                        let is_end = ask.writes.iter().any(|write| matches!(write, Write::EndSessions(_)));
                        self.heard.failed |= says_no && ask.expected.is_none() && is_end;
                    }
                }
                committed
            }),
            Step::ExchangeSocialCode(ask) => {
                self.heard.exchanged = Some(ask.code.expose().into());
                asked!(ask, "ExchangeSocialCode", (!says_no).then(|| identity_of(&ask.code)))
            }
            Step::ExchangeMobileToken(ask) => asked!(ask, "ExchangeMobileToken", {
                self.heard.exchanged = Some(ask.token.expose().into());
                let is_theirs = ask.token.expose().len() % 2 == 0;
                let own = self.account.mobile.clone().filter(|_| is_theirs);
                let mobile = own.or_else(|| Mobile::new("+86-19900000000").ok());
                mobile.filter(|_| !says_no)
            }),
            Step::ListIdentities(ask) => asked!(ask, "ListIdentities", {
                let linked =
                    |(identity, (linked_at, linked_by)): (&SocialIdentity, &(Timestamp, LinkedBy))| {
                        LinkedIdentity {
                            identity: identity.clone(),
                            linked_at: *linked_at,
                            linked_by: *linked_by,
                        }
                    };
                self.identities.iter().map(linked).filter(|_| !says_no).collect::<Vec<_>>()
            }),
            Step::Done(outcome) => Step::Done(outcome),
            other => panic!("not asked with a fixed list and keys of the ring: {other:?}"),
        }
    }

    /// The session that a claim has opened, if it lives.
    fn opened_by(&self, claim: TokenId) -> Option<SessionRecord> {
        let opened = (*self.claims.get(&claim)?)?;
        self.sessions.get(&opened).copied().filter(|_| !self.ended.contains(&opened))
    }

    fn is_known(&self, key: &AccountKey) -> bool {
        let account = &self.account;
        let is_known = match key {
            AccountKey::Id(id) => *id == account.id,
            AccountKey::Identity(identity) => return self.identities.contains_key(identity),
            AccountKey::Identifier(typed) => typed.names().any(|(kind, text)| {
                let own = match kind {
                    NameKind::UserName => account.user_name.as_ref().map(UserName::normalised),
                    NameKind::Mobile => account.mobile.as_ref().map(Mobile::normalised),
                    NameKind::Email => account.email.as_ref().map(EmailAddress::normalised),
                };
                own == Some(text)
            }),
        };
        // For a vouched number, it would be a slip to find an account that has another number.
        is_known || self.knows_everybody && !self.heard.asked.contains(&"ExchangeMobileToken")
    }

    fn commit(&mut self, commit: &Commit) -> Committed {
        if let Some(claim) = commit.claim.filter(|claim| self.claims.contains_key(&claim.id)) {
            return Committed::Replayed { opened: self.opened_by(claim.id).map(Box::new) };
        }
        let before = self.account.clone();
        let is_expected = |expected| expected == before.revision && before.status == AccountStatus::Active;
        if !commit.expected.is_none_or(is_expected) {
            return Committed::Changed;
        }
        let (sessions, ended) = (self.sessions.clone(), self.ended.clone());
        let (sends, codes, claims) = (self.sends.clone(), self.codes.clone(), self.claims.clone());
        let identities = self.identities.clone();
        for write in &commit.writes {
            if let Err(refusal) = self.apply(write) {
                (self.account, self.sessions, self.ended) = (before, sessions, ended);
                (self.sends, self.codes, self.claims) = (sends, codes, claims);
                self.identities = identities;
                return Committed::Refused(refusal);
            }
        }
        self.claims.extend(commit.claim.map(|claim| (claim.id, claim.opens)));
        Committed::Done
    }

    fn apply(&mut self, write: &Write) -> Result<(), CommitRefusal> {
        match write {
            Write::RecordSkip { budget } => {
                let password = self.account.password.as_mut().unwrap();
                if password.skips_used >= *budget {
                    return Err(CommitRefusal::SkipsSpent);
                }
                password.skips_used += 1;
            }
            Write::StorePassword { new_password, changed_at } => {
                self.account.password = Some(demo::password(new_password.expose(), *changed_at));
                self.account.revision = self.account.revision.next();
            }
            Write::Rehash { password } => {
                assert_eq!(
                    self.account.password.as_ref().unwrap().verifier.expose(),
                    password.expose(),
                    "another password is hashed anew"
                );
            }
            Write::Reseal { secret } => {
                let totp = self.account.totp.take().unwrap();
                let earlier = demo::earlier_sealing_keys();
                assert_eq!(totp.secret().key_id(), earlier.sealer().id(), "sealed anew under the same key");
                assert_eq!(secret.key_id(), demo::sealing_keys().sealer().id(), "sealed under another key");
                self.account.totp = Some(totp.with_secret(secret.clone()));
            }
            Write::UseTotpStep { step } => {
                let totp = self.account.totp.clone().unwrap();
                if totp.last_used_step().is_some_and(|used| used >= *step) {
                    return Err(CommitRefusal::TotpStepUsed);
                }
                self.account.totp = Some(totp.with_last_used_step(Some(*step)));
            }
            Write::OpenSession(record) => {
                assert!(self.sessions.insert(record.session, *record).is_none(), "a session id drawn twice");
            }
            Write::RotateSession { session, expected_generation, device, unseen_since } => {
                let record = self.sessions.get_mut(session).unwrap();
                if self.ended.contains(session) {
                    return Err(CommitRefusal::SessionEnded);
                }
                if record.generation != *expected_generation {
                    return Err(CommitRefusal::SessionRotated { now: Box::new(*record) });
                }
                record.generation += 1;
                (record.device, record.unseen_since) = (*device, *unseen_since);
            }
            Write::RenewSession { session, auth_time, factors, revision } => {
                if self.ended.contains(session) {
                    return Err(CommitRefusal::SessionEnded);
                }
                let record = self.sessions.get_mut(session).unwrap();
                (record.auth_time, record.factors, record.revision) = (*auth_time, *factors, *revision);
            }
            Write::EndSessions(which) => {
                self.ended.extend(self.sessions.keys().filter(|session| match which {
                    EndSessions::All => true,
                    EndSessions::AllBut(kept) => *session != kept,
                    EndSessions::One(one) => *session == one,
                }));
            }
            Write::ClearGuesses(cleared) => {
                let stored = self.attempts.remove(&cleared.slot());
                self.attempts.insert(cleared.slot(), cleared.clear(stored));
            }
            Write::StoreCode { key, code, budget } => {
                let sent =
                    budget.spend(self.sends.get(&budget.slot).copied()).map_err(CommitRefusal::Code)?;
                self.sends.insert(budget.slot, sent);
                self.codes.insert(*key, code.clone());
            }
            Write::UseCode(claim) => {
                if self.claims.insert(claim.id, None).is_some() {
                    return Err(CommitRefusal::CodeUsed);
                }
            }
            Write::SpendBudget(budget) => {
                let sent =
                    budget.spend(self.sends.get(&budget.slot).copied()).map_err(CommitRefusal::Code)?;
                self.sends.insert(budget.slot, sent);
            }
            Write::ReplaceContact { contact, .. } => {
                match contact {
                    Recipient::Mobile(mobile) => self.account.mobile = Some(mobile.clone()),
                    Recipient::Email(email) => self.account.email = Some(email.clone()),
                }
                self.account.revision = self.account.revision.next();
            }
            // No policy of these targets has a sum.
            Write::CountSend(sum) => {
                sum.spend(None).map_err(CommitRefusal::Code)?;
            }
            Write::CreateAccount(_) => panic!("no policy of these targets registers anybody"),
            Write::LinkIdentity { identity, linked_at, linked_by } => {
                let linked = self.identities.entry(identity.clone()).or_insert((*linked_at, *linked_by));
                linked.1 = linked.1.union(*linked_by);
            }
            Write::EndLinks(which) => {
                // The links end together with a new password, which has raised the revision.
                self.identities.retain(|identity, _| !which.ends(identity.provider()));
            }
            Write::UnlinkIdentity { identity, is_last } => {
                self.identities.remove(identity).ok_or(CommitRefusal::NotLinked)?;
                if *is_last && self.identities.is_empty() {
                    return Err(CommitRefusal::LastWayIn);
                }
                self.account.revision = self.account.revision.next();
            }
        }
        Ok(())
    }
}

/// One of two identities, which the code decides.
fn identity_of(code: &Secret) -> SocialIdentity {
    let uid = if code.expose().len().is_multiple_of(2) { "uid-of-mona" } else { "uid-of-others" };
    SocialIdentity::new(Provider::new("weixin").unwrap(), uid).unwrap()
}
