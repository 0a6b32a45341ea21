//! Skip the change of a password that is about to expire.

use super::{
    admit::Admitted,
    config::Core,
    context::Context,
    login::{Login, Spent},
};
use crate::{
    Account, Moment, Step,
    device::Caller,
    flow::{Next, PasswordStep, Progress, next},
    outcome::{Event, Fault, TokenRefusal},
    step::{AccountKey, Write},
    token::{Stage, State, StateToken, TokenError, Untrusted},
};
use alloc::sync::Arc;

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    moment: Moment,
) -> Step {
    // Verified at once, while the text is at hand; judged after the application, which is the graver fault.
    let verified = core.ring.states().verify(presented, moment.timestamp());
    Context::new(core, caller, moment).admit(move |admitted| application_found(admitted, verified))
}

fn application_found(mut admitted: Admitted, verified: Result<StateToken, TokenError>) -> Step {
    let token = match verified {
        Ok(token) => token,
        Err(error) => return refuse(admitted, None, TokenRefusal::Token(error)),
    };
    let claims = token.claims();
    let account = claims.account;
    if claims.audience != admitted.audience {
        return refuse(admitted, Some(&token), TokenRefusal::Token(TokenError::WrongAudience));
    }
    if claims.stage != Stage::PasswordExpiring {
        let stage = claims.stage;
        return refuse(admitted, Some(&token), TokenRefusal::WrongStage(stage));
    }
    let drift = admitted.context.caller.device.drift(&token, admitted.application.policy.bindings);
    let drifted = drift.logged.into_iter().map(|device_trait| Event::DeviceDrifted { account, device_trait });
    admitted.context.events.extend(drifted);
    if let Some(device_trait) = drift.refused {
        return refuse(admitted, Some(&token), TokenRefusal::Device(device_trait));
    }
    admitted.find_account(AccountKey::Id(account), move |admitted, _, found| match found {
        Some(account) => account_found(admitted, &token, account),
        None => refuse(admitted, Some(&token), TokenRefusal::AccountGone),
    })
}

fn account_found(admitted: Admitted, token: &StateToken, account: Account) -> Step {
    let claims = token.claims();
    if account.revision != claims.revision {
        return refuse(admitted, Some(token), TokenRefusal::AccountChanged);
    }
    let policy = &admitted.application.policy;
    let progress = Progress { factors: claims.factors, password: PasswordStep::Open };
    let open = next(policy, &account, progress, admitted.context.moment.timestamp());
    let (Next::WarnPassword { .. }, Some(ageing)) = (open, &policy.ageing) else {
        return refuse(admitted, Some(token), TokenRefusal::StepClosed);
    };
    let spent = Spent {
        id: claims.id,
        expires_at: claims.expires_at,
        write: Write::RecordSkip { budget: ageing.max_skips() },
    };
    let progress = Progress { password: PasswordStep::Skipped, ..progress };
    Login { admitted, account, progress, auth_start: claims.auth_start, spent: Some(spent) }.decide_access()
}

fn refuse(admitted: Admitted, token: Option<&StateToken>, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::StateTokenInvalid, token.map(|token| token.claims().account), reason)
}
