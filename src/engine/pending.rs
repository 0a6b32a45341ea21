//! A pending login, taken up again with its state token.

use super::{
    admit::{self, Admitted},
    ask::Then,
    config::Core,
    login::Login,
    retry::Opening,
    spent::{Spent, UsedCode},
};
use crate::{
    AccountId, Moment, Timestamp, TokenId,
    account::{Account, AccountKey},
    device::Caller,
    factor::FactorSet,
    flow::{Next, PasswordStep, Progress, next},
    outcome::{Event, Fault, TokenRefusal},
    social::pending::PendingIdentity,
    step::{Step, Write},
    token::{Place, Stage, StateClaims, StateToken, TokenError, Untrusted},
};
use alloc::{boxed::Box, sync::Arc, vec::Vec};

/// The stages in which a password may be changed.
pub(super) const PASSWORD_STAGES: &[Stage] = &[Stage::PasswordExpiring, Stage::PasswordExpired];

/// A pending login whose token is good and whose account has not changed since.
pub(super) struct PendingLogin {
    pub(super) account: Account,
    /// The token, which the next step uses up.
    token: Spent,
    /// The factors that have been proved.
    factors: FactorSet,
    /// When the login began.
    auth_start: Timestamp,
    /// The identity that is linked to the account with the session.
    link: Option<Box<PendingIdentity>>,
}

/// The result of a step of a login.
pub(super) struct Finished {
    /// The step's result for an old password.
    pub(super) password: PasswordStep,
    /// The factors that the step has proved.
    pub(super) proved: FactorSet,
    /// The time at which the subject has proved again who they are, if the step was a proof.
    pub(super) proved_at: Option<Timestamp>,
    /// The code that the step uses up, if it was proved by one.
    pub(super) code: Option<UsedCode>,
    /// The writes of the step.
    pub(super) writes: Vec<Write>,
}

impl PendingLogin {
    /// Takes a login up again at one of `stages`, and goes on with `then`.
    pub(super) fn resume(
        core: &Arc<Core>,
        caller: Caller,
        presented: Untrusted<'_, StateToken>,
        moment: Moment,
        stages: &'static [Stage],
        then: impl Then<Admitted, Self>,
    ) -> Step {
        // The token is verified at once, while its text is at hand. It is judged later, because an unknown
        // application is the graver fault.
        let verified = core.ring.state_tokens().verify(presented, moment.timestamp());
        admit::admit(core, caller, moment, move |mut admitted| {
            let token = match verified {
                Ok(token) => token,
                Err(error) => {
                    return admitted.refuse_token(Fault::StateTokenInvalid, None, TokenRefusal::Token(error));
                }
            };
            match refusal(&mut admitted, &token, stages) {
                Some(reason) => refuse(admitted, token.claims().account, reason),
                None => find_account(admitted, token.claims(), then),
            }
        })
    }

    /// Judges what the login needs now. The password may have aged since the token was minted.
    pub(super) fn next(&self, admitted: &Admitted) -> Next {
        let progress = Progress { factors: self.factors, password: PasswordStep::Open };
        next(admitted.policy(), &self.account, progress, admitted.now())
    }

    /// The id that binds codes to this login, if the device has nothing to bind them to.
    pub(super) fn id(&self) -> TokenId {
        *self.token.id()
    }

    /// The time and factors with which a skip in this login opens a session.
    pub(super) fn opening(&self) -> Opening {
        Opening { auth_time: self.auth_start, factors: self.factors }
    }

    /// The step that the token is for is no longer open.
    pub(super) fn refuse_closed(&self, admitted: Admitted) -> Step {
        refuse(admitted, self.account.id, TokenRefusal::StepClosed)
    }

    /// The login after a step. It is about to spend its token and to write what the step writes.
    pub(super) fn finish(self, admitted: Admitted, finished: Finished) -> Box<Login> {
        let Finished { password, proved, proved_at, code, writes } = finished;
        let Self { account, token, factors, auth_start, link } = self;
        let progress = Progress { factors: factors.union(proved), password };
        let (auth_time, spent) = (proved_at.unwrap_or(auth_start), Some(token));
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
    }
}

/// The reason why the token may not be used for this: by this application, for this step, on this device.
fn refusal(admitted: &mut Admitted, token: &StateToken, stages: &[Stage]) -> Option<TokenRefusal> {
    let claims = token.claims();
    if claims.audience != admitted.audience {
        return Some(TokenRefusal::Token(TokenError::WrongAudience));
    }
    if !stages.contains(&claims.stage) {
        return Some(TokenRefusal::WrongStage(claims.stage));
    }
    let account = claims.account;
    let (context, bindings) = (&admitted.context, admitted.policy().bindings);
    let drift = bindings.drift(token, &context.device, &context.core.ring);
    if drift.refused.is_none() && token.key() == Place::Signer {
        admitted.context.known_digest = Some(claims.device.fingerprint);
    }
    let drifted = drift.logged.into_iter().map(|device_trait| Event::DeviceDrifted { account, device_trait });
    admitted.context.outcome.events.extend(drifted);
    drift.refused.map(TokenRefusal::Device)
}

/// Only what the login still needs of the token goes on, because the token has been judged.
fn find_account(admitted: Admitted, claims: &StateClaims, then: impl Then<Admitted, PendingLogin>) -> Step {
    let StateClaims { account: id, revision, factors, auth_start, .. } = *claims;
    let (token, link) = (Spent::state_token(claims), claims.link.clone());
    admitted.find_account(AccountKey::Id(id), move |admitted, found| match found {
        None => refuse(admitted, id, TokenRefusal::AccountGone),
        Some(account) if account.revision != revision => refuse(admitted, id, TokenRefusal::AccountChanged),
        Some(account) => then(admitted, PendingLogin { account, token, factors, auth_start, link }),
    })
}

fn refuse(admitted: Admitted, account: AccountId, reason: TokenRefusal) -> Step {
    admitted.refuse_token(Fault::StateTokenInvalid, Some(account), reason)
}
