//! Prove a further factor in a pending login.
//!
//! A wrong answer costs a guess and does not spend the state token; a right one spends it, with the code or the time step.

use super::{
    admit::Admitted,
    config::Core,
    pending::{self, Finished, PendingLogin},
    prove_code::{PresentedCode, prove_code, slot_of},
    prove_totp::prove_totp,
};
use crate::{
    Channel, CodePurpose, Factor, FactorSet, Moment, Secret, Step,
    device::Caller,
    flow::{Next, PasswordStep},
    outcome::{Fault, ProofRefusal},
    step::{AttemptSlot, Write},
    token::{Stage, State, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A client's answer to the challenge of a further factor.
#[derive(Clone, Debug)]
pub enum FactorResponse {
    /// A code that was sent.
    Code {
        /// By which way.
        channel: Channel,
        /// To whom, as far as the client knows: if given, it must be the account's own, or its mask.
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

impl FactorResponse {
    fn factor(&self) -> Factor {
        match self {
            Self::Code { channel, .. } => Factor::of_channel(*channel),
            Self::Totp { .. } => Factor::Totp,
        }
    }
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    response: FactorResponse,
    moment: Moment,
) -> Step {
    pending::resume(core, caller, presented, moment, &[Stage::FactorRequired], |admitted, login| {
        resumed(admitted, login, response)
    })
}

fn resumed(admitted: Admitted, login: PendingLogin, response: FactorResponse) -> Step {
    let factor = response.factor();
    match login.next(&admitted) {
        Next::Factor(choices) if choices.contains(factor) => {}
        Next::Factor(_) => {
            return admitted.refuse_proof(Fault::CodeInvalid, factor, ProofRefusal::NotEnrolled);
        }
        _ => return login.refuse_closed(admitted),
    }
    match response {
        FactorResponse::Code { channel, recipient, code } => {
            let named = recipient;
            login.prove_code(
                admitted,
                CodePurpose::SecondFactor,
                channel,
                named,
                code,
                move |admitted, proved| factor_judged(admitted, factor, proved.map(|login| (login, None))),
            )
        }
        FactorResponse::Totp { code } => {
            let slot = AttemptSlot::of_account(admitted.audience.tenant, login.account.id, factor);
            let subject = login.account.totp.clone().ok_or(ProofRefusal::NotEnrolled);
            prove_totp(admitted, slot, subject.map(|totp| (totp, login)), code, move |admitted, proved| {
                factor_judged(admitted, factor, proved.map(|(login, used)| (login, Some(used))))
            })
        }
    }
}

fn factor_judged(
    admitted: Admitted,
    factor: Factor,
    proved: Result<(PendingLogin, Option<Write>), ProofRefusal>,
) -> Step {
    let (login, used) = match proved {
        Ok(proved) => proved,
        Err(reason) => return admitted.refuse_proof(Fault::CodeInvalid, factor, reason),
    };
    let proved_at = Some(admitted.context.moment.timestamp());
    let writes = used.into_iter().collect::<Vec<_>>();
    let proved = FactorSet::EMPTY.with(factor);
    login
        .finish(admitted, Finished { password: PasswordStep::Open, proved, proved_at, writes })
        .decide_access()
}

impl PendingLogin {
    /// Proves a code that was sent for this login. The state token that the login then spends is what makes the code count
    /// once: it was made for that token alone.
    pub(super) fn prove_code(
        self,
        admitted: Admitted,
        purpose: CodePurpose,
        channel: Channel,
        named: Option<Secret>,
        code: Secret,
        then: impl FnOnce(Admitted, Result<Self, ProofRefusal>) -> Step + Send + Sync + 'static,
    ) -> Step {
        let slot = slot_of(&admitted, self.account.id, channel);
        let Some(recipient) = self.account.recipient(channel) else {
            return then(admitted, Err(ProofRefusal::NotEnrolled));
        };
        let is_meant = named.is_none_or(|named| recipient.is_meant_by(named.expose()));
        let presented = PresentedCode { purpose, recipient, login: Some(self.id()), code };
        let subject = if is_meant { Ok(self) } else { Err(ProofRefusal::OtherRecipient) };
        prove_code(admitted, slot, subject, presented, |admitted, proved| {
            then(admitted, proved.map(|(login, _spent)| login))
        })
    }
}
