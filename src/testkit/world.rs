//! Everything that a login needs in a test.

use super::{Answer, Call, Clock, MemoryHost, SecretTranscript, Setup, demo, ready::ready};
use crate::{
    Moment, PresentedToken,
    account::Account,
    device::Caller,
    factor::TotpSecret,
    outcome::{Outcome, Verdict},
    policy::Policy,
    sdk::Api,
    step::{Ask, Commit, Committed, Question, Step},
};
use alloc::{
    format,
    string::{String, ToString as _},
};
use std::sync::{Mutex, PoisonError};

/// A world for logins: the calls, an in-memory host, and a clock that the test sets.
///
/// ```
/// use authflow::testkit::{World, demo};
///
/// let mut world = World::new();
/// let warned = world.login("erin");
/// assert_eq!(warned.text("status"), "PASSWORD_WARN");
/// world.clock.pass(599);
/// assert_eq!(world.skip(warned.state_token()).text("status"), "SUCCESS");
/// assert_eq!(world.host.sessions.len(), 1);
/// ```
#[derive(Clone, Debug)]
pub struct World {
    /// The calls.
    pub api: Api,
    /// The host.
    pub host: MemoryHost,
    /// The clock.
    pub clock: Clock,
    /// The outcome of the latest request; `None` if it was [recorded](Self::record).
    pub outcome: Option<Outcome>,
}

impl World {
    /// The [`demo`], with its policy.
    pub fn new() -> Self {
        Self::with_setup(Setup::default())
    }

    /// The demo, with another policy.
    pub fn with_policy(policy: Policy) -> Self {
        Self::with_setup(Setup::new(policy))
    }

    /// The demo, with another set-up.
    pub fn with_setup(setup: Setup) -> Self {
        let host = MemoryHost { applications: setup.applications(), ..MemoryHost::demo() };
        Self::of(setup.api(demo::ring()), host)
    }

    /// A world of your own calls and host, at [`demo::START`].
    pub fn of(api: Api, host: MemoryHost) -> Self {
        Self { api, host, clock: Clock::at(demo::START), outcome: None }
    }

    /// The account of a user name.
    ///
    /// # Panics
    /// When there is no such account.
    #[track_caller]
    pub fn account(&mut self, user_name: &str) -> &mut Account {
        self.host.account(user_name)
    }

    /// Changes an account as an administrator would, with a new revision.
    ///
    /// # Panics
    /// When there is no such account.
    #[track_caller]
    pub fn change(&mut self, user_name: &str, change: impl FnOnce(&mut Account)) {
        let account = self.account(user_name);
        change(account);
        account.revision = account.revision.next();
    }

    /// The one-time password of an account's authenticator, at the given number of steps from now.
    ///
    /// # Panics
    /// When there is no such account, or it has no authenticator whose secret the [`demo::sealing_keys`] open.
    #[track_caller]
    pub fn totp(&mut self, user_name: &str, steps: u64) -> String {
        let now = self.clock.now;
        let account = self.account(user_name);
        let Some(totp) = &account.totp else { panic!("{user_name} has no authenticator") };
        match TotpSecret::open(&demo::sealing_keys(), account.owner(), totp.secret()) {
            Ok(secret) => totp.code(&secret, totp.step_at(now) + steps).expose().to_string(),
            Err(error) => panic!("{user_name}: {error}"),
        }
    }

    /// The latest code that was sent, without the decoys.
    ///
    /// # Panics
    /// When no code was sent, or only decoys.
    #[track_caller]
    pub fn code(&self) -> String {
        self.host.code().to_string()
    }

    /// The moment of the next request.
    pub fn moment(&mut self) -> Moment {
        self.clock.moment()
    }

    /// The first step of a request.
    pub fn begin(&mut self, call: &Call) -> Step {
        let moment = self.moment();
        self.host.asked.clear();
        self.api.handle(&call.request(), moment)
    }

    /// Answers questions until the host is asked to write, or no question is left. To make a race, take two requests to this point before you finish
    /// either.
    pub fn until_commit(&mut self, mut step: Step) -> Step {
        while !matches!(step, Step::Commit(_)) {
            step = match self.host.answer(step) {
                Ok(step) => step,
                Err(outcome) => return Step::Done(outcome),
            };
        }
        step
    }

    /// Answers questions until this one is asked. The test then answers it.
    ///
    /// ```
    /// use authflow::{
    ///     password::{PasswordMatch, VerifyPassword},
    ///     testkit::{Call, World, demo},
    /// };
    ///
    /// let mut world = World::new();
    /// let step = world.begin(&Call::login("alice", "Battery-Staple-8"));
    /// let ask = world.until::<VerifyPassword>(step);
    /// assert_eq!(ask.verifier.as_ref().unwrap().expose(), demo::PASSWORD);
    ///
    /// let answer = world.finish(ask.answer(PasswordMatch::Differs));
    /// assert_eq!(answer.status, 400);
    /// ```
    ///
    /// # Panics
    /// When the request ends without this question.
    #[track_caller]
    pub fn until<Q>(&mut self, mut step: Step) -> Ask<Q>
    where
        Q: Question,
        Ask<Q>: TryFrom<Step, Error = Step>,
    {
        loop {
            step = match Ask::try_from(step) {
                Ok(ask) => return ask,
                Err(other) => match self.host.answer(other) {
                    Ok(step) => step,
                    Err(outcome) => panic!("{} was not asked: {:?}", Q::NAME, outcome.events),
                },
            };
        }
    }

    /// Answers a [`Commit`] as the host does, without a request.
    pub fn commit(&mut self, commit: &Commit) -> Committed {
        self.host.commit(commit)
    }

    /// Answers every question.
    pub fn run(&mut self, mut step: Step) -> Outcome {
        loop {
            step = match self.host.answer(step) {
                Ok(step) => step,
                Err(outcome) => return *outcome,
            };
        }
    }

    /// Answers every question. Returns the questions and the outcome as a log would print them.
    pub fn printed(&mut self, mut step: Step) -> String {
        let mut printed = String::new();
        loop {
            printed += &format!("{step:?}");
            step = match self.host.answer(step) {
                Ok(step) => step,
                Err(_) => return printed,
            };
        }
    }

    /// [Authenticates](crate::Engine::authenticate) a request at a route of your own.
    pub fn authenticate(&mut self, caller: Caller, presented: PresentedToken<'_>) -> Verdict {
        let moment = self.moment();
        self.host.asked.clear();
        let step = self.api.engine().authenticate(caller, presented, moment);
        let outcome = self.run(step);
        let verdict = outcome.verdict.clone();
        self.outcome = Some(outcome);
        verdict
    }

    /// Reads the reply to an outcome.
    pub fn answer(&mut self, outcome: Outcome) -> Answer {
        let reply = self.api.reply(&outcome);
        self.outcome = Some(outcome);
        Answer::from(&reply)
    }

    /// Answers the remaining questions of a step, and reads the reply.
    pub fn finish(&mut self, step: Step) -> Answer {
        let outcome = self.run(step);
        self.answer(outcome)
    }

    /// Sends a whole request.
    pub fn send(&mut self, call: &Call) -> Answer {
        let step = self.begin(call);
        self.finish(step)
    }

    /// Sends a whole request, and writes it down.
    pub fn record(&mut self, call: &Call) -> (Answer, SecretTranscript) {
        let moment = self.moment();
        self.outcome = None;
        self.host.asked.clear();
        let host = Mutex::new(core::mem::take(&mut self.host));
        let (reply, transcript) = ready(SecretTranscript::record(&self.api, call, moment, &host));
        self.host = host.into_inner().unwrap_or_else(PoisonError::into_inner);
        (Answer::from(&reply), transcript)
    }

    /// Sends a [login](Call::login) with the demo's password.
    pub fn login(&mut self, user_name: &str) -> Answer {
        self.send(&Call::login(user_name, demo::PASSWORD))
    }

    /// Sends a [skip](Call::skip).
    pub fn skip(&mut self, state_token: &str) -> Answer {
        self.send(&Call::skip(state_token))
    }

    /// Sends a [change](Call::update) of the password.
    pub fn update(&mut self, state_token: &str, old_password: &str, new_password: &str) -> Answer {
        self.send(&Call::update(state_token, old_password, new_password))
    }

    /// Asks [whether a password is set](Call::check_exist).
    pub fn check_exist(&mut self, id_token: &str) -> Answer {
        self.send(&Call::check_exist(id_token))
    }
}

/// The [`demo`].
impl Default for World {
    fn default() -> Self {
        Self::new()
    }
}
