//! A store that neglects one duty of the administrator's operations.

use super::{block_on, exam_of, host};
use authflow::{
    Host,
    account::{Account, FindAccount},
    administration::{
        Administer, Administered, DeletePerson, EndLinksOf, EndSessionsOf, EnrolAuthenticator, RequireChange,
        SetPassword, SetStatus, Sweep, Swept, Unlock,
    },
    code::{LoadCode, StoredCode},
    factor::Factor,
    guess::{AttemptSlot, ClearGuesses, Reservation, ReserveAttempt, SettleAttempt},
    password::{PasswordMatch, VerifyPassword},
    session::{CheckSession, EndSessions, FindSession, SessionRecord},
    step::{AccessDecision, Commit, Committed, DecideAccess},
    testkit::{Clock, MemoryHost, NeglectedDuty, Planned, demo},
};
use core::convert::Infallible;
use std::sync::{Mutex, MutexGuard};

#[derive(Clone, Copy, Debug, PartialEq)]
enum Neglects {
    Nothing,
    UnlocksPasswordsAlone,
    UnlocksEverybody,
    UnlocksByDeleting,
    UnlocksForANewRevision,
    StatusWithoutRevision,
    NoStatus,
    ChangeWithoutRevision,
    ChangeInsteadOfBreach,
    NoChange,
    PasswordWithoutRevision,
    PasswordWithoutMark,
    PasswordWithOldSkips,
    NoPassword,
    AuthenticatorWithoutRevision,
    AuthenticatorIsNotAskedFor,
    AuthenticatorOfTheOldSteps,
    AuthenticatorBeforeItsTime,
    NoAuthenticator,
    EndsNoLink,
    EndsAllLinks,
    EndsLinksWithoutRevision,
    BreachedKeepsLinks,
    BreachedAgainKeepsTheRevision,
    PasswordKeepsLinks,
    EndsNothing,
    EndsAnybodys,
    EndsAllForOne,
    DoneForNobody,
    LeavesSessions,
    LeavesCodes,
    LeavesSends,
    LeavesIdentities,
    LeavesGuesses,
    LeavesTheAccount,
    LeavesWhatCameAfter,
    DeletesEverySession,
    MakesTheOldRevision,
    SweepsNothing,
    SweepsByItsClock,
    SweepsSessionsByItsClock,
    SweepsCodesByItsClock,
    SweepsGuesses,
}

struct Store {
    inner: Mutex<MemoryHost>,
    neglects: Neglects,
}

impl Store {
    fn kept(&self) -> MutexGuard<'_, MemoryHost> {
        self.inner.lock().unwrap()
    }

    fn answered(&self, answer: Administered) -> Administered {
        if self.neglects == Neglects::DoneForNobody { Administered::Done } else { answer }
    }
}

impl Administer for Store {
    type Error = Infallible;

    async fn unlock(&self, ask: &Unlock) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let before = kept.attempts.clone();
        let answer = kept.unlock(ask);
        let own: Vec<_> = ask.clears().map(|clear| clear.slot()).collect();
        match self.neglects {
            Neglects::UnlocksPasswordsAlone => {
                let is_password =
                    |slot| slot == AttemptSlot::of_account(ask.tenant, ask.account, Factor::Password);
                kept.attempts.extend(before.into_iter().filter(|(slot, _)| !is_password(*slot)));
            }
            Neglects::UnlocksEverybody => kept.attempts.values_mut().for_each(|record| {
                *record = ClearGuesses::all(own[0]).clear(Some(record.clone()));
            }),
            Neglects::UnlocksByDeleting => kept.attempts.retain(|slot, _| !own.contains(slot)),
            Neglects::UnlocksForANewRevision => {
                kept.accounts.iter_mut().for_each(|account| account.revision = account.revision.next());
            }
            _ => {}
        }
        Ok(self.answered(answer))
    }

    async fn set_status(&self, ask: &SetStatus) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let before = kept.accounts.clone();
        let answer = kept.set_status(ask);
        for (account, before) in kept.accounts.iter_mut().zip(before) {
            match self.neglects {
                Neglects::NoStatus => account.status = before.status,
                Neglects::StatusWithoutRevision => account.revision = before.revision,
                _ => {}
            }
        }
        Ok(self.answered(answer))
    }

    async fn require_change(&self, ask: &RequireChange) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let (before, links) = (kept.accounts.clone(), kept.identities.clone());
        let answer = kept.require_change(ask);
        let mark = |account: &Account| account.password.as_ref().map(|known| known.must_change);
        if self.neglects == Neglects::BreachedKeepsLinks {
            kept.identities = links;
        }
        for (account, before) in kept.accounts.iter_mut().zip(before) {
            match self.neglects {
                Neglects::NoChange => *account = before,
                Neglects::ChangeWithoutRevision => account.revision = before.revision,
                Neglects::BreachedAgainKeepsTheRevision if mark(account) == mark(&before) => {
                    account.revision = before.revision;
                }
                Neglects::ChangeInsteadOfBreach => {
                    let mark =
                        account.password.as_mut().filter(|known| known.must_change != Some(ask.reason));
                    if let Some(known) = mark {
                        known.must_change = Some(ask.reason);
                        account.revision = account.revision.next();
                    }
                }
                _ => {}
            }
        }
        Ok(self.answered(answer))
    }

    async fn set_password(&self, ask: &SetPassword) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let (before, links) = (kept.accounts.clone(), kept.identities.clone());
        let answer = kept.set_password(ask);
        if self.neglects == Neglects::PasswordKeepsLinks {
            kept.identities = links;
        }
        for (account, before) in kept.accounts.iter_mut().zip(before) {
            match (self.neglects, &mut account.password, &before.password) {
                (Neglects::NoPassword, now, _) => now.clone_from(&before.password),
                (Neglects::PasswordWithoutRevision, ..) => account.revision = before.revision,
                (Neglects::PasswordWithoutMark, Some(now), _) => now.must_change = None,
                (Neglects::PasswordWithOldSkips, Some(now), Some(_)) => now.skips_used = 1,
                _ => {}
            }
        }
        Ok(self.answered(answer))
    }

    async fn enrol_authenticator(&self, ask: &EnrolAuthenticator) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let before = kept.accounts.clone();
        let answer = kept.enrol_authenticator(ask);
        for (account, before) in kept.accounts.iter_mut().zip(before) {
            match self.neglects {
                Neglects::NoAuthenticator => account.totp = before.totp,
                Neglects::AuthenticatorWithoutRevision => account.revision = before.revision,
                Neglects::AuthenticatorIsNotAskedFor => account.enrolled = before.enrolled,
                Neglects::AuthenticatorBeforeItsTime => {
                    account.factors_changed_at = before.factors_changed_at;
                }
                Neglects::AuthenticatorOfTheOldSteps => {
                    let used = before.totp.and_then(|totp| totp.last_used_step());
                    account.totp = account.totp.take().map(|totp| totp.with_last_used_step(used));
                }
                _ => {}
            }
        }
        Ok(self.answered(answer))
    }

    async fn end_sessions_of(&self, ask: &EndSessionsOf) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let mut ask = *ask;
        if self.neglects == Neglects::EndsNothing {
            return Ok(Administered::Done);
        }
        if let (Neglects::EndsAnybodys, EndSessions::One(one)) = (self.neglects, ask.which) {
            kept.ended.insert(one);
        }
        if self.neglects == Neglects::EndsAllForOne {
            ask.which = EndSessions::All;
        }
        Ok(self.answered(kept.end_sessions_of(&ask)))
    }

    async fn end_links_of(&self, ask: &EndLinksOf) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let mut ask = *ask;
        if self.neglects == Neglects::EndsAllLinks {
            ask.which = authflow::social::EndLinks::All;
        }
        let before = kept.clone();
        let answer = kept.end_links_of(&ask);
        match self.neglects {
            Neglects::EndsNoLink => kept.identities = before.identities,
            Neglects::EndsLinksWithoutRevision => kept.accounts = before.accounts,
            _ => {}
        }
        Ok(self.answered(answer))
    }

    async fn delete_person(&self, ask: &DeletePerson) -> Result<Administered, Infallible> {
        let mut kept = self.kept();
        let before = kept.clone();
        let answer = kept.delete_person(ask);
        match self.neglects {
            Neglects::LeavesSessions => kept.sessions = before.sessions,
            Neglects::LeavesCodes => kept.codes = before.codes,
            Neglects::LeavesSends => kept.sends = before.sends,
            Neglects::LeavesIdentities => kept.identities = before.identities,
            Neglects::LeavesGuesses => kept.attempts = before.attempts,
            Neglects::LeavesTheAccount => kept.accounts = before.accounts,
            Neglects::LeavesWhatCameAfter if answer == Administered::Nobody => *kept = before,
            Neglects::DeletesEverySession if answer == Administered::Done => kept.sessions.clear(),
            _ => {}
        }
        Ok(self.answered(answer))
    }

    async fn sweep(&self, ask: &Sweep) -> Result<Swept, Infallible> {
        let mut kept = self.kept();
        let now = ask.over().plus_seconds(180);
        match self.neglects {
            Neglects::SweepsNothing => return Ok(Swept::default()),
            Neglects::SweepsByItsClock => kept.claims.retain(|_, claim| claim.keep_until > now),
            Neglects::SweepsSessionsByItsClock => kept.sessions.retain(|_, record| record.expires_at > now),
            Neglects::SweepsCodesByItsClock => kept.codes.retain(|_, code| code.expires_at > now),
            Neglects::SweepsGuesses => kept.attempts.clear(),
            _ => {}
        }
        Ok(kept.sweep(ask))
    }
}

impl Host for Store {
    type Error = Planned;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, Planned> {
        self.inner.find_account(ask).await
    }
    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Planned> {
        self.inner.reserve_attempt(ask).await
    }
    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, Planned> {
        self.inner.verify_password(ask).await
    }
    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), Planned> {
        self.inner.settle_attempt(ask).await
    }
    async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Planned> {
        self.inner.decide_access(ask).await
    }
    async fn commit(&self, ask: &Commit) -> Result<Committed, Planned> {
        self.inner.commit(ask).await
    }
    fn failed(&self, _: &'static str, _: Planned) {}
    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, Planned> {
        self.inner.find_session(ask).await
    }
    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, Planned> {
        self.inner.check_session(ask).await
    }
    async fn list_identities(
        &self,
        ask: &authflow::social::ListIdentities,
    ) -> Result<Vec<authflow::social::LinkedIdentity>, Planned> {
        self.inner.list_identities(ask).await
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, Planned> {
        self.inner.load_code(ask).await
    }
}

fn examined(neglects: Neglects, name: &str) -> Result<(), NeglectedDuty> {
    let store = Store { inner: Mutex::new(host()), neglects };
    let mut clock = Clock::at(demo::START);
    for _ in 0..2 {
        let exam = exam_of(name, &mut store.kept());
        let (moment, drawn) = (clock.moment(), clock.moment());
        let make = async |account: Account| {
            let old = account.revision;
            let mut kept = store.kept();
            let identities = kept.identities.clone();
            kept.create_account(account, &drawn);
            if neglects == Neglects::LeavesIdentities {
                kept.identities = identities;
            }
            if neglects == Neglects::MakesTheOldRevision {
                kept.accounts.last_mut().unwrap().revision = old;
            }
        };
        block_on(exam.take_administered(&store, moment, make))?;
        // The second exam is taken on what the first one left.
        clock.pass(1_000);
    }
    Ok(())
}

#[test]
fn a_careful_store_passes_as_often_as_it_is_examined() {
    for name in ["alice", "erin", "mona", "tom", "eve"] {
        assert_eq!(examined(Neglects::Nothing, name), Ok(()), "{name}");
    }
}

#[test]
fn what_an_administrator_cannot_rely_on_is_found_for_what_it_is() {
    for (neglects, neglected) in [
        (Neglects::UnlocksPasswordsAlone, NeglectedDuty::Unlock),
        (Neglects::UnlocksEverybody, NeglectedDuty::Unlock),
        (Neglects::UnlocksByDeleting, NeglectedDuty::KeepReceipts),
        (Neglects::UnlocksForANewRevision, NeglectedDuty::Unlock),
        (Neglects::StatusWithoutRevision, NeglectedDuty::SetStatus),
        (Neglects::NoStatus, NeglectedDuty::SetStatus),
        (Neglects::ChangeWithoutRevision, NeglectedDuty::RequireChange),
        (Neglects::ChangeInsteadOfBreach, NeglectedDuty::RequireChange),
        (Neglects::NoChange, NeglectedDuty::RequireChange),
        (Neglects::PasswordWithoutRevision, NeglectedDuty::SetPassword),
        (Neglects::PasswordWithoutMark, NeglectedDuty::SetPassword),
        (Neglects::PasswordWithOldSkips, NeglectedDuty::SetPassword),
        (Neglects::NoPassword, NeglectedDuty::SetPassword),
        (Neglects::AuthenticatorWithoutRevision, NeglectedDuty::EnrolAuthenticator),
        (Neglects::AuthenticatorBeforeItsTime, NeglectedDuty::EnrolAuthenticator),
        (Neglects::AuthenticatorOfTheOldSteps, NeglectedDuty::EnrolAuthenticator),
        (Neglects::NoAuthenticator, NeglectedDuty::EnrolAuthenticator),
        (Neglects::EndsNoLink, NeglectedDuty::EndLinks),
        (Neglects::EndsAllLinks, NeglectedDuty::EndLinks),
        (Neglects::EndsLinksWithoutRevision, NeglectedDuty::EndLinks),
        (Neglects::BreachedKeepsLinks, NeglectedDuty::RequireChange),
        (Neglects::BreachedAgainKeepsTheRevision, NeglectedDuty::RequireChange),
        (Neglects::PasswordKeepsLinks, NeglectedDuty::SetPassword),
        (Neglects::EndsNothing, NeglectedDuty::EndSession),
        (Neglects::EndsAnybodys, NeglectedDuty::EndSession),
        (Neglects::EndsAllForOne, NeglectedDuty::EndSession),
        (Neglects::DoneForNobody, NeglectedDuty::AnswerNobody("unlock")),
        (Neglects::LeavesSessions, NeglectedDuty::Delete("sessions")),
        (Neglects::LeavesCodes, NeglectedDuty::Delete("codes")),
        (Neglects::LeavesSends, NeglectedDuty::Delete("sends")),
        (Neglects::LeavesIdentities, NeglectedDuty::Delete("identities")),
        (Neglects::LeavesGuesses, NeglectedDuty::Delete("guesses")),
        (Neglects::LeavesTheAccount, NeglectedDuty::Delete("account")),
        (Neglects::LeavesWhatCameAfter, NeglectedDuty::Delete("guesses")),
        (Neglects::DeletesEverySession, NeglectedDuty::DeleteNoOther),
        (Neglects::MakesTheOldRevision, NeglectedDuty::DrawRevision),
        (Neglects::SweepsNothing, NeglectedDuty::Sweep("sessions")),
        (Neglects::SweepsByItsClock, NeglectedDuty::KeepNeeded("claims")),
        (Neglects::SweepsSessionsByItsClock, NeglectedDuty::KeepNeeded("sessions")),
        (Neglects::SweepsCodesByItsClock, NeglectedDuty::KeepNeeded("codes")),
        (Neglects::SweepsGuesses, NeglectedDuty::KeepNeeded("guesses of accounts")),
    ] {
        assert_eq!(examined(neglects, "tom"), Err(neglected), "{neglects:?}");
    }
    // Tom has an authenticator already.
    let unasked = examined(Neglects::AuthenticatorIsNotAskedFor, "alice");
    assert_eq!(unasked, Err(NeglectedDuty::EnrolAuthenticator));
}
