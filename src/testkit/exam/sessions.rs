//! Sessions: opened, used, renewed, rotated and ended.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds, uses::Keys};
use crate::{
    AccountId, Audience, Host,
    factor::{Factor, FactorSet},
    session::{EndSessions, SessionRecord},
    step::{Commit, CommitRefusal, Committed, Write},
};
use alloc::{boxed::Box, vec::Vec};

impl<H: Host> Sitting<'_, H> {
    pub(super) async fn sessions(&self) -> Result<(), NeglectedDuty> {
        let Audience { client_id, tenant } = self.exam.audience;
        let elsewhere = Audience { client_id: self.exam.other_application.unwrap_or(client_id), tenant };
        let (here, own) = (self.exam.audience, self.exam.expected.id);
        let first = self.open("first", here, own).await?;
        let second = self.open("second", here, own).await?;
        let third = self.open("third", elsewhere, own).await?;
        let kept = self.open("kept", elsewhere, own).await?;
        let other = self.open("other", here, self.exam.other_account.id).await?;
        self.unwritten().await?;
        self.once(&first, true).await?;
        self.uses(&first).await?;
        self.renewal(&first).await?;
        self.rotations(&first).await?;
        let end = |which| Vec::from([Write::EndSessions(which)]);
        self.done("end another's", end(EndSessions::One(other.session)), NeglectedDuty::EndSession).await?;
        self.live(&[(other, true), (first, true)]).await?;
        self.done("end one", end(EndSessions::One(first.session)), NeglectedDuty::EndSession).await?;
        self.live(&[(first, false), (second, true), (third, true), (kept, true)]).await?;
        self.over(&first).await?;
        self.once(&first, false).await?;
        let all_but = EndSessions::AllBut(kept.session);
        self.done("end others", end(all_but), NeglectedDuty::EndSession).await?;
        self.live(&[(second, false), (third, false), (kept, true), (other, true)]).await?;
        self.done("end all", end(EndSessions::All), NeglectedDuty::EndSession).await?;
        self.live(&[(kept, false), (other, true)]).await?;
        let end = Write::EndSessions(EndSessions::One(other.session));
        self.done_for(here, Some(other.account), end, NeglectedDuty::EndSession).await?;
        self.live(&[(other, false)]).await
    }

    /// Opens a session that did not exist before. The host must keep it as it was written.
    async fn open(
        &self,
        label: &str,
        audience: Audience,
        account: AccountId,
    ) -> Result<SessionRecord, NeglectedDuty> {
        let record = SessionRecord { audience, account, ..self.record(label).await? };
        holds(self.check(&record).await?.is_none(), NeglectedDuty::KeepSession)?;
        let open = Write::OpenSession(record);
        self.done_for(audience, Some(account), open, NeglectedDuty::KeepSession).await?;
        let kept = self.check(&record).await?;
        holds(kept == Some(record), NeglectedDuty::KeepSession)?;
        Ok(record)
    }

    /// Checks that no other session of the same id overwrites the session, whether it lives or not.
    async fn once(&self, session: &SessionRecord, lives: bool) -> Result<(), NeglectedDuty> {
        let expires_at = session.expires_at.plus_seconds(1);
        let label = if lives { "opened again" } else { "opened again at the end" };
        let again = Vec::from([Write::OpenSession(SessionRecord { expires_at, ..*session })]);
        let commit = self.commit_of(label, again).await?;
        // A violated unique key may give no answer at all.
        let answer = self.host.commit(&commit).await;
        let refused = Committed::Refused(CommitRefusal::SessionExists);
        holds(answer.is_err() || answer.is_ok_and(|answer| answer == refused), NeglectedDuty::KeepSession)?;
        let kept = self.check(session).await?;
        holds(kept == lives.then_some(*session), NeglectedDuty::KeepSession)?;
        self.done(label, Vec::new(), NeglectedDuty::RollBack).await
    }

    /// Checks that nothing is written if the claim exists already, or if the account has another revision.
    async fn unwritten(&self) -> Result<(), NeglectedDuty> {
        let record = self.record("unwritten").await?;
        let used = self.commit_of("used", Vec::from([Write::OpenSession(record)])).await?;
        self.done("used", Vec::new(), NeglectedDuty::ClaimOnce).await?;
        let mut changed = Commit { claim: Some(self.claim("not used")), ..used.clone() };
        changed.expected = changed.expected.map(|revision| revision.next());
        for (commit, expected, duty) in [
            (used, Committed::Replayed { opened: None }, NeglectedDuty::ClaimOnce),
            (changed, Committed::Changed, NeglectedDuty::CompareRevision),
        ] {
            let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
            holds(answer == expected, duty)?;
            holds(self.check(&record).await?.is_none(), NeglectedDuty::RollBack)?;
        }
        Ok(())
    }

    async fn renewal(&self, opened: &SessionRecord) -> Result<(), NeglectedDuty> {
        let SessionRecord { session, revision, .. } = *opened;
        let auth_time = self.now().plus_seconds(1);
        // The session was opened with none of these factors.
        let factors = Factor::ALL.into_iter().filter(|factor| !opened.factors.contains(*factor)).collect();
        let renew = Write::RenewSession { session, auth_time, factors, revision };
        self.done("renew", Vec::from([renew]), NeglectedDuty::RenewSession).await?;
        let kept = self.check(opened).await?;
        let kept = kept.map(|record| (record.auth_time, record.factors, record.revision));
        holds(kept == Some((auth_time, factors, revision)), NeglectedDuty::RenewSession)
    }

    async fn rotations(&self, opened: &SessionRecord) -> Result<(), NeglectedDuty> {
        let SessionRecord { session, device, .. } = *opened;
        let unseen_since = Some(self.now());
        let rotate = Write::RotateSession { session, expected_generation: 0, device, unseen_since };
        let duty = NeglectedDuty::RotateSession;
        let kept = self.check(opened).await?.ok_or(duty.clone())?;
        let now = SessionRecord { generation: 1, device, unseen_since, ..kept };
        let refusal = CommitRefusal::SessionRotated { now: Box::new(now) };
        let others = Committed::Refused(refusal.clone());
        let raced = self.race("rotate", AT_ONCE, rotate, others, duty.clone()).await;
        let bound = self.check(opened).await?.map(|record| record.device);
        holds(bound == Some(now.device), NeglectedDuty::BindAnew)?;
        raced?;
        let device = self.binding(Keys::Rotated)?;
        let again = Write::RotateSession { session, expected_generation: 0, device, unseen_since: None };
        self.refused("rotate again", Vec::from([again]), refusal, duty.clone()).await?;
        holds(self.check(opened).await? == Some(now), duty)
    }

    /// Checks that a session that has ended is neither rotated nor renewed.
    async fn over(&self, ended: &SessionRecord) -> Result<(), NeglectedDuty> {
        let SessionRecord { session, factors, revision, device, .. } = *ended;
        for (label, write) in [
            (
                "rotate at the end",
                Write::RotateSession { session, expected_generation: 1, device, unseen_since: None },
            ),
            ("renew at the end", Write::RenewSession { session, auth_time: self.now(), factors, revision }),
        ] {
            let refusal = CommitRefusal::SessionEnded;
            self.refused(label, Vec::from([write]), refusal, NeglectedDuty::EndSession).await?;
        }
        Ok(())
    }

    async fn live(&self, expected: &[(SessionRecord, bool)]) -> Result<(), NeglectedDuty> {
        for (record, lives) in expected {
            let kept = self.check(record).await?;
            holds(kept.is_some() == *lives, NeglectedDuty::EndSession)?;
        }
        Ok(())
    }

    pub(super) async fn record(&self, label: &str) -> Result<SessionRecord, NeglectedDuty> {
        Ok(SessionRecord {
            session: self.session(label),
            audience: self.exam.audience,
            account: self.exam.expected.id,
            revision: self.found().await?.revision,
            auth_time: self.now(),
            factors: FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp),
            device: self.binding(Keys::First)?,
            generation: 0,
            unseen_since: None,
            used_at: self.now(),
            expires_at: self.now().plus_seconds(43_200),
        })
    }
}
