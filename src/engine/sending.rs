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
        Asked, CodeBinding, CodeKey, CodePurpose, Deliver, Delivery, SendBudget, SendRefusal, SendSum,
        StoredCode,
    },
    contact::Recipient,
    outcome::{CaptchaRefusal, Event, Fault, SendFailure, Verdict},
    step::{Commit, CommitRefusal, Committed, Step, Write},
    token::TokenError,
};
use alloc::vec::Vec;

/// A code about to be made and sent.
pub(super) struct Sending {
    pub(super) admitted: Admitted,
    pub(super) purpose: CodePurpose,
    pub(super) recipient: Recipient,
    pub(super) login: Option<TokenId>,
    /// The account whose recipient it is or will be; `None` for a decoy, and for a code to register with.
    pub(super) owner: Option<(AccountId, Revision)>,
    /// The session in which the code is asked for, if the code proves nothing in that session.
    pub(super) asked: Option<Asked>,
    /// The code's share of its recipient's budget.
    pub(super) budget: SendBudget,
    /// The code's share of the asker's budget, if the asker is not the recipient.
    pub(super) asker: Option<SendBudget>,
    /// The asker, if they have not proved that the recipient is theirs.
    pub(super) stranger: Option<Stranger>,
}

impl Sending {
    /// Counts and stores the code first and sends it last, so that a code that cannot be counted is not sent.
    pub(super) fn store(self) -> Step {
        let Self { admitted, owner, .. } = &self;
        let (context, policy, now) = (&admitted.context, admitted.policy(), admitted.now());
        let key =
            CodeKey::new(&admitted.audience, self.purpose, &self.recipient, &context.device, self.login);
        let binding = CodeBinding::new(key, *owner);
        let code = binding.draw(&context.core.ring, &context.moment);
        let stored = StoredCode {
            digest: binding.digest(&context.core.ring, self.asked, &code),
            expires_at: now.plus(policy.lifetimes.code()),
        };
        let sum =
            self.stranger.as_ref().zip(policy.sending.daily_in_all()).map(|(stranger, daily_in_all)| {
                Write::CountSend(SendSum::new(daily_in_all, now, !self.is_decoy(), stranger.is_human()))
            });
        let mut writes = Vec::from([Write::StoreCode { key, code: stored, budget: self.budget.clone() }]);
        writes.extend(self.asker.clone().map(Write::SpendBudget));
        writes.extend(sum);
        let writing = Writing {
            claim: self.stranger.as_ref().and_then(Stranger::claim),
            account: self.account(),
            expected: owner.map(|(_, revision)| revision),
            writes,
        };
        commit(self, writing, |sending, commit, committed| match committed {
            Committed::Done => sending.deliver(code),
            Committed::Changed => sending.refuse_send(SendFailure::AccountChanged),
            Committed::Refused(CommitRefusal::Code(SendRefusal::CaptchaDemanded)) => sending.demand_captcha(),
            Committed::Refused(CommitRefusal::Code(refusal)) => {
                sending.refuse_send(SendFailure::Refused(refusal))
            }
            Committed::Replayed { .. } if commit.claim.is_some() => {
                sending.refuse_send(SendFailure::Captcha(CaptchaRefusal::Replayed))
            }
            Committed::Replayed { .. } | Committed::Refused(_) => {
                sending.admitted.context.contradiction::<Commit>()
            }
        })
    }

    /// Half of the daily sum has been asked for, so nothing was written. Everybody must pass a captcha now, before the code is written.
    fn demand_captcha(mut self) -> Step {
        match self.stranger.take() {
            Some(stranger) if !stranger.is_human() => {
                self.admitted.context.outcome.events.push(Event::CaptchaDemanded);
                stranger.judge(self, |sending, stranger| Self { stranger: Some(stranger), ..sending }.store())
            }
            _ => self.admitted.context.contradiction::<Commit>(),
        }
    }

    fn deliver(self, code: Secret) -> Step {
        let Self { admitted, purpose, recipient, .. } = &self;
        let (purpose, channel) = (*purpose, recipient.channel());
        let question = Deliver {
            audience: admitted.audience,
            recipient: recipient.clone(),
            purpose,
            code,
            expires_in: admitted.policy().lifetimes.code(),
            language: admitted.context.outcome.facts.language,
            decoy: self.is_decoy(),
        };
        self.ask(question, move |sending, _, delivery| match delivery {
            Delivery::NotDelivered => sending.refuse_send(SendFailure::NotDelivered),
            Delivery::Delivered => {
                let event = Event::CodeSent { account: sending.account(), channel, purpose };
                sending.admitted.context.end_with(event, Verdict::Done)
            }
        })
    }

    /// A registrant has no account yet, and gets the code all the same.
    fn is_decoy(&self) -> bool {
        self.owner.is_none() && self.purpose != CodePurpose::Register
    }

    fn account(&self) -> Option<AccountId> {
        self.owner.map(|(account, _)| account)
    }
}

/// A request that may end without a code.
pub(super) trait RefuseSend {
    fn refuse_send(self, reason: SendFailure) -> Step;
}

impl RefuseSend for Admitted {
    fn refuse_send(self, reason: SendFailure) -> Step {
        // No account is known, unless a session is open.
        let account = self.context.outcome.facts.account;
        refuse(self, account, reason)
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

    fn into_admitted(self) -> Admitted {
        self.admitted
    }
}

impl InProgress for Sending {
    fn unanswered(self, question: &'static str) -> Step {
        self.admitted.unanswered(question)
    }
}

pub(super) fn refuse(admitted: Admitted, account: Option<AccountId>, reason: SendFailure) -> Step {
    let fault = match &reason {
        SendFailure::Refused(refusal) => {
            refusal.wait().map_or(Fault::CodeNotSent, |wait| Fault::CodeNotYet { wait })
        }
        SendFailure::Captcha(CaptchaRefusal::Token(TokenError::Expired)) => Fault::CaptchaTokenExpired,
        SendFailure::Captcha(_) => Fault::CaptchaTokenInvalid,
        SendFailure::NoRecipient | SendFailure::AccountChanged | SendFailure::NotDelivered => {
            Fault::CodeNotSent
        }
    };
    admitted.context.refuse(fault, Event::CodeNotSent { account, reason })
}
