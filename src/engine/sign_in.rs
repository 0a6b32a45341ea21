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
    step::{AccountKey, AttemptSlot, VerifyPassword},
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
        admitted.find_account(AccountKey::Identifier(identifier), move |admitted, key, account| {
            account_looked_up(admitted, &key, account, password)
        })
    })
}

fn account_looked_up(
    admitted: Admitted,
    key: &AccountKey,
    account: Option<Account>,
    presented: Secret,
) -> Step {
    let tenant = admitted.audience.tenant;
    let slot = match (&account, key) {
        (Some(account), _) => AttemptSlot::of_account(tenant, account.id, Factor::Password),
        (None, AccountKey::Id(id)) => AttemptSlot::of_account(tenant, *id, Factor::Password),
        (None, AccountKey::Identifier(typed)) => AttemptSlot::of_identifier(tenant, typed, Factor::Password),
    };
    let verifier = verifier_of(account.as_ref());
    let then = move |admitted, proved| password_judged(admitted, account, proved);
    Proof { admitted, slot, verifier, presented, then }.start()
}

/// What a password of this account is verified against, if a right one would count.
fn verifier_of(account: Option<&Account>) -> Result<Secret, SignInRefusal> {
    let account = account.ok_or(SignInRefusal::UnknownAccount)?;
    if account.status != AccountStatus::Active {
        return Err(SignInRefusal::Inactive);
    }
    account.password.as_ref().map(|password| password.verifier.clone()).ok_or(SignInRefusal::NoPassword)
}

fn password_judged(admitted: Admitted, account: Option<Account>, proved: Result<(), SignInRefusal>) -> Step {
    match (proved, account) {
        (Err(reason), account) => {
            let account = account.map(|account| account.id);
            admitted.context.refuse(Fault::CredentialsInvalid, Event::SignInRefused { account, reason })
        }
        (Ok(()), Some(account)) => {
            let auth_time = admitted.context.moment.timestamp();
            let progress =
                Progress { factors: FactorSet::EMPTY.with(Factor::Password), password: PasswordStep::Open };
            let (auth_start, spent, writes) = (auth_time, None, Vec::new());
            Login { admitted, account, progress, auth_start, auth_time, spent, writes }.decide_access()
        }
        // Not reached: a password is only right for an account.
        (Ok(()), None) => admitted.context.contradiction::<VerifyPassword>(),
    }
}
