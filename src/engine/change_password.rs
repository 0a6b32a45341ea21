//! Change the password within a login, because it is about to expire or must be changed.
//!
//! Prove the old one, judge the new one, then write everything at once. What is refused on the way does not spend the state
//! token: a wrong old password costs a guess, a refused new one nothing.

use super::{
    admit::Admitted,
    config::Core,
    pending::{self, PendingLogin},
    proof::Proof,
};
use crate::{
    Factor, Identifier, Moment, Secret, Step,
    device::Caller,
    flow::{Next, PasswordStep},
    outcome::{Event, Fault, NewPasswordRefusal, SignInRefusal},
    step::{Ask, AttemptSlot, EndSessions, JudgePassword, Judgement, Write},
    token::{Stage, State, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A change of password, proved by the old one.
#[derive(Clone, Debug)]
pub struct PasswordChange {
    /// The present password as typed.
    pub old_password: Secret,
    /// The new one.
    pub new_password: Secret,
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    change: PasswordChange,
    moment: Moment,
) -> Step {
    const STAGES: &[Stage] = &[Stage::PasswordExpiring, Stage::PasswordExpired];
    pending::resume(core, caller, presented, moment, STAGES, move |admitted, login| {
        resumed(admitted, login, change)
    })
}

fn resumed(admitted: Admitted, login: PendingLogin, change: PasswordChange) -> Step {
    match (login.next(&admitted), &login.account.password) {
        (Next::WarnPassword { .. } | Next::ChangePassword(_), Some(password)) => {
            let slot = AttemptSlot::of_account(admitted.audience.tenant, login.account.id, Factor::Password);
            let (verifier, presented) = (password.verifier.clone(), change.old_password.clone());
            let subject = Ok((verifier, (login, change)));
            Proof { admitted, slot, subject, presented, then: old_password_judged }.start()
        }
        _ => login.refuse_closed(admitted),
    }
}

fn old_password_judged(
    admitted: Admitted,
    proved: Result<(PendingLogin, PasswordChange), SignInRefusal>,
) -> Step {
    let (login, PasswordChange { old_password, new_password }) = match proved {
        Ok(proved) => proved,
        Err(reason) => {
            let account = admitted.context.facts.account;
            return admitted
                .context
                .refuse(Fault::OldPasswordInvalid, Event::SignInRefused { account, reason });
        }
    };
    let rules = admitted.application.policy.password_rules;
    let user_name = login.account.user_name.as_ref().map(Identifier::as_str);
    if let Err(violation) = rules.judge(new_password.expose(), user_name, Some(old_password.expose())) {
        return refuse(admitted, &login, NewPasswordRefusal::Rule(violation));
    }
    let question = JudgePassword { account: login.account.id, new_password: new_password.clone() };
    Step::JudgePassword(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<JudgePassword>(),
        Some(Judgement::Refused(reason)) => refuse(admitted, &login, NewPasswordRefusal::Host(reason)),
        Some(Judgement::Accepted) => new_password_accepted(admitted, login, new_password),
    }))
}

fn new_password_accepted(admitted: Admitted, login: PendingLogin, new_password: Secret) -> Step {
    let changed_at = admitted.context.moment.timestamp();
    let writes = Vec::from([
        Write::StorePassword { new_password, changed_at },
        // Whoever else is signed in may have come in by the old password.
        Write::EndSessions(EndSessions::All),
    ]);
    login.finish(admitted, PasswordStep::Changed, Some(changed_at), writes).decide_access()
}

fn refuse(admitted: Admitted, login: &PendingLogin, reason: NewPasswordRefusal) -> Step {
    let event = Event::NewPasswordRefused { account: login.account.id, reason };
    admitted.context.refuse(Fault::NewPasswordRefused, event)
}
