//! Prove a further factor in a pending login.
//!
//! A wrong answer costs a guess and does not spend the state token. A right one spends it, together with the code or the time step.

use super::{
    admit::Admitted,
    config::Core,
    pending::{Finished, PendingLogin},
    prove_code::prove_in_login,
    prove_totp::{OpenTotp, prove_totp},
    spent::UsedCode,
};
use crate::{
    Moment, Secret,
    code::CodePurpose,
    contact::Channel,
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{Next, PasswordStep, Wait},
    guess::{Aim, AttemptSlot},
    outcome::{Event, Fault, ProofRefusal, Verdict},
    step::{Step, Write},
    token::{Stage, StateToken, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A client's answer to the challenge of a further factor.
///
/// ```
/// use authflow::{
///     FactorResponse, Secret,
///     contact::Channel,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{Call, World, demo},
///     token::Untrusted,
/// };
/// use serde_json::json;
///
/// let mut world = World::new(); // mona has a second factor by SMS and e-mail
/// let (engine, caller) = (world.api.engine().clone(), Caller::from_headers(&demo::device())?);
/// let pending = world.login("mona");
/// let ask = Call::post("/api/v2/sdk/sms/send", &json!({ "type": "MFA_AUTH_SMS" }));
/// world.send(&ask.pending(pending.state_token()));
///
/// let (channel, recipient) = (Channel::Sms, None); // her own: the client need not know it
/// let response = FactorResponse::Code { channel, recipient, code: Secret::new(world.code()) };
/// let token = Untrusted::new(pending.state_token());
/// let step = engine.prove_factor(caller, token, response, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Debug)]
pub enum FactorResponse {
    /// A code that was sent.
    Code {
        /// The channel by which it was sent.
        channel: Channel,
        /// The recipient, if the client knows it. It must be the account's own, or its mask.
        recipient: Option<Secret>,
        /// The code as typed.
        code: Secret,
    },
    /// A time-based one-time password.
    Totp {
        /// The password as typed.
        code: Secret,
    },
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, StateToken>,
    response: FactorResponse,
    moment: Moment,
) -> Step {
    PendingLogin::resume(core, caller, presented, moment, &[Stage::FactorRequired], |admitted, login| {
        response.prove(admitted, login)
    })
}

impl FactorResponse {
    fn factor(&self) -> Factor {
        match self {
            Self::Code { channel, .. } => Factor::of_channel(*channel),
            Self::Totp { .. } => Factor::Totp,
        }
    }

    fn prove(self, admitted: Admitted, login: PendingLogin) -> Step {
        let factor = self.factor();
        match login.next(&admitted) {
            Next::Wait(Wait::FactorRequired { choices }) if choices.contains(factor) => {}
            Next::Wait(Wait::FactorRequired { .. }) => {
                return admitted.refuse_proof(Fault::CodeInvalid(factor), factor, ProofRefusal::NotEnrolled);
            }
            _ => return login.refuse_closed(admitted),
        }
        match self {
            Self::Code { channel, recipient: named, code } => {
                let purpose = CodePurpose::SecondFactor;
                prove_in_login(admitted, login, purpose, channel, named, code, move |admitted, proved| {
                    judged(admitted, factor, proved.map(|(login, code)| (login, Some(code), Vec::new())))
                })
            }
            Self::Totp { code } => {
                let account = login.account.id;
                // The secret is opened before a guess is counted, so that a one-time password that cannot be judged costs none.
                let open = match OpenTotp::of(&admitted.context.core, &login.account) {
                    Ok(open) => open,
                    Err(reason) => {
                        let event = Event::SecretNotOpened { account, reason };
                        return admitted.context.end_with(event, Verdict::Busy);
                    }
                };
                let slot = AttemptSlot::of_account(admitted.audience.tenant, account, factor);
                let aim = Aim::at(slot, factor);
                let claimant = open.map(|open| (open, login)).ok_or(ProofRefusal::NotEnrolled);
                prove_totp(admitted, aim, claimant, code, move |admitted, proved| {
                    judged(admitted, factor, proved.map(|(login, writes)| (login, None, writes)))
                })
            }
        }
    }
}

fn judged(
    admitted: Admitted,
    factor: Factor,
    proved: Result<(PendingLogin, Option<UsedCode>, Vec<Write>), ProofRefusal>,
) -> Step {
    let (login, code, writes) = match proved {
        Ok(proved) => proved,
        Err(reason) => return admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
    };
    let finished = Finished {
        password: PasswordStep::Open,
        proved: FactorSet::EMPTY.with(factor),
        proved_at: Some(admitted.now()),
        code,
        writes,
    };
    login.finish(admitted, finished).decide_access()
}
