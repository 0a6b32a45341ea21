//! Every call of the family over a host in memory that answers by a plan, and what must hold of every request whatever it is.

use arbitrary::{Arbitrary, Unstructured};
use authflow::{
    Account, AccountId, AccountStatus, Application, Applications, ClientId, CodePurpose, Config, Dialect,
    EmailAddress, Engine, Entropy, Factor, FactorSet, Mobile, Moment, Password, Revision, Secret, SessionId,
    Step, Timestamp, TokenId, Totp, TotpAlgorithm, UserName,
    policy::{Ageing, AttemptRecord, PasswordRefusal, Policy, SendRecord},
    sdk::{Api, Request, openapi},
    step::{
        Access, AttemptSlot, Captcha, CodeKey, Commit, CommitRefusal, Committed, CredentialOwner, Delivery,
        Judgement, PasswordMatch, SendSlot, SessionRecord, StoredCode, Write,
    },
    token::{Issuer, Key, KeyRing},
};
use serde_json::{Value, json};
use std::{
    collections::{BTreeMap, BTreeSet},
    sync::LazyLock,
};

const CLIENT_ID: &str = "nTo1eRIub60vPb54WeE6aojPwYwImtl4";
const PASSWORD: &str = "Correct-Horse-7";
const NEW_PASSWORD: &str = "Battery-Staple-8";
const MOBILE: &str = "+86-13800000000";
const EMAIL: &str = "mona@example.com";
const FINGERPRINT: &str = "156aysdna213sac";
const START: Timestamp = Timestamp::from_unix(1_700_000_000);
/// The most questions that a request asks.
const MOST_QUESTIONS: usize = 12;

static DOCUMENT: LazyLock<Value> = LazyLock::new(openapi);

/// One request: which call, what it says of each thing, and how the host answers.
#[derive(Arbitrary, Debug)]
pub struct Deed {
    call: u8,
    body: u8,
    token: u8,
    seconds_later: u16,
    answers: [u8; 8],
}

/// What the world begins with.
#[derive(Arbitrary, Debug)]
pub struct Beginning {
    enrolled: u8,
    dialect: u8,
    age_days: u8,
    has_password: bool,
    rotates: bool,
}

struct World {
    api: Api,
    now: Timestamp,
    requests: u64,
    account: Account,
    attempts: BTreeMap<AttemptSlot, AttemptRecord>,
    sends: BTreeMap<SendSlot, SendRecord>,
    codes: BTreeMap<CodeKey, StoredCode>,
    claims: BTreeSet<TokenId>,
    sessions: BTreeMap<SessionId, SessionRecord>,
    ended: BTreeSet<SessionId>,
    /// Every token and code there has been.
    tokens: Vec<String>,
    codes_sent: Vec<String>,
}

/// What the host did in one request.
#[derive(Default)]
struct Deeds {
    asked: Vec<&'static str>,
    failed: bool,
    committed: Option<Vec<Write>>,
    saw_open_session: bool,
}

/// Runs a life of requests.
pub fn run(u: &mut Unstructured<'_>) -> arbitrary::Result<()> {
    let mut world = World::new(&u.arbitrary()?);
    for _ in 0..u.int_in_range(1..=12)? {
        let deed: Deed = u.arbitrary()?;
        world.send(&deed);
    }
    Ok(())
}

impl World {
    fn new(beginning: &Beginning) -> Self {
        let all = [Factor::Password, Factor::Sms, Factor::Email];
        let policy = Policy {
            ageing: Ageing::new(90, 14, 2).ok(),
            first_factors: all.into_iter().collect(),
            rotate_session_tokens: beginning.rotates,
            ..Policy::default()
        };
        let dialects = [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess];
        let application = Application {
            policy,
            dialect: dialects[usize::from(beginning.dialect) % 3],
            ..Application::new(ClientId::new(CLIENT_ID).unwrap())
        };
        let ring = KeyRing::new(Key::without_id([7; 32]).unwrap());
        let issuer = Issuer::new("https://id.example.com").unwrap();
        let engine = Engine::new(Config::new(issuer, ring, Applications::Fixed(vec![application]))).unwrap();
        let mut account = Account::new(AccountId::new("id-mona").unwrap(), Revision::new(1));
        account.user_name = UserName::new("mona").ok();
        account.mobile = Mobile::new(MOBILE).ok();
        account.email = EmailAddress::new(EMAIL).ok();
        account.totp = Totp::new([7; 20], TotpAlgorithm::Sha1, 6).ok();
        account.enrolled = crate::values::factors(beginning.enrolled & 0b1110);
        let set_at = START.minus_seconds(u64::from(beginning.age_days % 100) * 86_400);
        account.password = beginning.has_password.then(|| Password::new(Secret::new(PASSWORD), set_at));
        Self {
            api: Api::new(engine),
            now: START,
            requests: 0,
            account,
            attempts: BTreeMap::new(),
            sends: BTreeMap::new(),
            codes: BTreeMap::new(),
            claims: BTreeSet::new(),
            sessions: BTreeMap::new(),
            ended: BTreeSet::new(),
            tokens: Vec::new(),
            codes_sent: Vec::new(),
        }
    }

    fn send(&mut self, deed: &Deed) {
        self.now = self.now.plus_seconds(u64::from(deed.seconds_later % 1000));
        self.requests += 1;
        let calls: Vec<_> = DOCUMENT["paths"].as_object().unwrap().iter().collect();
        let (path, methods) = calls[usize::from(deed.call) % calls.len()];
        let (method, described) = methods.as_object().unwrap().iter().next().unwrap();
        let headers = self.headers(deed, path);
        let body =
            if described["requestBody"].is_null() { String::new() } else { self.body(deed).to_string() };
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.requests.to_be_bytes());
        let moment = Moment::new(self.now, Entropy::from_bytes(entropy));
        let method = method.to_ascii_uppercase();
        let request = Request { method: &method, path, headers: &headers, body: body.as_bytes() };

        let mut deeds = Deeds::default();
        let mut step = self.api.handle(&request, moment);
        let outcome = loop {
            self.check_printed(&format!("{step:?}"));
            assert!(deeds.asked.len() <= MOST_QUESTIONS, "{:?}", deeds.asked);
            let planned = deed.answers[deeds.asked.len() % deed.answers.len()];
            step = match step {
                Step::Done(outcome) => break outcome,
                step => self.answer(step, planned, &mut deeds),
            };
        };
        let reply = self.api.reply(&outcome);
        assert_eq!(
            reply.status() == 500,
            deeds.failed,
            "busy, and only then, when the host failed: {:?}",
            deeds.asked
        );
        let body = check_reply(described, reply.status(), reply.body());
        self.check_deeds(&deeds, &body);
        for name in ["state_token", "session_token", "id_token", "sso_ticket"] {
            if let Some(token) = body[name].as_str() {
                self.tokens.push(token.into());
                self.check_printed(&format!("{outcome:?}"));
            }
        }
    }

    fn headers(&self, deed: &Deed, path: &str) -> Vec<(&'static str, String)> {
        let latest = |prefix: fn(&str) -> bool| {
            let of_kind: Vec<_> = self.tokens.iter().filter(|token| prefix(token)).collect();
            // Mostly the latest one, and now and then any.
            let at =
                of_kind.len().saturating_sub(1 + usize::from(deed.token & 3) * usize::from(deed.token >> 6));
            of_kind.get(at).map_or("nonsense".into(), |token| token.to_string())
        };
        let fingerprint = if deed.token & 0x3C == 0x3C { "another" } else { FINGERPRINT };
        let mut headers = vec![
            ("X-operating-sys-version", "Android 10".into()),
            ("X-device-fingerprint", fingerprint.into()),
            ("X-agent", "fuzz".into()),
            ("X-client-id", CLIENT_ID.into()),
            ("Content-Type", "application/json".into()),
            ("X-session-token", latest(|token| token.starts_with("LGT"))),
        ];
        let jwt = latest(|token| token.starts_with("eyJ"));
        if path.contains("/tenant/") {
            headers.push(("Authorization", "Bearer credential".into()));
        } else {
            headers.push(("Authorization", format!("Bearer {jwt}")));
        }
        let is_first = path.contains("/login") || path.ends_with("/send") && deed.body & 1 == 0;
        if !is_first {
            headers.push(("X-state-token", jwt));
        }
        headers
    }

    /// A body with every member that any call takes.
    fn body(&self, deed: &Deed) -> Value {
        let code = match deed.body >> 6 {
            0 => self.account.totp.as_ref().unwrap().code(Totp::step_at(self.now)).expose().into(),
            1 => "000000".into(),
            _ => self.codes_sent.last().cloned().unwrap_or_default(),
        };
        let types = [
            "LOGIN_SMS",
            "MFA_AUTH_SMS",
            "CHANGE_PWD_SMS",
            "FORGET_PWD_SMS",
            "UPDATE_PWD_SMS",
            "MFA_AUTH_EMS",
            "CHANGE_PWD_EMS",
            "LOGIN_EMS",
        ];
        let present = self.account.password.as_ref().map_or(PASSWORD, |password| password.verifier.expose());
        let rather = if present == PASSWORD { NEW_PASSWORD } else { PASSWORD };
        let wrong = deed.body & 0x30 == 0x30;
        let of_kind = |prefix: &str| self.tokens.iter().rfind(|token| token.starts_with(prefix)).cloned();
        json!({
            "user_name": "mona",
            "mobile": if wrong { "+86-19900000000" } else { MOBILE },
            "email": EMAIL,
            "password": if wrong { "wrong-password" } else if deed.body & 2 == 0 { present } else { rather },
            "old_password": if wrong { "wrong-password" } else { present },
            "new_password": rather,
            "verify_code": code,
            "type": types[usize::from(deed.body >> 1) % types.len()],
            "session_token": of_kind("LGT").unwrap_or_default(),
            "sso_ticket": of_kind("ssoTicket-").unwrap_or_default(),
            "operating_sys_version": "Android 10",
            "device_fingerprint": FINGERPRINT,
            "agent": "fuzz",
        })
    }

    fn answer(&mut self, step: Step, planned: u8, deeds: &mut Deeds) -> Step {
        // One in sixteen is no answer at all, and one in sixteen the answer that ends the matter.
        let (is_down, says_no) = (planned & 15 == 15, planned & 15 == 14);
        assert!(
            deeds.committed.is_none() || matches!(step, Step::Deliver(_) | Step::SignBytes(_)),
            "the write is the last thing that can fail: {step:?}",
        );
        macro_rules! asked {
            ($ask:ident, $name:literal, $answer:expr) => {{
                deeds.asked.push($name);
                if is_down {
                    deeds.failed = true;
                    $ask.unavailable()
                } else {
                    let answer = $answer;
                    $ask.answer(answer)
                }
            }};
        }
        match step {
            Step::FindAccount(ask) => asked!(ask, "FindAccount", (!says_no).then(|| self.account.clone())),
            Step::ReserveAttempt(ask) => asked!(ask, "ReserveAttempt", {
                let reservation = ask.reserve(self.attempts.get(&ask.slot).cloned());
                self.attempts.insert(ask.slot, reservation.record());
                reservation
            }),
            Step::VerifyPassword(ask) => asked!(ask, "VerifyPassword", {
                let matches =
                    ask.verifier.as_ref().is_some_and(|known| known.expose() == ask.presented.expose());
                if matches { PasswordMatch::Matches } else { PasswordMatch::Differs }
            }),
            Step::SettleAttempt(ask) => asked!(ask, "SettleAttempt", {
                let record = ask.settle(self.attempts.get(&ask.slot).cloned());
                self.attempts.insert(ask.slot, record);
            }),
            Step::DecideAccess(ask) => {
                asked!(ask, "DecideAccess", if says_no { Access::Deny } else { Access::Allow })
            }
            Step::JudgePassword(ask) => asked!(ask, "JudgePassword", {
                if says_no { Judgement::Refused(PasswordRefusal::Reused) } else { Judgement::Accepted }
            }),
            Step::LoadCode(ask) => {
                asked!(ask, "LoadCode", self.codes.get(&ask.key).cloned().filter(|_| !says_no))
            }
            Step::CheckSession(ask) => asked!(ask, "CheckSession", {
                let record = self.sessions.get(&ask.session).copied();
                let record = record.filter(|_| !says_no && !self.ended.contains(&ask.session));
                deeds.saw_open_session = record.is_some_and(|record| ask.is_open(&record));
                record
            }),
            Step::VerifyTenantCredential(ask) => asked!(ask, "VerifyTenantCredential", {
                let client_id = ClientId::new(CLIENT_ID).unwrap();
                if says_no { CredentialOwner::Nobody } else { CredentialOwner::Application(client_id) }
            }),
            Step::JudgeCaptcha(ask) => {
                asked!(ask, "JudgeCaptcha", if says_no { Captcha::Failed } else { Captcha::Passed })
            }
            Step::Deliver(ask) => asked!(ask, "Deliver", {
                assert!(!ask.decoy || ask.purpose != CodePurpose::SecondFactor || deeds.committed.is_some());
                if !ask.decoy {
                    self.codes_sent.push(ask.code.expose().into());
                }
                if says_no { Delivery::NotDelivered } else { Delivery::Delivered }
            }),
            Step::Commit(ask) => asked!(ask, "Commit", {
                let committed = if says_no { Committed::Changed } else { self.commit(&ask) };
                if committed == Committed::Done {
                    deeds.committed = Some(ask.writes.clone());
                }
                // An end expects nothing, so nothing can have changed. (A decoy does not either, and must not show it.)
                let is_end = ask.writes.iter().any(|write| matches!(write, Write::EndSessions(_)));
                deeds.failed |= says_no && ask.expected.is_none() && is_end;
                committed
            }),
            other => panic!("not asked with a fixed list and keys of the ring: {other:?}"),
        }
    }

    fn commit(&mut self, commit: &Commit) -> Committed {
        if commit.claim.is_some_and(|claim| self.claims.contains(&claim.id)) {
            return Committed::Replayed;
        }
        let before = self.account.clone();
        if commit
            .expected
            .is_some_and(|expected| expected != before.revision || before.status != AccountStatus::Active)
        {
            return Committed::Changed;
        }
        let (sessions, ended) = (self.sessions.clone(), self.ended.clone());
        let (sends, codes) = (self.sends.clone(), self.codes.clone());
        for write in &commit.writes {
            if let Err(refusal) = self.apply(write) {
                (self.account, self.sessions, self.ended) = (before, sessions, ended);
                (self.sends, self.codes) = (sends, codes);
                return Committed::Refused(refusal);
            }
        }
        self.claims.extend(commit.claim.map(|claim| claim.id));
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
                self.account.password = Some(Password::new(new_password.clone(), *changed_at));
                self.account.revision = self.account.revision.next();
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
            Write::RotateSession { session, expected_generation } => {
                let record = self.sessions.get_mut(session).unwrap();
                if self.ended.contains(session) {
                    return Err(CommitRefusal::SessionEnded);
                }
                if record.generation != *expected_generation {
                    return Err(CommitRefusal::SessionRotated);
                }
                record.generation += 1;
            }
            Write::RenewSession { session, auth_time, revision } => {
                if self.ended.contains(session) {
                    return Err(CommitRefusal::SessionEnded);
                }
                let record = self.sessions.get_mut(session).unwrap();
                (record.auth_time, record.revision) = (*auth_time, *revision);
            }
            Write::EndSessions(which) => {
                use authflow::step::EndSessions;
                self.ended.extend(self.sessions.keys().filter(|session| match which {
                    EndSessions::All => true,
                    EndSessions::AllBut(kept) => *session != kept,
                    EndSessions::One(one) => *session == one,
                }));
            }
            Write::StoreCode { key, code, budget } => {
                let sent = budget.spend(self.sends.get(&budget.slot).copied())?;
                self.sends.insert(budget.slot, sent);
                self.codes.insert(*key, code.clone());
            }
        }
        Ok(())
    }

    /// What a reply gives must have been written, or read.
    fn check_deeds(&self, deeds: &Deeds, body: &Value) {
        let wrote = |wanted: fn(&Write) -> bool| {
            deeds.committed.as_ref().is_some_and(|writes| writes.iter().any(wanted))
        };
        if body["status"] == "SUCCESS" {
            assert!(wrote(|write| matches!(write, Write::OpenSession(_))), "a session that is not stored");
            let Some(Write::OpenSession(record)) = deeds.committed.as_ref().unwrap().last() else { panic!() };
            assert_eq!(record.revision, self.account.revision, "a session of another revision");
            let asked_for = !self.account.enrolled.is_empty();
            assert!(!asked_for || record.factors.len() >= 2, "a second factor was not proved: {record:?}");
            let first = FactorSet::EMPTY.with(Factor::Totp);
            assert!(!record.factors.without(first).is_empty(), "a one-time password alone");
        } else if body["session_token"].is_string()
            || body["sso_ticket"].is_string()
            || body["id"].is_string()
        {
            assert!(deeds.saw_open_session, "without a session that lives");
        } else {
            assert!(!wrote(|write| matches!(write, Write::OpenSession(_))), "a session that nobody gets");
        }
    }

    fn check_printed(&self, printed: &str) {
        for secret in [PASSWORD, NEW_PASSWORD, FINGERPRINT, EMAIL, MOBILE] {
            assert!(!printed.contains(secret), "printed: {secret}");
        }
        for token in &self.tokens {
            assert!(!printed.contains(token.as_str()), "a token is printed");
        }
    }
}

/// A reply is one that the document describes: its members, and no others.
fn check_reply(described: &Value, status: u16, body: &[u8]) -> Value {
    let answer = &described["responses"][status.to_string()];
    assert!(answer.is_object(), "{status} is not described");
    let Some(reference) = answer["content"]["application/json"]["schema"]["$ref"].as_str() else {
        assert!(body.is_empty(), "a body that is not described");
        return Value::Null;
    };
    let schema = DOCUMENT.pointer(reference.trim_start_matches('#')).unwrap();
    let body: Value = serde_json::from_slice(body).unwrap();
    for required in schema["required"].as_array().unwrap() {
        assert!(!body[required.as_str().unwrap()].is_null(), "{required} is missing: {body}");
    }
    for (name, value) in body.as_object().unwrap() {
        let expected =
            schema["properties"][name]["type"].as_str().unwrap_or_else(|| panic!("{name} is not described"));
        let is_right = match expected {
            "string" => value.is_string(),
            "integer" => value.is_u64(),
            "boolean" => value.is_boolean(),
            other => panic!("no check for {other}"),
        };
        assert!(is_right, "{name}: {value}");
    }
    body
}
