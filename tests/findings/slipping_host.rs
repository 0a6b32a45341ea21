//! A host that slips in the places where the exam for hosts did not look.

use authflow::{
    Host, Timestamp,
    account::{Account, AccountStatus, FindAccount},
    code::{LoadCode, StoredCode},
    factor::FactorSet,
    guess::{Reservation, ReserveAttempt, SettleAttempt},
    password::{PasswordMatch, VerifyPassword},
    session::{CheckSession, EndSessions, FindSession, SessionRecord},
    social::{LinkedIdentity, ListIdentities},
    step::{AccessDecision, Commit, Committed, DecideAccess, FindClaim, Write},
    testkit::{MemoryHost, Planned},
};
use std::sync::Mutex;

/// The ways to slip.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Slip {
    /// Nowhere: it keeps every duty.
    Nowhere,
    /// It settles a guess by deleting the record.
    DeletesTheRecord,
    /// If one guess passed, it forgets the later guesses as well.
    ForgetsLaterGuesses,
    /// It gives no guess back.
    GivesNothingBack,
    /// It does not read which factors are enrolled.
    NoEnrolled,
    /// It does not read the secret of the authenticator.
    NoTotp,
    /// It does not read the mobile.
    NoMobile,
    /// It does not read the e-mail address.
    NoEmail,
    /// It does not read the user name.
    NoUserName,
    /// It does not read when the factors changed.
    NoFactorsChangedAt,
    /// It does not read why a password must be changed.
    NoMustChange,
    /// It neither reads the status nor compares it.
    NoStatus,
    /// It ends a session, whichever account's it is.
    EndsSessionsOfOthers,
    /// It ends sessions only in the commit's own application.
    EndsThoseOfOneApplication,
}

/// A host in memory, with one slip.
pub(crate) struct SlippingHost {
    pub(crate) inner: Mutex<MemoryHost>,
    pub(crate) slip: Slip,
}

impl SlippingHost {
    fn read(&self, mut account: Account) -> Account {
        match self.slip {
            Slip::NoEnrolled => account.enrolled = FactorSet::EMPTY,
            Slip::NoTotp => account.totp = None,
            Slip::NoMobile => account.mobile = None,
            Slip::NoEmail => account.email = None,
            Slip::NoUserName => account.user_name = None,
            Slip::NoFactorsChangedAt => account.factors_changed_at = Timestamp::default(),
            Slip::NoMustChange => {
                if let Some(password) = &mut account.password {
                    password.must_change = None;
                }
            }
            Slip::NoStatus => account.status = AccountStatus::Active,
            _ => {}
        }
        account
    }

    /// The wrong writes of the slip, or the writes that it leaves out.
    fn slips_in_writing(&self, ask: &Commit, before: &MemoryHost) {
        let mut kept = self.inner.lock().unwrap();
        for write in &ask.writes {
            match (self.slip, write) {
                (Slip::ForgetsLaterGuesses, Write::ClearGuesses(cleared)) => {
                    kept.attempts.remove(&cleared.slot());
                }
                (Slip::EndsSessionsOfOthers, Write::EndSessions(EndSessions::One(session))) => {
                    kept.ended.insert(*session);
                }
                (Slip::EndsThoseOfOneApplication, Write::EndSessions(_)) => {
                    let MemoryHost { sessions, ended, .. } = &mut *kept;
                    ended.retain(|session| {
                        before.ended.contains(session) || sessions[session].audience == ask.audience
                    });
                }
                _ => {}
            }
        }
    }
}

impl Host for SlippingHost {
    type Error = Planned;

    async fn find_account(&self, ask: &FindAccount) -> Result<Option<Account>, Planned> {
        Ok(self.inner.find_account(ask).await?.map(|account| self.read(account)))
    }

    async fn reserve_attempt(&self, ask: &ReserveAttempt) -> Result<Reservation, Planned> {
        self.inner.reserve_attempt(ask).await
    }

    async fn verify_password(&self, ask: &VerifyPassword) -> Result<PasswordMatch, Planned> {
        self.inner.verify_password(ask).await
    }

    async fn settle_attempt(&self, ask: &SettleAttempt) -> Result<(), Planned> {
        let mut kept = self.inner.lock().unwrap();
        let stored = kept.attempts.remove(&ask.slot);
        let record = match self.slip {
            Slip::DeletesTheRecord => None,
            Slip::GivesNothingBack => stored,
            _ => Some(ask.settle(stored)),
        };
        kept.attempts.extend(record.map(|record| (ask.slot, record)));
        Ok(())
    }

    async fn decide_access(&self, ask: &DecideAccess) -> Result<AccessDecision, Planned> {
        self.inner.decide_access(ask).await
    }

    async fn commit(&self, ask: &Commit) -> Result<Committed, Planned> {
        let before = self.inner.lock().unwrap().clone();
        if self.slip == Slip::NoStatus {
            let mut kept = self.inner.lock().unwrap();
            kept.accounts.iter_mut().for_each(|account| account.status = AccountStatus::Active);
        }
        let answer = self.inner.commit(ask).await?;
        if self.slip == Slip::NoStatus {
            let mut kept = self.inner.lock().unwrap();
            let statuses = before.accounts.iter().map(|account| account.status);
            kept.accounts.iter_mut().zip(statuses).for_each(|(account, status)| account.status = status);
        }
        if answer == Committed::Done {
            self.slips_in_writing(ask, &before);
        }
        Ok(answer)
    }

    async fn list_identities(&self, ask: &ListIdentities) -> Result<Vec<LinkedIdentity>, Planned> {
        self.inner.list_identities(ask).await
    }

    fn failed(&self, question: &'static str, error: Planned) {
        self.inner.failed(question, error);
    }

    async fn find_session(&self, ask: &FindSession) -> Result<Option<SessionRecord>, Planned> {
        self.inner.find_session(ask).await
    }

    async fn check_session(&self, ask: &CheckSession) -> Result<Option<SessionRecord>, Planned> {
        self.inner.check_session(ask).await
    }

    async fn find_claim(&self, ask: &FindClaim) -> Result<Option<SessionRecord>, Planned> {
        self.inner.find_claim(ask).await
    }

    async fn load_code(&self, ask: &LoadCode) -> Result<Option<StoredCode>, Planned> {
        self.inner.load_code(ask).await
    }
}
