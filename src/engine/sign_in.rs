//! Sign in with a first factor: a password, or a code that was sent.
//!
//! An account that is unknown, disabled, locked or without the factor goes through the same questions, in the same order, as one whose password
//! or code is wrong. A guess is counted and judged whether the account is found or not. The cases differ only after that.

use super::{
    admit::{self, Admitted},
    ask::Then,
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
    password::Verifier,
    policy::Policy,
    step::{Step, Write},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};
use core::mem;

/// The identifier and password that a client signs in with.
///
/// ```
/// use authflow::{
///     Credentials, Secret,
///     account::{Identifier, UserName},
///     device::Caller,
///     outcome::{Fault, Verdict},
///     testkit::{World, demo},
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// let mut sign_in = |typed: &str, password: &str| {
///     let credentials = Credentials {
///         // one field, for a name, a number or an address
///         identifier: Identifier::of_any(UserName::new(typed).unwrap()),
///         password: Secret::new(password),
///     };
///     let caller = Caller::from_headers(&demo::device()).unwrap();
///     let step = engine.sign_in(caller, credentials, world.moment());
///     world.run(step).verdict
/// };
/// assert!(matches!(sign_in("Alice", demo::PASSWORD), Verdict::SignedIn(_)));
/// for (typed, password) in [("alice", "a guess"), ("nobody", demo::PASSWORD)] {
///     assert!(matches!(sign_in(typed, password), Verdict::Refused(Fault::CredentialsInvalid)));
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Credentials {
    /// The identifier of the account that the client signs in to.
    pub identifier: Identifier,
    /// The password as typed, not trimmed. Its one spelling is hashed, or the typed text if the verifier was made of that.
    pub password: Secret,
}

/// A code that a client signs in with.
///
/// ```
/// use authflow::{
///     CodeCredentials, Secret,
///     contact::{Channel, Recipient},
///     device::Caller,
///     outcome::Verdict,
///     testkit::{Call, World, demo},
/// };
/// use serde_json::json;
///
/// let mut world = World::new(); // nora has no password, only a mobile
/// let engine = world.api.engine().clone();
/// let ask = json!({ "mobile": "+86-13800000001", "type": "LOGIN_SMS" });
/// world.send(&Call::post("/api/v2/sdk/sms/send", &ask));
/// let code = world.code();
///
/// // Any spelling of her number will do, and so will a code with a gap.
/// let credentials = CodeCredentials {
///     recipient: Recipient::new(Channel::Sms, "0086 138 0000 0001")?,
///     code: Secret::new(format!("{} {}", &code[..3], &code[3..])),
/// };
/// let caller = Caller::from_headers(&demo::device())?;
/// let step = engine.sign_in_with_code(caller, credentials, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug)]
pub struct CodeCredentials {
    /// The recipient of the code.
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
    admit::admit(core, caller, moment, |admitted| credentials.sign_in(admitted))
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
    fn sign_in(self, admitted: Admitted) -> Step {
        self.prove(admitted, |admitted, proved| match proved {
            Ok((account, rehash)) => {
                proved_by(admitted, Factor::Password, account, None, rehash.into_iter().collect())
            }
            Err(reason) => admitted.refuse_proof(Fault::CredentialsInvalid, Factor::Password, reason),
        })
    }

    /// Goes on with the account that the credentials prove and, if the verifier is outdated, the write that renews it.
    pub(super) fn prove(
        self,
        admitted: Admitted,
        then: impl Then<Admitted, Result<(Account, Option<Write>), ProofRefusal>>,
    ) -> Step {
        let Self { identifier, password } = self;
        Candidate::find(admitted, identifier, Factor::Password, |admitted, candidate| {
            let is_allowed = admitted.policy().first_factors.contains(Factor::Password);
            // The verifier is taken out, since nothing reads it after this. A copy would have to be wiped, and would make a guess at somebody cost
            // more than one at nobody.
            let claimant = candidate.account.and_then(|mut account| match &mut account.password {
                Some(known) if is_allowed => {
                    let verifier = mem::replace(&mut known.verifier, Verifier::new(""));
                    Ok((verifier, account))
                }
                _ => Err(ProofRefusal::NotEnrolled),
            });
            prove_password(admitted, candidate.aim, claimant, password, "password", then)
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

pub(super) fn proved_by(
    admitted: Admitted,
    factor: Factor,
    account: Account,
    code: Option<UsedCode>,
    writes: Vec<Write>,
) -> Step {
    let auth_time = admitted.now();
    let progress = Progress { factors: FactorSet::EMPTY.with(factor), password: PasswordStep::Open };
    let (auth_start, spent, link) = (auth_time, None, None);
    Box::new(Login {
        admitted,
        account,
        is_new: false,
        progress,
        auth_start,
        auth_time,
        spent,
        code,
        link,
        writes,
    })
    .decide_access()
}
