//! A new password: judged by the application's rules, then by the host, and written with all that ends by it.

use super::{
    admit::Admitted,
    spent::{Spendable, Spent},
};
use crate::{
    Account, Secret, SessionId, Step, UserName,
    outcome::{Event, Fault, NewPasswordRefusal, ProofRefusal, TokenRefusal, Verdict},
    step::{Ask, Commit, CommitRefusal, Committed, EndSessions, JudgePassword, Judgement, Write},
};
use alloc::vec::Vec;

impl Admitted {
    /// Judges a new password of an account, whose old one is known where the client proved it, and goes on with `then` if it is
    /// good enough.
    pub(super) fn judge_new_password(
        self,
        account: &Account,
        old: Option<&Secret>,
        new: Secret,
        then: impl FnOnce(Self, Secret) -> Step + Send + Sync + 'static,
    ) -> Step {
        let rules = self.application.policy.password_rules;
        let user_name = account.user_name.as_ref().map(UserName::as_str);
        let account = account.id;
        let refuse = move |admitted: Self, reason| {
            let event = Event::NewPasswordRefused { account, reason };
            admitted.context.refuse(Fault::NewPasswordRefused, event)
        };
        if let Err(violation) = rules.judge(new.expose(), user_name, old.map(Secret::expose)) {
            return refuse(self, NewPasswordRefusal::Rule(violation));
        }
        let question = JudgePassword { account, new_password: new };
        Step::JudgePassword(Ask::new(
            question,
            move |JudgePassword { new_password, .. }, answer| match answer {
                None => self.context.unavailable::<JudgePassword>(),
                Some(Judgement::Refused(reason)) => refuse(self, NewPasswordRefusal::Host(reason)),
                Some(Judgement::Accepted) => then(self, new_password),
            },
        ))
    }

    /// Stores a new password outside a login. `kept` is the session that the subject changes it in: it goes on, all others
    /// end, because whoever else is signed in may have come in by the old password.
    pub(super) fn store_new_password(
        self,
        account: &Account,
        kept: Option<SessionId>,
        spent: Option<Spent>,
        new_password: Secret,
    ) -> Step {
        let changed_at = self.context.moment.timestamp();
        let mut writes = Vec::from([
            Write::StorePassword { new_password, changed_at },
            Write::EndSessions(kept.map_or(EndSessions::All, EndSessions::AllBut)),
        ]);
        // Its subject has just proved who they are; and a session from before the change would not count any more.
        let revision = account.revision.next();
        writes.extend(kept.map(|session| Write::RenewSession { session, auth_time: changed_at, revision }));
        let question = Commit {
            claim: spent.as_ref().map(Spent::claim),
            audience: self.audience,
            account: Some(account.id),
            expected: Some(account.revision),
            writes,
        };
        let account = account.id;
        Step::Commit(Ask::new(question, move |_, answer| match answer {
            None => self.context.unavailable::<Commit>(),
            Some(Committed::Done) => self.context.end_with(Event::PasswordChanged { account }, Verdict::Done),
            Some(refused) => self.new_password_not_stored(refused, spent),
        }))
    }

    fn new_password_not_stored(self, answer: Committed, spent: Option<Spent>) -> Step {
        let account = self.context.outcome.facts.account;
        match (answer, spent.map(|spent| spent.what)) {
            (Committed::Replayed, Some(Spendable::Code(factor))) => {
                self.refuse_proof(Fault::CodeInvalid, factor, ProofRefusal::Replayed)
            }
            (Committed::Changed, Some(Spendable::Code(factor))) => {
                self.refuse_proof(Fault::CodeInvalid, factor, ProofRefusal::AccountChanged)
            }
            (Committed::Refused(CommitRefusal::SessionEnded), _) => {
                self.refuse_token(Fault::IdTokenInvalid, account, TokenRefusal::SessionEnded)
            }
            (Committed::Changed, None) => {
                self.refuse_token(Fault::IdTokenInvalid, account, TokenRefusal::AccountChanged)
            }
            _ => self.context.contradiction::<Commit>(),
        }
    }
}
