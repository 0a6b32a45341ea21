//! Answers that got lost. If the same skip or the same refresh comes again, it is answered with the session that it ended in the first time,
//! and nothing is written: see [`Policy::retry_grace`](crate::policy::Policy::retry_grace).

use super::{
    admit::Admitted,
    ask::Then,
    grant::{SessionTerms, Tokens},
    open_session::{OpenSession, refusal},
};
use crate::{
    AccountId, Timestamp,
    account::Account,
    factor::FactorSet,
    outcome::{Event, Fault, Grant, TokenRefusal, Verdict},
    session::SessionRecord,
    step::{Question, Step},
};

/// The time and factors with which a skip opens a session. They distinguish that session from one of another login of the same account.
#[derive(Clone, Copy)]
pub(super) struct Opening {
    /// When the subject has proved who they are.
    pub(super) auth_time: Timestamp,
    /// The factors that they have proved.
    pub(super) factors: FactorSet,
}

impl Opening {
    /// Whether this may have opened a session whose tokens nobody has seen yet. Nothing has changed either value since.
    fn has_opened(&self, record: &SessionRecord) -> bool {
        (record.auth_time, record.factors) == (self.auth_time, self.factors)
    }
}

impl Admitted {
    /// The `unseen_since` of a session whose tokens of a new generation go out now.
    pub(super) fn unseen_since(&self) -> Option<Timestamp> {
        self.policy().retry_grace.is_any().then(|| self.now())
    }

    /// Whether the answer with a session's tokens of this generation may have got lost: it was made a moment ago, and none of them has been
    /// seen since.
    pub(super) fn may_be_lost(&self, record: &SessionRecord, generation: u32) -> bool {
        let (grace, skew) = (self.policy().retry_grace, self.context.core.ring.skew());
        let is_covered = |since| grace.covers(since, self.now(), skew);
        record.generation == generation && record.unseen_since.is_some_and(is_covered)
    }

    /// Takes up the session that an earlier request with this skip opened. Goes on with `then` if that session may be the answer again, for
    /// the account as it is now. Otherwise the step is spent. `Q` is the question whose answer named the session. If this skip cannot have opened the
    /// session, the answer contradicts the question.
    pub(super) fn opened_before<Q: Question>(
        self,
        account: Account,
        record: SessionRecord,
        opening: Opening,
        then: impl Then<Self, OpenSession>,
    ) -> Step {
        let check = self.check_session(account.id, record.session, None);
        if !self.may_be_lost(&record, 0) {
            refuse_spent(self, account.id)
        } else if (record.account, record.audience) != (account.id, self.audience)
            || !opening.has_opened(&record)
        {
            self.context.contradiction::<Q>()
        } else if check.is_open(&record) && refusal(&self, &account, &record).is_none() {
            then(self, OpenSession { account, record })
        } else {
            refuse_spent(self, account.id)
        }
    }
}

pub(super) fn refuse_spent(admitted: Admitted, account: AccountId) -> Step {
    admitted.refuse_token(Fault::StateTokenInvalid, Some(account), TokenRefusal::Replayed)
}

impl OpenSession {
    /// Gives the same answer again: tokens of the same session and generation, made from its record.
    pub(super) fn answer_again(self, admitted: Admitted, verdict: fn(Grant) -> Verdict) -> Step {
        let Self { account, record } = self;
        let event = Event::AnsweredAgain { account: account.id, session: record.session };
        let tokens = Tokens::of(&admitted, &account, SessionTerms::of(&record));
        tokens.grant(admitted, move |admitted, grant| admitted.context.end_with(event, verdict(grant)))
    }
}
