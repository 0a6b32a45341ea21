//! Rehashing: the password gets a new verifier, and nothing else of the account changes.

use super::{NeglectedDuty, Sitting, answered, holds};
use crate::{
    Host, Secret,
    account::Account,
    password::{Password, PasswordForm, PasswordMatch, VerifyPassword},
    session::EndSessions,
    step::{CommitRefusal, Write},
};
use alloc::vec::Vec;

const PASSWORD: &str = "Set-By-The-Exam-2";

/// The parts of an account that a rehash leaves unchanged.
fn kept(account: &Account) -> Option<impl PartialEq + use<>> {
    let Password { changed_at, must_change, skips_used, .. } = account.password.as_ref()?;
    Some((account.revision, *changed_at, *must_change, *skips_used))
}

impl<H: Host> Sitting<'_, H> {
    /// Rehashes a password together with a use of the session, as a sign-in does if the verifier matches but is outdated. The library would hash the
    /// present password again. The exam uses another password, which shows whether it was stored.
    pub(super) async fn rehash(&self) -> Result<(), NeglectedDuty> {
        let rehash = Write::Rehash { password: Secret::new(PASSWORD) };
        let skip = Write::RecordSkip { budget: u32::MAX };
        self.done("skip before a rehash", Vec::from([skip]), NeglectedDuty::CountSkips).await?;
        let before = self.found().await?;

        let spent = Write::RecordSkip { budget: 0 };
        let writes = Vec::from([rehash.clone(), spent]);
        self.refused("no rehash", writes, CommitRefusal::SkipsSpent, NeglectedDuty::CountSkips).await?;
        holds(self.judged().await? == PasswordMatch::Differs, NeglectedDuty::RollBack)?;

        let record = self.record("rehash").await?;
        let mut writes = Vec::from([rehash]);
        writes.extend(self.exam.sessions.then_some(Write::OpenSession(record)));
        self.done("rehash", writes, NeglectedDuty::Rehash).await?;
        let after = self.found().await?;
        holds(kept(&after) == kept(&before), NeglectedDuty::Rehash)?;
        let is_canonical = |password: &Password| password.form == PasswordForm::Canonical;
        holds(after.password.as_ref().is_some_and(is_canonical), NeglectedDuty::Rehash)?;
        holds(self.judged().await? == PasswordMatch::Matches, NeglectedDuty::Rehash)?;
        if self.exam.sessions {
            let used = self.check(&record).await?;
            holds(used.is_some_and(|used| used.revision == after.revision), NeglectedDuty::Rehash)?;
            let end = Vec::from([Write::EndSessions(EndSessions::All)]);
            self.done("end after a rehash", end, NeglectedDuty::EndSession).await?;
        }
        Ok(())
    }

    /// The host's judgement on whether the account's stored password is now that of the rehash.
    async fn judged(&self) -> Result<PasswordMatch, NeglectedDuty> {
        let Account { id, password, .. } = self.found().await?;
        let verifier = password.map(|password| password.verifier);
        let ask =
            VerifyPassword { account: Some(id), verifier, presented: Secret::new(PASSWORD), permit: None };
        answered::<VerifyPassword, _>(self.host.verify_password(&ask).await)
    }
}
