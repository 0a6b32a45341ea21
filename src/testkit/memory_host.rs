//! A host in memory.

use super::{HostFault, PlainHasher, Planned, demo, ready::ready};
use crate::{
    Application, Audience, ClientId, Moment, Secret, SessionId, Timestamp, TokenId,
    account::{Account, AccountKey, FindAccount, NameKind, Revision, UserName},
    code::{
        Captcha, CodeKey, CodeOwner, CodePurpose, Deliver, Delivery, JudgeCaptcha, LoadCode, SendRecord,
        SendSlot, StoredCode, SumRecord,
    },
    contact::{EmailAddress, Mobile, Recipient},
    guess::{AttemptRecord, AttemptSlot, Reservation, ReserveAttempt, SettleAttempt},
    outcome::Outcome,
    parts::Hasher as _,
    password::{JudgePassword, Judgement, PasswordMatch, PasswordRefusal, Verifier, VerifyPassword},
    session::{CheckSession, FindSession, SessionRecord},
    step::{
        AccessDecision, Claim, Commit, Committed, CredentialOwner, DecideAccess, FindApplication, FindClaim,
        Question, SignBytes, SignatureCheck, Step, VerifyBytes, VerifyTenantCredential,
    },
};
use alloc::{
    boxed::Box,
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
    vec::Vec,
};

/// A message that the host was asked to send.
#[derive(Clone, Debug)]
pub struct Message {
    /// To whom.
    pub recipient: Recipient,
    /// What for.
    pub purpose: CodePurpose,
    /// The code.
    pub code: Secret,
    /// Whether the host was to pretend only.
    pub decoy: bool,
}

/// A host in memory, which keeps every duty of a host: it counts before it judges, and commits all or nothing, by comparing and setting.
///
/// Everything it keeps is there to be looked at and changed. A `Mutex<MemoryHost>` is a [`Host`](crate::Host), and every one of its
/// [parts](crate::parts) but the hasher, which is a [`PlainHasher`]; so is a reference to one.
///
/// It is for tests alone: it stores passwords as they are.
#[derive(Clone, Debug, Default)]
pub struct MemoryHost {
    /// Applications, for an engine that asks for them.
    pub applications: Vec<Application>,
    /// Accounts. A password's verifier is the password itself, or that behind a mark where it is [outdated](Self::outdate).
    pub accounts: Vec<Account>,
    /// Whose the bearer credentials of servers are.
    pub credentials: Vec<(Secret, CredentialOwner)>,
    /// What was claimed.
    pub claims: BTreeMap<TokenId, Claim>,
    /// Counts of guesses.
    pub attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    /// Which of those are of names that nobody has, and when each was last guessed at.
    pub unknown: BTreeMap<AttemptSlot, Timestamp>,
    /// Sessions, also those that have ended.
    pub sessions: BTreeMap<SessionId, SessionRecord>,
    /// Which sessions have ended.
    pub ended: BTreeSet<SessionId>,
    /// Codes that were sent.
    pub codes: BTreeMap<CodeKey, StoredCode>,
    /// Counts of codes that were sent.
    pub sends: BTreeMap<SendSlot, SendRecord>,
    /// Whose the codes are.
    pub code_owners: BTreeMap<CodeKey, CodeOwner>,
    /// Whose the counts of codes are.
    pub send_owners: BTreeMap<SendSlot, CodeOwner>,
    /// What each application has sent in all.
    pub sums: BTreeMap<Audience, SumRecord>,
    /// Messages, also the pretended ones.
    pub outbox: Vec<Message>,
    /// Whether no message gets through.
    pub undeliverable: bool,
    /// Whether its access policy lets nobody in.
    pub denied: bool,
    /// What its history refuses as a new password.
    pub used_passwords: Vec<Secret>,
    /// The one captcha token that is a robot's. Any other one passes.
    pub robot: Option<Secret>,
    /// Whether it had no answer to its latest question, because a name was two accounts'.
    pub is_at_a_loss: bool,
    /// What it does wrong.
    pub fault: Option<HostFault>,
    /// The names of the questions that it was asked.
    pub asked: Vec<&'static str>,
}

impl MemoryHost {
    /// The host of the [`demo`].
    pub fn demo() -> Self {
        let tenant = CredentialOwner::Tenant(demo::tenant());
        let mut credentials = Vec::from([(Secret::new(demo::CREDENTIAL), tenant)]);
        if let Ok(ordinary) = ClientId::new(demo::ORDINARY) {
            let server = Secret::new(demo::ORDINARY_CREDENTIAL);
            credentials.push((server, CredentialOwner::Application(ordinary)));
        }
        Self { accounts: demo::accounts(), credentials, ..Self::default() }
    }

    /// The account of a user name.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn account(&mut self, user_name: &str) -> &mut Account {
        let is_meant = |account: &&mut Account| is_known_by(account, NameKind::UserName, user_name);
        match self.accounts.iter_mut().find(is_meant) {
            Some(account) => account,
            None => panic!("no account is called {user_name}"),
        }
    }

    /// Makes an account, in the place of one of the same id in its tenant, if there was one. Whatever revision it is given, its first
    /// one is drawn: what was judged on the earlier one, of whoever had the id, is over.
    pub fn create_account(&mut self, account: Account, moment: &Moment) {
        let new = Account { revision: Revision::first(moment), ..account };
        match self.accounts.iter_mut().find(|old| (old.tenant, old.id) == (new.tenant, new.id)) {
            Some(old) => *old = new,
            None => self.accounts.push(new),
        }
    }

    /// Makes an account's verifier one of old parameters, by the mark `outdated:` before it: its password is still right, and to be hashed
    /// anew. The account stays as it is, its revision too.
    ///
    /// # Panics
    /// When there is no such account, or it has no password.
    #[track_caller]
    pub fn outdate(&mut self, user_name: &str) {
        match &mut self.account(user_name).password {
            Some(known) => known.verifier = PlainHasher::outdated(&known.verifier),
            None => panic!("{user_name} has no password"),
        }
    }

    /// Seals the secret of an account's authenticator, which is the [demo's](demo::TOTP_SECRET), under the
    /// [earlier key](demo::earlier_sealing_keys): it is still right, and to be sealed anew. The account stays as it is, its revision too.
    ///
    /// # Panics
    /// When there is no such account, or it has no authenticator.
    #[track_caller]
    pub fn seal_under_earlier_key(&mut self, user_name: &str) {
        let account = self.account(user_name);
        let earlier = demo::totp_under(&demo::earlier_sealing_keys(), account).secret().clone();
        match account.totp.take() {
            Some(totp) => account.totp = Some(totp.with_secret(earlier)),
            None => panic!("{user_name} has no authenticator"),
        }
    }

    /// The latest code that was sent in earnest.
    ///
    /// # Panics
    /// When there is none.
    #[track_caller]
    pub fn code(&self) -> &str {
        match self.outbox.iter().rfind(|message| !message.decoy) {
            Some(message) => message.code.expose(),
            None => panic!("no code was sent"),
        }
    }

    /// Answers one question, and gives the next step.
    ///
    /// # Errors
    /// With the outcome, when there was nothing left to ask.
    pub fn answer(&mut self, step: Step) -> Result<Step, Box<Outcome>> {
        macro_rules! answer {
            ($ask:ident, $method:ident) => {{
                let answer = self.consider(&*$ask, Self::$method);
                $ask.resolve(answer)
            }};
        }
        Ok(match step {
            Step::FindApplication(ask) => answer!(ask, find_application),
            Step::FindAccount(ask) => answer!(ask, find_account),
            Step::ReserveAttempt(ask) => answer!(ask, reserve_attempt),
            Step::VerifyPassword(ask) => answer!(ask, verify_password),
            Step::SettleAttempt(ask) => answer!(ask, settle_attempt),
            Step::DecideAccess(ask) => answer!(ask, decide_access),
            Step::JudgePassword(ask) => answer!(ask, judge_password),
            Step::LoadCode(ask) => answer!(ask, load_code),
            Step::FindSession(ask) => answer!(ask, find_session),
            Step::CheckSession(ask) => answer!(ask, check_session),
            Step::FindClaim(ask) => answer!(ask, find_claim),
            Step::VerifyTenantCredential(ask) => answer!(ask, verify_tenant_credential),
            Step::Commit(ask) => answer!(ask, commit),
            Step::JudgeCaptcha(ask) => answer!(ask, judge_captcha),
            Step::Deliver(ask) => answer!(ask, deliver),
            Step::SignBytes(ask) => answer!(ask, sign_bytes),
            Step::VerifyBytes(ask) => answer!(ask, verify_bytes),
            Step::Done(outcome) => return Err(outcome),
        })
    }

    /// Answers a question, unless a fault is planned for it.
    pub(super) fn consider<Q: Question>(
        &mut self,
        ask: &Q,
        answer: impl FnOnce(&mut Self, &Q) -> Q::Answer,
    ) -> Result<Q::Answer, Planned> {
        self.answer_named(Q::NAME, |host| answer(host, ask))
    }

    pub(super) fn answer_named<A>(
        &mut self,
        question: &'static str,
        answer: impl FnOnce(&mut Self) -> A,
    ) -> Result<A, Planned> {
        self.asked.push(question);
        self.is_at_a_loss = false;
        match self.fault.filter(|fault| fault.question() == question) {
            None => Some(answer(self)).filter(|_| !self.is_at_a_loss).ok_or(Planned),
            Some(HostFault::Unavailable(_)) => Err(Planned),
            Some(HostFault::AnswerLost(_)) => {
                let _lost = answer(self);
                Err(Planned)
            }
        }
    }

    pub(super) fn find_application(&mut self, ask: &FindApplication) -> Option<Arc<Application>> {
        self.applications.iter().find(|known| known.client_id == ask.client_id).cloned().map(Arc::new)
    }

    /// Where two accounts are meant it cannot answer, whatever is planned.
    pub(super) fn find_account(&mut self, ask: &FindAccount) -> Option<Account> {
        let of_tenant = || self.accounts.iter().filter(|account| account.tenant == ask.audience.tenant);
        match &ask.key {
            AccountKey::Id(id) => of_tenant().find(|account| *id == account.id).cloned(),
            AccountKey::Identifier(typed) => {
                let known = typed.names().flat_map(|(kind, text)| {
                    of_tenant().filter(move |account| is_known_by(account, kind, text)).cloned()
                });
                let one = FindAccount::only(known.map(Some));
                self.is_at_a_loss = one.is_err();
                one.ok().flatten()
            }
        }
    }

    pub(super) fn reserve_attempt(&mut self, ask: &ReserveAttempt) -> Reservation {
        let reservation = ask.reserve(self.attempts.get(&ask.slot).cloned());
        self.attempts.insert(ask.slot, reservation.record());
        if ask.is_of_nobody {
            self.unknown.insert(ask.slot, ask.now);
        }
        reservation
    }

    pub(super) fn verify_password(&mut self, ask: &VerifyPassword) -> PasswordMatch {
        PlainHasher::judge(ask.verifier.as_ref(), &ask.presented)
    }

    pub(super) fn settle_attempt(&mut self, ask: &SettleAttempt) {
        let record = ask.settle(self.attempts.get(&ask.slot).cloned());
        self.attempts.insert(ask.slot, record);
    }

    pub(super) fn decide_access(&mut self, _: &DecideAccess) -> AccessDecision {
        if self.denied { AccessDecision::Deny } else { AccessDecision::Allow }
    }

    pub(super) fn judge_password(&mut self, ask: &JudgePassword) -> Judgement {
        let used = self.used_passwords.iter().any(|used| used.expose() == ask.new_password.expose());
        if used { Judgement::Refused(PasswordRefusal::Reused) } else { Judgement::Accepted }
    }

    pub(super) fn load_code(&mut self, ask: &LoadCode) -> Option<StoredCode> {
        self.codes.get(&ask.key).cloned()
    }

    pub(super) fn find_session(&mut self, ask: &FindSession) -> Option<SessionRecord> {
        self.open_session(&ask.session)
    }

    pub(super) fn check_session(&mut self, ask: &CheckSession) -> Option<SessionRecord> {
        let record = self.open_session(&ask.session)?;
        if let Some(noted) = ask.note(&record) {
            self.sessions.insert(ask.session, noted);
        }
        Some(record)
    }

    pub(super) fn find_claim(&mut self, ask: &FindClaim) -> Option<SessionRecord> {
        self.opened_by(&ask.id)
    }

    /// The session that a claim has opened, if that lives.
    pub(super) fn opened_by(&self, claim: &TokenId) -> Option<SessionRecord> {
        self.open_session(&self.claims.get(claim)?.opens?)
    }

    fn open_session(&self, session: &SessionId) -> Option<SessionRecord> {
        self.sessions.get(session).copied().filter(|_| !self.ended.contains(session))
    }

    pub(super) fn verify_tenant_credential(&mut self, ask: &VerifyTenantCredential) -> CredentialOwner {
        let known = self.credentials.iter().find(|(known, _)| known.expose() == ask.credential.expose());
        known.map_or(CredentialOwner::Nobody, |(_, owner)| *owner)
    }

    pub(super) fn commit(&mut self, ask: &Commit) -> Committed {
        let hashed = ready(ask.hashed(|password| PlainHasher.hash(password)));
        hashed.map_or_else(|never| match never {}, |hashed| self.store_commit(&hashed))
    }

    /// As a store, to which a password is its verifier.
    pub(super) fn store_commit(&mut self, ask: &Commit<Verifier>) -> Committed {
        super::commit::commit(self, ask)
    }

    pub(super) fn judge_captcha(&mut self, ask: &JudgeCaptcha) -> Captcha {
        let robot = self.robot.as_ref().map(Secret::expose);
        let is_human = ask.captcha_token.as_ref().is_some_and(|token| Some(token.expose()) != robot);
        if is_human { Captcha::Passed } else { Captcha::Failed }
    }

    pub(super) fn deliver(&mut self, ask: &Deliver) -> Delivery {
        self.outbox.push(Message {
            recipient: ask.recipient.clone(),
            purpose: ask.purpose,
            code: ask.code.clone(),
            decoy: ask.decoy,
        });
        if self.undeliverable { Delivery::NotDelivered } else { Delivery::Delivered }
    }

    pub(super) fn sign_bytes(&mut self, ask: &SignBytes) -> Option<Vec<u8>> {
        Some(stand_in_signature(&ask.key_id, &ask.bytes))
    }

    pub(super) fn verify_bytes(&mut self, ask: &VerifyBytes) -> SignatureCheck {
        let is_good = stand_in_signature(&ask.key_id, &ask.bytes) == ask.signature;
        if is_good { SignatureCheck::Valid } else { SignatureCheck::Invalid }
    }
}

/// What a [`MemoryHost`] signs with, as a key that is outside: a sum anybody can make.
pub fn stand_in_signature(key_id: &str, bytes: &[u8]) -> Vec<u8> {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    [key_id.as_bytes(), &sum.to_be_bytes()].concat()
}

fn is_known_by(account: &Account, kind: NameKind, text: &str) -> bool {
    let own = match kind {
        NameKind::UserName => account.user_name.as_ref().map(UserName::normalised),
        NameKind::Mobile => account.mobile.as_ref().map(Mobile::normalised),
        NameKind::Email => account.email.as_ref().map(EmailAddress::normalised),
    };
    own == Some(text)
}
