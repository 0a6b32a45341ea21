//! The engine: one configuration, and one entry point for every operation.
//!
//! An operation takes a judged [`Caller`], what it is about, and a [`Moment`], and answers with a [`Step`]. It reads top
//! to bottom in a file of its own, as methods named after what has just happened. Hosts with routes of their own call it
//! here; [`sdk::Api`](crate::sdk::Api) calls it for the family's routes.

mod admit;
mod change_password;
mod config;
mod context;
mod login;
mod password_is_set;
mod pending;
mod proof;
mod refuse;
mod sign_in;
mod skip_password;

pub use change_password::PasswordChange;
pub use config::{Applications, Config, ConfigError};
pub use sign_in::Credentials;

use crate::{
    Moment, Step,
    device::{Caller, HeaderFaults, Language},
    token::{Id, Issuer, KeyRing, State, Untrusted},
};
use alloc::sync::Arc;
use config::Core;

/// Runs logins under one configuration. Cheap to clone; keys are rotated by making a new one.
#[derive(Clone, Debug)]
pub struct Engine {
    core: Arc<Core>,
}

impl Engine {
    /// Checks a configuration and makes an engine of it.
    ///
    /// # Errors
    /// When two applications have the same client id.
    pub fn new(config: Config) -> Result<Self, ConfigError> {
        Ok(Self { core: Arc::new(Core::new(config)?) })
    }

    /// The keys, for middleware that verifies session tokens.
    pub fn ring(&self) -> &KeyRing {
        &self.core.ring
    }

    /// Who issues the id tokens.
    pub fn issuer(&self) -> &Issuer {
        &self.core.issuer
    }

    /// The language of messages where neither the caller nor an application says one.
    pub fn language(&self) -> Language {
        self.core.language
    }

    /// Signs in with an identifier and a password.
    ///
    /// Asks, in this order and whether or not there is such an account, [`FindAccount`](crate::step::FindAccount),
    /// [`ReserveAttempt`](crate::step::ReserveAttempt) and [`VerifyPassword`](crate::step::VerifyPassword); only when the
    /// password is right, [`SettleAttempt`](crate::step::SettleAttempt), [`DecideAccess`](crate::step::DecideAccess) and,
    /// to issue a session, [`Commit`](crate::step::Commit).
    pub fn sign_in(&self, caller: Caller, credentials: Credentials, moment: Moment) -> Step {
        sign_in::start(&self.core, caller, credentials, moment)
    }

    /// Skips the change of a password that is about to expire, and goes on with the login (seed page "Skipping Force
    /// Password Change").
    ///
    /// Asks [`FindAccount`](crate::step::FindAccount), [`DecideAccess`](crate::step::DecideAccess) and
    /// [`Commit`](crate::step::Commit), which spends the state token, counts the skip and opens the session at once.
    pub fn skip_password(&self, caller: Caller, state_token: Untrusted<'_, State>, moment: Moment) -> Step {
        skip_password::start(&self.core, caller, state_token, moment)
    }

    /// Changes the password within a login, proved by the old one, and goes on with the login.
    ///
    /// Asks [`FindAccount`](crate::step::FindAccount), [`ReserveAttempt`](crate::step::ReserveAttempt) and
    /// [`VerifyPassword`](crate::step::VerifyPassword) for the old password; where that is right,
    /// [`SettleAttempt`](crate::step::SettleAttempt); where the new one follows the rules, [`JudgePassword`](crate::step::JudgePassword),
    /// [`DecideAccess`](crate::step::DecideAccess) and [`Commit`](crate::step::Commit). A refusal does not spend the state
    /// token; a wrong old password is a counted guess.
    pub fn change_password(
        &self,
        caller: Caller,
        state_token: Untrusted<'_, State>,
        change: PasswordChange,
        moment: Moment,
    ) -> Step {
        change_password::start(&self.core, caller, state_token, change, moment)
    }

    /// Tells a signed-in subject whether they have set a password (seed page "Check if Personal Password is Set").
    ///
    /// Asks [`CheckSession`](crate::step::CheckSession) and [`FindAccount`](crate::step::FindAccount).
    pub fn password_is_set(&self, caller: Caller, id_token: Untrusted<'_, Id>, moment: Moment) -> Step {
        password_is_set::start(&self.core, caller, id_token, moment)
    }

    /// Refuses a request whose headers were refused.
    pub fn refuse_headers(&self, faults: HeaderFaults) -> Step {
        refuse::headers(&self.core, faults)
    }

    /// Refuses a request whose body is not what its call takes, once the application is known: an unknown one is the
    /// graver fault. `reason` is for the log.
    pub fn refuse_body(&self, caller: Caller, reason: &'static str, moment: Moment) -> Step {
        refuse::body(&self.core, caller, reason, moment)
    }
}
