//! Every call of the family, over a host in memory that answers by a plan. Checks the properties of every request, whatever it
//! is.

use crate::{
    cast,
    host::{Heard, Host, Manner},
};
use arbitrary::{Arbitrary, Unstructured};
use authflow::testkit::demo;
use authflow::{
    Application, Applications, ClientId, Config, Dialect, Engine, Entropy, Moment, Timestamp,
    account::UserName,
    captcha::CaptchaKind,
    contact::{Channel, EmailAddress, Mobile},
    facade::Request,
    factor::{Factor, FactorSet},
    outcome::Outcome,
    password::Ageing,
    policy::{Policy, Recovery, RetryGrace, SessionTokenForm},
    sdk::{Api, openapi},
    social::{LinkProofs, Unassociated},
    step::{Step, Write},
    token::{Issuer, Key, KeyRing},
};
use serde_json::{Value, json};
use std::sync::LazyLock;

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

/// One request: its call, its values, and the host's answers.
#[derive(Arbitrary, Debug)]
pub struct Deed {
    call: u8,
    body: u8,
    token: u8,
    seconds_later: u16,
    answers: [u8; 8],
}

/// The beginning of a world.
#[derive(Arbitrary, Debug)]
pub struct Beginning {
    /// The enrolled factors. The first bit says whether lost answers are given again.
    enrolled: u8,
    /// The dialect, as a remainder of division by three. The quotient says by which channels passwords are reset.
    dialect: u8,
    age_days: u8,
    has_password: bool,
    rotates: bool,
}

struct World {
    api: Api,
    policy: Policy,
    dialect: Dialect,
    now: Timestamp,
    requests: u64,
    host: Host,
    /// Every token so far.
    tokens: Vec<String>,
    codes_sent: Vec<String>,
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
        let own: FactorSet = [Factor::Password, Factor::Sms, Factor::Email].into_iter().collect();
        let policy = Policy {
            ageing: Ageing::new(90, 14, 2).ok(),
            first_factors: own.with(Factor::Federated),
            unassociated: Unassociated::Bind(LinkProofs::new(own).unwrap()),
            allows_unbound_codes: beginning.enrolled & 2 == 0,
            takes_vouched_mobiles: beginning.enrolled & 4 == 0,
            recovery: Recovery::new(crate::values::factors((beginning.dialect / 3) << 1 & 0b0110)).unwrap(),
            session_token_form: if beginning.age_days.is_multiple_of(2) {
                SessionTokenForm::SelfContained
            } else {
                SessionTokenForm::Reference
            },
            rotate_session_tokens: beginning.rotates,
            refreshes_for_servers: true,
            captcha: CaptchaKind::Picture,
            demands_captcha: beginning.age_days & 64 != 0,
            retry_grace: RetryGrace::try_from(u64::from(beginning.enrolled & 1) * 60).unwrap(),
            ..Policy::default()
        };
        let client_id = ClientId::new(CLIENT_ID).unwrap();
        let dialects = [Dialect::Ciam, Dialect::Eiam, Dialect::OneAccess];
        let dialect = dialects[usize::from(beginning.dialect) % 3];
        let application = Application { policy, dialect, ..Application::new(client_id) };
        let ring = KeyRing::new(Key::without_id(demo::secret(7)).unwrap());
        let issuer = Issuer::new("https://id.example.com").unwrap();
        let mut config = Config::new(issuer, ring, Applications::Fixed(vec![application]));
        config.sealing = Some(demo::sealing_keys());
        let engine = Engine::new(config).unwrap();
        let mut account = cast::bare("id-mona");
        account.user_name = UserName::new("mona").ok();
        account.mobile = Mobile::new(MOBILE).ok();
        account.email = EmailAddress::new(EMAIL).ok();
        let sealed_by = [demo::sealing_keys(), demo::earlier_sealing_keys()];
        account.totp = Some(demo::totp_under(&sealed_by[usize::from(beginning.has_password)], &account));
        account.enrolled = crate::values::factors(beginning.enrolled & 0b1110);
        let set_at = START.minus_seconds(u64::from(beginning.age_days % 100) * 86_400);
        account.password = beginning.has_password.then(|| demo::password(PASSWORD, set_at));
        Self {
            api: Api::new(engine),
            policy,
            dialect,
            now: START,
            requests: 0,
            host: Host { knows_everybody: true, ..Host::new(account, client_id) },
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
        let mut body = self.body(deed);
        if path.ends_with("/social/bind") {
            body.as_object_mut().unwrap().remove(if deed.body & 8 == 0 { "email" } else { "mobile" });
        }
        let body = if described["requestBody"].is_null() { String::new() } else { body.to_string() };
        let mut entropy = [0; 32];
        entropy[..8].copy_from_slice(&self.requests.to_be_bytes());
        let moment = Moment::new(self.now, Entropy::from_bytes(entropy));
        let method = method.to_ascii_uppercase();
        let request = Request { method: &method, path, headers: &headers, body: body.as_bytes(), peer: None };

        let step = self.api.handle(&request, moment);
        let outcome = self.answer_all(step, &deed.answers);
        let reply = self.api.reply(&outcome);
        let Heard { asked, failed, .. } = &self.host.heard;
        assert_eq!(reply.status() == 500, *failed, "busy, and only then, when the host failed: {asked:?}");
        let body = check_reply(described, reply.status(), reply.body());
        self.check_deeds(&body);
        self.check_ways(path);
        for name in ["state_token", "session_token", "id_token", "sso_ticket", "captcha_token"] {
            if let Some(token) = body[name].as_str() {
                self.tokens.push(token.into());
                self.check_printed(&format!("{outcome:?}"));
            }
        }
    }

    fn answer_all(&mut self, mut step: Step, plan: &[u8]) -> Outcome {
        self.host.heard = Heard::default();
        loop {
            self.check_printed(&format!("{step:?}"));
            let Heard { asked, committed, .. } = &self.host.heard;
            assert!(asked.len() <= MOST_QUESTIONS, "{asked:?}");
            let may_follow = matches!(step, Step::Deliver(_) | Step::SignBytes(_) | Step::Done(_));
            assert!(committed.is_none() || may_follow, "the write is the last thing that can fail: {step:?}");
            // One answer in sixteen is none at all, and one in sixteen ends the request.
            let manner = match plan[asked.len() % plan.len()] & 15 {
                15 => Manner::Silently,
                14 => Manner::No,
                _ => Manner::Honestly,
            };
            step = match step {
                Step::Done(outcome) => break *outcome,
                step => self.host.answer(step, manner),
            };
            if let Some(sent) = self.host.heard.sent.take() {
                assert!(self.host.heard.committed.is_some(), "what cannot be counted is not sent");
                self.codes_sent.extend((!sent.decoy).then(|| sent.code.expose().into()));
            }
        }
    }

    fn headers(&self, deed: &Deed, path: &str) -> Vec<(&'static str, String)> {
        let latest = |prefix: fn(&str) -> bool| {
            let of_kind: Vec<_> = self.tokens.iter().filter(|token| prefix(token)).collect();
            // Mostly the latest one, and now and then any one.
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
            0 => {
                let step = self.host.account.totp.as_ref().unwrap().step_at(self.now);
                cast::totp_code(&self.host.account, step)
            }
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
            "UPDATE_MOBILE_SMS",
            "BIND_MOBILE_SMS",
            "BIND_EMAIL_EMS",
        ];
        let present =
            self.host.account.password.as_ref().map_or(PASSWORD, |password| password.verifier.expose());
        let rather = if present == PASSWORD { NEW_PASSWORD } else { PASSWORD };
        let wrong = deed.body & 0x30 == 0x30;
        let of_kind = |prefix: &str| self.tokens.iter().rfind(|token| token.starts_with(prefix)).cloned();
        let picture = self
            .host
            .pictures
            .first()
            .map(|id| id.as_bytes().iter().map(|byte| format!("{byte:02x}")).collect::<String>());
        json!({
            "user_name": "mona",
            "mobile": if wrong { "+86-19900000000" } else { MOBILE },
            "email": EMAIL,
            "password": if wrong { "wrong-password" } else if deed.body & 2 == 0 { present } else { rather },
            "old_password": if wrong { "wrong-password" } else { present },
            "new_password": rather,
            "verify_code": code,
            "code": if deed.body & 4 == 0 { "even" } else { "odd" },
            "access_token": if deed.body & 4 == 0 { "even" } else { "odd" },
            "wechat_code": if deed.body & 4 == 0 { "even" } else { "odd" },
            "alipay_encrypt": if deed.body & 4 == 0 { "even" } else { "odd" },
            "social_uid": if deed.body & 4 == 0 { "uid-of-mona" } else { "uid-of-others" },
            "social_type": "weixin",
            "id": "nonsense",
            "type": types[usize::from(deed.body >> 1) % types.len()],
            "session_token": of_kind("LGT").unwrap_or_default(),
            "sso_ticket": of_kind("ssoTicket-").unwrap_or_default(),
            "captcha_token": of_kind("captcha-").unwrap_or_default(),
            "point_json": r#"{"x":237.0,"y":5.0}"#,
            "token": picture.unwrap_or_else(|| "0".repeat(32)),
            "sender": if wrong { "+86-19900000000" } else { MOBILE },
            "operating_sys_version": "Android 10",
            "device_fingerprint": FINGERPRINT,
            "agent": "fuzz",
        })
    }

    /// All that a reply gives must have been written, or read.
    fn check_deeds(&self, body: &Value) {
        let heard = &self.host.heard;
        let wrote = |wanted: fn(&Write) -> bool| {
            heard.committed.as_ref().is_some_and(|writes| writes.iter().any(wanted))
        };
        if heard.denied {
            let tokens = ["state_token", "session_token", "id_token", "sso_ticket", "id"];
            assert!(tokens.iter().all(|name| body[name].is_null()), "something for somebody who is denied");
            let is_spent = |write: &Write| {
                matches!(write, Write::UseTotpStep { .. } | Write::UseCode(_) | Write::ClearGuesses(_))
            };
            assert!(heard.committed.as_ref().is_none_or(|writes| writes.iter().all(is_spent)), "written");
        }
        let links = |write: &Write| matches!(write, Write::LinkIdentity { .. });
        let opens = |write: &Write| matches!(write, Write::OpenSession(_));
        assert!(!wrote(links) || wrote(opens), "an identity that is linked without a session");
        if body["status"] == "SUCCESS" {
            let opened = heard.committed.iter().flatten().find_map(|write| match write {
                Write::OpenSession(record) => Some(*record),
                _ => None,
            });
            let before = heard.opened_before.filter(|_| self.policy.retry_grace.seconds() > 0);
            let record = opened.or(before).expect("a session that is not stored");
            assert!(
                opened.is_some() || before.is_some_and(|it| it.generation == 0 && it.unseen_since.is_some())
            );
            assert_eq!(record.revision, self.host.account.revision, "a session of another revision");
            let asked_for = !self.host.account.enrolled.is_empty();
            assert!(!asked_for || record.factors.len() >= 2, "a second factor was not proved: {record:?}");
            let first = FactorSet::EMPTY.with(Factor::Totp);
            assert!(!record.factors.without(first).is_empty(), "a one-time password alone");
        } else if body["session_token"].is_string()
            || body["sso_ticket"].is_string()
            || body["id"].is_string()
        {
            assert!(heard.saw_open_session, "without a session that lives");
        } else {
            assert!(!wrote(|write| matches!(write, Write::OpenSession(_))), "a session that nobody gets");
        }
    }

    /// No second factor of the account sets a password outside a login, and nothing resets one except by the policy.
    fn check_ways(&self, path: &str) {
        let stores = |write: &Write| matches!(write, Write::StorePassword { .. });
        let by = match path {
            "/api/v2/sdk/pwd/update-by-mobile" | "/api/v2/sdk/pwd/change-by-mobile" => Factor::Sms,
            "/api/v2/sdk/pwd/change-by-email" => Factor::Email,
            _ => return,
        };
        if !self.host.heard.committed.as_ref().is_some_and(|writes| writes.iter().any(stores)) {
            return;
        }
        assert!(!self.host.account.enrolled.contains(by), "by a second factor");
        assert!(
            path != "/api/v2/sdk/pwd/update-by-mobile"
                || self.dialect == Dialect::Ciam
                || self.policy.recovery.contains(Channel::Sms),
            "a reset that the policy does not have"
        );
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

/// A reply has exactly the members that the document describes.
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
        assert!(body.get(required.as_str().unwrap()).is_some(), "{required} is missing: {body}");
    }
    for (name, value) in body.as_object().unwrap() {
        let is_of = |expected: &Value| match expected.as_str() {
            Some("string") => value.is_string(),
            Some("integer") => value.is_u64(),
            Some("boolean") => value.is_boolean(),
            Some("array") => value.is_array(),
            Some("null") => value.is_null(),
            other => panic!("{name} is not described, or there is no check for {other:?}"),
        };
        let is_right = match &schema["properties"][name]["type"] {
            Value::Array(any) => any.iter().any(is_of),
            one => is_of(one),
        };
        assert!(is_right, "{name}: {value}");
    }
    body
}
