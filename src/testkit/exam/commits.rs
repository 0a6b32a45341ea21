//! Commits: claims, revisions, all or nothing; skips, passwords and one-time passwords.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds, one_is_done, together::together};
use crate::{
    AccountId, Audience, Host, Secret, TenantId,
    account::{Account, AccountKey, FindAccount},
    factor::Totp,
    password::{Password, PasswordMatch, VerifyPassword},
    step::{Commit, CommitRefusal, Committed, Write},
};
use alloc::vec::Vec;

const NEW_PASSWORD: &str = "Set-By-The-Exam-1";

/// Whether nothing that a new password changes has changed.
fn same_credentials(one: &Account, other: &Account) -> bool {
    let same_password = |one: &Password, other: &Password| {
        one.verifier.expose() == other.verifier.expose()
            && one.changed_at == other.changed_at
            && one.must_change == other.must_change
            && one.skips_used == other.skips_used
    };
    one.revision == other.revision
        && match (&one.password, &other.password) {
            (Some(one), Some(other)) => same_password(one, other),
            (one, other) => one.is_none() && other.is_none(),
        }
}

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
            // The library never asks that, so a host may also have no answer.
            let found = self.host.find_account(&ask).await.ok().flatten();
            holds(found.is_none(), NeglectedDuty::FindAccount)?;
        }
        Ok(())
    }

    pub(super) async fn claims(&self) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of("once", Vec::new()).await?;
        let outcomes = together((0..AT_ONCE).map(|_| self.host.commit(&commit))).await;
        one_is_done(outcomes, Committed::Replayed, NeglectedDuty::ClaimOnce)
    }

    pub(super) async fn roll_back(&self) -> Result<(), NeglectedDuty> {
        let right = self.commit_of("changed", Vec::new()).await?;
        let mut other = right.clone();
        other.expected = right.expected.map(|revision| revision.next());
        let answer = answered::<Commit, _>(self.host.commit(&other).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::CompareRevision)?;
        let answer = answered::<Commit, _>(self.host.commit(&right).await)?;
        holds(answer == Committed::Done, NeglectedDuty::RollBack)?;
        // The claim comes first.
        let answer = answered::<Commit, _>(self.host.commit(&other).await)?;
        holds(answer == Committed::Replayed, NeglectedDuty::ClaimOnce)
    }

    /// One skip more than so far, many times at once.
    pub(super) async fn skips(&self) -> Result<(), NeglectedDuty> {
        let used = self.found().await?.password.map(|password| password.skips_used);
        let used = used.ok_or(NeglectedDuty::CountSkips)?;
        let write = Write::RecordSkip { budget: used.saturating_add(1) };
        let refused = Committed::Refused(CommitRefusal::SkipsSpent);
        self.race("skip", AT_ONCE, write, refused, NeglectedDuty::CountSkips).await?;
        let counted = self.found().await?.password.map(|password| password.skips_used);
        holds(counted == used.checked_add(1), NeglectedDuty::CountSkips)
    }

    pub(super) async fn password(&self) -> Result<(), NeglectedDuty> {
        let before = self.found().await?;
        let store = Write::StorePassword { new_password: Secret::new(NEW_PASSWORD), changed_at: self.now() };
        // The last of these is refused: so nothing of the first may stay.
        let spent = Write::RecordSkip { budget: 0 };
        let writes = Vec::from([store.clone(), spent]);
        self.refused("password", writes, CommitRefusal::SkipsSpent, NeglectedDuty::CountSkips).await?;
        let unchanged = self.found().await?;
        holds(same_credentials(&unchanged, &before), NeglectedDuty::RollBack)?;
        self.done("new password", Vec::from([store.clone()]), NeglectedDuty::StorePassword).await?;
        let after = self.found().await?;
        let password = after.password.ok_or(NeglectedDuty::StorePassword)?;
        let is_new =
            password.changed_at == self.now() && password.skips_used == 0 && password.must_change.is_none();
        holds(is_new && after.revision == before.revision.next(), NeglectedDuty::StorePassword)?;
        self.verify(password.verifier).await?;
        // Two, since each may cost the host a hash.
        self.race("two passwords", 2, store, Committed::Changed, NeglectedDuty::CompareRevision).await
    }

    /// The new password is told from another one; and there is an answer where there is nothing to verify against.
    async fn verify(&self, verifier: Secret) -> Result<(), NeglectedDuty> {
        for (presented, expected) in
            [(NEW_PASSWORD, PasswordMatch::Matches), ("Set-By-Nobody-1", PasswordMatch::Differs)]
        {
            let presented = Secret::new(presented);
            let (account, verifier) = (Some(self.exam.account), Some(verifier.clone()));
            let ask = VerifyPassword { account, verifier, presented: presented.clone() };
            let found = answered::<VerifyPassword, _>(self.host.verify_password(&ask).await)?;
            holds(found == expected, NeglectedDuty::VerifyPassword)?;
            let ask = VerifyPassword { account: None, verifier: None, presented };
            holds(self.host.verify_password(&ask).await.is_ok(), NeglectedDuty::VerifyPassword)?;
        }
        Ok(())
    }

    /// Where there is an authenticator.
    pub(super) async fn one_time_password(&self) -> Result<(), NeglectedDuty> {
        let Some(totp) = self.found().await?.totp else { return Ok(()) };
        let used = totp.last_used_step().unwrap_or_default();
        let step = used.saturating_add(1).max(Totp::step_at(self.now()));
        let (refusal, duty) = (CommitRefusal::TotpStepUsed, NeglectedDuty::UseTotpStep);
        let write = |step| Write::UseTotpStep { step };
        self.race("step", AT_ONCE, write(step), Committed::Refused(refusal), duty).await?;
        for (label, again) in [("same step", step), ("earlier step", step.saturating_sub(1))] {
            self.refused(label, Vec::from([write(again)]), refusal, duty).await?;
        }
        Ok(())
    }
}
