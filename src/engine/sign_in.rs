//! Sign in with an identifier and a password.
//!
//! An account that is unknown, disabled, locked or without a password goes through the same questions, in the same order,
//! as one whose password is wrong: found or not, a guess is counted, and a password is verified. Only after that do the
//! ways part.

use super::{admit::Admitted, config::Core, context::Context, login::Login, proof::Proof};
use crate::{
    Account, AccountStatus, Factor, FactorSet, Identifier, Moment, Secret, Step,
    device::Caller,
    flow::{PasswordStep, Progress},
    outcome::{Event, Fault, SignInRefusal},
    step::{AccountKey, AttemptSlot},
};
use alloc::{sync::Arc, vec::Vec};

/// What a client signs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who they say they are.
    pub identifier: Identifier,
    /// The password as typed: not trimmed, not normalised.
    pub password: Secret,
}

pub(super) fn start(core: &Arc<Core>, caller: Caller, credentials: Credentials, moment: Moment) -> Step {
    let Credentials { identifier, password } = credentials;
    Context::new(core, caller, moment).admit(move |admitted| {
        // Guesses at a name that no account has are counted too.
        let nobodys = AttemptSlot::of_identifier(admitted.audience.tenant, &identifier, Factor::Password);
        admitted.find_account(AccountKey::Identifier(identifier), move |admitted, account| {
            account_looked_up(admitted, nobodys, account, password)
        })
    })
}

fn account_looked_up(
    admitted: Admitted,
    nobodys: AttemptSlot,
    account: Option<Account>,
    presented: Secret,
) -> Step {
    let tenant = admitted.audience.tenant;
    let slot = account
        .as_ref()
        .map_or(nobodys, |account| AttemptSlot::of_account(tenant, account.id, Factor::Password));
    Proof { admitted, slot, subject: subject_of(account), presented, then: password_judged }.start()
}

/// What a password of this account is verified against, and the account itself, if a right one would count.
fn subject_of(account: Option<Account>) -> Result<(Secret, Account), SignInRefusal> {
    let account = account.ok_or(SignInRefusal::UnknownAccount)?;
    if account.status != AccountStatus::Active {
        return Err(SignInRefusal::Inactive);
    }
    let password = account.password.as_ref().ok_or(SignInRefusal::NoPassword)?;
    Ok((password.verifier.clone(), account))
}

fn password_judged(admitted: Admitted, proved: Result<Account, SignInRefusal>) -> Step {
    let account = match proved {
        Ok(account) => account,
        Err(reason) => {
            let account = admitted.context.facts.account;
            return admitted
                .context
                .refuse(Fault::CredentialsInvalid, Event::SignInRefused { account, reason });
        }
    };
    let auth_time = admitted.context.moment.timestamp();
    let progress =
        Progress { factors: FactorSet::EMPTY.with(Factor::Password), password: PasswordStep::Open };
    let (auth_start, spent, writes) = (auth_time, None, Vec::new());
    Login { admitted, account, progress, auth_start, auth_time, spent, writes }.decide_access()
}
