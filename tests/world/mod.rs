//! A host in memory, a clock to turn, and the family's requests, for the tests.
#![allow(dead_code, unreachable_pub, reason = "every test binary uses a part of it")]

use authflow::{
    Account, AccountId, AccountStatus, Application, Applications, Audience, ClientId, CodePurpose, Config,
    Dialect, EmailAddress, Engine, Entropy, Factor, FactorSet, Identifier, Mobile, Moment, Outcome, Password,
    Profile, Recipient, Revision, Secret, SessionId, Step, TenantId, Timestamp, TokenId, Totp, TotpAlgorithm,
    UserName,
    policy::{Ageing, AttemptRecord, PasswordRefusal, Policy, SendRecord},
    sdk::{Api, Request},
    step::{
        Access, AccountKey, AttemptSlot, Captcha, CodeKey, Commit, CommitRefusal, Committed, CredentialOwner,
        Delivery, EndSessions, Judgement, PasswordMatch, SendSlot, SessionRecord, SignatureCheck, StoredCode,
        Write,
    },
    token::{IdTokenSigning, Issuer, Key, KeyRing},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::Arc,
};

pub const ISV: &str = "DRrYIqauawN0I8myTMoDTPys6ezGZxnm";
pub const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
pub const ORDINARY: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";
pub const PASSWORD: &str = "Correct-Horse-7";
pub const CREDENTIAL: &str = "tenant-credential";
pub const MOBILE: &str = "+86-13800000000";
pub const EMAIL: &str = "mona@example.com";
pub const DAY: u64 = 86_400;
pub const START: Timestamp = Timestamp::from_unix(1_700_000_000);

/// The headers of the first seed's example, without its state token.
pub const SEED_HEADERS: [(&str, &str); 7] = [
    ("X-operating-sys-version", "Android 10"),
    ("X-device-fingerprint", "156aysdna213sac"),
    ("X-device-ip", "10.10.10.1"),
    (
        "X-agent",
        "Mozilla/5.0 (Linux; Android 10; Redmi K30 Build/QKQ1.190825.002; wv) AppleWebKit/537.36 (KHTML, like Gecko) \
         Version/4.0 Chrome/80.0.3987.99 Mobile Safari/537.36",
    ),
    ("X-L", "en"),
    ("X-client-id", ISV),
    ("X-tenant-id", TENANT),
];

/// Headers to change one at a time.
#[derive(Clone)]
pub struct Headers(pub Vec<(String, String)>);

impl Headers {
    pub fn seed() -> Self {
        Self(SEED_HEADERS.iter().map(|(name, value)| (name.to_string(), value.to_string())).collect())
    }

    #[must_use]
    pub fn with(mut self, name: &str, value: &str) -> Self {
        self = self.without(name);
        self.0.push((name.into(), value.into()));
        self
    }

    #[must_use]
    pub fn without(mut self, name: &str) -> Self {
        self.0.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
        self
    }
}

/// A reply, read.
#[derive(Debug, PartialEq)]
pub struct Answer {
    pub status: u16,
    pub body: Value,
    pub bytes: Vec<u8>,
}

impl Answer {
    pub fn text(&self, member: &str) -> &str {
        self.body[member].as_str().unwrap_or_else(|| panic!("no {member} in {}", self.body))
    }

    pub fn state_token(&self) -> &str {
        self.text("state_token")
    }
}

/// The refusal of a code and message: 400 with exactly two members.
pub fn refusal(code: &str, message: &str) -> (u16, Value) {
    (400, json!({ "error_code": code, "error_msg": message }))
}

pub fn invalid_state_token() -> (u16, Value) {
    refusal("IDAAS.SDK.PARAM.0014", "Invalid state token")
}

/// What a host does wrong, at which question.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Failing {
    /// It cannot answer.
    At(&'static str),
    /// It never fails.
    Never,
}

/// A message that the host was asked to send.
#[derive(Clone, Debug)]
pub struct Message {
    pub recipient: Recipient,
    pub purpose: CodePurpose,
    pub code: String,
    pub decoy: bool,
}

/// What all applications of the world have in common.
#[derive(Clone)]
pub struct Setup {
    pub policy: Policy,
    pub dialect: Dialect,
    pub tells_attempts: bool,
    pub signing: IdTokenSigning,
}

impl Setup {
    pub fn new(policy: Policy) -> Self {
        Self {
            policy,
            dialect: Dialect::Ciam,
            tells_attempts: false,
            signing: IdTokenSigning::ApplicationKey,
        }
    }
}

#[derive(Clone)]
pub struct World {
    pub api: Api,
    pub setup: Setup,
    pub now: Timestamp,
    pub accounts: Vec<(String, Account)>,
    pub claims: BTreeMap<TokenId, Timestamp>,
    pub attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    pub sessions: BTreeMap<SessionId, SessionRecord>,
    pub ended: BTreeSet<SessionId>,
    pub codes: BTreeMap<CodeKey, StoredCode>,
    pub sends: BTreeMap<SendSlot, SendRecord>,
    pub outbox: Vec<Message>,
    /// What no message gets through.
    pub undeliverable: bool,
    pub denied: bool,
    /// What the host's history refuses as a new password.
    pub used_passwords: Vec<&'static str>,
    pub failing: Failing,
    /// The questions of the latest request, by name.
    pub asked: Vec<&'static str>,
    pub outcome: Option<Outcome>,
    entropy: u64,
}

pub fn ring() -> KeyRing {
    KeyRing::new(Key::without_id([7; 32]).unwrap())
}

pub fn issuer() -> Issuer {
    Issuer::new("https://id.example.com").unwrap()
}

pub fn policy() -> Policy {
    Policy {
        ageing: Some(Ageing::new(90, 14, 3).unwrap()),
        first_factors: [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect(),
        ..Policy::default()
    }
}

pub fn applications(setup: &Setup) -> Vec<Application> {
    let Setup { policy, dialect, tells_attempts, .. } = *setup;
    let isv = Application::isv(ClientId::new(ISV).unwrap(), [TenantId::new(TENANT).unwrap()]);
    let ordinary = Application::new(ClientId::new(ORDINARY).unwrap());
    let set_up = |application| Application { policy, dialect, tells_attempts, ..application };
    [isv, ordinary].map(set_up).into()
}

pub fn api(ring: KeyRing, setup: &Setup) -> Api {
    let mut config = Config::new(issuer(), ring, Applications::Fixed(applications(setup)));
    config.id_token_signing = setup.signing.clone();
    Api::new(Engine::new(config).unwrap())
}

/// A stand-in for a key that is outside: signs as a hash would.
pub fn outside_signature(key_id: &str, bytes: &[u8]) -> Vec<u8> {
    let sum = bytes.iter().fold(0_u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(*byte)));
    [key_id.as_bytes(), &sum.to_be_bytes()].concat()
}

pub fn audience() -> Audience {
    Audience { client_id: ClientId::new(ISV).unwrap(), tenant: Some(TenantId::new(TENANT).unwrap()) }
}

impl World {
    pub fn new() -> Self {
        Self::with_policy(policy())
    }

    /// The accounts of the reference server's demo, in the ISV application's tenant.
    pub fn with_policy(policy: Policy) -> Self {
        Self::with_setup(Setup::new(policy))
    }

    pub fn with_setup(setup: Setup) -> Self {
        let mut world = Self {
            api: api(ring(), &setup),
            setup,
            now: START,
            accounts: Vec::new(),
            claims: BTreeMap::new(),
            attempts: BTreeMap::new(),
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            codes: BTreeMap::new(),
            sends: BTreeMap::new(),
            outbox: Vec::new(),
            undeliverable: false,
            denied: false,
            used_passwords: Vec::new(),
            failing: Failing::Never,
            asked: Vec::new(),
            outcome: None,
            entropy: 0,
        };
        for (name, age) in [
            ("alice", 1),
            ("erin", 85),
            ("victor", 90),
            ("dora", 1),
            ("frank", 1),
            ("nora", 1),
            ("mona", 1),
            ("tom", 1),
            ("eve", 85),
        ] {
            let mut account = Account::new(AccountId::new(&format!("id-{name}")).unwrap(), Revision::new(1));
            account.tenant = audience().tenant;
            account.user_name = Some(UserName::new(name).unwrap());
            account.password = Some(Password::new(Secret::new(PASSWORD), START.minus_seconds(age * DAY)));
            world.accounts.push((name.into(), account));
        }
        world.account("dora").status = AccountStatus::Disabled;
        world.account("frank").password.as_mut().unwrap().must_change =
            Some(authflow::MustChange::AdministratorReset);
        world.account("nora").password = None;
        world.account("nora").mobile = Mobile::new("+86-13800000001").ok();
        for (name, mobile, email) in [("mona", MOBILE, EMAIL), ("eve", "+86-13800000002", "eve@example.com")]
        {
            let account = world.account(name);
            account.mobile = Mobile::new(mobile).ok();
            account.email = EmailAddress::new(email).ok();
            account.enrolled = FactorSet::EMPTY.with(Factor::Sms).with(Factor::Email);
            account.profile = Profile::new(&json!({ "name": name.to_uppercase() })).unwrap();
        }
        world.account("tom").totp = Totp::new(*b"12345678901234567890", TotpAlgorithm::Sha1, 6).ok();
        world.account("tom").enrolled = FactorSet::EMPTY.with(Factor::Totp);
        world
    }

    /// Asks for a code by SMS from now on, as a mistaken host would: without a new revision.
    pub fn enrol_sms(&mut self, name: &str) {
        let account = self.account(name);
        account.mobile = Mobile::new("+86-13800000009").ok();
        account.enrolled = FactorSet::EMPTY.with(Factor::Sms);
    }

    /// The password of the account's authenticator, so many steps from now.
    pub fn totp(&mut self, name: &str, steps: u64) -> String {
        let step = Totp::step_at(self.now) + steps;
        self.account(name).totp.as_ref().unwrap().code(step).expose().to_string()
    }

    /// The latest code that was sent in earnest.
    pub fn code(&self) -> String {
        let sent = self.outbox.iter().rfind(|message| !message.decoy);
        sent.unwrap_or_else(|| panic!("no code was sent")).code.clone()
    }

    pub fn account(&mut self, name: &str) -> &mut Account {
        let found = self.accounts.iter_mut().find(|(other, _)| other == name);
        &mut found.unwrap_or_else(|| panic!("no {name}")).1
    }

    pub fn moment(&mut self) -> Moment {
        self.entropy += 1;
        let mut bytes = [0; 32];
        bytes[..8].copy_from_slice(&self.entropy.to_be_bytes());
        Moment::new(self.now, Entropy::from_bytes(bytes))
    }

    /// The first step of a request.
    pub fn begin(&mut self, method: &str, path: &str, headers: &Headers, body: &[u8]) -> Step {
        let moment = self.moment();
        self.api.handle(&Request { method, path, headers: &headers.0, body }, moment)
    }

    pub fn send(&mut self, method: &str, path: &str, headers: &Headers, body: &[u8]) -> Answer {
        let step = self.begin(method, path, headers, body);
        let outcome = self.run(step);
        self.answer(outcome)
    }

    /// Answers questions until the host is asked to write.
    pub fn until_commit(&mut self, mut step: Step) -> Step {
        while !matches!(step, Step::Commit(_)) {
            step = self.answer_one(step).unwrap();
        }
        step
    }

    /// Answers every question, and gives what they and the outcome look like in a log.
    pub fn printed(&mut self, mut step: Step) -> String {
        let mut printed = String::new();
        while !matches!(step, Step::Done(_)) {
            printed += &format!("{step:?}");
            step = self.answer_one(step).unwrap();
        }
        printed + &format!("{step:?}")
    }

    /// A call with a JSON body.
    pub fn post(&mut self, path: &str, headers: &Headers, body: &Value) -> Answer {
        let headers = headers.clone().with("Content-Type", "application/json");
        self.send("POST", path, &headers, body.to_string().as_bytes())
    }

    /// A call of a pending login.
    pub fn pending(&mut self, path: &str, state_token: &str, body: &Value) -> Answer {
        self.post(path, &Headers::seed().with("X-state-token", state_token), body)
    }

    /// A call of a signed-in subject.
    pub fn signed_in(&mut self, path: &str, id_token: &str, body: &Value) -> Answer {
        self.post(path, &Headers::seed().with("Authorization", &format!("Bearer {id_token}")), body)
    }

    /// A call of the tenant's server, about the seed's device.
    pub fn tenant(&mut self, path: &str, member: &str, token: &str) -> Answer {
        let headers = Headers(vec![("Authorization".into(), format!("Bearer {CREDENTIAL}"))]);
        self.post(path, &headers, &Self::tenant_body(member, token))
    }

    pub fn tenant_body(member: &str, token: &str) -> Value {
        let header = |name| SEED_HEADERS.iter().find(|(other, _)| *other == name).unwrap().1;
        json!({
            member: token,
            "operating_sys_version": header("X-operating-sys-version"),
            "device_fingerprint": header("X-device-fingerprint"),
            "agent": header("X-agent"),
            "device_ip": header("X-device-ip"),
        })
    }

    pub fn answer(&mut self, outcome: Outcome) -> Answer {
        let reply = self.api.reply(&outcome);
        self.outcome = Some(outcome);
        let bytes = reply.body().to_vec();
        assert!(reply.headers().any(|header| header == ("cache-control", "no-store")));
        let body = if bytes.is_empty() { Value::Null } else { serde_json::from_slice(&bytes).unwrap() };
        Answer { status: reply.status(), body, bytes }
    }

    pub fn begin_login(&mut self, headers: &Headers, user_name: &str, password: &str) -> Step {
        let headers = headers.clone().with("Content-Type", "application/json");
        let body = json!({ "user_name": user_name, "password": password }).to_string();
        self.begin("POST", "/api/v2/sdk/login", &headers, body.as_bytes())
    }

    pub fn login_with(&mut self, headers: &Headers, user_name: &str, password: &str) -> Answer {
        let step = self.begin_login(headers, user_name, password);
        let outcome = self.run(step);
        self.answer(outcome)
    }

    pub fn login(&mut self, user_name: &str) -> Answer {
        self.login_with(&Headers::seed(), user_name, PASSWORD)
    }

    pub fn begin_skip(&mut self, headers: &Headers, state_token: &str) -> Step {
        let headers = headers.clone().with("X-state-token", state_token);
        self.begin("GET", "/api/v2/sdk/pwd/skip-update", &headers, b"")
    }

    pub fn skip_with(&mut self, headers: &Headers, state_token: &str) -> Answer {
        let step = self.begin_skip(headers, state_token);
        let outcome = self.run(step);
        self.answer(outcome)
    }

    pub fn skip(&mut self, state_token: &str) -> Answer {
        self.skip_with(&Headers::seed(), state_token)
    }

    pub fn begin_update(&mut self, state_token: &str, old: &str, new: &str) -> Step {
        let headers =
            Headers::seed().with("X-state-token", state_token).with("Content-Type", "application/json");
        let body = json!({ "old_password": old, "new_password": new }).to_string();
        self.begin("POST", "/api/v2/sdk/pwd/update", &headers, body.as_bytes())
    }

    pub fn update(&mut self, state_token: &str, old: &str, new: &str) -> Answer {
        let step = self.begin_update(state_token, old, new);
        let outcome = self.run(step);
        self.answer(outcome)
    }

    pub fn check_exist(&mut self, id_token: &str) -> Answer {
        let headers = Headers::seed().with("Authorization", &format!("Bearer {id_token}"));
        self.send("GET", "/api/v2/sdk/pwd/check-exist", &headers, b"")
    }

    /// Answers questions until the request is done.
    pub fn run(&mut self, mut step: Step) -> Outcome {
        self.asked.clear();
        loop {
            step = match self.answer_one(step) {
                Ok(next) => next,
                Err(outcome) => return *outcome,
            };
        }
    }

    fn fails(&mut self, question: &'static str) -> bool {
        self.asked.push(question);
        self.failing == Failing::At(question)
    }

    /// Answers one question, or gives the outcome.
    pub fn answer_one(&mut self, step: Step) -> Result<Step, Box<Outcome>> {
        Ok(match step {
            Step::FindApplication(ask) => {
                if self.fails("FindApplication") {
                    return Ok(ask.unavailable());
                }
                let found =
                    applications(&self.setup).into_iter().find(|known| known.client_id == ask.client_id);
                ask.answer(found.map(Arc::new))
            }
            Step::FindAccount(ask) => {
                if self.fails("FindAccount") {
                    return Ok(ask.unavailable());
                }
                let found = self.accounts.iter().find(|(name, account)| match &ask.key {
                    AccountKey::Identifier(typed) => Self::is_known_by(name, account, typed),
                    AccountKey::Id(id) => *id == account.id,
                });
                let tenant = ask.audience.tenant;
                let account =
                    found.map(|(_, account)| account.clone()).filter(|account| account.tenant == tenant);
                ask.answer(account)
            }
            Step::ReserveAttempt(ask) => {
                if self.fails("ReserveAttempt") {
                    return Ok(ask.unavailable());
                }
                let reservation = ask.reserve(self.attempts.get(&ask.slot).cloned());
                self.attempts.insert(ask.slot, reservation.record());
                ask.answer(reservation)
            }
            Step::VerifyPassword(ask) => {
                if self.fails("VerifyPassword") {
                    return Ok(ask.unavailable());
                }
                // Without a verifier a careless host might say anything: here it says the worst.
                let matches =
                    ask.verifier.as_ref().is_none_or(|known| known.expose() == ask.presented.expose());
                ask.answer(if matches { PasswordMatch::Matches } else { PasswordMatch::Differs })
            }
            Step::SettleAttempt(ask) => {
                if self.fails("SettleAttempt") {
                    return Ok(ask.unavailable());
                }
                let record = ask.settle(self.attempts.get(&ask.slot).cloned());
                self.attempts.insert(ask.slot, record);
                ask.answer(())
            }
            Step::DecideAccess(ask) => {
                if self.fails("DecideAccess") {
                    return Ok(ask.unavailable());
                }
                ask.answer(if self.denied { Access::Deny } else { Access::Allow })
            }
            Step::JudgePassword(ask) => {
                if self.fails("JudgePassword") {
                    return Ok(ask.unavailable());
                }
                let used = self.used_passwords.contains(&ask.new_password.expose());
                ask.answer(if used {
                    Judgement::Refused(PasswordRefusal::Reused)
                } else {
                    Judgement::Accepted
                })
            }
            Step::CheckSession(ask) => {
                if self.fails("CheckSession") {
                    return Ok(ask.unavailable());
                }
                let record = self.sessions.get(&ask.session).copied();
                let record = record.filter(|_| !self.ended.contains(&ask.session));
                if record.is_some_and(|record| ask.is_open(&record)) {
                    self.sessions.entry(ask.session).and_modify(|record| record.used_at = ask.now);
                }
                ask.answer(record)
            }
            Step::LoadCode(ask) => {
                if self.fails("LoadCode") {
                    return Ok(ask.unavailable());
                }
                let stored = self.codes.get(&ask.key).cloned();
                ask.answer(stored)
            }
            Step::JudgeCaptcha(ask) => {
                if self.fails("JudgeCaptcha") {
                    return Ok(ask.unavailable());
                }
                let is_robot = ask.captcha_token.as_ref().is_some_and(|token| token.expose() == "robot");
                ask.answer(if is_robot { Captcha::Failed } else { Captcha::Passed })
            }
            Step::Deliver(ask) => {
                if self.fails("Deliver") {
                    return Ok(ask.unavailable());
                }
                self.outbox.push(Message {
                    recipient: ask.recipient.clone(),
                    purpose: ask.purpose,
                    code: ask.code.expose().into(),
                    decoy: ask.decoy,
                });
                ask.answer(if self.undeliverable { Delivery::NotDelivered } else { Delivery::Delivered })
            }
            Step::VerifyTenantCredential(ask) => {
                if self.fails("VerifyTenantCredential") {
                    return Ok(ask.unavailable());
                }
                let owner = match ask.credential.expose() {
                    CREDENTIAL => CredentialOwner::Tenant(TenantId::new(TENANT).unwrap()),
                    "ordinary" => CredentialOwner::Application(ClientId::new(ORDINARY).unwrap()),
                    "another" => CredentialOwner::Tenant(TenantId::new("another").unwrap()),
                    _ => CredentialOwner::Nobody,
                };
                ask.answer(owner)
            }
            Step::SignBytes(ask) => {
                if self.fails("SignBytes") {
                    return Ok(ask.unavailable());
                }
                let signature = outside_signature(&ask.key_id, &ask.bytes);
                ask.answer(Some(signature))
            }
            Step::VerifyBytes(ask) => {
                if self.fails("VerifyBytes") {
                    return Ok(ask.unavailable());
                }
                let is_good = outside_signature(&ask.key_id, &ask.bytes) == ask.signature;
                ask.answer(if is_good { SignatureCheck::Valid } else { SignatureCheck::Invalid })
            }
            Step::Commit(ask) => {
                if self.fails("Commit") {
                    return Ok(ask.unavailable());
                }
                let committed = self.commit(&ask);
                ask.answer(committed)
            }
            Step::Done(outcome) => return Err(outcome),
        })
    }

    fn is_known_by(name: &str, account: &Account, typed: &Identifier) -> bool {
        let by_name = |typed: &UserName| typed.normalised() == name;
        let by_mobile = |typed: &Mobile| account.mobile.as_ref() == Some(typed);
        let by_email = |typed: &EmailAddress| account.email.as_ref() == Some(typed);
        match typed {
            Identifier::UserName(typed) => by_name(typed),
            Identifier::Mobile(typed) => by_mobile(typed),
            Identifier::Email(typed) => by_email(typed),
            Identifier::Any(typed) => {
                by_name(typed)
                    || Mobile::new(typed.as_str()).is_ok_and(|typed| by_mobile(&typed))
                    || EmailAddress::new(typed.as_str()).is_ok_and(|typed| by_email(&typed))
            }
        }
    }

    /// Writes all of it or nothing.
    pub fn commit(&mut self, commit: &Commit) -> Committed {
        let before = self.clone();
        let committed = self.apply(commit);
        if committed != Committed::Done {
            *self = before;
        }
        committed
    }

    fn apply(&mut self, commit: &Commit) -> Committed {
        if let Some(claim) = commit.claim
            && self.claims.insert(claim.id, claim.keep_until).is_some()
        {
            return Committed::Replayed;
        }
        let found = self.accounts.iter_mut().find(|(_, account)| Some(account.id) == commit.account);
        let mut account = found.map(|(_, account)| account);
        if let Some(expected) = commit.expected
            && !account.as_ref().is_some_and(|account| {
                account.revision == expected && account.status == AccountStatus::Active
            })
        {
            return Committed::Changed;
        }
        for write in &commit.writes {
            match write {
                Write::RecordSkip { budget } => {
                    let password = account.as_mut().unwrap().password.as_mut().unwrap();
                    if password.skips_used >= *budget {
                        return Committed::Refused(CommitRefusal::SkipsSpent);
                    }
                    password.skips_used += 1;
                }
                Write::OpenSession(record) => {
                    self.sessions.insert(record.session, *record);
                }
                Write::StorePassword { new_password, changed_at } => {
                    let account = account.as_mut().unwrap();
                    account.password = Some(Password::new(new_password.clone(), *changed_at));
                    account.revision = account.revision.next();
                }
                Write::UseTotpStep { step } => {
                    let account = account.as_mut().unwrap();
                    let totp = account.totp.clone().unwrap();
                    if totp.last_used_step().is_some_and(|used| used >= *step) {
                        return Committed::Refused(CommitRefusal::TotpStepUsed);
                    }
                    account.totp = Some(totp.with_last_used_step(Some(*step)));
                }
                Write::RotateSession { session, expected_generation } => {
                    let record = self.sessions.get_mut(session).unwrap();
                    if self.ended.contains(session) {
                        return Committed::Refused(CommitRefusal::SessionEnded);
                    }
                    if record.generation != *expected_generation {
                        return Committed::Refused(CommitRefusal::SessionRotated);
                    }
                    record.generation += 1;
                }
                Write::RenewSession { session, auth_time, revision } => {
                    if self.ended.contains(session) {
                        return Committed::Refused(CommitRefusal::SessionEnded);
                    }
                    let record = self.sessions.get_mut(session).unwrap();
                    (record.auth_time, record.revision) = (*auth_time, *revision);
                }
                Write::EndSessions(which) => {
                    let of_account =
                        self.sessions.values().filter(|record| Some(record.account) == commit.account);
                    let ended = of_account.map(|record| record.session).filter(|session| match which {
                        EndSessions::All => true,
                        EndSessions::AllBut(kept) => session != kept,
                        EndSessions::One(one) => session == one,
                    });
                    self.ended.extend(ended);
                }
                Write::StoreCode { key, code, budget } => {
                    match budget.spend(self.sends.get(&budget.slot).copied()) {
                        Ok(record) => self.sends.insert(budget.slot, record),
                        Err(refusal) => return Committed::Refused(refusal),
                    };
                    self.codes.insert(*key, code.clone());
                }
            }
        }
        Committed::Done
    }

    /// Changes an account as an administrator would: with a new revision.
    pub fn change(&mut self, name: &str, change: impl FnOnce(&mut Account)) {
        let account = self.account(name);
        change(account);
        account.revision = Revision::new(account.revision.as_u64() + 1);
    }
}

impl Answer {
    pub fn parts(&self) -> (u16, Value) {
        (self.status, self.body.clone())
    }
}
