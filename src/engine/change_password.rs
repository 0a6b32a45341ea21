//! Change the password within a login, because it is about to expire or must be changed.
//!
//! Prove the old one or a code, judge the new one, then write everything at once. What is refused on the way does not spend the
//! state token: a wrong proof costs a guess, a refused new password nothing.

use super::{
    admit::Admitted,
    config::Core,
    pending::{self, Finished, PASSWORD_STAGES, PendingLogin},
    prove_password::prove_password,
};
use crate::{
    Channel, CodePurpose, Factor, FactorSet, Moment, Secret, Step,
    device::Caller,
    flow::{Next, PasswordStep},
    outcome::Fault,
    step::{AttemptSlot, EndSessions, Write},
    token::{State, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A change of password within a login.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// What proves that the subject may.
    pub proof: ChangeProof,
    /// The new password.
    pub new_password: Secret,
}

/// What proves that a password may be changed within a login.
#[derive(Clone, Debug)]
pub enum ChangeProof {
    /// The present password as typed.
    OldPassword(Secret),
    /// A code that was sent for this.
    Code {
        /// By which way.
        channel: Channel,
        /// The code as typed.
        code: Secret,
    },
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    change: PasswordChange,
    moment: Moment,
) -> Step {
    pending::resume(core, caller, presented, moment, PASSWORD_STAGES, move |admitted, login| {
        resumed(admitted, login, change)
    })
}

fn resumed(admitted: Admitted, login: PendingLogin, change: PasswordChange) -> Step {
    let PasswordChange { proof, new_password } = change;
    let verifier = match (login.next(&admitted), &login.account.password) {
        (Next::WarnPassword { .. } | Next::ChangePassword(_), Some(password)) => password.verifier.clone(),
        _ => return login.refuse_closed(admitted),
    };
    match proof {
        ChangeProof::OldPassword(old) => {
            let slot = AttemptSlot::of_account(admitted.audience.tenant, login.account.id, Factor::Password);
            let presented = old.clone();
            prove_password(admitted, slot, Ok((verifier, login)), presented, move |admitted, proved| {
                match proved {
                    Ok(login) => proof_judged(admitted, login, Factor::Password, Some(old), new_password),
                    Err(reason) => admitted.refuse_proof(Fault::OldPasswordInvalid, Factor::Password, reason),
                }
            })
        }
        ChangeProof::Code { channel, code } => {
            let factor = Factor::of_channel(channel);
            let purpose = CodePurpose::ChangePassword;
            login.prove_code(admitted, purpose, channel, None, code, move |admitted, proved| match proved {
                Ok(login) => proof_judged(admitted, login, factor, None, new_password),
                Err(reason) => admitted.refuse_proof(Fault::CodeInvalid, factor, reason),
            })
        }
    }
}

fn proof_judged(
    admitted: Admitted,
    login: PendingLogin,
    factor: Factor,
    old: Option<Secret>,
    new_password: Secret,
) -> Step {
    let account = login.account.clone();
    admitted.judge_new_password(&account, old.as_ref(), new_password, move |admitted, new_password| {
        new_password_accepted(admitted, login, factor, new_password)
    })
}

fn new_password_accepted(
    admitted: Admitted,
    login: PendingLogin,
    factor: Factor,
    new_password: Secret,
) -> Step {
    let changed_at = admitted.context.moment.timestamp();
    let writes = Vec::from([
        Write::StorePassword { new_password, changed_at },
        // Whoever else is signed in may have come in by the old password.
        Write::EndSessions(EndSessions::All),
    ]);
    let finished = Finished {
        password: PasswordStep::Changed,
        proved: FactorSet::EMPTY.with(factor),
        proved_at: Some(changed_at),
        writes,
    };
    login.finish(admitted, finished).decide_access()
}
