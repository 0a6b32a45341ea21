//! Send a code.
//!
//! Outside a pending login, a recipient that no account has goes through the same questions as one that has: a code is made,
//! counted against the recipient's budget, stored under a digest that nothing will match, and handed to the host as a decoy. What is sent
//! in all is asked for it as well, and counts what is really sent.

use super::{
    admit::{self, Admitted},
    ask::{InProgress, Then},
    commit::{InApplication, Writing, commit},
    config::Core,
    pending::{PASSWORD_STAGES, PendingLogin},
};
use crate::{
    AccountId, Dialect, Moment, Secret, TokenId,
    account::{Account, AccountKey, AccountStatus, Revision},
    code::{
        Captcha, CodeBinding, CodeKey, CodeOwner, CodePurpose, Deliver, Delivery, JudgeCaptcha, SendBudget,
        SendRefusal, SendSlot, SendSum, StoredCode,
    },
    contact::{Channel, Recipient},
    device::Caller,
    factor::{Factor, FactorSet},
    flow::{Next, Wait, has_way_back, own_password, recovery, sign_in_code},
    outcome::{Event, Fault, SendFailure, Verdict},
    policy::Policy,
    step::{Commit, CommitRefusal, Committed, Question, Step, Write},
    token::{Stage, StateToken, Untrusted},
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
                admitted.refuse_body("no call of this application takes a code of this type")
            }
        })
    } else {
        admit::admit(core, caller, moment, |admitted| {
            admitted.refuse_body("a code of this type does not belong to a pending login")
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
            return refuse(admitted, Some(account.id), SendFailure::NoRecipient);
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
        let named = named.and_then(|named| Recipient::new(channel, named.expose()).ok());
        let Some(named) = named else {
            return admitted.refuse_body("the recipient is missing or malformed");
        };
        let named = named.completed(admitted.numbering());
        let stranger = Stranger { named, captcha_token, is_human: false };
        if admitted.policy().demands_captcha {
            // Before anything is counted or written: robots are to cost neither the recipient's budget nor the host's space.
            stranger.judge(admitted, move |admitted, stranger| stranger.send(admitted, purpose))
        } else {
            stranger.send(admitted, purpose)
        }
    }
}

/// Somebody who has proved nothing.
struct Stranger {
    /// Whom the client named.
    named: Recipient,
    captcha_token: Option<Secret>,
    /// Whether the captcha was passed.
    is_human: bool,
}

impl Stranger {
    /// Has the captcha judged, and goes on where it is passed.
    fn judge<T: InApplication + RefuseSend>(self, mut carried: T, then: impl Then<T, Self>) -> Step {
        let Admitted { context, audience, .. } = carried.admitted();
        let (audience, device) = (*audience, context.device.clone());
        let Self { named: recipient, captcha_token, .. } = self;
        let question = JudgeCaptcha { audience, device, recipient, captcha_token };
        carried.ask(question, move |carried, asked, captcha| match captcha {
            Captcha::Failed => carried.refuse_send(SendFailure::Captcha),
            Captcha::Passed => {
                then(carried, Self { named: asked.recipient, captcha_token: None, is_human: true })
            }
        })
    }

    fn send(self, admitted: Admitted, purpose: CodePurpose) -> Step {
        let (channel, key) = (self.named.channel(), AccountKey::Identifier(self.named.clone().into()));
        admitted.find_account(key, move |mut admitted, found| {
            let budget = self.budget(&admitted, found.as_ref());
            let found = found.filter(|account| account.status == AccountStatus::Active);
            let lost = found.as_ref().filter(|account| {
                purpose == CodePurpose::ForgottenPassword && !has_way_back(admitted.policy(), account)
            });
            let lost = lost.map(|account| Event::NoWayBack { account: account.id });
            admitted.context.outcome.events.extend(lost);
            let known = found.and_then(|account| {
                // To the account's own contact, whatever the host took the typed one for.
                let own = recipient(admitted.policy(), &account, purpose, channel)?;
                Some((own, (account.id, account.revision)))
            });
            let (recipient, owner) = match known {
                Some((own, owner)) => (own, Some(owner)),
                None => (self.named.clone(), None),
            };
            let stranger = Some(self);
            Sending { admitted, purpose, recipient, login: None, owner, budget, stranger }.store()
        })
    }

    /// The budget is of the contact as it is stored, whoever may have a code of this purpose: so no spelling is a second one. Where nobody has
    /// it, of what was typed.
    fn budget(&self, admitted: &Admitted, found: Option<&Account>) -> SendBudget {
        let (tenant, ring) = (admitted.audience.tenant, &admitted.context.core.ring);
        let (policy, now) = (admitted.policy().sending, admitted.now());
        let stored = found
            .and_then(|account| account.recipient(self.named.channel()).map(|contact| (account.id, contact)));
        match stored {
            Some((account, contact)) => {
                let slot = SendSlot::of_recipient(ring, tenant, &contact);
                SendBudget::of(slot, CodeOwner::account(tenant, account), policy, now)
            }
            None => {
                let slot = SendSlot::of_recipient(ring, tenant, &self.named);
                SendBudget::of_nobody(slot, tenant, policy, now)
            }
        }
    }
}

/// Where a code goes that is asked for outside a pending login: nowhere, where it would prove nothing.
fn recipient(
    policy: &Policy,
    account: &Account,
    purpose: CodePurpose,
    channel: Channel,
) -> Option<Recipient> {
    match purpose {
        CodePurpose::SignIn => sign_in_code(policy, account, channel),
        CodePurpose::ForgottenPassword => recovery(policy, account, channel).ok(),
        // Who is signed in and how is not known here: as the best session may.
        CodePurpose::UpdatePassword => {
            own_password(account, FactorSet::EMPTY.with(Factor::Password), channel).ok()
        }
        CodePurpose::SecondFactor | CodePurpose::ChangePassword => None,
    }
}

fn refuse(admitted: Admitted, account: Option<AccountId>, reason: SendFailure) -> Step {
    admitted.context.refuse(Fault::CodeNotSent, Event::CodeNotSent { account, reason })
}

/// A code about to be made and sent.
struct Sending {
    admitted: Admitted,
    purpose: CodePurpose,
    recipient: Recipient,
    login: Option<TokenId>,
    /// Whose recipient it is; `None` for a decoy.
    owner: Option<(AccountId, Revision)>,
    /// What it takes of the budget of its recipient.
    budget: SendBudget,
    /// Who asks, where that is somebody who has proved nothing.
    stranger: Option<Stranger>,
}

impl Sending {
    /// Counted and stored first, sent last: a code that cannot be counted is not sent.
    fn store(self) -> Step {
        let Self { admitted, owner, .. } = &self;
        let (context, policy, now) = (&admitted.context, admitted.policy(), admitted.now());
        let key =
            CodeKey::new(&admitted.audience, self.purpose, &self.recipient, &context.device, self.login);
        let binding = CodeBinding::new(key, *owner);
        let code = binding.draw(&context.core.ring, &context.moment);
        let stored = StoredCode {
            digest: binding.digest(&context.core.ring, &code),
            expires_at: now.plus(policy.lifetimes.code()),
        };
        let sum =
            self.stranger.as_ref().zip(policy.sending.daily_in_all()).map(|(stranger, daily_in_all)| {
                Write::CountSend(SendSum::new(daily_in_all, now, owner.is_some(), stranger.is_human))
            });
        let mut writes = Vec::from([Write::StoreCode { key, code: stored, budget: self.budget.clone() }]);
        writes.extend(sum);
        let writing = Writing {
            claim: None,
            account: self.account(),
            expected: owner.map(|(_, revision)| revision),
            writes,
        };
        commit(self, writing, |sending, _, committed| match committed {
            Committed::Done => sending.deliver(code),
            Committed::Changed => sending.refuse_send(SendFailure::AccountChanged),
            Committed::Refused(CommitRefusal::Code(SendRefusal::CaptchaDemanded)) => sending.demand_captcha(),
            Committed::Refused(CommitRefusal::Code(refusal)) => {
                sending.refuse_send(SendFailure::Refused(refusal))
            }
            Committed::Replayed { .. } | Committed::Refused(_) => {
                sending.admitted.context.contradiction::<Commit>()
            }
        })
    }

    /// Half of what is sent in all has been asked for, so nothing was written. Everybody is asked for a captcha, and then it is written if it can be.
    fn demand_captcha(mut self) -> Step {
        match self.stranger.take() {
            Some(stranger) if !stranger.is_human => {
                self.admitted.context.outcome.events.push(Event::CaptchaDemanded);
                stranger.judge(self, |sending, stranger| Self { stranger: Some(stranger), ..sending }.store())
            }
            _ => self.admitted.context.contradiction::<Commit>(),
        }
    }

    fn deliver(self, code: Secret) -> Step {
        let Self { admitted, purpose, recipient, owner, .. } = &self;
        let (purpose, channel) = (*purpose, recipient.channel());
        let question = Deliver {
            audience: admitted.audience,
            recipient: recipient.clone(),
            purpose,
            code,
            expires_in: admitted.policy().lifetimes.code(),
            language: admitted.context.outcome.facts.language,
            decoy: owner.is_none(),
        };
        self.ask(question, move |sending, _, delivery| match delivery {
            Delivery::NotDelivered => sending.refuse_send(SendFailure::NotDelivered),
            Delivery::Delivered => {
                let event = Event::CodeSent { account: sending.account(), channel, purpose };
                sending.admitted.context.end_with(event, Verdict::Done)
            }
        })
    }

    fn account(&self) -> Option<AccountId> {
        self.owner.map(|(account, _)| account)
    }
}

/// What may end without a code.
trait RefuseSend {
    fn refuse_send(self, reason: SendFailure) -> Step;
}

impl RefuseSend for Admitted {
    fn refuse_send(self, reason: SendFailure) -> Step {
        refuse(self, None, reason)
    }
}

impl RefuseSend for Sending {
    fn refuse_send(self, reason: SendFailure) -> Step {
        let account = self.account();
        refuse(self.admitted, account, reason)
    }
}

impl InApplication for Sending {
    fn admitted(&mut self) -> &mut Admitted {
        &mut self.admitted
    }
}

impl InProgress for Sending {
    fn unanswered<Q: Question>(self) -> Step {
        self.admitted.unanswered::<Q>()
    }
}
