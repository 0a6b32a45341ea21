//! A world with one login in it, which a page looks at and turns.

use crate::{call::Sent, settings::Settings};
use authflow::{
    Secret,
    factor::{Factor, FactorSet},
    flow::{Graph, State, graph},
    outcome::Outcome,
    testkit::{Attack, Login, SecretTranscript, Unreachable, demo},
};
use serde_json::{Value, json};

/// The reasons for which the page is not served.
#[derive(Debug, thiserror::Error)]
pub enum Unserved {
    /// The page made a mistake, or the policy is out of bounds.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// This cannot happen: every policy has a start.
    #[error("{0}")]
    Unreachable(#[from] Unreachable),
}

/// A world with one login in it.
pub struct Machine {
    login: Login,
    graph: Graph,
    /// The states that the login has been in.
    way: Vec<State>,
    transcript: Option<SecretTranscript>,
}

impl Machine {
    /// A new world, under these settings.
    ///
    /// # Errors
    /// If `settings` cannot be read, or a number of the policy is out of bounds.
    pub fn new(settings: &str) -> Result<Self, Unserved> {
        let settings: Settings = serde_json::from_str(settings)?;
        let (login, graph) = (settings.login()?, graph(&settings.policy));
        Ok(Self { login, graph, way: Vec::from([State::Start]), transcript: None })
    }

    /// The time, the graph of the policy, and the other facts that the page shows.
    pub fn look(&self) -> Value {
        let demanded = FactorSet::EMPTY.with(Factor::Password);
        let findings: Vec<_> = self.graph.check(demanded).iter().map(ToString::to_string).collect();
        let way: Vec<_> = self.way.iter().map(ToString::to_string).collect();
        let host = &self.login.world.host;
        json!({
            "now": self.login.world.clock.now.as_unix(),
            "way": way,
            "graph": self.graph.svg().to_string(),
            "findings": findings,
            "sessions": host.sessions.len() - host.ended.len(),
            "claims": host.claims.len(),
            "user_name": Login::SUBJECT,
            "password": demo::PASSWORD,
            "new_password": Login::NEW_PASSWORD,
            "headers": demo::device().iter().map(|(name, value)| json!([name, String::from_utf8_lossy(value)])).collect::<Vec<_>>(),
            "attacks": Attack::ALL.map(|attack| format!("{attack:?}")),
        })
    }

    /// A whole request, and the questions that the host was asked in it.
    ///
    /// # Errors
    /// If `call` is no request.
    pub fn send(&mut self, call: &str) -> Result<Value, Unserved> {
        let sent: Sent = serde_json::from_str(call)?;
        let call = sent.call();
        let mut rehearsal = self.login.world.clone();
        rehearsal.send(&call);
        self.login.world.host.fault = sent.fault(&rehearsal.host.asked);
        // A copy of the world records the request: it has the same moment and the same answers.
        let (_, transcript) = self.login.world.clone().record(&call);
        let answers: Value = serde_json::from_str(transcript.to_json().expose())?;
        self.transcript = Some(transcript);
        let answer = self.login.send(&call);
        let (status, body) = (answer.status, String::from_utf8_lossy(&answer.bytes).into_owned());
        self.login.world.host.fault = None;
        if self.way.last() != Some(&self.login.state) {
            self.pass_through();
        }
        let outcome = self.login.world.outcome.as_ref();
        Ok(json!({
            "status": status,
            "headers": outcome.map(|outcome| self.headers(outcome)),
            "body": body,
            "questions": answers["answers"],
            "events": outcome.map(|outcome| outcome.events.iter().map(|event| format!("{event:?}")).collect::<Vec<_>>()),
        }))
    }

    /// Notes the state of the login, and a state that the login passed through on the way to it.
    fn pass_through(&mut self) {
        let (Some(from), to) = (self.way.last().copied(), self.login.state) else { return };
        let between = [State::Skipped, State::PasswordChanged].into_iter().find(|between| {
            let leads = |from, to| self.graph.edges().any(|edge| (edge.from, edge.to) == (from, to));
            !leads(from, to) && leads(from, *between) && leads(*between, to) && self.went_by(*between)
        });
        self.way.extend(between);
        self.way.push(to);
    }

    fn went_by(&self, between: State) -> bool {
        let is_skip = self.transcript.as_ref().is_some_and(|it| it.call().path.ends_with("/skip-update"));
        is_skip == (between == State::Skipped)
    }

    fn headers(&self, outcome: &Outcome) -> Vec<Value> {
        let reply = self.login.world.api.reply(outcome);
        reply.headers().map(|(name, value)| json!([name, value])).collect()
    }

    /// Moves the clock forward.
    pub fn pass(&mut self, seconds: u64) {
        self.login.world.clock.pass(seconds);
    }

    /// Tries an attack with what the client holds now, in a copy of this world.
    pub fn attack(&self, name: &str) -> Value {
        let Some(attack) = Attack::ALL.into_iter().find(|attack| format!("{attack:?}") == name) else {
            return Value::Null;
        };
        match attack.mount(&self.login) {
            Ok(withstood) => json!({ "tried": withstood.tried, "guesses": withstood.guesses }),
            Err(breach) => json!({ "breach": breach.to_string() }),
        }
    }

    /// The code that the subject's authenticator shows now, or else the latest code that was sent.
    pub fn code(&mut self) -> Option<String> {
        let world = &mut self.login.world;
        if world.account(Login::SUBJECT).totp.is_some() {
            return Some(world.totp(Login::SUBJECT, 0));
        }
        let sent = world.host.outbox.iter().rfind(|message| !message.decoy);
        sent.map(|message| message.code.expose().to_owned())
    }

    /// The latest request with its answers, which can be played again.
    pub fn transcript(&self) -> Option<String> {
        self.transcript
            .as_ref()
            .map(SecretTranscript::to_json)
            .as_ref()
            .map(Secret::expose)
            .map(str::to_owned)
    }
}

#[cfg(test)]
#[path = "machine_tests.rs"]
mod tests;
