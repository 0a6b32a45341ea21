//! A host in memory that answers by a plan, and what must hold of every reply it sees.

use crate::{
    keys::{NOW, RINGS},
    model::{self, HeaderList},
    scenario::{Request, Scenario, credentials},
};
use authflow::{
    Account, AccountId, AccountStatus, Application, Applications, ClientId, Config, Engine, Entropy, Factor,
    FactorSet, Moment, MustChange, Outcome, Password, Revision, Secret, SessionId, Step, TenantId, Timestamp,
    TokenId,
    device::{Header, Language},
    policy::{Ageing, AttemptRecord, Binding, Bindings, Policy},
    sdk,
    step::{
        Access, AccountKey, AttemptSlot, Commit, CommitRefusal, Committed, Liveness, PasswordMatch,
        SessionRecord, Write,
    },
    token::Issuer,
};
use serde_json::{Map, Value};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

/// The one right password.
pub const PASSWORD: &str = "Correct-Horse-7";
/// An ISV application, an ordinary one, and one that nobody registered.
pub const APPLICATIONS: [&str; 3] =
    ["DRrYIqauawN0I8myTMoDTPys6ezGZxnm", "nTo1eRIub60vPb54WeE6aojPwYwImtl4", "unregistered"];
/// The tenant of the ISV application.
pub const TENANT: &str = "08f770f51f80d2f40f38c00cb199fd21";
/// Everybody who has an account, and somebody who has none.
pub const USERS: [&str; 8] = ["alice", "erin", "victor", "frank", "dora", "nora", "tina", "nobody"];

/// The most steps that a request takes.
const MOST_STEPS: usize = 16;
const DAY: u64 = 86_400;

/// Answers by a plan: each question takes a byte of it. `u` is no answer at all, `n` the answer that ends the matter,
/// `x` a contradiction or another refusal, and every other byte (and what comes after the plan) an honest answer.
struct World<'a> {
    plan: std::slice::Iter<'a, u8>,
    now: Timestamp,
    requests: u8,
    accounts: BTreeMap<&'static str, Account>,
    attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    claims: BTreeSet<TokenId>,
    sessions: BTreeMap<SessionId, (AccountId, SessionRecord)>,
    issued: Issued,
}

/// Every token handed out, oldest first, and the state tokens that have been used up.
#[derive(Default)]
struct Issued {
    state: Vec<String>,
    /// To whom each state token was handed out, and when.
    holders: BTreeMap<String, (Holder, Timestamp)>,
    spent: BTreeSet<String>,
    session: Vec<String>,
    id: Vec<String>,
}

/// What a client must say again to go on with a login: the login result, application, tenant, fingerprint and, where the
/// application binds it, operating system.
type Holder = (&'static str, [Option<String>; 4]);

/// What the host did in one request.
#[derive(Debug, Default, PartialEq)]
struct Deeds {
    asked: Vec<&'static str>,
    /// A question went without an answer, or got a contradicting one.
    failed: bool,
    /// The password was compared with an active account's own, and is it.
    proved: bool,
    allowed: bool,
    live: bool,
    committed: bool,
}

/// A reply.
#[derive(Debug, PartialEq)]
struct Answer {
    status: u16,
    body: Vec<u8>,
    deeds: Deeds,
}

/// Runs a scenario twice: everything that must hold does, and the second run is the first.
pub fn run(scenario: &Scenario) {
    let transcript = || {
        let mut world = World::new(&scenario.plan);
        scenario.requests.iter().map(|request| world.send(request)).collect::<Vec<_>>()
    };
    assert_eq!(transcript(), transcript(), "the same requests, moments and answers replay to the same bytes");
}

static API: LazyLock<sdk::Api> = LazyLock::new(|| {
    let policy = Policy { ageing: Ageing::new(90, 14, 1).ok(), ..Policy::default() };
    let bindings = Bindings { ip: Binding::Log, os: Binding::Refuse, agent: Binding::Ignore };
    let [isv, ordinary, _] = APPLICATIONS.map(|client_id| ClientId::new(client_id).unwrap());
    let applications = vec![
        Application {
            policy: Policy { bindings, ..policy },
            ..Application::isv(isv, [TenantId::new(TENANT).unwrap()])
        },
        Application { policy, ..Application::new(ordinary) },
    ];
    let issuer = Issuer::new("https://id.example.com").unwrap();
    let config = Config::new(issuer, RINGS[1].clone(), Applications::Fixed(applications));
    sdk::Api::new(Engine::new(config).unwrap())
});

fn accounts() -> BTreeMap<&'static str, Account> {
    let mut accounts = BTreeMap::new();
    for (name, age) in
        [("alice", 1), ("erin", 85), ("victor", 90), ("frank", 1), ("dora", 1), ("nora", 1), ("tina", 1)]
    {
        let mut account = Account::new(AccountId::new(&format!("id-{name}")).unwrap(), Revision::new(1));
        let mut password = Password::new(Secret::new(PASSWORD), NOW.minus_seconds(age * DAY));
        match name {
            "frank" => password.must_change = Some(MustChange::FirstLogin),
            "dora" => account.status = AccountStatus::Disabled,
            "tina" => account.enrolled = FactorSet::EMPTY.with(Factor::Totp),
            _ => {}
        }
        account.password = (name != "nora").then_some(password);
        accounts.insert(name, account);
    }
    accounts
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
        let headers: Vec<_> =
            request.headers.iter().map(|(name, value)| (name.clone(), self.issued.fill_in(value))).collect();
        let given = Given { request, headers: &headers, may_print: may_print_password(request) };

        let moment = Moment::new(self.now, Entropy::from_bytes([self.requests; 32]));
        let Request { method, path, body, .. } = request;
        let step = API.handle(&sdk::Request { method, path, headers: &headers, body }, moment);
        let mut deeds = Deeds::default();
        let outcome = self.answer_all(step, &given, &mut deeds);

        let reply = API.reply(&outcome);
        given.check_printed(&outcome);
        assert!(reply.headers().any(|header| header == ("cache-control", "no-store")));
        assert_eq!(reply.status() == 405, reply.headers().any(|(name, _)| name == "allow"));
        let answer = Answer { status: reply.status(), body: reply.into_body(), deeds };
        let Ok(Value::Object(body)) = serde_json::from_slice(&answer.body) else { panic!("no JSON object") };
        self.check(&given, &answer, &body);
        if let Some(state_token) = body.get("state_token").and_then(Value::as_str) {
            let status = ["PASSWORD_WARN", "PASSWORD_EXPIRED", "MFA_AUTH"]
                .into_iter()
                .find(|it| body["status"] == *it);
            self.issued.holders.insert(state_token.into(), (given.holder(status.unwrap()), self.now));
        }
        self.issued.keep(&body, &outcome);
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
                    given.check_identifier(&ask.key);
                    let named = self.accounts.iter().find(|(name, account)| match &ask.key {
                        AccountKey::Identifier(typed) => typed.normalised() == **name,
                        AccountKey::Id(id) => *id == account.id,
                    });
                    let mut answer = named.map(|(_, account)| account.clone()).filter(|_| planned != b'n');
                    if let Some(account) = &mut answer {
                        account.tenant = ask.audience.tenant;
                        if planned == b'x' {
                            account.tenant = TenantId::new("another").ok();
                            deeds.failed = true;
                        }
                    }
                    found = answer.clone();
                    answer
                }),
                Step::ReserveAttempt(ask) => asked!(ask, "ReserveAttempt", {
                    let reservation = ask.reserve(self.attempts.get(&ask.slot).copied());
                    self.attempts.insert(ask.slot, reservation.record());
                    reservation
                }),
                Step::VerifyPassword(ask) => asked!(ask, "VerifyPassword", {
                    given.check_password(&ask.presented);
                    match &ask.verifier {
                        Some(verifier) => {
                            let active =
                                found.as_ref().is_some_and(|it: &Account| it.status == AccountStatus::Active);
                            assert!(active, "a verifier of nobody who may sign in");
                            deeds.proved = verifier.expose() == ask.presented.expose();
                            if deeds.proved { PasswordMatch::Matches } else { PasswordMatch::Differs }
                        }
                        // Without a verifier a careless host might say anything.
                        None if planned == b'n' => PasswordMatch::Differs,
                        None => PasswordMatch::Matches,
                    }
                }),
                Step::SettleAttempt(ask) => asked!(ask, "SettleAttempt", {
                    let record = ask.settle(self.attempts.get(&ask.slot).copied());
                    self.attempts.insert(ask.slot, record);
                }),
                Step::DecideAccess(ask) => asked!(ask, "DecideAccess", {
                    deeds.allowed = planned != b'n';
                    if deeds.allowed { Access::Allow } else { Access::Deny }
                }),
                Step::CheckSession(ask) => asked!(ask, "CheckSession", {
                    let kept = self.sessions.get(&ask.session);
                    let lives =
                        kept.is_some_and(|(id, record)| *id == ask.account && ask.now < record.expires_at);
                    deeds.live = lives && planned != b'n';
                    if deeds.live { Liveness::Live } else { Liveness::Ended }
                }),
                Step::Commit(ask) => asked!(ask, "Commit", {
                    let committed = match planned {
                        b'n' => Committed::Replayed,
                        b'x' => Committed::Changed,
                        _ => self.commit(&ask),
                    };
                    deeds.committed = committed == Committed::Done;
                    // Only what is claimed can have been claimed before.
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
            return Committed::Replayed;
        }
        let account = self.accounts.values_mut().find(|account| account.id == commit.account).unwrap();
        assert_eq!(account.status, AccountStatus::Active);
        assert_eq!(account.revision, commit.expected);
        for write in &commit.writes {
            match write {
                Write::RecordSkip { budget } => {
                    let password = account.password.as_mut().unwrap();
                    if password.skips_used >= *budget {
                        return Committed::Refused(CommitRefusal::SkipsSpent);
                    }
                    password.skips_used += 1;
                }
                Write::OpenSession(record) => {
                    let before = self.sessions.insert(record.session, (commit.account, *record));
                    assert!(before.is_none(), "a session id drawn twice");
                }
                other => panic!("no call writes {other:?}"),
            }
        }
        self.claims.extend(commit.claim.map(|claim| claim.id));
        Committed::Done
    }

    /// What must hold of every reply.
    fn check(&mut self, given: &Given<'_>, answer: &Answer, body: &Map<String, Value>) {
        let Answer { status, deeds, .. } = answer;
        let names: Vec<_> = body.keys().map(String::as_str).collect();
        let text = |name: &str| body.get(name).map_or("", |value| value.as_str().expect("a text"));
        if *status != 200 {
            assert!(matches!(status, 400 | 404 | 405 | 500), "{status}");
            assert_eq!(names, ["error_code", "error_msg"]);
            assert!(text("error_code").starts_with("IDAAS.") && !text("error_msg").is_empty());
            assert_eq!(text("error_msg").is_ascii(), model::language(given.headers) == Language::En);
        }
        assert_eq!(*status == 500, deeds.failed, "busy, and only then, when the host failed: {deeds:?}");

        let path = given.request.path.split('?').next().unwrap();
        let methods: &[&str] = match path {
            "/api/v2/sdk/login" => &["POST"],
            "/api/v2/sdk/pwd/skip-update" => &["GET", "POST"],
            "/api/v2/sdk/pwd/check-exist" => &["GET"],
            _ => &[],
        };
        if !methods.contains(&&*given.request.method) {
            assert_eq!(*status, if methods.is_empty() { 404 } else { 405 });
            assert!(deeds.asked.is_empty());
            return;
        }
        assert!(!matches!(status, 404 | 405));

        // Device before client id before application; nothing is asked for any of them.
        let refused_for = if model::judge(given.headers).is_none() {
            let of_device = model::faults(given.headers).keys().any(|header| *header != Header::ClientId);
            Some(if of_device { "IDAAS.SDK.PARAM.0001" } else { "IDAAS.SDK.PARAM.0002" })
        } else {
            let tenant = model::value(given.headers, Header::TenantId).ok();
            let known = match model::value(given.headers, Header::ClientId) {
                Ok(client_id) if client_id == APPLICATIONS[0] => tenant == Some(TENANT),
                Ok(client_id) => client_id == APPLICATIONS[1],
                Err(_) => false,
            };
            (!known).then_some("IDAAS.SDK.PARAM.0003")
        };
        if let Some(code) = refused_for {
            assert_eq!((*status, text("error_code")), (400, code));
            assert!(deeds.asked.is_empty());
            return;
        }

        let signs_in = path == "/api/v2/sdk/login";
        if signs_in && given.has_good_credentials() {
            assert_eq!(deeds.asked.first(), Some(&"FindAccount"), "good credentials are looked up");
        }
        let state_token = model::value(given.headers, Header::StateToken).unwrap_or_default();
        let presented = self.issued.holders.contains_key(state_token);
        if deeds.asked.contains(&"VerifyPassword") && !deeds.proved && !deeds.failed {
            // Whatever was wrong, an outsider sees one thing.
            assert_eq!((*status, text("error_code")), (400, "IDAAS.SDK.LOGIN.0001"));
            assert_eq!(deeds.asked, ["FindAccount", "ReserveAttempt", "VerifyPassword"]);
        }
        match (*status, text("status")) {
            (200, "SUCCESS") => {
                assert_eq!(names, ["expire", "id_token", "session_token", "status"]);
                assert!(deeds.allowed && deeds.committed);
                assert!(text("session_token").starts_with("LGT"));
                if signs_in {
                    assert!(deeds.proved, "a session without the right password");
                } else {
                    let (holder, since) =
                        self.issued.holders.get(state_token).expect("a state token of ours");
                    assert_eq!(*holder, given.holder("PASSWORD_WARN"), "somebody else's state token");
                    assert!(self.now.seconds_since(*since) < 600, "an expired state token");
                    assert!(self.issued.spent.insert(state_token.into()), "a state token used twice");
                }
            }
            (200, "PASSWORD_WARN" | "PASSWORD_EXPIRED") => {
                assert_eq!(names, ["data", "state_token", "status"]);
                assert!(signs_in && deeds.proved && deeds.allowed && !deeds.committed);
            }
            (200, "MFA_AUTH") => {
                assert_eq!(names, ["state_token", "status"]);
                assert!(signs_in && deeds.proved && deeds.allowed && !deeds.committed);
            }
            (200, "ACCESS_DENIED") => {
                assert_eq!(names, ["status"]);
                assert!(deeds.proved || presented, "denied before anything was proved");
                assert!(!deeds.committed);
            }
            (200, _) => {
                assert_eq!((path, &*names), ("/api/v2/sdk/pwd/check-exist", &["is_set_pwd"][..]));
                assert!(deeds.live && body["is_set_pwd"].is_boolean());
                let bearer = model::value(given.headers, Header::Authorization).unwrap();
                assert!(self.issued.id.iter().any(|issued| bearer.ends_with(issued.as_str())));
            }
            _ => assert!(!deeds.committed || deeds.failed, "written, and yet refused"),
        }
    }
}

impl Issued {
    /// A header's value with the latest tokens in their places.
    fn fill_in(&self, value: &[u8]) -> Vec<u8> {
        let mut filled = value.to_vec();
        for (place, issued) in [("{state}", &self.state), ("{id}", &self.id), ("{session}", &self.session)] {
            let found = filled.windows(place.len()).position(|window| window == place.as_bytes());
            if let (Some(at), Some(latest)) = (found, issued.last()) {
                filled.splice(at..at + place.len(), latest.bytes());
            }
        }
        filled
    }

    /// Keeps the tokens of a reply, none of which the outcome prints.
    fn keep(&mut self, body: &Map<String, Value>, outcome: &Outcome) {
        for (name, issued) in [
            ("state_token", &mut self.state),
            ("session_token", &mut self.session),
            ("id_token", &mut self.id),
        ] {
            if let Some(token) = body.get(name).and_then(Value::as_str) {
                assert!(!format!("{outcome:?}").contains(token), "a token is printed");
                assert!(!issued.iter().any(|before| before == token), "a token is issued twice");
                issued.push(token.into());
            }
        }
    }
}

/// A request as it is sent.
struct Given<'a> {
    request: &'a Request,
    headers: &'a HeaderList,
    /// The password stands where things may be printed.
    may_print: bool,
}

fn may_print_password(request: &Request) -> bool {
    let has = |text: &[u8]| text.windows(PASSWORD.len()).any(|window| window == PASSWORD.as_bytes());
    request.headers.iter().any(|(_, value)| has(value))
}

impl Given<'_> {
    fn holder(&self, status: &'static str) -> Holder {
        let said = |header| model::value(self.headers, header).ok().map(String::from);
        let isv = said(Header::ClientId).as_deref() == Some(APPLICATIONS[0]);
        let bound = |header| said(header).filter(|_| isv);
        (
            status,
            [said(Header::ClientId), bound(Header::TenantId), said(Header::Fingerprint), bound(Header::Os)],
        )
    }

    fn check_printed(&self, printed: &impl std::fmt::Debug) {
        assert!(self.may_print || !format!("{printed:?}").contains(PASSWORD), "the password is printed");
    }

    /// A text member of the body, as any reader of JSON finds it.
    fn member(&self, name: &str) -> Option<String> {
        let body: Value = serde_json::from_slice(&self.request.body).ok()?;
        body.get(name)?.as_str().map(String::from)
    }

    fn check_identifier(&self, key: &AccountKey) {
        if let AccountKey::Identifier(typed) = key {
            assert!(self.request.body.len() <= 16 * 1024);
            assert_eq!(Some(typed.as_str()), self.member("user_name").as_deref().map(str::trim));
        }
    }

    fn check_password(&self, presented: &Secret) {
        assert_eq!(Some(presented.expose()), self.member("password").as_deref());
    }

    /// Whether nothing can be wrong with the body of a sign-in.
    fn has_good_credentials(&self) -> bool {
        let (Some(user_name), Some(password)) = (self.member("user_name"), self.member("password")) else {
            return false;
        };
        let trimmed = user_name.trim();
        self.request.body.len() <= 16 * 1024
            && model::value(self.headers, Header::ContentType) == Ok("application/json")
            && (1..=256).contains(&trimmed.len())
            && !trimmed.contains(char::is_control)
            && (1..=1024).contains(&password.len())
            && self.request.body == credentials(&user_name, &password)
    }
}
