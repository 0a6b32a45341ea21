//! authflow's own tokens, made by its own sign-in. The questions are answered in memory, and no password is
//! hashed.

use authflow::testkit::demo;
use authflow::{
    Application, Applications, ClientId, Config, Engine, Moment, TenantId,
    account::{Account, Profile, Revision, UserName},
    facade::Request,
    outcome::Outcome,
    password::{Ageing, PasswordMatch},
    policy::Policy,
    sdk::Api,
    session::SessionRecord,
    step::{AccessDecision, Committed, Step, Write},
    token::Issuer,
};
use authflow_bench::{
    sample::{self, CLIENT, HEADERS, TENANT},
    skip::ISSUER,
};
use serde_json::Value;

pub(crate) struct Mint {
    api: Api,
}

/// A session that was made, and the reply that granted it.
pub(crate) struct SignedIn {
    pub(crate) record: SessionRecord,
    pub(crate) id_token: String,
    pub(crate) reply: Vec<u8>,
}

impl Mint {
    pub(crate) fn new() -> Self {
        let tenant = TenantId::new(TENANT).expect("an id");
        let ageing = Ageing::new(90, 14, crate::world::SKIPS_EACH).expect("days and skips");
        let application = Application {
            policy: Policy { ageing: Some(ageing), ..Policy::default() },
            ..Application::isv(ClientId::new(CLIENT).expect("an id"), [tenant])
        };
        let issuer = Issuer::new(ISSUER).expect("an issuer");
        let config = Config::new(issuer, sample::ring(), Applications::Fixed(vec![application]));
        Self { api: Api::new(Engine::new(config).expect("a configuration")) }
    }

    /// A state token for one skip of this account.
    pub(crate) fn state_token(&self, account: &str) -> String {
        let body = r#"{"user_name":"erin","password":"Correct-Horse-7"}"#;
        let json = ("Content-Type", "application/json");
        let (reply, _) = self.call(account, "POST", "/api/v2/sdk/login", json, body);
        text(&reply, "state_token")
    }

    /// A session of this account.
    pub(crate) fn session(&self, account: &str) -> SignedIn {
        let state_token = self.state_token(account);
        let (reply, record) =
            self.call(account, "GET", crate::world::SKIP, ("X-state-token", &state_token), "");
        SignedIn { record: record.expect("a session"), id_token: text(&reply, "id_token"), reply }
    }

    fn call(
        &self,
        account: &str,
        method: &str,
        path: &str,
        header: (&str, &str),
        body: &str,
    ) -> (Vec<u8>, Option<SessionRecord>) {
        let mut headers = HEADERS.to_vec();
        headers.push(header);
        let request = Request { method, path, headers: &headers, body: body.as_bytes(), peer: None };
        let moment = Moment::now().expect("a clock and random numbers");
        let mut opened = None;
        let outcome = answered(self.api.handle(&request, moment), account, &mut opened);
        (self.api.reply(&outcome).into_body(), opened)
    }
}

fn answered(mut step: Step, id: &str, opened: &mut Option<SessionRecord>) -> Box<Outcome> {
    loop {
        step = match step {
            Step::FindAccount(ask) => ask.answer(Some(account(id))),
            Step::ReserveAttempt(ask) => {
                let reservation = ask.reserve(None);
                ask.answer(reservation)
            }
            Step::VerifyPassword(ask) => ask.answer(PasswordMatch::Matches),
            Step::SettleAttempt(ask) => ask.answer(()),
            Step::DecideAccess(ask) => ask.answer(AccessDecision::Allow),
            Step::Commit(ask) => {
                *opened = ask.writes.iter().find_map(|write| match write {
                    Write::OpenSession(record) => Some(*record),
                    _ => None,
                });
                ask.answer(Committed::Done)
            }
            Step::Done(outcome) => return outcome,
            other => other.unavailable(),
        };
    }
}

/// The account as the database has it.
fn account(id: &str) -> Account {
    let mut account = sample::account(id);
    account.revision = Revision::new(1).expect("63 bits");
    account.tenant = Some(TenantId::new(TENANT).expect("an id"));
    account.user_name = Some(UserName::new("erin").expect("a name"));
    account.profile = Profile::new(&serde_json::json!({ "name": "Erin" })).expect("a profile");
    let now = u64::try_from(crate::world::now()).expect("after 1970");
    let changed_at = authflow::Timestamp::from_unix(now).minus_seconds(85 * 86_400);
    account.password = Some(demo::password("unused", changed_at));
    account
}

fn text(reply: &[u8], member: &str) -> String {
    let reply: Value = serde_json::from_slice(reply).expect("JSON");
    reply[member].as_str().unwrap_or_else(|| panic!("{reply}")).to_owned()
}
