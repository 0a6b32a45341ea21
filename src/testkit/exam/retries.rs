//! Lost answers: the session that a claim has opened, and the first sight of a token of a new generation.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds, one_is_done, together::together};
use crate::{
    Host, Lifetime,
    session::{CheckSession, EndSessions, SessionRecord},
    step::{Claim, Commit, Committed, FindClaim, Write},
};
use alloc::{boxed::Box, vec::Vec};

impl<H: Host> Sitting<'_, H> {
    pub(super) async fn retries(&self) -> Result<(), NeglectedDuty> {
        let record = SessionRecord { unseen_since: Some(self.now()), ..self.record("retried").await? };
        let claim = Claim { opens: Some(record.session), ..self.claim("retried") };
        self.has_opened(claim, None).await?;
        self.at_once(claim, record).await?;
        self.has_opened(claim, Some(record)).await?;
        self.opens_nothing().await?;
        let seen = self.first_sight(&record).await?;
        self.has_opened(claim, Some(seen)).await?;
        let end = Vec::from([Write::EndSessions(EndSessions::One(record.session))]);
        self.done("end what was retried", end, NeglectedDuty::EndSession).await?;
        self.has_opened(claim, None).await?;
        self.is_replayed(claim, None).await
    }

    /// Sends the same commit many times at once. One must open the session, and the others must be answered with it.
    async fn at_once(&self, claim: Claim, record: SessionRecord) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of("", Vec::from([Write::OpenSession(record)])).await?;
        let commit = Commit { claim: Some(claim), ..commit };
        let outcomes = together((0..AT_ONCE).map(|_| self.host.commit(&commit))).await;
        let others = Committed::Replayed { opened: Some(Box::new(record)) };
        one_is_done(outcomes, others, NeglectedDuty::NoteClaim)
    }

    /// Checks that a claim that names no session is never answered with one, even if its commit opened one.
    async fn opens_nothing(&self) -> Result<(), NeglectedDuty> {
        let opened = Write::OpenSession(self.record("opened by a proof").await?);
        self.done("proof", Vec::from([opened]), NeglectedDuty::KeepSession).await?;
        self.has_opened(self.claim("proof"), None).await?;
        self.is_replayed(self.claim("proof"), None).await
    }

    /// Checks when tokens count as seen. Any use shows that the client has seen the tokens of the first generation. For a later generation, only a
    /// use of its session token shows this.
    async fn first_sight(&self, opened: &SessionRecord) -> Result<SessionRecord, NeglectedDuty> {
        let duty = || NeglectedDuty::NoteFirstSight;
        let SessionRecord { session, device, .. } = *opened;
        let is_unseen = |found: Option<SessionRecord>, since| {
            holds(found.is_some_and(|record| record.unseen_since == since), duty())
        };
        let any = self.question(opened)?;
        is_unseen(self.check_as(&any).await?, Some(self.now()))?;
        is_unseen(self.check_as(&any).await?, None)?;
        let unseen_since = Some(self.now().plus_seconds(5));
        let rotate = Write::RotateSession { session, expected_generation: 0, device, unseen_since };
        self.done("rotate what was seen", Vec::from([rotate]), NeglectedDuty::RotateSession).await?;
        let of = |generation| CheckSession { generation: Some(generation), ..any.clone() };
        for ask in [&of(0), &any, &of(1)] {
            is_unseen(self.check_as(ask).await?, unseen_since)?;
        }
        let kept = self.check_as(&of(1)).await?;
        is_unseen(kept, None)?;
        // A session that was seen stays seen, even if another use read it as unseen at the same time.
        let rotate = Write::RotateSession { session, expected_generation: 1, device, unseen_since };
        self.done("rotate what is used at once", Vec::from([rotate]), NeglectedDuty::RotateSession).await?;
        let now = self.now().plus_seconds(10);
        let of_another = CheckSession { idle_limit: Some(Lifetime::of::<60>()), now, ..any.clone() };
        let uses = [of(2), of_another];
        together(uses.iter().map(|ask| self.host.check_session(ask))).await;
        is_unseen(self.check_as(&any).await?, None)?;
        // After a renewal, a token from before the renewal no longer leads to the tokens that were made since.
        let rotate = Write::RotateSession { session, expected_generation: 2, device, unseen_since };
        let SessionRecord { auth_time, factors, revision, .. } = *opened;
        let renew = Write::RenewSession { session, auth_time, factors, revision };
        self.done("renew what is unseen", Vec::from([rotate, renew]), NeglectedDuty::RenewSession).await?;
        let kept = self.check_as(&any).await?;
        holds(kept.is_some_and(|record| record.unseen_since.is_none()), NeglectedDuty::RenewSession)?;
        kept.ok_or(duty())
    }

    /// Checks that the host finds `session` by the claim.
    async fn has_opened(&self, claim: Claim, session: Option<SessionRecord>) -> Result<(), NeglectedDuty> {
        let ask = FindClaim { id: claim.id };
        let found = answered::<FindClaim, _>(self.host.find_claim(&ask).await)?;
        holds(found == session, NeglectedDuty::NoteClaim)
    }

    /// Checks that a commit with a claim that exists already is answered with `session`.
    async fn is_replayed(&self, claim: Claim, session: Option<SessionRecord>) -> Result<(), NeglectedDuty> {
        let commit = Commit { claim: Some(claim), ..self.commit_of("", Vec::new()).await? };
        let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
        let opened = session.map(Box::new);
        holds(answer == Committed::Replayed { opened }, NeglectedDuty::NoteClaim)
    }
}
