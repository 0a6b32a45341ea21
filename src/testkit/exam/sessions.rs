//! Sessions: opened, used, rotated, renewed and ended.

use super::{NeglectedDuty, Sitting, answered, holds};
use crate::{
    Factor, FactorSet, Host, Lifetime, SessionId, Timestamp,
    step::{CheckSession, CommitRefusal, EndSessions, SessionRecord, Write},
};
use alloc::vec::Vec;

impl<H: Host> Sitting<'_, H> {
    pub(super) async fn sessions(&self) -> Result<(), NeglectedDuty> {
        let [first, second, third] = ["first", "second", "third"].map(|label| self.session(label));
        for session in [first, second, third] {
            let record = self.record(session).await?;
            let label = alloc::format!("open {session:?}");
            self.done(&label, Vec::from([Write::OpenSession(record)]), NeglectedDuty::KeepSession).await?;
            let kept = self.check(session, None, self.now()).await?;
            holds(kept == Some(record), NeglectedDuty::KeepSession)?;
        }
        self.uses(first).await?;
        self.rotations(first).await?;
        let end = |which| Vec::from([Write::EndSessions(which)]);
        self.done("end one", end(EndSessions::One(first)), NeglectedDuty::EndSession).await?;
        self.live(&[(first, false), (second, true), (third, true)]).await?;
        for write in [
            Write::RotateSession { session: first, expected_generation: 1 },
            Write::RenewSession {
                session: first,
                auth_time: self.now(),
                revision: self.found().await?.revision,
            },
        ] {
            let label = alloc::format!("after the end {write:?}");
            let refusal = CommitRefusal::SessionEnded;
            self.refused(&label, Vec::from([write]), refusal, NeglectedDuty::EndSession).await?;
        }
        self.done("end others", end(EndSessions::AllBut(third)), NeglectedDuty::EndSession).await?;
        self.live(&[(second, false), (third, true)]).await?;
        self.done("end all", end(EndSessions::All), NeglectedDuty::EndSession).await?;
        self.live(&[(third, false)]).await
    }

    /// Its use is noted where it has an idle limit, and only while it is within that.
    async fn uses(&self, session: SessionId) -> Result<(), NeglectedDuty> {
        let limit = Some(Lifetime::of::<60>());
        let at = |seconds| self.now().plus_seconds(seconds);
        for (now, noted) in [(at(30), at(0)), (at(80), at(30)), (at(200), at(80)), (at(201), at(80))] {
            let kept = self.check(session, limit, now).await?;
            holds(kept.map(|record| record.used_at) == Some(noted), NeglectedDuty::NoteUse)?;
        }
        Ok(())
    }

    async fn rotations(&self, session: SessionId) -> Result<(), NeglectedDuty> {
        let rotate = |expected_generation| Vec::from([Write::RotateSession { session, expected_generation }]);
        self.done("rotate", rotate(0), NeglectedDuty::RotateSession).await?;
        let refusal = CommitRefusal::SessionRotated;
        self.refused("rotate again", rotate(0), refusal, NeglectedDuty::RotateSession).await?;
        let kept = self.check(session, None, self.now()).await?;
        holds(kept.map(|record| record.generation) == Some(1), NeglectedDuty::RotateSession)
    }

    async fn live(&self, expected: &[(SessionId, bool)]) -> Result<(), NeglectedDuty> {
        for (session, lives) in expected {
            let kept = self.check(*session, None, self.now()).await?;
            holds(kept.is_some() == *lives, NeglectedDuty::EndSession)?;
        }
        Ok(())
    }

    async fn record(&self, session: SessionId) -> Result<SessionRecord, NeglectedDuty> {
        Ok(SessionRecord {
            session,
            audience: self.exam.audience,
            account: self.exam.account,
            revision: self.found().await?.revision,
            auth_time: self.now(),
            factors: FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp),
            generation: 0,
            used_at: self.now(),
            expires_at: self.now().plus_seconds(43_200),
        })
    }

    async fn check(
        &self,
        session: SessionId,
        idle_limit: Option<Lifetime>,
        now: Timestamp,
    ) -> Result<Option<SessionRecord>, NeglectedDuty> {
        let (audience, account) = (self.exam.audience, self.exam.account);
        let ask = CheckSession { audience, account, session, idle_limit, now };
        answered::<CheckSession, _>(self.host.check_session(&ask).await)
    }
}
