//! Commits: claims, revisions, all or nothing; also skips, passwords and one-time passwords.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds, one_is_done, together::together};
use crate::{
    Host, Secret, SessionId,
    account::Account,
    factor::Totp,
    password::{Password, PasswordForm, PasswordMatch, Verifier, VerifyPassword},
    step::{Claim, Commit, CommitRefusal, Committed, Write},
};
use alloc::vec::Vec;

const NEW_PASSWORD: &str = "Set-By-The-Exam-1";

impl<H: Host> Sitting<'_, H> {
    pub(super) async fn claims(&self) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of("once", Vec::new()).await?;
        let outcomes = together((0..AT_ONCE).map(|_| self.host.commit(&commit))).await;
        let replayed = Committed::Replayed { opened: None };
        one_is_done(outcomes, replayed.clone(), NeglectedDuty::ClaimOnce)?;
        // The claim has the same id but opens another session. An upsert that changes such a row has made no claim, whatever number of rows it
        // reports.
        let claim = commit.claim.map(|claim| Claim {
            opens: Some(SessionId::from_bytes(self.id("opened by another"))),
            keep_until: claim.keep_until.plus_seconds(1),
            ..claim
        });
        let answer = answered::<Commit, _>(self.host.commit(&Commit { claim, ..commit }).await)?;
        holds(answer == replayed, NeglectedDuty::ClaimOnce)
    }

    pub(super) async fn roll_back(&self) -> Result<(), NeglectedDuty> {
        let right = self.commit_of("changed", Vec::new()).await?;
        let mut other = right.clone();
        other.expected = right.expected.map(|revision| revision.next());
        let answer = answered::<Commit, _>(self.host.commit(&other).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::CompareRevision)?;
        let answer = answered::<Commit, _>(self.host.commit(&right).await)?;
        holds(answer == Committed::Done, NeglectedDuty::RollBack)?;
        // The claim is judged first.
        let answer = answered::<Commit, _>(self.host.commit(&other).await)?;
        holds(answer == Committed::Replayed { opened: None }, NeglectedDuty::ClaimOnce)
    }

    /// Uses one more skip, many times at once.
    pub(super) async fn skips(&self, mut expected: Account) -> Result<Account, NeglectedDuty> {
        let password =
            expected.password.as_mut().ok_or(NeglectedDuty::UnfitExam("the account must have a password"))?;
        let write = Write::RecordSkip { budget: password.skips_used.saturating_add(1) };
        let refused = Committed::Refused(CommitRefusal::SkipsSpent);
        self.race("skip", AT_ONCE, write, refused, NeglectedDuty::CountSkips).await?;
        password.skips_used = password.skips_used.saturating_add(1);
        self.is_read(&expected).await?;
        Ok(expected)
    }

    pub(super) async fn password(&self, mut expected: Account) -> Result<(), NeglectedDuty> {
        let store = Write::StorePassword { new_password: Secret::new(NEW_PASSWORD), changed_at: self.now() };
        // The last write is refused, so nothing of the first may stay.
        let spent = Write::RecordSkip { budget: 0 };
        let writes = Vec::from([store.clone(), spent]);
        self.refused("password", writes, CommitRefusal::SkipsSpent, NeglectedDuty::CountSkips).await?;
        self.is_read(&expected).await.map_err(|neglected| match neglected {
            NeglectedDuty::ReadAccount { .. } => NeglectedDuty::RollBack,
            other => other,
        })?;
        for label in ["new password", "the same password"] {
            let commit = self.commit_of(label, Vec::from([store.clone()])).await?;
            let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
            holds(answer == Committed::Done, NeglectedDuty::StorePassword)?;
            // The host decides how a password is hashed.
            let stored = self.found().await?.password.ok_or(NeglectedDuty::StorePassword)?.verifier;
            self.verify(stored.clone()).await?;
            expected.password = Some(Password {
                verifier: stored,
                changed_at: self.now(),
                must_change: None,
                skips_used: 0,
                form: PasswordForm::Canonical,
            });
            expected.revision = expected.revision.next();
            holds(commit.revision_after() == Some(expected.revision), NeglectedDuty::StorePassword)?;
            self.is_read(&expected).await?;
        }
        // Only two at once, since each may cost the host a hash.
        self.race("two passwords", 2, store, Committed::Changed, NeglectedDuty::CompareRevision).await
    }

    /// The new password matches and another one does not. A question without a verifier is answered too.
    async fn verify(&self, verifier: Verifier) -> Result<(), NeglectedDuty> {
        for (presented, expected) in
            [(NEW_PASSWORD, PasswordMatch::Matches), ("Set-By-Nobody-1", PasswordMatch::Differs)]
        {
            let presented = Secret::new(presented);
            let (account, verifier) = (Some(self.exam.expected.id), Some(verifier.clone()));
            let ask = VerifyPassword { account, verifier, presented: presented.clone(), permit: None };
            let found = answered::<VerifyPassword, _>(self.host.verify_password(&ask).await)?;
            holds(found == expected, NeglectedDuty::VerifyPassword)?;
            let ask = VerifyPassword { account: None, verifier: None, presented, permit: None };
            holds(self.host.verify_password(&ask).await.is_ok(), NeglectedDuty::VerifyPassword)?;
        }
        Ok(())
    }

    /// Examines nothing if the account has no authenticator.
    pub(super) async fn one_time_password(&self, mut expected: Account) -> Result<Account, NeglectedDuty> {
        let Some(totp) = expected.totp.take() else { return Ok(expected) };
        let used = totp.last_used_step().unwrap_or_default();
        let step = used.saturating_add(1).max(self.now().as_unix() / Totp::STEP_SECONDS);
        let (refusal, duty) = (CommitRefusal::TotpStepUsed, NeglectedDuty::UseTotpStep);
        let write = |step| Write::UseTotpStep { step };
        self.race("step", AT_ONCE, write(step), Committed::Refused(refusal.clone()), duty.clone()).await?;
        for (label, again) in [("same step", step), ("earlier step", step.saturating_sub(1))] {
            self.refused(label, Vec::from([write(again)]), refusal.clone(), duty.clone()).await?;
        }
        expected.totp = Some(totp.with_last_used_step(Some(step)));
        self.is_read(&expected).await?;
        Ok(expected)
    }
}
