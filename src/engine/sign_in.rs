//! Sign in with a first factor: a password, or a code that was sent.
//!
//! An account that is unknown, disabled, locked or without the factor goes through the same questions, in the same order, as one
//! whose password or code is wrong: found or not, a guess is counted and judged. Only after that do the ways part.

use super::{
    admit::{self, Admitted},
    config::Core,
    login::Login,
    prove_code::{PresentedCode, prove_code},
    prove_password::prove_password,
    spent::Spent,
};
use crate::{
    Account, AccountStatus, Channel, CodePurpose, Factor, FactorSet, Identifier, Moment, Recipient, Secret,
    Step,
    device::Caller,
    flow::{PasswordStep, Progress},
    outcome::{Event, Fault, ProofRefusal},
    policy::SecondFactor,
    step::{AccountKey, AttemptSlot, TypedName},
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

/// A code that a client signs in with.
#[derive(Clone, Debug)]
pub struct CodeCredentials {
    /// To whom it was sent.
    pub recipient: Recipient,
    /// The code as typed.
    pub code: Secret,
}

pub(super) fn with_password(
    core: &Arc<Core>,
    caller: Caller,
    credentials: Credentials,
    moment: Moment,
) -> Step {
    let Credentials { identifier, password } = credentials;
    admit::admit(core, caller, moment, move |admitted| {
        admitted.find_guessed(identifier, Factor::Password, move |admitted, slot, account| {
            let is_allowed = admitted.application.policy.first_factors.contains(Factor::Password);
            let subject = account.and_then(|account| match &account.password {
                Some(known) if is_allowed => Ok((known.verifier.clone(), account)),
                _ => Err(ProofRefusal::NotEnrolled),
            });
            prove_password(admitted, slot, subject, password, |admitted, proved| {
                let proved = proved.map(|account| (account, None));
                first_factor_judged(admitted, Factor::Password, proved)
            })
        })
    })
}

pub(super) fn with_code(
    core: &Arc<Core>,
    caller: Caller,
    credentials: CodeCredentials,
    moment: Moment,
) -> Step {
    let CodeCredentials { recipient, code } = credentials;
    let factor = Factor::of_channel(recipient.channel());
    admit::admit(core, caller, moment, move |admitted| {
        admitted.prove_sent_code(CodePurpose::SignIn, recipient, code, move |admitted, proved| {
            let proved = proved.map(|(account, spent)| (account, Some(spent)));
            first_factor_judged(admitted, factor, proved)
        })
    })
}

impl Admitted {
    /// Finds the account that a client claims to be, if it may sign in at all, and where guesses at it are counted.
    pub(super) fn find_guessed(
        self,
        identifier: Identifier,
        factor: Factor,
        then: impl FnOnce(Self, AttemptSlot, Result<Account, ProofRefusal>) -> Step + Send + Sync + 'static,
    ) -> Step {
        // Guesses at a name that no account has are counted too.
        let typed = TypedName::new(self.audience.tenant, &identifier, factor);
        self.find_account(AccountKey::Identifier(identifier), move |admitted, found| match found {
            None => then(admitted, typed.slot(), Err(ProofRefusal::UnknownAccount)),
            Some(account) => {
                let slot = typed.slot_of(account.id);
                let is_active = account.status == AccountStatus::Active;
                then(admitted, slot, if is_active { Ok(account) } else { Err(ProofRefusal::Inactive) })
            }
        })
    }

    /// Proves, by a code outside any pending login, to be the owner of an account's recipient.
    pub(super) fn prove_sent_code(
        self,
        purpose: CodePurpose,
        named: Recipient,
        code: Secret,
        then: impl FnOnce(Self, Result<(Account, Spent), ProofRefusal>) -> Step + Send + Sync + 'static,
    ) -> Step {
        let channel = named.channel();
        self.find_guessed(
            named.clone().into(),
            Factor::of_channel(channel),
            move |admitted, slot, account| {
                let recipient = account
                    .as_ref()
                    .ok()
                    .and_then(|account| admitted.code_recipient(account, purpose, channel));
                let (subject, recipient) = match recipient {
                    Some(recipient) => (account, recipient),
                    None => (account.and(Err(ProofRefusal::NotEnrolled)), named),
                };
                let presented = PresentedCode { purpose, recipient, login: None, code };
                prove_code(admitted, slot, subject, presented, then)
            },
        )
    }

    /// Where codes of this purpose go, outside a pending login: nowhere, where one may not sign in with them, or where the channel
    /// is a second factor of the account already. One channel that resets the password and then proves the second factor would be
    /// both factors.
    pub(super) fn code_recipient(
        &self,
        account: &Account,
        purpose: CodePurpose,
        channel: Channel,
    ) -> Option<Recipient> {
        let (policy, factor) = (&self.application.policy, Factor::of_channel(channel));
        let is_second_factor = policy.second_factor != SecondFactor::Off && account.enrolled.contains(factor);
        let serves = match purpose {
            CodePurpose::SignIn => policy.first_factors.contains(factor),
            CodePurpose::ForgottenPassword => !is_second_factor,
            CodePurpose::UpdatePassword => true,
            CodePurpose::SecondFactor | CodePurpose::ChangePassword => false,
        };
        account.recipient(channel).filter(|_| serves)
    }

    /// Refuses a proof: `fault` for the client, the reason for the log.
    pub(super) fn refuse_proof(self, fault: Fault, factor: Factor, reason: ProofRefusal) -> Step {
        let account = self.context.outcome.facts.account;
        self.context.refuse(fault, Event::ProofRefused { account, factor, reason })
    }
}

fn first_factor_judged(
    admitted: Admitted,
    factor: Factor,
    proved: Result<(Account, Option<Spent>), ProofRefusal>,
) -> Step {
    let (account, spent) = match proved {
        Ok(proved) => proved,
        Err(reason) => {
            let is_password = factor == Factor::Password;
            let fault = if is_password { Fault::CredentialsInvalid } else { Fault::CodeInvalid };
            return admitted.refuse_proof(fault, factor, reason);
        }
    };
    let auth_time = admitted.context.moment.timestamp();
    let progress = Progress { factors: FactorSet::EMPTY.with(factor), password: PasswordStep::Open };
    let (auth_start, writes) = (auth_time, Vec::new());
    Login { admitted, account, progress, auth_start, auth_time, spent, writes }.decide_access()
}
