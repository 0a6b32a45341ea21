//! Bodies that are posted to a host which accepts everything. The host must be asked for exactly the values of the body.

use crate::{
    bodies::{self, Body, CALLS},
    cast,
    heard::{self, Case},
    host::{Host, Manner},
    keys::{KEYS, NOW},
    scenario::Request,
    spelling,
    tokens::{FINGERPRINT, SESSION, Tokens, issuer},
};
use arbitrary::{Arbitrary, Result, Unstructured};
use authflow::testkit::demo;
use authflow::{
    Application, Applications, Audience, ClientId, Config, Dialect, Engine, Entropy, Moment,
    account::{Account, UserName},
    captcha::CaptchaKind,
    code::{CodeDigest, StoredCode},
    contact::{Channel, EmailAddress, Mobile},
    facade,
    factor::Factor,
    password::Ageing,
    policy::Policy,
    sdk::Api,
    step::Step,
    token::Stage,
};
use serde_json::Value;
use std::sync::LazyLock;

/// The account's own number and address.
pub const MOBILE: &str = "+86-13800000000";
pub const EMAIL: &str = "mona@example.com";

/// A body for one call.
#[derive(Debug)]
pub struct Posted {
    /// A call of [`CALLS`].
    call: usize,
    dialect: usize,
    with_state_token: bool,
    content_types: Vec<Vec<u8>>,
    body: Vec<u8>,
}

/// Each with the codes of a malformed body. EIAM has one code for a missing member, one for a member that is no text, and one for
/// the rest.
const DIALECTS: [(Dialect, &str, &[&str]); 3] = [
    (Dialect::Ciam, "ciam", &["IDAAS.SDK.PARAM.0101", "IDAAS.SDK.PARAM.0004", "IDAAS.SDK.PARAM.0005"]),
    (Dialect::Eiam, "eiam", &["SDK.COMMON.1001", "SDK.COMMON.1007", "SDK.COMMON.1002"]),
    (Dialect::OneAccess, "one-access", &["PARAM.0101", "PARAM.0004", "PARAM.0005"]),
];

static API: LazyLock<Api> = LazyLock::new(|| api(CaptchaKind::Own));
/// The same applications, whose captcha is a picture.
static PICTURES: LazyLock<Api> = LazyLock::new(|| api(CaptchaKind::Picture));

fn api(captcha: CaptchaKind) -> Api {
    let first_factors =
        [Factor::Password, Factor::Sms, Factor::Email, Factor::Federated].into_iter().collect();
    let recovery = Channel::ALL.into_iter().collect();
    let policy = Policy {
        first_factors,
        recovery,
        ageing: Ageing::new(90, 14, 2).ok(),
        allows_unbound_codes: true,
        takes_vouched_mobiles: true,
        demands_captcha: true,
        captcha,
        ..Policy::default()
    };
    let applications = DIALECTS.map(|(dialect, client_id, _)| Application {
        policy,
        dialect,
        ..Application::new(ClientId::new(client_id).unwrap())
    });
    let applications = Applications::Fixed(applications.to_vec());
    let mut config = Config::new(issuer(), crate::keys::RINGS[0].clone(), applications);
    config.sealing = Some(demo::sealing_keys());
    Api::new(Engine::new(config).unwrap())
}

impl Posted {
    /// Reads the text form: a line with the path and perhaps a dialect, perhaps lines of headers, an empty line, and the body. Of
    /// the headers, only the content types and the presence of a state token count.
    pub fn from_text(text: &[u8]) -> Option<Self> {
        let Request { method: path, path: dialect, headers, body, .. } = Request::from_text(text);
        let values = |name: &str| {
            let named = headers.iter().filter(|(other, _)| other.eq_ignore_ascii_case(name));
            named.map(|(_, value)| value.clone()).collect::<Vec<_>>()
        };
        Some(Self {
            call: CALLS.iter().position(|(known, _)| *known == path)?,
            dialect: DIALECTS.iter().position(|(_, name, _)| *name == dialect).unwrap_or(0),
            with_state_token: !values("X-state-token").is_empty(),
            content_types: values("Content-Type"),
            body,
        })
    }

    pub fn check(&self) {
        let (path, members) = CALLS[self.call];
        let (.., client_id, malformed) = DIALECTS[self.dialect];
        let audience = Audience { client_id: ClientId::new(client_id).unwrap(), tenant: None };
        let account = account();
        let tokens = Tokens { ring: 0, audience, account: account.id, revision: account.revision, now: NOW };
        let body = filled(&self.body, &tokens);
        let mut headers = self.headers(&tokens);
        let content_types =
            self.content_types.iter().map(|value| ("Content-Type".to_string(), value.clone()));
        headers.extend(content_types);
        let read = bodies::read(members, &headers, &body);
        let read = read.filter(|read| self.is_good_for_its_call(path, read));
        if let Some(stage) = self.stage(path, read.as_ref()) {
            headers.push(("X-state-token".into(), tokens.state(stage, 1).into_bytes()));
        }

        let (host, code) = self.run(&headers, &body, read.as_ref(), &tokens);
        let malformed = if path.contains("/tenant/") { DIALECTS[0].2 } else { malformed };
        let is_malformed = |code: &Option<String>| code.as_deref().is_some_and(|it| malformed.contains(&it));
        let Some(read) = read.or(members.is_empty().then(Body::new)) else {
            assert!(is_malformed(&code), "{path} {code:?}");
            assert!(host.heard.asked.is_empty(), "asked before the body was read: {:?}", host.heard.asked);
            return;
        };
        assert!(!is_malformed(&code), "{path} {code:?} {read:?}");
        let case =
            Case { path, members, with_state_token: self.with_state_token, is_ciam: self.dialect == 0 };
        case.check(&read, &host, code.as_deref());
    }

    /// The rules of one call, beside those of its members.
    fn is_good_for_its_call(&self, path: &str, body: &Body) -> bool {
        if path.ends_with("/send") && !heard::is_pending(&body["type"]) {
            let has_recipient = match path.contains("/sms/") {
                true => body.get("mobile").is_some_and(|text| bodies::is_mobile(text)),
                false => body.get("email").is_some_and(|text| bodies::address(text).is_some()),
            };
            // A call of the dialect must take the code.
            let is_taken = match body["type"].as_str() {
                "FORGET_PWD_SMS" => self.dialect != 0,
                "UPDATE_PWD_SMS" => self.dialect == 0,
                _ => true,
            };
            return has_recipient && is_taken && !self.with_state_token;
        }
        // In one dialect the caller is signed in, so the mobile is the account's. In the others the password is forgotten.
        path != "/api/v2/sdk/pwd/update-by-mobile" || self.dialect == 0 || body.contains_key("mobile")
    }

    /// The stage of the pending login that the call belongs to, if there is one.
    fn stage(&self, path: &str, body: Option<&Body>) -> Option<Stage> {
        let of_type = body.and_then(|body| body.get("type"));
        let is_factor = path.contains("/mfa/") || of_type.is_some_and(|it| !it.starts_with("CHANGE"));
        let stage = if is_factor { Stage::FactorRequired } else { Stage::PasswordExpired };
        let is_sent = path.ends_with("/send") && self.with_state_token;
        let is_pending =
            is_sent || ["/mfa/", "/pwd/update", "/after-login/"].iter().any(|it| path.contains(it));
        (is_pending && path != "/api/v2/sdk/pwd/update-by-mobile").then_some(stage)
    }

    fn headers(&self, tokens: &Tokens) -> Vec<(String, Vec<u8>)> {
        let bearer = if CALLS[self.call].0.contains("/tenant/") { "credential".into() } else { tokens.id() };
        let headers = [
            ("X-operating-sys-version", "Android 10".into()),
            ("X-device-fingerprint", FINGERPRINT.into()),
            ("X-agent", "fuzz".into()),
            ("X-client-id", tokens.audience.client_id.as_str().into()),
            ("Authorization", format!("Bearer {bearer}")),
            ("X-session-token", tokens.session()),
        ];
        headers.map(|(name, value): (&str, String)| (name.into(), value.into_bytes())).to_vec()
    }

    /// Runs the call. Returns the host with its questions, and the error code of the reply.
    fn run(
        &self,
        headers: &[(String, Vec<u8>)],
        body: &[u8],
        read: Option<&Body>,
        tokens: &Tokens,
    ) -> (Host, Option<String>) {
        let mut host = Host { knows_everybody: true, ..Host::new(account(), tokens.audience.client_id) };
        host.sessions.insert(SESSION, tokens.record());
        // The present password and the sent code are the values of the body, in their one spelling.
        let said = |name| read.and_then(|read: &Body| read.get(name));
        let present = said("old_password").or(said("password")).map_or("Correct-Horse-7", String::as_str);
        let present = bodies::password(present);
        let set_at = NOW.minus_seconds(100 * 86_400);
        host.account.password = Some(demo::password(&present, set_at));
        if CALLS[self.call].0.contains("/mfa/")
            || said("type").is_some_and(|it| it.contains("MFA") || it.contains("OTP"))
        {
            host.account.enrolled = [Factor::Sms, Factor::Email, Factor::Totp].into_iter().collect();
        }
        let code = said("verify_code").and_then(|code| bodies::code(code));
        let request = facade::Request { method: "POST", path: CALLS[self.call].0, headers, body, peer: None };
        let api = if request.path.ends_with("/captcha/verify") { &*PICTURES } else { &*API };
        let mut step = api.handle(&request, Moment::new(NOW, Entropy::from_bytes([1; 32])));
        loop {
            if let (Step::LoadCode(ask), Some(code)) = (&step, &code) {
                let revision = host.account.revision.as_u64().to_be_bytes();
                let bound = [&ask.key.as_bytes()[..], host.account.id.as_str().as_bytes(), &revision];
                let digest = CodeDigest::from_bytes(&KEYS[0].code_digest(&bound, code)).unwrap();
                host.codes.insert(ask.key, StoredCode { digest, expires_at: NOW.plus_seconds(1) });
            }
            step = match step {
                Step::Done(outcome) => {
                    let reply = api.reply(&outcome);
                    let body: Value = serde_json::from_slice(reply.body()).unwrap_or_default();
                    return (host, body["error_code"].as_str().map(String::from));
                }
                step => host.answer(step, Manner::Honestly),
            };
        }
    }
}

fn account() -> Account {
    let mut account = cast::bare("id-mona");
    account.user_name = UserName::new("mona").ok();
    account.mobile = Mobile::new(MOBILE).ok();
    account.email = EmailAddress::new(EMAIL).ok();
    account.totp = Some(demo::totp(&account));
    account
}

/// A body with good tokens in their places.
fn filled(body: &[u8], tokens: &Tokens) -> Vec<u8> {
    let mut filled = body.to_vec();
    for (place, token) in [("{session}", tokens.session()), ("{ticket}", tokens.ticket())] {
        if let Some(at) = filled.windows(place.len()).position(|window| window == place.as_bytes()) {
            filled.splice(at..at + place.len(), token.into_bytes());
        }
    }
    filled
}

impl<'a> Arbitrary<'a> for Posted {
    fn arbitrary(u: &mut Unstructured<'a>) -> Result<Self> {
        const TYPES: [&str; 6] = [
            "application/json; charset=utf-8",
            "APPLICATION/JSON;x",
            " application/json ",
            "application/jsonp",
            "text/plain",
            "",
        ];
        let call = u.int_in_range(0..=CALLS.len() - 1)?;
        let (dialect, with_state_token) = (u.int_in_range(0..=2)?, u.arbitrary()?);
        let content_types = match u.int_in_range(0..=15)? {
            0 => vec![],
            1 => vec![b"application/json".to_vec(); 2],
            2 => vec![u.choose(&TYPES)?.as_bytes().to_vec()],
            3 => vec![u.arbitrary()?],
            _ => vec![b"application/json".to_vec()],
        };
        let body = spelling::body(u, CALLS[call].1)?;
        Ok(Self { call, dialect, with_state_token, content_types, body })
    }
}
