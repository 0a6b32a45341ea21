//! A new password: judged by the application's rules, then by the host, and written with all that ends by it.

use super::{
    admit::Admitted,
    ask::InProgress as _,
    holder::Holder,
    spent::{Spendable, Spent},
};
use crate::{
    AccountId, Secret, SessionId,
    account::{Account, UserName},
    flow::has_but_a_breached_password,
    outcome::{Event, Fault, NewPasswordRefusal, ProofRefusal, TokenRefusal, Verdict},
    password::{JudgePassword, Judgement},
    session::EndSessions,
    step::{Commit, CommitRefusal, Committed, Step, Write},
};
use alloc::vec::Vec;

/// A new password that a client has chosen.
pub(super) struct NewPassword {
    pub(super) chosen: Secret,
    /// The present one, where the client proved it.
    pub(super) old: Option<Secret>,
}

impl NewPassword {
    /// Judges it for an account, and goes on with `then` if it is good enough.
    pub(super) fn judge<T: Holder>(
        self,
        admitted: Admitted,
        holder: T,
        then: impl FnOnce(Admitted, T, AcceptedPassword) -> Step + Send + Sync + 'static,
    ) -> Step {
        let Self { chosen, old } = self;
        let account = holder.account();
        let user_name = account.user_name.as_ref().map(UserName::as_str);
        let rules = admitted.policy().password_rules;
        let judged = rules.judge(chosen.expose(), user_name, old.as_ref().map(Secret::expose));
        let account = account.id;
        if let Err(violation) = judged {
            return refuse_new_password(admitted, account, NewPasswordRefusal::Rule(violation));
        }
        let question = JudgePassword { account, new_password: chosen };
        admitted.ask(question, move |admitted, asked, judgement| match judgement {
            Judgement::Refused(reason) => {
                refuse_new_password(admitted, account, NewPasswordRefusal::Host(reason))
            }
            Judgement::Accepted => then(admitted, holder, AcceptedPassword(asked.new_password)),
        })
    }
}

/// Refuses a new password: one fault for the client, the reason for the log.
pub(super) fn refuse_new_password(
    admitted: Admitted,
    account: AccountId,
    reason: NewPasswordRefusal,
) -> Step {
    admitted.context.refuse(Fault::NewPasswordRefused, Event::NewPasswordRefused { account, reason })
}

/// A new password that breaks no rule and that the host has accepted. Only [`NewPassword::judge`] makes one.
pub(super) struct AcceptedPassword(Secret);

impl AcceptedPassword {
    /// What changes with it. Sessions end because whoever else is signed in may have come in by the old password.
    pub(super) fn writes(self, admitted: &Admitted, ended: EndSessions) -> Vec<Write> {
        let store = Write::StorePassword { new_password: self.0, changed_at: admitted.now() };
        Vec::from([store, Write::EndSessions(ended)])
    }

    /// Stores it outside a login. `kept` is the session that the subject changes it in: it goes on, all others end.
    pub(super) fn store(
        self,
        admitted: Admitted,
        account: &Account,
        kept: Option<SessionId>,
        spent: Option<Spent>,
    ) -> Step {
        let mut writes = self.writes(&admitted, kept.map_or(EndSessions::All, EndSessions::AllBut));
        // Its subject has just proved who they are; and a session from before the change would not count any more.
        let (auth_time, revision) = (admitted.now(), account.revision.next());
        writes.extend(kept.map(|session| Write::RenewSession { session, auth_time, revision }));
        let question = Commit {
            claim: spent.as_ref().map(Spent::claim),
            audience: admitted.audience,
            account: Some(account.id),
            expected: Some(account.revision),
            writes,
        };
        let sufficed = spent.is_none() && has_but_a_breached_password(account);
        let account = account.id;
        admitted.ask(question, move |mut admitted, _, committed| match committed {
            Committed::Done => {
                let sufficed = sufficed.then_some(Event::BreachedPasswordSufficed { account });
                admitted.context.outcome.events.extend(sufficed);
                admitted.context.end_with(Event::PasswordChanged { account }, Verdict::Done)
            }
            refused => not_stored(admitted, refused, spent),
        })
    }
}

fn not_stored(admitted: Admitted, answer: Committed, spent: Option<Spent>) -> Step {
    let account = admitted.context.outcome.facts.account;
    match (answer, spent.map(|spent| spent.what)) {
        (Committed::Replayed, Some(Spendable::Code(factor))) => {
            admitted.refuse_proof(Fault::CodeInvalid, factor, ProofRefusal::Replayed)
        }
        (Committed::Changed, Some(Spendable::Code(factor))) => {
            admitted.refuse_proof(Fault::CodeInvalid, factor, ProofRefusal::AccountChanged)
        }
        (Committed::Refused(CommitRefusal::SessionEnded), _) => {
            admitted.refuse_token(Fault::IdTokenInvalid, account, TokenRefusal::SessionEnded)
        }
        (Committed::Changed, None) => {
            admitted.refuse_token(Fault::IdTokenInvalid, account, TokenRefusal::AccountChanged)
        }
        _ => admitted.context.contradiction::<Commit>(),
    }
}
