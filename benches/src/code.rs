//! A code is sent and presented. The login stops at the question for the code's digest, whose answer is
//! compared with the code.

use crate::{
    sample::{self, ACCOUNT, NOW},
    timing::{Comparison, timed},
};
use authflow::{
    Application, Applications, ClientId, Config, Engine, Entropy, Moment, Secret, TenantId,
    account::Account,
    code::{CodeDigest, Delivery, StoredCode},
    contact::Mobile,
    facade::Request,
    factor::Factor,
    policy::Policy,
    sdk::Api,
    step::{Committed, Step, Write},
    token::Issuer,
};

const MOBILE: &str = "+86-13800000000";

/// The stored digest is compared with the digest of the right code. It is wrong in its first byte or in its
/// last.
pub fn digest() -> Comparison {
    let logins = CodeLogins::new();
    let (code, stored) = logins.send();
    let expires_at = stored.expires_at;
    let right = stored.digest.to_bytes();
    assert!(logins.is_taken(&code, stored), "the right one is taken");
    let wrong = [0, 31].map(|at| {
        let mut wrong = right.clone();
        wrong[at] ^= 1;
        wrong
    });
    Comparison::new("code's digest", move |class| {
        let digest = CodeDigest::from_bytes(&wrong[class]).expect("a digest");
        let Step::LoadCode(ask) = logins.up_to_the_code(&code) else { panic!("another question") };
        let (judged, taken) = timed(|| ask.answer(Some(StoredCode { digest, expires_at })));
        assert!(matches!(judged, Step::Done(_)), "a wrong one is refused at once");
        taken
    })
}

/// An application that allows a sign-in by a code alone.
struct CodeLogins {
    api: Api,
    account: Account,
}

impl CodeLogins {
    fn new() -> Self {
        let tenant = TenantId::new(sample::TENANT).expect("an id");
        let policy = Policy::default();
        let first_factors = policy.first_factors.with(Factor::Sms);
        let application = Application {
            policy: Policy { first_factors, ..policy },
            ..Application::isv(ClientId::new(sample::CLIENT).expect("an id"), [tenant])
        };
        let issuer = Issuer::new(crate::skip::ISSUER).expect("an issuer");
        let config = Config::new(issuer, sample::ring(), Applications::Fixed(vec![application]));
        let mut account = sample::account(ACCOUNT);
        account.tenant = Some(tenant);
        account.mobile = Some(Mobile::new(MOBILE).expect("a number"));
        Self { api: Api::new(Engine::new(config).expect("a configuration")), account }
    }

    fn post(&self, path: &str, body: &serde_json::Value) -> Step {
        let mut headers = sample::HEADERS.to_vec();
        headers.push(("Content-Type", "application/json"));
        let body = body.to_string();
        let request = Request { method: "POST", path, headers: &headers, body: body.as_bytes(), peer: None };
        self.api.handle(&request, Moment::new(NOW, Entropy::from_bytes([3; 32])))
    }

    /// Has a code sent. Returns the code, and the part of it that the host keeps.
    fn send(&self) -> (Secret, StoredCode) {
        let body = serde_json::json!({ "mobile": MOBILE, "type": "LOGIN_SMS" });
        let mut step = self.post("/api/v2/sdk/sms/send", &body);
        let (mut sent, mut kept) = (None, None);
        loop {
            step = match step {
                Step::FindAccount(ask) => ask.answer(Some(self.account.clone())),
                Step::Commit(ask) => {
                    kept = ask.writes.iter().find_map(|write| match write {
                        Write::StoreCode { code, .. } => Some(code.clone()),
                        _ => None,
                    });
                    ask.answer(Committed::Done)
                }
                Step::Deliver(ask) => {
                    sent = Some(ask.code.clone());
                    ask.answer(Delivery::Delivered)
                }
                _ => return (sent.expect("a code"), kept.expect("its digest")),
            };
        }
    }

    /// Presents a code, and stops at the question for its digest.
    fn up_to_the_code(&self, code: &Secret) -> Step {
        let body = serde_json::json!({ "mobile": MOBILE, "verify_code": code.expose() });
        let mut step = self.post("/api/v2/sdk/login/mobile-verify-code", &body);
        loop {
            step = match step {
                Step::FindAccount(ask) => ask.answer(Some(self.account.clone())),
                Step::ReserveAttempt(ask) => {
                    let reservation = ask.reserve(None);
                    ask.answer(reservation)
                }
                other => return other,
            };
        }
    }

    /// Whether a code is accepted as the stored one.
    fn is_taken(&self, code: &Secret, stored: StoredCode) -> bool {
        let Step::LoadCode(ask) = self.up_to_the_code(code) else { return false };
        // Only a right guess is settled.
        matches!(ask.answer(Some(stored)), Step::SettleAttempt(_))
    }
}
