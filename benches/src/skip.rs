//! The whole skip step: a request of the family, questions that are answered at once, and the reply.

use crate::sample;
use authflow::testkit::demo;
use authflow::{
    Application, Applications, ClientId, Config, Engine, Entropy, Moment, TenantId,
    account::{Account, Profile, UserName},
    facade::{Reply, Request},
    outcome::Outcome,
    password::{Ageing, PasswordMatch},
    policy::Policy,
    sdk::Api,
    step::{AccessDecision, Committed, Step},
    token::{Issuer, KeyRing},
};

const PASSWORD: &str = "Correct-Horse-7";
pub const ISSUER: &str = "https://id.example.com";

/// A login that waits for the subject to change the password or to skip the change.
pub struct Skip {
    api: Api,
    account: Account,
    headers: Vec<(&'static str, String)>,
}

impl Skip {
    pub fn new(ring: KeyRing) -> Self {
        let tenant = TenantId::new(sample::TENANT).expect("an id");
        let ageing = Ageing::new(90, 14, 3).expect("days and skips");
        let application = Application {
            policy: Policy { ageing: Some(ageing), ..Policy::default() },
            ..Application::isv(ClientId::new(sample::CLIENT).expect("an id"), [tenant])
        };
        let issuer = Issuer::new(ISSUER).expect("an issuer");
        let config = Config::new(issuer, ring, Applications::Fixed(vec![application]));
        let api = Api::new(Engine::new(config).expect("a configuration"));

        let mut account = sample::account(sample::ACCOUNT);
        account.tenant = Some(tenant);
        account.user_name = Some(UserName::new("erin").expect("a name"));
        account.profile = Profile::new(&serde_json::json!({ "name": "Erin" })).expect("a profile");
        let changed_at = sample::NOW.minus_seconds(85 * 86_400);
        account.password = Some(demo::password(PASSWORD, changed_at));

        let headers = sample::HEADERS.iter().map(|(name, value)| (*name, value.to_string())).collect();
        let mut skip = Self { api, account, headers };
        let state_token = skip.sign_in();
        skip.headers.push(("X-state-token", state_token));
        skip
    }

    fn sign_in(&self) -> String {
        let step = self.begin_sign_in(&self.sign_in_body(0));
        let outcome = answered(step, &mut Some(self.account()));
        let reply: serde_json::Value = serde_json::from_slice(self.api.reply(&outcome).body()).expect("JSON");
        reply["state_token"].as_str().expect("a warning").into()
    }

    /// The body of a sign-in, with a member of this length that the library does not read.
    pub fn sign_in_body(&self, unread: usize) -> String {
        let unread = "x".repeat(unread);
        serde_json::json!({ "user_name": "erin", "password": PASSWORD, "unread": unread }).to_string()
    }

    /// The first step of a sign-in.
    pub fn begin_sign_in(&self, body: &str) -> Step {
        let mut headers: Vec<_> = self.headers.iter().map(|(name, value)| (*name, value.as_str())).collect();
        headers.push(("Content-Type", "application/json"));
        let request = Request {
            method: "POST",
            path: "/api/v2/sdk/login",
            headers: &headers,
            body: body.as_bytes(),
            peer: None,
        };
        self.api.handle(&request, moment())
    }

    /// The account in the host's store. It is made before a measurement, because reading it is the host's
    /// work.
    pub fn account(&self) -> Account {
        self.account.clone()
    }

    pub fn state_token(&self) -> &str {
        &self.headers[self.headers.len() - 1].1
    }

    /// The step that is measured.
    pub fn run(&self, account: Account) -> Reply {
        let request = Request {
            method: "GET",
            path: "/api/v2/sdk/pwd/skip-update",
            headers: &self.headers,
            body: b"",
            peer: None,
        };
        let outcome = answered(self.api.handle(&request, moment()), &mut Some(account));
        self.api.reply(&outcome)
    }
}

fn moment() -> Moment {
    Moment::new(sample::NOW, Entropy::from_bytes([3; 32]))
}

/// Answers every question at once. The answers allocate nothing.
fn answered(mut step: Step, account: &mut Option<Account>) -> Box<Outcome> {
    loop {
        step = match step {
            Step::FindAccount(ask) => ask.answer(account.take()),
            Step::ReserveAttempt(ask) => {
                let reservation = ask.reserve(None);
                ask.answer(reservation)
            }
            Step::VerifyPassword(ask) => ask.answer(PasswordMatch::Matches),
            Step::SettleAttempt(ask) => ask.answer(()),
            Step::DecideAccess(ask) => ask.answer(AccessDecision::Allow),
            Step::Commit(ask) => ask.answer(Committed::Done),
            Step::Done(outcome) => return outcome,
            other => other.unavailable(),
        };
    }
}
