//! A signed-in subject sets or changes their own password.

use super::{
    admit::Admitted,
    ask::Then,
    authenticate::PresentedToken,
    config::Core,
    new_password::{NewPassword, RefusedPassword},
    open_session::{OpenSession, of_bearer, with_id_token, with_session},
    prove_code::{PresentedCode, aim_at},
    prove_password::{aim_at_password, prove_password},
    spent::UsedCode,
};
use crate::{
    AccountId, Lifetime, Moment, Secret,
    code::CodePurpose,
    contact::Channel,
    device::Caller,
    factor::Factor,
    flow::{first_password, old_password, own_password},
    outcome::{Event, Fault, ProofRefusal},
    step::{AccessPurpose, Step},
    token::{IdToken, Untrusted},
};
use alloc::sync::Arc;

/// How recently one must have signed in to set a password without the old one.
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
    presented: PresentedToken<'_>,
    change: OwnPasswordChange,
    moment: Moment,
) -> Step {
    match presented {
        PresentedToken::Bearer(presented) => {
            with_id_token(core, caller, presented, moment, |admitted, session| {
                change.start(admitted, session, Fault::IdTokenInvalid)
            })
        }
        PresentedToken::Session(presented) => {
            with_session(core, caller, presented, moment, |admitted, session| {
                change.start(admitted, session, Fault::SessionTokenInvalid)
            })
        }
    }
}

/// Before anything is proved: so a denial tells nothing of the old password, counts no guess and spends no code.
fn may_change(
    admitted: Admitted,
    session: OpenSession,
    fault: Fault,
    then: impl Then<Admitted, OpenSession>,
) -> Step {
    session.allowed(admitted, AccessPurpose::OwnPassword, fault, then)
}

impl OwnPasswordChange {
    fn start(self, admitted: Admitted, session: OpenSession, fault: Fault) -> Step {
        may_change(admitted, session, fault, |admitted, session| self.prove(admitted, session))
    }

    fn prove(self, admitted: Admitted, session: OpenSession) -> Step {
        let Self { old_password: presented, new_password: chosen } = self;
        let (verifier, old) = match (&session.account.password, presented) {
            (None, _) => return set_first(admitted, session, chosen),
            (Some(_), None) => {
                return admitted.refuse_proof(
                    Fault::OldPasswordInvalid,
                    Factor::Password,
                    ProofRefusal::Wrong,
                );
            }
            (Some(_), Some(_)) if !old_password(&session.account, session.record.factors) => {
                return RefusedPassword::breached_proof(session.account.id).end(admitted);
            }
            (Some(known), Some(old)) => (known.verifier.clone(), old),
        };
        let presented = old.clone();
        let new = match NewPassword::new(&admitted, Some(&session.account), chosen, Some(old)) {
            Ok(new) => new,
            Err(refused) => return refused.end(admitted),
        };
        let aim = aim_at_password(&admitted, session.account.id);
        let claimant = Ok((verifier, session));
        prove_password(admitted, aim, claimant, presented, "old_password", |admitted, proved| {
            match proved {
                // What changes is not hashed anew.
                Ok((session, _rehash)) => store(admitted, session, new, None),
                Err(reason) => admitted.refuse_proof(Fault::OldPasswordInvalid, Factor::Password, reason),
            }
        })
    }
}

fn set_first(admitted: Admitted, session: OpenSession, chosen: Secret) -> Step {
    let account = session.account.id;
    if !is_fresh(&admitted, &session) {
        return refuse_stale(admitted, account);
    }
    if let Err(reason) = first_password(&session.account, session.record.factors) {
        let event = Event::FirstPasswordRefused { account, reason };
        return admitted.context.refuse(Fault::SignInNotRecent, event);
    }
    match NewPassword::new(&admitted, Some(&session.account), chosen, None) {
        Ok(new) => store(admitted, session, new, None),
        Err(refused) => refused.end(admitted),
    }
}

/// Changes a signed-in subject's password, proved by a code to their mobile.
pub(super) fn change_by_code(
    admitted: Admitted,
    presented: Untrusted<'_, IdToken>,
    code: Secret,
    chosen: Secret,
) -> Step {
    of_bearer(admitted, presented, |admitted, session| {
        let fault = Fault::IdTokenInvalid;
        may_change(admitted, session, fault, |admitted, session| {
            prove_by_code(admitted, session, code, chosen)
        })
    })
}

fn prove_by_code(admitted: Admitted, session: OpenSession, code: Secret, chosen: Secret) -> Step {
    if !is_fresh(&admitted, &session) {
        return refuse_stale(admitted, session.account.id);
    }
    let aim = aim_at(&admitted, session.account.id, Channel::Sms);
    let recipient = match own_password(&session.account, session.record.factors, Channel::Sms) {
        Ok(recipient) => recipient,
        Err(reason) => {
            return admitted.refuse_proof(Fault::CodeInvalid(Factor::Sms), Factor::Sms, reason.into());
        }
    };
    let new = match NewPassword::new(&admitted, Some(&session.account), chosen, None) {
        Ok(new) => new,
        Err(refused) => return refused.end(admitted),
    };
    let purpose = CodePurpose::UpdatePassword;
    let presented = PresentedCode { purpose, recipient, login: None, code };
    presented.prove(admitted, aim, Ok(session), move |admitted, proved| match proved {
        Err(reason) => admitted.refuse_proof(Fault::CodeInvalid(Factor::Sms), Factor::Sms, reason),
        Ok((session, used)) => store(admitted, session, new, Some(used)),
    })
}

/// Whether a session is good enough to set a password without the old one, on the device that it is of. Its record has the time of its
/// sign-in by the clock of the instance that issued it, which may be ahead of this one.
fn is_fresh(admitted: &Admitted, session: &OpenSession) -> bool {
    admitted.context.core.ring.skew().is_recent(session.record.auth_time, RECENT, admitted.now())
}

fn refuse_stale(admitted: Admitted, account: AccountId) -> Step {
    admitted.context.refuse(Fault::SignInNotRecent, Event::SignInNotRecent { account })
}

fn store(admitted: Admitted, session: OpenSession, new: NewPassword, code: Option<UsedCode>) -> Step {
    new.judge(admitted, session, move |admitted, session, accepted| {
        let OpenSession { account, record } = session;
        accepted.store(admitted, &account, Some(record.session), code)
    })
}
