//! A signed-in subject sets or changes their own password.

use super::{
    admit::Admitted,
    bearer::{self, Bearer},
    config::Core,
    prove_code::{PresentedCode, prove_code, slot_of},
    prove_password::prove_password,
};
use crate::{
    Channel, CodePurpose, Factor, Lifetime, Moment, Secret, Step,
    device::Caller,
    outcome::{Event, Fault, ProofRefusal},
    step::AttemptSlot,
    token::{Id, Untrusted},
};
use alloc::sync::Arc;

/// How recently one must have signed in to set a first password, which nothing else proves the right to.
const RECENT: Lifetime = Lifetime::of::<600>();

/// A change of one's own password.
#[derive(Clone, Debug)]
pub struct OwnPasswordChange {
    /// The present password as typed; `None` where none is set.
    pub old_password: Option<Secret>,
    /// The new one.
    pub new_password: Secret,
}

pub(super) fn change(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, Id>,
    change: OwnPasswordChange,
    moment: Moment,
) -> Step {
    bearer::resume(core, caller, presented, moment, |admitted, bearer| {
        let OwnPasswordChange { old_password, new_password } = change;
        match (&bearer.account.password, old_password) {
            (None, _) => set_first(admitted, bearer, new_password),
            (Some(_), None) => {
                admitted.refuse_proof(Fault::OldPasswordInvalid, Factor::Password, ProofRefusal::Wrong)
            }
            (Some(known), Some(old)) => {
                let verifier = known.verifier.clone();
                change_known(admitted, verifier, bearer, old, new_password)
            }
        }
    })
}

fn set_first(admitted: Admitted, bearer: Bearer, new_password: Secret) -> Step {
    let now = admitted.context.moment.timestamp();
    if now >= bearer.record.auth_time.plus(RECENT) {
        let event = Event::SignInNotRecent { account: bearer.account.id };
        return admitted.context.refuse(Fault::SignInNotRecent, event);
    }
    judge_and_store(admitted, bearer, None, new_password)
}

fn change_known(
    admitted: Admitted,
    verifier: Secret,
    bearer: Bearer,
    old: Secret,
    new_password: Secret,
) -> Step {
    let slot = AttemptSlot::of_account(admitted.audience.tenant, bearer.account.id, Factor::Password);
    prove_password(
        admitted,
        slot,
        Ok((verifier, bearer)),
        old.clone(),
        move |admitted, proved| match proved {
            Ok(bearer) => judge_and_store(admitted, bearer, Some(old), new_password),
            Err(reason) => admitted.refuse_proof(Fault::OldPasswordInvalid, Factor::Password, reason),
        },
    )
}

fn judge_and_store(admitted: Admitted, bearer: Bearer, old: Option<Secret>, new_password: Secret) -> Step {
    let Bearer { account, record } = bearer;
    let judged = account.clone();
    admitted.judge_new_password(&judged, old.as_ref(), new_password, move |admitted, new_password| {
        admitted.store_new_password(&account, Some(record.session), None, new_password)
    })
}

impl Admitted {
    /// Changes a signed-in subject's password, proved by a code to their mobile.
    pub(super) fn change_own_password_by_code(
        self,
        presented: Untrusted<'_, Id>,
        code: Secret,
        new_password: Secret,
    ) -> Step {
        self.bearer(presented, move |admitted, bearer| {
            let slot = slot_of(&admitted, bearer.account.id, Channel::Sms);
            let Some(recipient) = bearer.account.recipient(Channel::Sms) else {
                return admitted.refuse_proof(Fault::CodeInvalid, Factor::Sms, ProofRefusal::NotEnrolled);
            };
            let purpose = CodePurpose::UpdatePassword;
            let presented = PresentedCode { purpose, recipient, login: None, code };
            prove_code(admitted, slot, Ok(bearer), presented, move |admitted, proved| match proved {
                Err(reason) => admitted.refuse_proof(Fault::CodeInvalid, Factor::Sms, reason),
                Ok((Bearer { account, record }, spent)) => {
                    let judged = account.clone();
                    admitted.judge_new_password(&judged, None, new_password, move |admitted, new_password| {
                        admitted.store_new_password(&account, Some(record.session), Some(spent), new_password)
                    })
                }
            })
        })
    }
}
