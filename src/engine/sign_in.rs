//! Sign in with a first factor: a password, or a code that was sent.
//!
//! An account that is unknown, disabled, locked or without the factor goes through the same questions, in the same order, as one
//! whose password or code is wrong: found or not, a guess is counted and judged. Only after that do the ways part.

use super::{
    admit::{self, Admitted},
    candidate::Candidate,
    config::Core,
    login::Login,
    prove_code::prove_ownership,
    prove_password::prove_password,
    spent::UsedCode,
};
use crate::{
    Moment, Secret,
    account::{Account, Identifier},
    code::CodePurpose,
    contact::{Channel, Recipient},
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{PasswordStep, Progress, sign_in_code},
    outcome::{Fault, ProofRefusal},
    policy::Policy,
    step::{Step, Write},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// What a client signs in with.
#[derive(Clone, Debug)]
pub struct Credentials {
    /// Who they say they are.
    pub identifier: Identifier,
    /// The password as typed: not trimmed. What is hashed is its one spelling, or this where the verifier is of it.
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
    admit::admit(core, caller, moment, |admitted| credentials.prove(admitted))
}

pub(super) fn with_code(
    core: &Arc<Core>,
    caller: Caller,
    credentials: CodeCredentials,
    moment: Moment,
) -> Step {
    admit::admit(core, caller, moment, |admitted| credentials.prove(admitted))
}

impl Credentials {
    fn prove(self, admitted: Admitted) -> Step {
        let Self { identifier, password } = self;
        Candidate::find(admitted, identifier, Factor::Password, |admitted, candidate| {
            let is_allowed = admitted.policy().first_factors.contains(Factor::Password);
            let claimant = candidate.account.and_then(|account| match &account.password {
                Some(known) if is_allowed => Ok((known.verifier.clone(), account)),
                _ => Err(ProofRefusal::NotEnrolled),
            });
            prove_password(admitted, candidate.aim, claimant, password, "password", |admitted, proved| {
                match proved {
                    Ok((account, rehash)) => {
                        proved_by(admitted, Factor::Password, account, None, rehash.into_iter().collect())
                    }
                    Err(reason) => admitted.refuse_proof(Fault::CredentialsInvalid, Factor::Password, reason),
                }
            })
        })
    }
}

impl CodeCredentials {
    fn prove(self, admitted: Admitted) -> Step {
        let Self { recipient, code } = self;
        let factor = Factor::of_channel(recipient.channel());
        prove_ownership(admitted, CodePurpose::SignIn, recipient, signs_in, code, move |admitted, proved| {
            match proved {
                Ok((account, used)) => proved_by(admitted, factor, account, Some(used), Vec::new()),
                Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
            }
        })
    }
}

fn signs_in(policy: &Policy, account: &Account, channel: Channel) -> Result<Recipient, ProofRefusal> {
    sign_in_code(policy, account, channel).ok_or(ProofRefusal::NotEnrolled)
}

fn proved_by(
    admitted: Admitted,
    factor: Factor,
    account: Account,
    code: Option<UsedCode>,
    writes: Vec<Write>,
) -> Step {
    let auth_time = admitted.now();
    let progress = Progress { factors: FactorSet::EMPTY.with(factor), password: PasswordStep::Open };
    let (auth_start, spent) = (auth_time, None);
    Box::new(Login { admitted, account, progress, auth_start, auth_time, spent, code, writes })
        .decide_access()
}
