//! Change the password within a login, because it is about to expire or must be changed.
//!
//! First the rules judge the new password. Then the old one, or a code, is proved, and the host judges the new one. Finally, everything is
//! written at once. [`next`](crate::flow::next) says which proofs will do. A refusal on the way does not spend the state token. A wrong proof
//! costs a guess, and a refused new password costs nothing.

use super::{
    admit::Admitted,
    config::Core,
    new_password::{AcceptedPassword, NewPassword, RefusedPassword},
    pending::{Finished, PASSWORD_STAGES, PendingLogin},
    prove_code::prove_in_login,
    prove_password::{aim_at_password, prove_password},
    spent::UsedCode,
};
use crate::{
    Moment, Secret,
    code::CodePurpose,
    contact::Channel,
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{Next, PasswordStep, Wait, change_ends_links},
    outcome::{Fault, ProofRefusal},
    session::EndSessions,
    social::EndLinks,
    step::{Step, Write},
    token::{StateToken, Untrusted},
};
use alloc::sync::Arc;

/// A change of password within a login.
///
/// ```
/// use authflow::{
///     ChangeProof, PasswordChange, Secret,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new(); // victor's password has expired
/// let engine = world.api.engine().clone();
/// let pending = world.login("victor");
/// let mut change = |new: &str| {
///     let proof = ChangeProof::OldPassword(Secret::new(demo::PASSWORD));
///     let change = PasswordChange { proof, new_password: Secret::new(new) };
///     let caller = Caller::from_headers(&demo::device()).unwrap();
///     let token = Untrusted::new(pending.state_token());
///     let step = engine.change_password(caller, token, change, world.moment());
///     world.run(step).verdict
/// };
/// assert!(matches!(change("short"), Verdict::Refused(_)), "the state token is not spent");
/// assert!(matches!(change("Battery-Staple-8"), Verdict::SignedIn(_)));
/// ```
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// The proof that the subject may change the password.
    pub proof: ChangeProof,
    /// The new password.
    pub new_password: Secret,
}

/// The proof that a password may be changed within a login.
///
/// ```
/// use authflow::{
///     ChangeProof, PasswordChange, Secret,
///     contact::{Channel, Mobile},
///     device::Caller,
///     outcome::Verdict,
///     testkit::{Call, World, demo},
///     token::Untrusted,
/// };
/// use serde_json::json;
///
/// let mut world = World::new(); // victor's password has expired, and he has forgotten it
/// world.account("victor").mobile = Mobile::new("+86-13800000004").ok();
/// let engine = world.api.engine().clone();
/// let pending = world.login("victor");
/// let ask = Call::post("/api/v2/sdk/sms/send", &json!({ "type": "CHANGE_PWD_SMS" }));
/// world.send(&ask.pending(pending.state_token()));
///
/// let code = Secret::new(world.code());
/// let proof = ChangeProof::Code { channel: Channel::Sms, code };
/// let change = PasswordChange { proof, new_password: Secret::new("Battery-Staple-8") };
/// let (caller, token) =
///     (Caller::from_headers(&demo::device())?, Untrusted::new(pending.state_token()));
/// let step = engine.change_password(caller, token, change, world.moment());
/// assert!(matches!(world.run(step).verdict, Verdict::SignedIn(_)));
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Debug)]
pub enum ChangeProof {
    /// The present password as typed.
    OldPassword(Secret),
    /// A code that was sent for this change.
    Code {
        /// The channel by which it was sent.
        channel: Channel,
        /// The code as typed.
        code: Secret,
    },
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, StateToken>,
    change: PasswordChange,
    moment: Moment,
) -> Step {
    PendingLogin::resume(core, caller, presented, moment, PASSWORD_STAGES, |admitted, login| {
        change.prove(admitted, login)
    })
}

impl PasswordChange {
    fn prove(self, admitted: Admitted, login: PendingLogin) -> Step {
        let Self { proof, new_password: chosen } = self;
        let (by, verifier) = match (login.next(&admitted), &login.account.password) {
            (
                Next::Wait(Wait::PasswordExpiring { by, .. } | Wait::PasswordExpired { by, .. }),
                Some(password),
            ) => (by, password.verifier.clone()),
            _ => return login.refuse_closed(admitted),
        };
        match &proof {
            ChangeProof::OldPassword(_) if !by.contains(Factor::Password) => {
                return RefusedPassword::breached_proof(login.account.id).end(admitted);
            }
            ChangeProof::Code { channel, .. } if !by.contains(Factor::of_channel(*channel)) => {
                let factor = Factor::of_channel(*channel);
                return admitted.refuse_proof(Fault::CodeInvalid(factor), factor, ProofRefusal::NotEnrolled);
            }
            _ => {}
        }
        let old = match &proof {
            ChangeProof::OldPassword(old) => Some(old.clone()),
            ChangeProof::Code { .. } => None,
        };
        let new = match NewPassword::new(&admitted, Some(&login.account), chosen, old) {
            Ok(new) => new,
            Err(refused) => return refused.end(admitted),
        };
        match proof {
            ChangeProof::OldPassword(presented) => {
                let aim = aim_at_password(&admitted, login.account.id);
                let claimant = Ok((verifier, login));
                prove_password(admitted, aim, claimant, presented, "old_password", move |admitted, proved| {
                    match proved {
                        // The old password is about to be replaced, so its verifier is not renewed.
                        Ok((login, _rehash)) => judge(admitted, login, Proved::OldPassword, new),
                        Err(reason) => {
                            admitted.refuse_proof(Fault::OldPasswordInvalid, Factor::Password, reason)
                        }
                    }
                })
            }
            ChangeProof::Code { channel, code } => {
                let (factor, purpose) = (Factor::of_channel(channel), CodePurpose::ChangePassword);
                let then = move |admitted: Admitted, proved| match proved {
                    Ok((login, used)) => judge(admitted, login, Proved::Code(used), new),
                    Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(factor), factor, reason),
                };
                prove_in_login(admitted, login, purpose, channel, None, code, then)
            }
        }
    }
}

/// The proof that the password may be changed.
enum Proved {
    OldPassword,
    Code(UsedCode),
}

fn judge(admitted: Admitted, login: PendingLogin, proved: Proved, new: NewPassword) -> Step {
    new.judge(admitted, login, move |admitted, login, accepted| change(admitted, login, proved, accepted))
}

fn change(admitted: Admitted, login: PendingLogin, proved: Proved, accepted: AcceptedPassword) -> Step {
    let (factor, code) = match proved {
        Proved::OldPassword => (Factor::Password, None),
        Proved::Code(used) => (used.factor, Some(used)),
    };
    let ends_links = change_ends_links(&login.account);
    let mut writes = accepted.writes(&admitted, login.account.id, EndSessions::All);
    writes.extend(ends_links.then_some(Write::EndLinks(EndLinks::All)));
    let finished = Finished {
        password: PasswordStep::Changed,
        proved: FactorSet::EMPTY.with(factor),
        proved_at: Some(admitted.now()),
        code,
        writes,
    };
    login.finish(admitted, finished).decide_access()
}
