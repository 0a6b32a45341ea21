//! A pending login, taken up again with its state token.

use super::{
    admit::Admitted,
    config::Core,
    context::Context,
    login::{Login, Spent},
};
use crate::{
    Account, Moment, Step, Timestamp,
    device::Caller,
    flow::{Next, PasswordStep, Progress, next},
    outcome::{Event, Fault, TokenRefusal},
    step::{AccountKey, Write},
    token::{Stage, State, StateToken, TokenError, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

/// A pending login whose token is good and whose account has not changed since.
pub(super) struct PendingLogin {
    pub(super) account: Account,
    token: StateToken,
}

/// Takes a login up again at one of `stages`, and goes on with `then`.
pub(super) fn resume(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    moment: Moment,
    stages: &'static [Stage],
    then: impl FnOnce(Admitted, PendingLogin) -> Step + Send + Sync + 'static,
) -> Step {
    // Verified at once, while the text is at hand; judged after the application, which is the graver fault.
    let verified = core.ring.states().verify(presented, moment.timestamp());
    Context::new(core, caller, moment).admit(move |mut admitted| {
        let token = match verified {
            Ok(token) => token,
            Err(error) => {
                return admitted.refuse_token(Fault::StateTokenInvalid, None, TokenRefusal::Token(error));
            }
        };
        match refusal(&mut admitted, &token, stages) {
            Some(reason) => refuse(admitted, &token, reason),
            None => find_account(admitted, token, then),
        }
    })
}

/// Why the token may not be used for this: by this application, for this step, on this device.
fn refusal(admitted: &mut Admitted, token: &StateToken, stages: &[Stage]) -> Option<TokenRefusal> {
    let claims = token.claims();
    if claims.audience != admitted.audience {
        return Some(TokenRefusal::Token(TokenError::WrongAudience));
    }
    if !stages.contains(&claims.stage) {
        return Some(TokenRefusal::WrongStage(claims.stage));
    }
    let account = claims.account;
    let drift = admitted.context.caller.device.drift(token, admitted.application.policy.bindings);
    let drifted = drift.logged.into_iter().map(|device_trait| Event::DeviceDrifted { account, device_trait });
    admitted.context.events.extend(drifted);
    drift.refused.map(TokenRefusal::Device)
}

fn find_account(
    admitted: Admitted,
    token: StateToken,
    then: impl FnOnce(Admitted, PendingLogin) -> Step + Send + Sync + 'static,
) -> Step {
    admitted.find_account(AccountKey::Id(token.claims().account), move |admitted, found| match found {
        None => refuse(admitted, &token, TokenRefusal::AccountGone),
        Some(account) if account.revision != token.claims().revision => {
            refuse(admitted, &token, TokenRefusal::AccountChanged)
        }
        Some(account) => then(admitted, PendingLogin { account, token }),
    })
}

fn refuse(admitted: Admitted, token: &StateToken, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::StateTokenInvalid, Some(token.claims().account), reason)
}

impl PendingLogin {
    /// What the login needs now: the account may have grown older since the token was minted.
    pub(super) fn next(&self, admitted: &Admitted) -> Next {
        let Admitted { application, context, .. } = admitted;
        next(
            &application.policy,
            &self.account,
            self.progress(PasswordStep::Open),
            context.moment.timestamp(),
        )
    }

    /// The step that the token is for is no longer open.
    pub(super) fn refuse_closed(&self, admitted: Admitted) -> Step {
        refuse(admitted, &self.token, TokenRefusal::StepClosed)
    }

    /// The login with its password step done, about to spend its token and to write this.
    ///
    /// `proved_at` is the moment in which the subject has proved who they are again, where the step was a proof.
    pub(super) fn finish(
        self,
        admitted: Admitted,
        password: PasswordStep,
        proved_at: Option<Timestamp>,
        writes: Vec<Write>,
    ) -> Login {
        let (progress, claims) = (self.progress(password), self.token.claims());
        let (auth_start, auth_time) = (claims.auth_start, proved_at.unwrap_or(claims.auth_start));
        let spent = Some(Spent { id: claims.id, expires_at: claims.expires_at });
        Login { admitted, account: self.account, progress, auth_start, auth_time, spent, writes }
    }

    fn progress(&self, password: PasswordStep) -> Progress {
        Progress { factors: self.token.claims().factors, password }
    }
}
