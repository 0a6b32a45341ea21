//! Logins that are fast-forwarded to a state.

use super::{Login, Setup, World, demo};
use crate::{
    Timestamp,
    account::Account,
    factor::Factor,
    flow::State,
    password::{Ageing, MustChange},
    policy::{Policy, SecondFactor},
    token::Stage,
};

/// A login to fast-forward. It has a policy, and a subject whose account is made to suit the policy.
///
/// ```
/// use authflow::{factor::Factor, policy::Policy, testkit::Scenario, token::Stage};
///
/// let scenario = Scenario::new(Policy::default()).with_second_factor(Factor::Sms);
/// let login = scenario.reach(Stage::FactorRequired).unwrap();
/// assert_eq!(login.answer().text("status"), "MFA_AUTH");
///
/// let refused = scenario.reach(Stage::PasswordExpiring).err().unwrap();
/// assert_eq!(
///     refused.to_string(),
///     "PasswordExpiring cannot be reached: the login stands at SessionIssued"
/// );
/// ```
#[derive(Clone, Debug)]
pub struct Scenario {
    setup: Setup,
    second_factor: Option<Factor>,
}

/// A state that no account reaches under the policy, and the state that the login is in instead.
///
/// ```
/// use authflow::{
///     flow::State,
///     policy::Policy,
///     testkit::{Scenario, Unreachable},
///     token::Stage,
/// };
///
/// // By default no password ages: nobody is ever warned.
/// let refused = Scenario::new(Policy::default()).reach(Stage::PasswordExpiring).err().unwrap();
/// let Unreachable { wanted, reached } = refused;
/// assert_eq!(wanted, State::Pending(Stage::PasswordExpiring));
/// assert_eq!(reached, State::SessionIssued);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{wanted} cannot be reached: the login stands at {reached}")]
pub struct Unreachable {
    /// The state that was wanted.
    pub wanted: State,
    /// The state that the login is in instead.
    pub reached: State,
}

impl Scenario {
    /// A scenario under this policy.
    pub fn new(policy: Policy) -> Self {
        Self::with_setup(Setup::new(policy))
    }

    /// A scenario with this set-up.
    pub fn with_setup(setup: Setup) -> Self {
        Self { setup, second_factor: None }
    }

    /// Gives the subject this second factor. Without this call, the subject has an authenticator if one is needed.
    #[must_use]
    pub fn with_second_factor(self, factor: Factor) -> Self {
        Self { second_factor: Some(factor), ..self }
    }

    /// A login in this state, reached by the family's calls alone. A login only passes through [`State::Skipped`] and [`State::PasswordChanged`]. If
    /// you ask for one of them, you get a login that has passed through it and is at [`State::SessionIssued`]. No login is at
    /// [`State::PasswordReset`].
    ///
    /// # Errors
    /// When the policy does not lead to the state.
    pub fn reach(&self, state: impl Into<State>) -> Result<Login, Unreachable> {
        let state = state.into();
        let mut world = World::with_setup(self.setup.clone());
        world.host.accounts.push(self.subject(state));
        world.host.denied = state == State::Denied;
        let mut login = Login::new(world, self.setup.clone());
        if state == State::Start {
            return Ok(login);
        }
        login.sign_in();
        if state != State::Pending(Stage::FactorRequired)
            && login.state == State::Pending(Stage::FactorRequired)
        {
            login.prove_factor();
        }
        let end = match state {
            State::Skipped | State::PasswordChanged => State::SessionIssued,
            other => other,
        };
        let went = match (state, login.state) {
            (State::Skipped, State::Pending(Stage::PasswordExpiring)) => {
                login.skip();
                true
            }
            (State::PasswordChanged, State::Pending(Stage::PasswordExpiring | Stage::PasswordExpired)) => {
                login.change_password();
                true
            }
            (State::Skipped | State::PasswordChanged, _) => false,
            _ => true,
        };
        let reached = login.state;
        if went && reached == end { Ok(login) } else { Err(Unreachable { wanted: state, reached }) }
    }

    fn subject(&self, state: State) -> Account {
        let Policy { ageing, second_factor, first_factors, .. } = self.setup.policy;
        let mut account = demo::account(Login::SUBJECT);
        let needed = state == State::Pending(Stage::FactorRequired) || second_factor == SecondFactor::Always;
        if let Some(factor) = self.second_factor.or(needed.then_some(Factor::Totp)) {
            demo::enrol(factor, &mut account);
        }
        if !first_factors.contains(Factor::Password) {
            demo::make_reachable(&mut account);
        }
        let mut password = demo::password(demo::PASSWORD, demo::START);
        match (state, ageing) {
            (State::Pending(Stage::PasswordExpiring) | State::Skipped, Some(ageing)) => {
                password.changed_at = warned_since(&ageing);
            }
            (State::Pending(Stage::PasswordExpired) | State::PasswordChanged, Some(ageing)) => {
                password.changed_at = days_ago(u64::from(ageing.max_age_days()));
            }
            (State::Pending(Stage::PasswordExpired) | State::PasswordChanged, None) => {
                password.must_change = Some(MustChange::AdministratorReset);
            }
            _ => {}
        }
        account.password = Some(password);
        account
    }
}

/// The time of a password whose warning begins now.
fn warned_since(ageing: &Ageing) -> Timestamp {
    days_ago(u64::from(ageing.max_age_days()) - u64::from(ageing.warn_before_days()))
}

fn days_ago(days: u64) -> Timestamp {
    demo::START.minus_seconds(days * demo::DAY)
}
