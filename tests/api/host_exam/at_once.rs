//! The exam of a host that really waits between a look and a write, so that races happen.

use super::{block_on, exam_of};
use authflow::{
    Host,
    account::{Account, FindAccount},
    code::{LoadCode, StoredCode},
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    password::{PasswordMatch, VerifyPassword},
    session::{CheckSession, FindSession, SessionRecord},
    step::{AccessDecision, Commit, Committed, DecideAccess, FindClaim},
    testkit::{Clock, MemoryHost, NeglectedDuty, Planned, demo},
};
use std::{
    future::poll_fn,
    mem::replace,
    sync::{Mutex, MutexGuard},
    task::Poll,
};

/// The part that the host writes back as it was when it was read, and so overwrites what others have written in between.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Stale {
    Nothing,
    Claims,
    Revision,
    Skips,
    Step,
    Sessions,
    Sends,
    Guesses,
    Uses,
}

struct Hosts {
    inner: Mutex<MemoryHost>,
    stale: Stale,
}

impl Hosts {
    fn kept(&self) -> MutexGuard<'_, MemoryHost> {
        self.inner.lock().unwrap()
    }

    fn forget_the_others(&self, looked_at: MemoryHost) {
        let mut kept = self.kept();
        let (then, now) = (looked_at.accounts, &mut kept.accounts);
        match self.stale {
            Stale::Nothing | Stale::Guesses | Stale::Uses => {}
            Stale::Claims => kept.claims = looked_at.claims,
            Stale::Sessions => kept.sessions = looked_at.sessions,
            Stale::Sends => kept.sends = looked_at.sends,
            Stale::Revision => now.iter_mut().zip(then).for_each(|(now, then)| now.revision = then.revision),
            Stale::Skips => now.iter_mut().zip(then).for_each(|(now, then)| now.password = then.password),
            Stale::Step => now.iter_mut().zip(then).for_each(|(now, then)| now.totp = then.totp),
        }
    }
}

/// Lets the other requests go on.
async fn wait() {
    let mut has_waited = false;
    poll_fn(|context| {
        context.waker().wake_by_ref();
        if replace(&mut has_waited, true) { Poll::Ready(()) } else { Poll::Pending }
    })
    .await;
}

impl Host for Hosts {
    type Error = Planned;

    async fn commit(&self, ask: &Commit) -> Result<Committed, Planned> {
        let looked_at = self.kept().clone();
        match Mutex::new(looked_at.clone()).commit(ask).await? {
            Committed::Done => {}
            refused => return Ok(refused),
        }
        wait().await;
        self.forget_the_others(looked_at);
        self.inner.commit(ask).await
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Planned> {
        if self.stale != Stale::Guesses {
            wait().await;
            return self.inner.reserve_attempt(ask).await;
        }
        let reservation = ask.reserve(self.kept().attempts.get(&ask.slot).cloned());
        wait().await;
        self.kept().attempts.insert(ask.slot, reservation.record());
        Ok(reservation)
    }

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, Planned> {
        wait().await;
        // Each tenant has its own database.
        if ask.audience.tenant == demo::audience().tenant {
            self.inner.find_account(ask).await
        } else {
            Err(Planned)
        }
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

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, Planned> {
        self.inner.find_session(ask).await
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, Planned> {
        if self.stale != Stale::Uses {
            return self.inner.check_session(ask).await;
        }
        let looked_at = self.kept().clone();
        let found = Mutex::new(looked_at).check_session(ask).await?;
        wait().await;
        if let Some(noted) = found.as_ref().and_then(|found| ask.note(found)) {
            self.kept().sessions.insert(ask.session, noted);
        }
        Ok(found)
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, Planned> {
        self.inner.find_claim(ask).await
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

    fn failed(&self, question: &'static str, error: Planned) {
        self.inner.failed(question, error);
    }
}

fn examined(stale: Stale) -> Result<(), NeglectedDuty> {
    let mut inner = MemoryHost::demo();
    let exam = exam_of("tom", &mut inner);
    let host = Hosts { inner: Mutex::new(inner), stale };
    block_on(exam.take(&host, Clock::at(demo::START).moment()))
}

#[test]
fn a_host_that_waits_and_looks_again_passes() {
    assert_eq!(examined(Stale::Nothing), Ok(()));
}

#[test]
fn whoever_writes_what_was_looked_at_before_fails() {
    for (stale, neglected) in [
        (Stale::Claims, NeglectedDuty::ClaimOnce),
        (Stale::Revision, NeglectedDuty::CompareRevision),
        (Stale::Skips, NeglectedDuty::CountSkips),
        (Stale::Step, NeglectedDuty::UseTotpStep),
        (Stale::Sessions, NeglectedDuty::RotateSession),
        (Stale::Sends, NeglectedDuty::KeepBudget),
        (Stale::Guesses, NeglectedDuty::CountGuesses),
        (Stale::Uses, NeglectedDuty::NoteFirstSight),
    ] {
        assert_eq!(examined(stale), Err(neglected), "{stale:?}");
    }
}

/// An exam may be spawned on any executor.
#[test]
fn an_exam_is_send() {
    fn is_send(_: impl Send) {}
    let host = Mutex::new(MemoryHost::demo());
    let exam = exam_of("tom", &mut host.lock().unwrap());
    is_send(exam.take(&host, Clock::at(demo::START).moment()));
}
