//! Send a code: what is asked for, by whom, and whether a code of its kind may be had.

use super::{
    admit::{self, Admitted},
    config::Core,
    pending::{PASSWORD_STAGES, PendingLogin},
    sending::{Sending, refuse},
    stranger::Stranger,
};
use crate::{
    Dialect, Moment, Secret,
    code::{CodeOwner, CodePurpose, SendBudget, SendSlot},
    contact::{Channel, Recipient},
    device::Caller,
    factor::Factor,
    flow::{Next, Wait},
    outcome::{MemberProblem, SendFailure},
    step::Step,
    token::{Stage, StateToken, Untrusted},
};
use alloc::sync::Arc;

/// A client's wish to have a code sent.
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// What for. A purpose of a pending login goes with its state token, and no other does.
    pub purpose: CodePurpose,
    /// By which way.
    pub channel: Channel,
    /// To whom: a number or an address. Within a pending login the account's own is meant, and this may be left out; if given,
    /// it must be that or its mask.
    pub recipient: Option<Secret>,
    /// What the client presents against robots. Judged by the host where a captcha is demanded, by the policy or because half of what is sent
    /// in all has been asked for; passed over elsewhere and within a pending login.
    pub captcha_token: Option<Secret>,
}

/// Whether a call takes a code for this, by this way, in an application of this dialect.
pub(crate) type IsTaken = fn(Dialect, CodePurpose, Channel) -> bool;

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, StateToken>,
    request: CodeRequest,
    is_taken: IsTaken,
    moment: Moment,
) -> Step {
    if request.purpose.is_of_pending_login() {
        let stages = match request.purpose {
            CodePurpose::SecondFactor => &[Stage::FactorRequired],
            _ => PASSWORD_STAGES,
        };
        PendingLogin::resume(core, caller, presented, moment, stages, |admitted, login| {
            request.in_login(admitted, &login)
        })
    } else if presented.is_empty() {
        admit::admit(core, caller, moment, move |admitted| {
            if request.is_taken(&admitted, is_taken) {
                request.outside_logins(admitted)
            } else {
                admitted.refuse_body(MemberProblem::NotTaken.of("type"))
            }
        })
    } else {
        admit::admit(core, caller, moment, |admitted| {
            admitted.refuse_body(MemberProblem::NotOfLogins.of("type"))
        })
    }
}

impl CodeRequest {
    /// Whether anything comes of such a code, for anybody: one that no call takes is not sent.
    fn is_taken(&self, admitted: &Admitted, is_taken: IsTaken) -> bool {
        let resets = admitted.policy().recovery.contains(self.channel);
        (self.purpose != CodePurpose::ForgottenPassword || resets)
            && is_taken(admitted.application.dialect, self.purpose, self.channel)
    }

    fn in_login(self, admitted: Admitted, login: &PendingLogin) -> Step {
        let Self { purpose, channel, recipient: named, captcha_token: _ } = self;
        let factor = Factor::of_channel(channel);
        let is_open = match (purpose, login.next(&admitted)) {
            (CodePurpose::SecondFactor, Next::Wait(Wait::FactorRequired { choices })) => {
                choices.contains(factor)
            }
            (
                CodePurpose::ChangePassword,
                Next::Wait(Wait::PasswordExpiring { by, .. } | Wait::PasswordExpired { by, .. }),
            ) => by.contains(factor),
            _ => return login.refuse_closed(admitted),
        };
        let account = &login.account;
        let Some(recipient) = account.recipient(channel).filter(|_| is_open) else {
            let account = Some(account.id);
            return refuse(admitted, account, SendFailure::NoRecipient);
        };
        // Refusing another recipient would tell, call by call, which one is right. It is answered as if it were, and paid for.
        let is_meant = named.is_none_or(|named| recipient.is_meant_by(named.expose(), admitted.numbering()));
        let owner = is_meant.then_some((account.id, account.revision));
        let (tenant, policy) = (admitted.audience.tenant, admitted.policy().sending);
        let slot = SendSlot::of_account(&admitted.context.core.ring, tenant, account.id, channel);
        let budget = SendBudget::of(slot, CodeOwner::account(tenant, account.id), policy, admitted.now());
        Sending { admitted, purpose, recipient, login: Some(login.id()), owner, budget, stranger: None }
            .store()
    }

    fn outside_logins(self, admitted: Admitted) -> Step {
        let Self { purpose, channel, recipient: named, captcha_token } = self;
        let (member, malformed) = match channel {
            Channel::Sms => ("mobile", MemberProblem::NotAMobile),
            Channel::Email => ("email", MemberProblem::NotAnEmail),
        };
        let Some(named) = named else {
            return admitted.refuse_body(MemberProblem::Missing.of(member));
        };
        let Ok(named) = Recipient::new(channel, named.expose()) else {
            return admitted.refuse_body(malformed.of(member));
        };
        let named = named.completed(admitted.numbering());
        let stranger = Stranger::new(named, captcha_token);
        if admitted.policy().demands_captcha {
            // Before anything is counted or written: robots are to cost neither the recipient's budget nor the host's space.
            stranger.judge(admitted, move |admitted, stranger| stranger.send(admitted, purpose))
        } else {
            stranger.send(admitted, purpose)
        }
    }
}
