//! Send a code.
//!
//! Outside a pending login, a recipient that no account has goes through the same questions as one that has: a code is made,
//! counted against the recipient's budget, stored under a digest that nothing will match, and handed to the host as a decoy.

use super::{
    admit::{self, Admitted},
    config::Core,
    pending::{self, PASSWORD_STAGES, PendingLogin},
    prove_code::Binding,
};
use crate::{
    AccountId, AccountStatus, Channel, CodePurpose, Factor, Moment, Recipient, Revision, Secret, Step,
    TokenId,
    device::Caller,
    flow::Next,
    outcome::{Event, Fault, SendFailure, Verdict},
    step::{
        AccountKey, Ask, Captcha, CodeKey, Commit, CommitRefusal, Committed, Deliver, Delivery, JudgeCaptcha,
        SendBudget, SendSlot, StoredCode, Write,
    },
    token::{Stage, State, Untrusted},
};
use alloc::{sync::Arc, vec::Vec};

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
    /// What the client presents against robots, for the host to judge; not looked at within a pending login.
    pub captcha_token: Option<Secret>,
}

pub(super) fn start(
    core: &Arc<Core>,
    caller: Caller,
    presented: Untrusted<'_, State>,
    request: CodeRequest,
    moment: Moment,
) -> Step {
    if request.purpose.is_of_pending_login() {
        let stages = match request.purpose {
            CodePurpose::SecondFactor => &[Stage::FactorRequired],
            _ => PASSWORD_STAGES,
        };
        pending::resume(core, caller, presented, moment, stages, move |admitted, login| {
            login_resumed(admitted, &login, request)
        })
    } else if presented.is_empty() {
        admit::admit(core, caller, moment, move |admitted| application_found(admitted, request))
    } else {
        admit::admit(core, caller, moment, |admitted| {
            admitted.refuse_body("a code of this type does not belong to a pending login")
        })
    }
}

fn login_resumed(admitted: Admitted, login: &PendingLogin, request: CodeRequest) -> Step {
    let CodeRequest { purpose, channel, recipient: named, captcha_token: _ } = request;
    let factor = Factor::of_channel(channel);
    let is_open = match (purpose, login.next(&admitted)) {
        (CodePurpose::SecondFactor, Next::Factor(choices)) => choices.contains(factor),
        (CodePurpose::ChangePassword, Next::WarnPassword { .. } | Next::ChangePassword(_)) => true,
        _ => return login.refuse_closed(admitted),
    };
    let account = &login.account;
    let Some(recipient) = account.recipient(channel).filter(|_| is_open) else {
        return admitted.refuse_send(Some(account.id), SendFailure::NoRecipient);
    };
    // Refusing another recipient would tell, call by call, which one is right. It is answered as if it were, and paid for.
    let is_meant = named.is_none_or(|named| recipient.is_meant_by(named.expose()));
    let owner = is_meant.then_some((account.id, account.revision));
    let slot = SendSlot::of_account(admitted.audience.tenant, account.id, channel);
    Sending { purpose, recipient, login: Some(login.id()), owner, slot }.store(admitted)
}

fn application_found(admitted: Admitted, request: CodeRequest) -> Step {
    let CodeRequest { purpose, channel, recipient: named, captcha_token } = request;
    let named = named.and_then(|named| Recipient::new(channel, named.expose()).ok());
    let Some(named) = named else {
        return admitted.refuse_body("the recipient is missing or malformed");
    };
    // Before anything is counted or written: robots are to cost neither the recipient's budget nor the host's space.
    let question =
        JudgeCaptcha { audience: admitted.audience, device: admitted.context.device.clone(), captcha_token };
    Step::JudgeCaptcha(Ask::new(question, move |_, answer| match answer {
        None => admitted.context.unavailable::<JudgeCaptcha>(),
        Some(Captcha::Failed) => admitted.refuse_send(None, SendFailure::Captcha),
        Some(Captcha::Passed) => captcha_passed(admitted, purpose, named),
    }))
}

fn captcha_passed(admitted: Admitted, purpose: CodePurpose, named: Recipient) -> Step {
    let key = AccountKey::Identifier(named.clone().into());
    let slot = SendSlot::of_recipient(admitted.audience.tenant, &named);
    admitted.find_account(key, move |admitted, found| {
        let found = found.filter(|account| account.status == AccountStatus::Active);
        let known = found.and_then(|account| {
            // To the account's own contact, whatever the host took the typed one for.
            let own = admitted.code_recipient(&account, purpose, named.channel())?;
            Some((own, (account.id, account.revision)))
        });
        let (recipient, owner) = known.map_or((named, None), |(own, owner)| (own, Some(owner)));
        Sending { purpose, recipient, login: None, owner, slot }.store(admitted)
    })
}

/// A code about to be made and sent.
struct Sending {
    purpose: CodePurpose,
    recipient: Recipient,
    login: Option<TokenId>,
    /// Whose recipient it is; `None` for a decoy.
    owner: Option<(AccountId, Revision)>,
    /// Where it is counted.
    slot: SendSlot,
}

impl Sending {
    /// Counted and stored first, sent last: what cannot be counted is not sent.
    fn store(self, admitted: Admitted) -> Step {
        let context = &admitted.context;
        let now = context.moment.timestamp();
        let lifetimes = admitted.application.policy.lifetimes;
        let key = CodeKey::new(&admitted.audience, self.purpose, &self.recipient, self.login);
        let account = self.owner.map(|(account, _)| account);
        let binding = Binding::new(key, self.owner);
        let code = context.core.ring.draw_code(&context.moment, &binding.parts());
        let stored = StoredCode {
            digest: context.core.ring.digest_code(&binding.parts(), code.expose()),
            expires_at: now.plus(lifetimes.code()),
        };
        let budget = SendBudget::new(self.slot, admitted.application.policy.sending, now);
        let question = Commit {
            claim: None,
            audience: admitted.audience,
            account,
            expected: self.owner.map(|(_, revision)| revision),
            writes: Vec::from([Write::StoreCode { key, code: stored, budget }]),
        };
        Step::Commit(Ask::new(question, move |_, answer| match answer {
            None => admitted.context.unavailable::<Commit>(),
            Some(Committed::Done) => self.deliver(admitted, code),
            Some(Committed::Changed) => admitted.refuse_send(account, SendFailure::AccountChanged),
            Some(Committed::Refused(CommitRefusal::Code(refusal))) => {
                admitted.refuse_send(account, SendFailure::Refused(refusal))
            }
            Some(Committed::Replayed | Committed::Refused(_)) => admitted.context.contradiction::<Commit>(),
        }))
    }

    fn deliver(self, admitted: Admitted, code: Secret) -> Step {
        let Self { purpose, recipient, owner, .. } = self;
        let (account, channel) = (owner.map(|(account, _)| account), recipient.channel());
        let question = Deliver {
            audience: admitted.audience,
            recipient,
            purpose,
            code,
            expires_in: admitted.application.policy.lifetimes.code(),
            language: admitted.context.outcome.facts.language,
            decoy: owner.is_none(),
        };
        Step::Deliver(Ask::new(question, move |_, answer| match answer {
            None => admitted.context.unavailable::<Deliver>(),
            Some(Delivery::NotDelivered) => admitted.refuse_send(account, SendFailure::NotDelivered),
            Some(Delivery::Delivered) => {
                admitted.context.end_with(Event::CodeSent { account, channel, purpose }, Verdict::Done)
            }
        }))
    }
}

impl Admitted {
    fn refuse_send(self, account: Option<AccountId>, reason: SendFailure) -> Step {
        self.context.refuse(Fault::CodeNotSent, Event::CodeNotSent { account, reason })
    }
}
