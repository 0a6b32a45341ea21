//! A code on its way: made, counted, stored and sent, in this order.

use super::{
    admit::Admitted,
    ask::InProgress,
    commit::{InApplication, Writing, commit},
    stranger::Stranger,
};
use crate::{
    AccountId, Secret, TokenId,
    account::Revision,
    code::{
        CodeBinding, CodeKey, CodePurpose, Deliver, Delivery, SendBudget, SendRefusal, SendSum, StoredCode,
    },
    contact::Recipient,
    outcome::{Event, Fault, SendFailure, Verdict},
    step::{Commit, CommitRefusal, Committed, Question, Step, Write},
};
use alloc::vec::Vec;

/// A code about to be made and sent.
pub(super) struct Sending {
    pub(super) admitted: Admitted,
    pub(super) purpose: CodePurpose,
    pub(super) recipient: Recipient,
    pub(super) login: Option<TokenId>,
    /// Whose recipient it is; `None` for a decoy.
    pub(super) owner: Option<(AccountId, Revision)>,
    /// What it takes of the budget of its recipient.
    pub(super) budget: SendBudget,
    /// Who asks, where that is somebody who has proved nothing.
    pub(super) stranger: Option<Stranger>,
}

impl Sending {
    /// Counted and stored first, sent last: a code that cannot be counted is not sent.
    pub(super) fn store(self) -> Step {
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
pub(super) trait RefuseSend {
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

pub(super) fn refuse(admitted: Admitted, account: Option<AccountId>, reason: SendFailure) -> Step {
    let wait = match &reason {
        SendFailure::Refused(refusal) => refusal.wait(),
        _ => None,
    };
    let fault = wait.map_or(Fault::CodeNotSent, |wait| Fault::CodeNotYet { wait });
    admitted.context.refuse(fault, Event::CodeNotSent { account, reason })
}
