//! The settings that the page gives for a new world.

use authflow::{
    Dialect,
    account::Account,
    factor::Factor,
    flow::State,
    password::MustChange,
    policy::Policy,
    testkit::{Login, Scenario, Setup, Unreachable, demo},
};
use serde::Deserialize;

/// The settings that the page gives for a new world.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Settings {
    pub(crate) policy: Policy,
    pub(crate) dialect: Dialect,
    subject: Subject,
}

/// The subject who signs in.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Subject {
    /// The age of the password in days.
    password_days: u16,
    must_change: Option<MustChange>,
    second_factor: Option<Factor>,
}

impl Settings {
    /// The login of the subject, before its first call.
    pub(crate) fn login(&self) -> Result<Login, Unreachable> {
        let setup = Setup { dialect: self.dialect, tells_attempts: true, ..Setup::new(self.policy) };
        let mut login = Scenario::with_setup(setup).reach(State::Start)?;
        *login.world.account(Login::SUBJECT) = self.account();
        Ok(login)
    }

    fn account(&self) -> Account {
        let mut account = demo::account(Login::SUBJECT);
        demo::make_reachable(&mut account);
        if let Some(factor) = self.subject.second_factor {
            demo::enrol(factor, &mut account);
        }
        let set = demo::START.minus_seconds(u64::from(self.subject.password_days) * demo::DAY);
        let mut password = demo::password(demo::PASSWORD, set);
        password.must_change = self.subject.must_change;
        account.password = Some(password);
        account
    }
}
