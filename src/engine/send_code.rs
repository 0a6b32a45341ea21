//! Send a code: judges who asks for which code, and whether anybody may have such a code.

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
    flow::{Next, Wait, link_proofs, registers_anybody},
    outcome::{Fault, MemberProblem, SendFailure, TokenRefusal},
    policy::Policy,
    step::Step,
    token::{Stage, StateToken, TokenError, Untrusted},
};
use alloc::sync::Arc;

/// A client's request for a code.
///
/// ```
/// use authflow::{
///     CodeRequest, Secret,
///     code::CodePurpose,
///     contact::Channel,
///     device::Caller,
///     outcome::Verdict,
///     testkit::{World, demo},
///     token::Untrusted,
/// };
///
/// let mut world = World::new();
/// let engine = world.api.engine().clone();
/// for mobile in ["+86-13800000001", "+86-19900000000"] {
///     let request = CodeRequest {
///         purpose: CodePurpose::SignIn,
///         channel: Channel::Sms,
///         recipient: Some(Secret::new(mobile)),
///         captcha_token: None,
///     };
///     let caller = Caller::from_headers(&demo::device())?;
///     let outside = Untrusted::new(b""); // of no pending login
///     let step = engine.send_code(caller, outside, request, world.moment());
///     assert!(matches!(world.run(step).verdict, Verdict::Done), "the client learns no more");
/// }
/// let decoys: Vec<_> = world.host.outbox.iter().map(|message| message.decoy).collect();
/// assert_eq!(decoys, [false, true], "nobody has the second number");
/// # Ok::<(), authflow::device::HeaderFaults>(())
/// ```
#[derive(Clone, Debug)]
pub struct CodeRequest {
    /// The purpose. A purpose of a pending login comes with its state token, and no other purpose does.
    pub purpose: CodePurpose,
    /// The channel by which it is sent.
    pub channel: Channel,
    /// The recipient: a number or an address. It may be missing within a pending login, where the account's own recipient is meant. If it is given
    /// there, it must be the account's own recipient or its mask.
    pub recipient: Option<Secret>,
    /// The client's captcha token. It is judged if a captcha is demanded, by the policy or because half of the daily sum has been asked for. It is
    /// ignored otherwise, and within a pending login.
    pub captcha_token: Option<Secret>,
}

/// The purpose of a code that is asked for outside logins. It depends on the application's dialect and policy, and on the purpose and channel in the
/// request. It is `None` if no call takes such a code.
pub(crate) type Meant = fn(Dialect, &Policy, CodePurpose, Channel) -> Option<CodePurpose>;

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, StateToken>,
    request: CodeRequest,
    meant: Meant,
    moment: Moment,
) -> Step {
    if request.purpose.is_of_pending_login() && !presented.is_empty() {
        let stages = match request.purpose {
            CodePurpose::SecondFactor => &[Stage::FactorRequired],
            _ => PASSWORD_STAGES,
        };
        PendingLogin::resume(core, caller, presented, moment, stages, |admitted, login| {
            request.in_login(admitted, &login)
        })
    } else if presented.is_empty() || request.purpose == CodePurpose::LinkIdentity {
        // A code to link an identity is sent to anybody who asks. A link token says nothing about an account, so it is not looked at.
        admit::admit(core, caller, moment, move |admitted| request.outside(admitted, meant))
    } else {
        admit::admit(core, caller, moment, |admitted| {
            admitted.refuse_body(MemberProblem::NotOfLogins.of("type"))
        })
    }
}

/// Whether such a code can prove anything for anybody. A code that proves nothing is not sent. A new contact belongs to nobody, so only a signed-in
/// subject can have a code sent to it ([`own_contact`](super::own_contact)).
fn has_use(admitted: &Admitted, purpose: CodePurpose, channel: Channel) -> bool {
    match purpose {
        CodePurpose::ForgottenPassword => admitted.policy().recovery.contains(channel),
        CodePurpose::Register => registers_anybody(admitted.policy(), channel),
        CodePurpose::LinkIdentity => link_proofs(admitted.policy()).contains(Factor::of_channel(channel)),
        CodePurpose::UpdateContact => false,
        _ => true,
    }
}

impl CodeRequest {
    /// Sends a code without a state token.
    fn outside(self, admitted: Admitted, meant: Meant) -> Step {
        match meant(admitted.application.dialect, admitted.policy(), self.purpose, self.channel) {
            Some(purpose) if purpose.is_of_pending_login() => {
                let missing = TokenRefusal::Token(TokenError::Malformed);
                admitted.refuse_token(Fault::StateTokenInvalid, None, missing)
            }
            Some(purpose) if has_use(&admitted, purpose, self.channel) => {
                Self { purpose, ..self }.outside_logins(admitted)
            }
            _ => admitted.refuse_body(MemberProblem::NotTaken.of("type")),
        }
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
        // A refusal of other recipients would reveal, call by call, which one is right. So another recipient is answered as if it were right, and
        // costs the same.
        let is_meant = named.is_none_or(|named| recipient.is_meant_by(named.expose(), admitted.numbering()));
        let owner = is_meant.then_some((account.id, account.revision));
        let (tenant, policy) = (admitted.audience.tenant, admitted.policy().sending);
        let slot = SendSlot::of_account(&admitted.context.core.ring, tenant, account.id, channel);
        let budget = SendBudget::of(slot, CodeOwner::account(tenant, account.id), policy, admitted.now());
        let login = Some(login.id());
        Sending {
            admitted,
            purpose,
            recipient,
            login,
            owner,
            asked: None,
            budget,
            asker: None,
            stranger: None,
        }
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
        // A contact that will be stored must say its country. A contact by which an account is only looked up need not.
        if purpose == CodePurpose::Register && !named.can_be_reached() {
            return admitted.refuse_body(malformed.of(member));
        }
        let stranger = Stranger::new(named, captcha_token);
        if admitted.policy().demands_captcha {
            // The captcha is judged before anything is counted or written, so that robots cost neither the recipient's budget nor the host's space.
            stranger.judge(admitted, move |admitted, stranger| stranger.send(admitted, purpose))
        } else {
            stranger.send(admitted, purpose)
        }
    }
}
