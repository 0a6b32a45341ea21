//! A new password. The application's rules judge it, then the host, and it is written together with everything that the change ends.

use super::{
    admit::Admitted,
    ask::InProgress as _,
    commit::{Writing, commit},
    holder::Holder,
    spent::UsedCode,
};
use crate::{
    AccountId, Secret, SessionId,
    account::{Account, UserName},
    factor::{Factor, FactorSet},
    flow::{change_ends_links, has_but_a_breached_password},
    guess::{AttemptSlot, ClearGuesses},
    outcome::{Event, Fault, NewPasswordRefusal, ProofRefusal, TokenRefusal, Verdict},
    password::{JudgePassword, Judgement, PasswordRules},
    session::EndSessions,
    social::EndLinks,
    step::{Commit, CommitRefusal, Committed, Step, Write},
};
use alloc::vec::Vec;

/// A new password that a client has chosen and that breaks no rule, in its one spelling. Only [`NewPassword::new`] and [`NewPassword::of`] make one.
pub(super) struct NewPassword {
    chosen: Secret,
    old: Option<Secret>,
}

impl NewPassword {
    /// Judges a new password by the application's rules, and by the account if that may be known yet. It is done before a guess at the proof is
    /// counted, because a subject who tries five weak passwords has not guessed five times. `old` is the present password as typed.
    pub(super) fn new(
        admitted: &Admitted,
        account: Option<&Account>,
        chosen: Secret,
        old: Option<Secret>,
    ) -> Result<Self, RefusedPassword> {
        let user_name = account.and_then(|account| account.user_name.as_ref());
        Self::of(admitted, user_name, account.map(|account| account.id), chosen, old)
    }

    /// The same, for an account with this user name that may not be there yet.
    pub(super) fn of(
        admitted: &Admitted,
        user_name: Option<&UserName>,
        account: Option<AccountId>,
        chosen: Secret,
        old: Option<Secret>,
    ) -> Result<Self, RefusedPassword> {
        match admitted.policy().password_rules.accept(&chosen, user_name, old.as_ref()) {
            Ok(chosen) => Ok(Self { chosen, old }),
            Err(violation) => Err(RefusedPassword { account, reason: NewPasswordRefusal::Rule(violation) }),
        }
    }

    /// Judges it for an account that has been proved, and goes on with `then` if the host accepts it.
    pub(super) fn judge<T: Holder>(
        self,
        admitted: Admitted,
        holder: T,
        then: impl FnOnce(Admitted, T, AcceptedPassword) -> Step + Send + Sync + 'static,
    ) -> Step {
        let Self { chosen, old } = self;
        let Account { id: account, user_name, email, .. } = holder.account();
        let (account, user_name, email) = (*account, user_name.clone(), email.clone());
        // Compared once more, now with the account. In a recovery, this is the first comparison with the user name.
        if let Err(violation) = PasswordRules::compare(&chosen, user_name.as_ref(), old.as_ref()) {
            let reason = NewPasswordRefusal::Rule(violation);
            return RefusedPassword { account: Some(account), reason }.end(admitted);
        }
        let question = JudgePassword { account, user_name, email, new_password: chosen };
        admitted.ask(question, move |admitted, asked, judgement| match judgement {
            Judgement::Refused(reason) => {
                let reason = NewPasswordRefusal::Host(reason);
                RefusedPassword { account: Some(account), reason }.end(admitted)
            }
            Judgement::Accepted => then(admitted, holder, AcceptedPassword(asked.new_password.clone())),
        })
    }
}

/// A new password that is refused.
pub(super) struct RefusedPassword {
    account: Option<AccountId>,
    reason: NewPasswordRefusal,
}

impl RefusedPassword {
    /// The new password is good, but its proof is a breached password.
    pub(super) fn breached_proof(account: AccountId) -> Self {
        Self { account: Some(account), reason: NewPasswordRefusal::BreachedProof }
    }

    /// Refuses the new password, with the reason. The client may know the reason, because it has proved or bears something of the account, or because
    /// the reason is a rule of the application.
    pub(super) fn end(self, admitted: Admitted) -> Step {
        let event = Event::NewPasswordRefused { account: self.account, reason: self.reason };
        admitted.context.refuse(Fault::NewPasswordRefused(self.reason), event)
    }
}

/// A new password that breaks no rule and that the host has accepted. Only [`NewPassword::judge`] makes one.
pub(super) struct AcceptedPassword(Secret);

impl AcceptedPassword {
    /// The password itself, for an account that is about to be made with it.
    pub(super) fn into_secret(self) -> Secret {
        self.0
    }

    /// The writes of the change. Sessions end because somebody else who is signed in may have come in by the old password. The count is cleared so
    /// that guesses at the old password do not lock the subject out of the new one.
    pub(super) fn writes(self, admitted: &Admitted, account: AccountId, ended: EndSessions) -> Vec<Write> {
        let store = Write::StorePassword { new_password: self.0, changed_at: admitted.now() };
        let slot = AttemptSlot::of_account(admitted.audience.tenant, account, Factor::Password);
        Vec::from([store, Write::EndSessions(ended), Write::ClearGuesses(ClearGuesses::all(slot))])
    }

    /// Stores the password outside a login. `kept` is the session in which the subject changes it, with what they have proved for the change. That
    /// session goes on, on this proof alone, and all others end.
    pub(super) fn store(
        self,
        admitted: Admitted,
        account: &Account,
        kept: Option<(SessionId, FactorSet)>,
        code: Option<UsedCode>,
    ) -> Step {
        let ended = kept.map_or(EndSessions::All, |(session, _)| EndSessions::AllBut(session));
        let mut writes: Vec<_> = code.iter().map(UsedCode::write).collect();
        writes.extend(self.writes(&admitted, account.id, ended));
        // A change outside a session is a recovery.
        let ends_links = kept.is_none() || change_ends_links(account);
        writes.extend(ends_links.then_some(Write::EndLinks(EndLinks::All)));
        // The subject has just proved who they are, and a session from before the change would no longer count. Earlier proofs are not kept, because
        // they were not made now. Otherwise somebody with the password would make an old proof of a second factor new.
        let (auth_time, revision) = (admitted.now(), account.revision.next());
        let renew = |(session, factors)| Write::RenewSession { session, auth_time, factors, revision };
        writes.extend(kept.map(renew));
        let writing =
            Writing { claim: None, account: Some(account.id), expected: Some(account.revision), writes };
        let sufficed = code.is_none() && has_but_a_breached_password(account);
        let account = account.id;
        commit(admitted, writing, move |mut admitted, _, committed| match committed {
            Committed::Done => {
                let sufficed = sufficed.then_some(Event::BreachedPasswordSufficed { account });
                admitted.context.outcome.events.extend(sufficed);
                let ended = ends_links.then_some(Event::LinksEnded { account });
                admitted.context.outcome.events.extend(ended);
                admitted.context.end_with(Event::PasswordChanged { account }, Verdict::Done)
            }
            refused => not_stored(admitted, refused, code),
        })
    }
}

/// A new password was not stored, or its code not used up.
pub(super) fn not_stored(admitted: Admitted, answer: Committed, code: Option<UsedCode>) -> Step {
    let account = admitted.context.outcome.facts.account;
    match (answer, code.map(|code| code.factor)) {
        (Committed::Refused(CommitRefusal::CodeUsed), Some(factor)) => {
            admitted.refuse_proof(Fault::CodeInvalid(factor), factor, ProofRefusal::Replayed)
        }
        (Committed::Changed, Some(factor)) => {
            admitted.refuse_proof(Fault::CodeInvalid(factor), factor, ProofRefusal::AccountChanged)
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
