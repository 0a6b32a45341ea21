//! Commits: claims, revisions, all or nothing; skips, passwords and one-time passwords.

use super::{NeglectedDuty, Sitting, answered, holds, together::together};
use crate::{
    AccountId, Audience, Host, Secret, TenantId, Totp,
    step::{AccountKey, Commit, CommitRefusal, Committed, FindAccount, Write},
};
use alloc::vec::Vec;

/// How many come at once.
const AT_ONCE: usize = 8;

impl<H: Host> Sitting<'_, H> {
    /// Found by its id; not by another, and not in another tenant.
    pub(super) async fn account(&self) -> Result<(), NeglectedDuty> {
        let account = self.found().await?;
        let here = account.id == self.exam.account && account.tenant == self.exam.audience.tenant;
        holds(here, NeglectedDuty::FindAccount)?;
        let (Ok(nobody), Ok(elsewhere)) =
            (AccountId::new("nobody-of-the-exam"), TenantId::new("nowhere-of-the-exam"))
        else {
            return Err(NeglectedDuty::FindAccount);
        };
        let audience = Audience { tenant: Some(elsewhere), ..self.exam.audience };
        for (audience, id) in [(self.exam.audience, nobody), (audience, self.exam.account)] {
            let ask = FindAccount { audience, key: AccountKey::Id(id) };
            let found = answered::<FindAccount, _>(self.host.find_account(&ask).await)?;
            holds(found.is_none(), NeglectedDuty::FindAccount)?;
        }
        Ok(())
    }

    pub(super) async fn claims(&self) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of("once", Vec::new()).await?;
        let outcomes = together((0..AT_ONCE).map(|_| self.host.commit(&commit))).await;
        self.one_is_done(outcomes, Committed::Replayed, NeglectedDuty::ClaimOnce)
    }

    pub(super) async fn roll_back(&self) -> Result<(), NeglectedDuty> {
        let right = self.commit_of("changed", Vec::new()).await?;
        let mut other = right.clone();
        other.expected = right.expected.map(|revision| revision.next());
        let answer = answered::<Commit, _>(self.host.commit(&other).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::CompareRevision)?;
        let answer = answered::<Commit, _>(self.host.commit(&right).await)?;
        holds(answer == Committed::Done, NeglectedDuty::RollBack)
    }

    /// One skip more than so far, many times at once.
    pub(super) async fn skips(&self) -> Result<(), NeglectedDuty> {
        let used = self.found().await?.password.map(|password| password.skips_used);
        let used = used.ok_or(NeglectedDuty::CountSkips)?;
        let mut commits = Vec::new();
        for number in 0..AT_ONCE {
            let write = Write::RecordSkip { budget: used.saturating_add(1) };
            let label = ["skip", &alloc::format!("{number}")].concat();
            commits.push(self.commit_of(&label, Vec::from([write])).await?);
        }
        let outcomes = together(commits.iter().map(|commit| self.host.commit(commit))).await;
        let refused = Committed::Refused(CommitRefusal::SkipsSpent);
        self.one_is_done(outcomes, refused, NeglectedDuty::CountSkips)?;
        let counted = self.found().await?.password.map(|password| password.skips_used);
        holds(counted == used.checked_add(1), NeglectedDuty::CountSkips)
    }

    pub(super) async fn password(&self) -> Result<(), NeglectedDuty> {
        let before = self.found().await?;
        let store =
            Write::StorePassword { new_password: Secret::new("Set-By-The-Exam-1"), changed_at: self.now() };
        // The last of these is refused: so nothing of the first may stay.
        let spent = Write::RecordSkip { budget: 0 };
        let writes = Vec::from([store.clone(), spent]);
        self.refused("password", writes, CommitRefusal::SkipsSpent, NeglectedDuty::CountSkips).await?;
        holds(self.found().await?.revision == before.revision, NeglectedDuty::RollBack)?;
        self.done("new password", Vec::from([store]), NeglectedDuty::StorePassword).await?;
        let after = self.found().await?;
        let password = after.password.ok_or(NeglectedDuty::StorePassword)?;
        let is_new =
            password.changed_at == self.now() && password.skips_used == 0 && password.must_change.is_none();
        holds(is_new && after.revision == before.revision.next(), NeglectedDuty::StorePassword)
    }

    /// Where there is an authenticator.
    pub(super) async fn one_time_password(&self) -> Result<(), NeglectedDuty> {
        let Some(totp) = self.found().await?.totp else { return Ok(()) };
        let used = totp.last_used_step().unwrap_or_default();
        let step = used.saturating_add(1).max(Totp::step_at(self.now()));
        let write = |step| Vec::from([Write::UseTotpStep { step }]);
        self.done("step", write(step), NeglectedDuty::UseTotpStep).await?;
        for (label, again) in [("same step", step), ("earlier step", step.saturating_sub(1))] {
            let refusal = CommitRefusal::TotpStepUsed;
            self.refused(label, write(again), refusal, NeglectedDuty::UseTotpStep).await?;
        }
        Ok(())
    }

    fn one_is_done<E>(
        &self,
        outcomes: Vec<Result<Committed, E>>,
        others: Committed,
        duty: NeglectedDuty,
    ) -> Result<(), NeglectedDuty> {
        let mut done = 0_usize;
        for outcome in outcomes {
            let outcome = answered::<Commit, _>(outcome)?;
            holds(outcome == Committed::Done || outcome == others, duty)?;
            done += usize::from(outcome == Committed::Done);
        }
        holds(done == 1, duty)
    }
}
