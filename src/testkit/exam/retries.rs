//! Lost answers: which session a claim has opened, and whether a token of a new generation has been seen.

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

    /// If the same commit comes many times at once, one opens the session and the others are answered with it.
    async fn at_once(&self, claim: Claim, record: SessionRecord) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of("", Vec::from([Write::OpenSession(record)])).await?;
        let commit = Commit { claim: Some(claim), ..commit };
        let outcomes = together((0..AT_ONCE).map(|_| self.host.commit(&commit))).await;
        let others = Committed::Replayed { opened: Some(Box::new(record)) };
        one_is_done(outcomes, others, NeglectedDuty::NoteClaim)
    }

    /// A claim that names no session is never answered with one, even if its commit opened one.
    async fn opens_nothing(&self) -> Result<(), NeglectedDuty> {
        let opened = Write::OpenSession(self.record("opened by a proof").await?);
        self.done("proof", Vec::from([opened]), NeglectedDuty::KeepSession).await?;
        self.has_opened(self.claim("proof"), None).await?;
        self.is_replayed(self.claim("proof"), None).await
    }

    /// Any use shows that the tokens of the first generation have been seen. Those of a later generation are seen only by their session token.
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
        // After a renewal, a token from before it brings none of the tokens that are made since.
        let rotate = Write::RotateSession { session, expected_generation: 2, device, unseen_since };
        let SessionRecord { auth_time, factors, revision, .. } = *opened;
        let renew = Write::RenewSession { session, auth_time, factors, revision };
        self.done("renew what is unseen", Vec::from([rotate, renew]), NeglectedDuty::RenewSession).await?;
        let kept = self.check_as(&any).await?;
        holds(kept.is_some_and(|record| record.unseen_since.is_none()), NeglectedDuty::RenewSession)?;
        kept.ok_or(duty())
    }

    /// The host finds `session` by the claim.
    async fn has_opened(&self, claim: Claim, session: Option<SessionRecord>) -> Result<(), NeglectedDuty> {
        let ask = FindClaim { id: claim.id };
        let found = answered::<FindClaim, _>(self.host.find_claim(&ask).await)?;
        holds(found == session, NeglectedDuty::NoteClaim)
    }

    /// A commit with a claim that exists already is answered with `session`.
    async fn is_replayed(&self, claim: Claim, session: Option<SessionRecord>) -> Result<(), NeglectedDuty> {
        let commit = Commit { claim: Some(claim), ..self.commit_of("", Vec::new()).await? };
        let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
        let opened = session.map(Box::new);
        holds(answer == Committed::Replayed { opened }, NeglectedDuty::NoteClaim)
    }
}
