//! A verifier made anew: the password's, and nothing else of the account.

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

/// What a rehash leaves as it was.
fn kept(account: &Account) -> Option<impl PartialEq + use<>> {
    let Password { changed_at, must_change, skips_used, .. } = account.password.as_ref()?;
    Some((account.revision, *changed_at, *must_change, *skips_used))
}

impl<H: Host> Sitting<'_, H> {
    /// As a sign-in does it whose password matches and is outdated, with the use of its session. The library hashes the present password
    /// anew; here it is another one, which shows whether it has been stored.
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

    /// Whether the password of the rehash is the account's, as it is stored now.
    async fn judged(&self) -> Result<PasswordMatch, NeglectedDuty> {
        let Account { id, password, .. } = self.found().await?;
        let verifier = password.map(|password| password.verifier);
        let ask =
            VerifyPassword { account: Some(id), verifier, presented: Secret::new(PASSWORD), permit: None };
        answered::<VerifyPassword, _>(self.host.verify_password(&ask).await)
    }
}
