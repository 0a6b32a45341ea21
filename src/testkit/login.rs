//! A login that is in progress.

use super::{Answer, Call, Setup, World, demo};
use crate::{contact::Channel, factor::Factor, flow::State, outcome::Verdict, token::Stage};
use alloc::{borrow::ToOwned as _, format, vec::Vec};
use serde_json::json;

/// A login in progress, by the subject of a [`Scenario`](super::Scenario).
///
/// ```
/// use authflow::{factor::Factor, flow::State, testkit::{Login, Scenario, demo}};
///
/// let scenario = Scenario::new(demo::policy()).with_second_factor(Factor::Totp);
/// let mut login: Login = scenario.reach(State::Start).unwrap();
/// assert_eq!(login.sign_in().text("status"), "MFA_AUTH");
/// assert_eq!(login.prove_factor().text("status"), "SUCCESS");
/// assert_eq!(login.state, State::SessionIssued);
/// assert_eq!(login.world.host.sessions.len(), 1, "its world is there to be looked at");
/// ```
#[derive(Clone)]
pub struct Login {
    /// The world of the login.
    pub world: World,
    /// The state that the login is in.
    pub state: State,
    pub(super) setup: Setup,
    /// The calls that led to this state and spent a state token or a code.
    pub(super) finished: Vec<Call>,
    answer: Option<Answer>,
}

impl Login {
    /// The user name of the subject, whose password is the [demo's](demo::PASSWORD).
    pub const SUBJECT: &'static str = "subject";
    /// The password that the subject changes to.
    pub const NEW_PASSWORD: &'static str = "Battery-Staple-8";

    pub(super) fn new(world: World, setup: Setup) -> Self {
        Self { world, state: State::Start, setup, finished: Vec::new(), answer: None }
    }

    /// The latest answer.
    ///
    /// # Panics
    /// When nothing has been sent yet.
    #[track_caller]
    pub fn answer(&self) -> &Answer {
        match &self.answer {
            Some(answer) => answer,
            None => panic!("nothing has been sent yet"),
        }
    }

    /// The latest answer, if anything has been sent.
    pub(super) fn latest(&self) -> Option<&Answer> {
        self.answer.as_ref()
    }

    /// Signs in with the password, or with a code if the policy does not take a password as a first factor.
    pub fn sign_in(&mut self) -> &Answer {
        let first = self.setup.policy.first_factors;
        let by_code = |channel| {
            let (_, _, factor) = spelling(channel);
            !first.contains(Factor::Password) && first.contains(factor)
        };
        let call = match [Channel::Sms, Channel::Email].into_iter().find(|channel| by_code(*channel)) {
            Some(channel) => self.sign_in_by_code(channel),
            None => Call::login(Self::SUBJECT, demo::PASSWORD),
        };
        self.send(&call)
    }

    fn sign_in_by_code(&mut self, channel: Channel) -> Call {
        let (name, path, _) = spelling(channel);
        let account = self.world.account(Self::SUBJECT);
        let contact = match channel {
            Channel::Sms => account.mobile.as_ref().map(|mobile| mobile.as_str().to_owned()),
            Channel::Email => account.email.as_ref().map(|email| email.as_str().to_owned()),
        };
        let member = match channel {
            Channel::Sms => "mobile",
            Channel::Email => "email",
        };
        let asked = json!({ member: contact, "type": format!("LOGIN_{name}") });
        self.world.send(&Call::post(&format!("/api/v2/sdk/{path}/send"), &asked));
        let body = json!({ member: contact, "verify_code": self.world.code() });
        Call::post(&format!("/api/v2/sdk/login/{member}-verify-code"), &body)
    }

    /// Proves the second factor. If the factor is a sent code, this method first has one sent.
    ///
    /// # Panics
    /// When the login waits for no second factor.
    #[track_caller]
    pub fn prove_factor(&mut self) -> &Answer {
        let state_token = self.answer().state_token().to_owned();
        let call = self.proof(&state_token);
        self.send(&call)
    }

    /// A proof of the second factor, with this token.
    pub(super) fn proof(&mut self, state_token: &str) -> Call {
        if self.world.account(Self::SUBJECT).totp.is_some() {
            return Call::prove_totp(state_token, &self.world.totp(Self::SUBJECT, 0));
        }
        let by_mail = self.world.account(Self::SUBJECT).enrolled.contains(Factor::Email);
        let (name, path, _) = spelling(if by_mail { Channel::Email } else { Channel::Sms });
        let asked = json!({ "type": format!("MFA_AUTH_{name}") });
        self.world.send(&Call::post(&format!("/api/v2/sdk/{path}/send"), &asked).pending(state_token));
        let body = json!({ "verify_code": self.world.code() });
        Call::post(&format!("/api/v2/sdk/mfa/{path}"), &body).pending(state_token)
    }

    /// Skips the change of the password.
    ///
    /// # Panics
    /// When the login is not pending.
    #[track_caller]
    pub fn skip(&mut self) -> &Answer {
        let call = Call::skip(self.answer().state_token());
        self.send(&call)
    }

    /// Changes the password.
    ///
    /// # Panics
    /// When the login is not pending.
    #[track_caller]
    pub fn change_password(&mut self) -> &Answer {
        let call = self.change();
        self.send(&call)
    }

    #[track_caller]
    fn change(&self) -> Call {
        Call::update(self.answer().state_token(), demo::PASSWORD, Self::NEW_PASSWORD)
    }

    /// The next call of a pending login.
    pub(super) fn next_call(&mut self) -> Option<Call> {
        match self.state {
            State::Pending(Stage::FactorRequired) => {
                let state_token = self.answer().state_token().to_owned();
                Some(self.proof(&state_token))
            }
            State::Pending(Stage::PasswordExpiring) => Some(Call::skip(self.answer().state_token())),
            State::Pending(Stage::PasswordExpired) => Some(self.change()),
            _ => None,
        }
    }

    /// Sends a call of your own, and notes the state that it leads to.
    pub fn send(&mut self, call: &Call) -> &Answer {
        let answer = self.world.send(call);
        let led_to = match self.world.outcome.as_ref().map(|outcome| &outcome.verdict) {
            Some(Verdict::SignedIn(_)) => Some(State::SessionIssued),
            Some(Verdict::Pending(pending)) => Some(pending.wait.stage().into()),
            Some(Verdict::AccessDenied) => Some(State::Denied),
            _ => None,
        };
        if let Some(state) = led_to {
            self.state = state;
            if call.headers.text("X-state-token").is_some() || call.path.ends_with("-verify-code") {
                self.finished.push(call.clone());
            }
        }
        self.answer.insert(answer)
    }
}

/// The family's names of a channel, in the type of a code and in a path, and the factor of such a code.
fn spelling(channel: Channel) -> (&'static str, &'static str, Factor) {
    match channel {
        Channel::Sms => ("SMS", "sms", Factor::Sms),
        Channel::Email => ("EMS", "email", Factor::Email),
    }
}
