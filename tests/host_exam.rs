//! The exam for hosts: passed by one that keeps its duties, and failed for each that it neglects.

use authflow::{
    Account, Host,
    step::{
        Access, CheckSession, Commit, Committed, DecideAccess, EndSessions, FindAccount, LoadCode,
        PasswordMatch, Question, Reservation, ReserveAttempt, SessionRecord, SettleAttempt, StoredCode,
        VerifyPassword, Write,
    },
    testkit::{Clock, HostExam, HostFault, MemoryHost, NeglectedDuty, Planned, demo},
};
use std::{
    future::Future,
    pin::pin,
    sync::{Mutex, MutexGuard},
    task::{Context, Poll, Waker},
};

/// How a host is careless.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Careless {
    Not,
    FindsAcrossTenants,
    ForgetsClaims,
    NoLookAtTheRevision,
    KeepsWhatWasRefused,
    ClaimsWhatWasRefused,
    SkipsWithoutEnd,
    SkipsUncounted,
    KeepsTheRevision,
    KeepsTheReason,
    StepsWithoutLook,
    LosesSessions,
    EndsNothing,
    EndsTooMuch,
    RotatesWithoutLook,
    RotatesUncounted,
    NotesNoUse,
    NotesTheUseOfWhatIsOver,
    OneCodeForAll,
    KeepsTheOldCode,
    SendsWithoutEnd,
    CountsNothing,
    ClearsNothing,
}

struct Hosts {
    inner: Mutex<MemoryHost>,
    careless: Careless,
}

impl Hosts {
    fn is(&self, careless: Careless) -> bool {
        self.careless == careless
    }

    fn kept(&self) -> MutexGuard<'_, MemoryHost> {
        self.inner.lock().unwrap()
    }

    async fn as_written(&self, commit: &Commit) -> Committed {
        self.inner.commit(commit).await.unwrap()
    }

    /// What becomes of each write, one at a time.
    fn spoiled(&self, write: &Write) -> Option<Write> {
        match write {
            Write::RecordSkip { .. } if self.is(Careless::SkipsWithoutEnd) => {
                Some(Write::RecordSkip { budget: u32::MAX })
            }
            Write::UseTotpStep { step } if self.is(Careless::StepsWithoutLook) => {
                let used = self.kept().account("tom").totp.as_ref().unwrap().last_used_step();
                used.is_none_or(|used| used < *step).then(|| write.clone())
            }
            Write::OpenSession(_) if self.is(Careless::LosesSessions) => None,
            Write::EndSessions(_) if self.is(Careless::EndsNothing) => None,
            Write::EndSessions(_) if self.is(Careless::EndsTooMuch) => {
                Some(Write::EndSessions(EndSessions::All))
            }
            Write::RotateSession { session, .. } if self.is(Careless::RotatesWithoutLook) => {
                let generation = self.kept().sessions[session].generation;
                Some(Write::RotateSession { session: *session, expected_generation: generation })
            }
            other => Some(other.clone()),
        }
    }
}

impl Host for Hosts {
    type Error = Planned;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, Planned> {
        let mut ask = ask.clone();
        if self.is(Careless::FindsAcrossTenants) {
            ask.audience = demo::audience();
        }
        self.inner.find_account(&ask).await
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Planned> {
        match self.careless {
            Careless::CountsNothing => Ok(ask.reserve(None)),
            _ => self.inner.reserve_attempt(ask).await,
        }
    }

    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, Planned> {
        self.inner.verify_password(ask).await
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), Planned> {
        match self.careless {
            Careless::ClearsNothing => Ok(()),
            _ => self.inner.settle_attempt(ask).await,
        }
    }

    async fn decide_access(&self, ask: &DecideAccess) -> Result<Access, Planned> {
        self.inner.decide_access(ask).await
    }

    async fn commit(&self, ask: &Commit) -> Result<Committed, Planned> {
        let mut commit = ask.clone();
        if self.is(Careless::ForgetsClaims) {
            commit.claim = None;
        }
        if self.is(Careless::NoLookAtTheRevision) {
            commit.expected = None;
        }
        commit.writes = commit.writes.iter().filter_map(|write| self.spoiled(write)).collect();
        let before = self.kept().clone();
        if self.is(Careless::KeepsWhatWasRefused) {
            // Each write in a transaction of its own.
            let writes = std::mem::take(&mut commit.writes);
            let mut answer = self.as_written(&commit).await;
            (commit.claim, commit.expected) = (None, None);
            for write in writes {
                if answer == Committed::Done {
                    commit.writes = vec![write];
                    answer = self.as_written(&commit).await;
                }
            }
            return Ok(answer);
        }
        let answer = self.as_written(&commit).await;
        let mut kept = self.kept();
        match (self.careless, answer) {
            (Careless::ClaimsWhatWasRefused, Committed::Refused(_) | Committed::Changed) => {
                kept.claims.extend(ask.claim.map(|claim| (claim.id, claim.keep_until)));
            }
            (Careless::SkipsUncounted | Careless::KeepsTheRevision | Careless::KeepsTheReason, _) => {
                for (account, old) in kept.accounts.iter_mut().zip(&before.accounts) {
                    let (Some(password), Some(of_old)) = (&mut account.password, &old.password) else {
                        continue;
                    };
                    match self.careless {
                        Careless::KeepsTheRevision => account.revision = old.revision,
                        Careless::KeepsTheReason => password.must_change = of_old.must_change,
                        _ => password.skips_used = of_old.skips_used,
                    }
                }
            }
            (Careless::RotatesUncounted, _) => {
                kept.sessions.values_mut().for_each(|record| record.generation = 0);
            }
            (Careless::KeepsTheOldCode, _) => {
                let old = before.codes.into_iter();
                kept.codes.extend(old);
            }
            (Careless::SendsWithoutEnd, _) => kept.sends.clear(),
            _ => {}
        }
        Ok(answer)
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, Planned> {
        let found = self.inner.check_session(ask).await?;
        let mut kept = self.kept();
        if let Some(record) = kept.sessions.get_mut(&ask.session) {
            match self.careless {
                Careless::NotesNoUse => record.used_at = demo::START,
                Careless::NotesTheUseOfWhatIsOver => record.used_at = ask.now,
                _ => {}
            }
        }
        Ok(found)
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, Planned> {
        match self.careless {
            Careless::OneCodeForAll => Ok(self.kept().codes.values().next().cloned()),
            _ => self.inner.load_code(ask).await,
        }
    }
}

fn block_on<F: Future>(future: F) -> F::Output {
    match pin!(future).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(output) => output,
        Poll::Pending => panic!("nothing here waits"),
    }
}

fn examined(careless: Careless, name: &str) -> Result<(), NeglectedDuty> {
    let host = Hosts { inner: Mutex::new(MemoryHost::demo()), careless };
    let exam = HostExam::on(demo::audience(), demo::account(name).id);
    let mut clock = Clock::at(demo::START);
    block_on(exam.take(&host, clock.moment()))?;
    // Once more, on what the first one left.
    clock.pass(1);
    block_on(exam.take(&host, clock.moment()))
}

#[test]
fn a_careful_host_passes_as_often_as_it_is_examined() {
    for name in ["alice", "erin", "victor", "frank", "mona", "tom", "eve"] {
        assert_eq!(examined(Careless::Not, name), Ok(()), "{name}");
    }
}

#[test]
fn each_carelessness_is_found_for_what_it_is() {
    for (careless, neglected) in [
        (Careless::FindsAcrossTenants, NeglectedDuty::FindAccount),
        (Careless::ForgetsClaims, NeglectedDuty::ClaimOnce),
        (Careless::NoLookAtTheRevision, NeglectedDuty::CompareRevision),
        (Careless::KeepsWhatWasRefused, NeglectedDuty::RollBack),
        (Careless::ClaimsWhatWasRefused, NeglectedDuty::RollBack),
        (Careless::SkipsWithoutEnd, NeglectedDuty::CountSkips),
        (Careless::SkipsUncounted, NeglectedDuty::CountSkips),
        (Careless::KeepsTheRevision, NeglectedDuty::StorePassword),
        (Careless::KeepsTheReason, NeglectedDuty::StorePassword),
        (Careless::StepsWithoutLook, NeglectedDuty::UseTotpStep),
        (Careless::LosesSessions, NeglectedDuty::KeepSession),
        (Careless::EndsNothing, NeglectedDuty::EndSession),
        (Careless::EndsTooMuch, NeglectedDuty::EndSession),
        (Careless::RotatesWithoutLook, NeglectedDuty::RotateSession),
        (Careless::RotatesUncounted, NeglectedDuty::RotateSession),
        (Careless::NotesNoUse, NeglectedDuty::NoteUse),
        (Careless::NotesTheUseOfWhatIsOver, NeglectedDuty::NoteUse),
        (Careless::OneCodeForAll, NeglectedDuty::KeepCode),
        (Careless::KeepsTheOldCode, NeglectedDuty::KeepCode),
        (Careless::SendsWithoutEnd, NeglectedDuty::KeepBudget),
        (Careless::CountsNothing, NeglectedDuty::CountGuesses),
        (Careless::ClearsNothing, NeglectedDuty::ClearGuesses),
    ] {
        // frank must change his password, tom has an authenticator.
        let name = if careless == Careless::KeepsTheReason { "frank" } else { "tom" };
        assert_eq!(examined(careless, name), Err(neglected), "{careless:?}");
    }
}

#[test]
fn what_is_not_examined_may_be_missing_and_what_is_not_answered_is_told() {
    let mut bare = MemoryHost::demo();
    bare.account("alice").password = None;
    let host = Mutex::new(bare);
    let exam = HostExam::on(demo::audience(), demo::account("alice").id);
    let mut clock = Clock::at(demo::START);
    let mut moment = || clock.moment();
    assert_eq!(block_on(exam.take(&host, moment())), Err(NeglectedDuty::CountSkips));
    host.lock().unwrap().claims.clear();
    let exam = HostExam { passwords: false, sessions: false, codes: false, ..exam };
    assert_eq!(block_on(exam.take(&host, moment())), Ok(()));
    host.lock().unwrap().fault = Some(HostFault::Unavailable(Commit::NAME));
    assert_eq!(block_on(exam.take(&host, moment())), Err(NeglectedDuty::Unanswered("Commit")));
}
