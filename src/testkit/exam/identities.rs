//! Identities that providers vouch for: linked to one account, found by the link, and unlinked.

use super::{NeglectedDuty, Sitting, answered, holds, one_is_done, together::together};
use crate::{
    AccountId, Audience, Host, TenantId,
    account::{Account, AccountKey, FindAccount},
    factor::{Factor, FactorSet},
    social::{EndLinks, LinkedBy, LinkedIdentity, ListIdentities, Provider, SocialIdentity},
    step::{Commit, CommitRefusal, Committed, Write},
};
use alloc::{format, vec::Vec};

/// The proofs by which the exam links an identity.
const LINKED_BY: LinkedBy = LinkedBy::unbound(FactorSet::EMPTY.with(Factor::Sms)).vouched();

impl<H: Host> Sitting<'_, H> {
    /// Links identities and removes the links again. The revision must rise with each link that is removed.
    pub(super) async fn identities(&self, mut expected: Account) -> Result<Account, NeglectedDuty> {
        let [one, two, others] = ["one", "two", "another's"].map(|label| self.identity(label));
        let (one, two, others) = (one?, two?, others?);
        let (account, other) = (expected.id, self.exam.other_account.id);
        let before = self.linked_to(account).await?;
        self.is_linked(&one, None).await?;
        self.link(&one, "link").await?;
        self.is_linked(&one, Some(account)).await?;
        self.is_linked(&two, None).await?;
        self.is_read(&expected).await?;
        // The identity is linked to the same account once more, which is no refusal and no second link.
        self.link(&one, "the same link").await?;
        self.another_accounts(&others, other, &mut expected).await?;

        self.rolled_back("a link of another revision", Vec::from([self.write(&two)])).await?;
        self.is_linked(&two, None).await.map_err(|_| NeglectedDuty::RollBack)?;
        let mut after = before.clone();
        after.push(LinkedIdentity { identity: one.clone(), linked_at: self.now(), linked_by: LINKED_BY });
        holds(self.linked_to(account).await? == after, NeglectedDuty::ListIdentities)?;
        self.what_links_is_kept_together(&one, &mut after).await?;

        self.link(&two, "a second link").await?;
        let unlink = |identity: &SocialIdentity, is_last| {
            Vec::from([Write::UnlinkIdentity { identity: identity.clone(), is_last }])
        };
        let duty = NeglectedDuty::UnlinkIdentity;
        let not_theirs = unlink(&others, false);
        self.refused("not theirs", not_theirs, CommitRefusal::NotLinked, duty.clone()).await?;
        self.is_linked(&others, Some(other)).await?;
        // The write says that one identity must be left, and one is left.
        self.unlinked("one of two", unlink(&two, true), &mut expected).await?;
        self.is_linked(&two, None).await?;
        if before.is_empty() {
            let last = unlink(&one, true);
            self.refused("the last", last, CommitRefusal::LastWayIn, NeglectedDuty::KeepLastWayIn).await?;
            self.is_linked(&one, Some(account)).await.map_err(|_| NeglectedDuty::KeepLastWayIn)?;
        }
        self.is_read(&expected).await?;
        self.unlinked("the other one", unlink(&one, false), &mut expected).await?;
        self.is_linked(&one, None).await?;
        holds(self.linked_to(account).await? == before, NeglectedDuty::ListIdentities)?;
        let gone = unlink(&one, false);
        self.refused("gone", gone, CommitRefusal::NotLinked, duty).await?;
        if before.is_empty() {
            self.ended_links(&others, other, &mut expected).await?;
        }
        Ok(expected)
    }

    /// Checks that the proofs of both links are kept if an identity was linked twice, with the time of the first link.
    async fn what_links_is_kept_together(
        &self,
        identity: &SocialIdentity,
        expected: &mut [LinkedIdentity],
    ) -> Result<(), NeglectedDuty> {
        let more = LinkedBy::bound(FactorSet::EMPTY.with(Factor::Password).with(Factor::Totp));
        let linked_at = self.now().plus_seconds(7);
        let link = Write::LinkIdentity { identity: identity.clone(), linked_at, linked_by: more };
        self.done("a link by more", Vec::from([link]), NeglectedDuty::KeepLinkProofs).await?;
        for linked in expected.iter_mut().filter(|linked| linked.identity == *identity) {
            linked.linked_by = LINKED_BY.union(more);
        }
        let kept = self.linked_to(self.exam.expected.id).await?;
        holds(kept == *expected, NeglectedDuty::KeepLinkProofs)
    }

    /// Ends the links of one provider, and then all links. Only this account's links must end. The write must not be refused if there are none.
    async fn ended_links(
        &self,
        others: &SocialIdentity,
        other: AccountId,
        expected: &mut Account,
    ) -> Result<(), NeglectedDuty> {
        let duty = || NeglectedDuty::EndLinks;
        let [one, two] = [self.identity("to be ended")?, self.identity("to be ended too")?];
        self.link(&one, "to be ended").await?;
        self.link(&two, "to be ended too").await?;
        let elsewhere = Provider::new("exam-elsewhere").map_err(|_| duty())?;
        let [provider, all] = [EndLinks::Of(one.provider()), EndLinks::All].map(Write::EndLinks);
        let none = Write::EndLinks(EndLinks::Of(elsewhere));
        let left = [Some(self.exam.expected.id), None];
        for (label, write, left) in [("of none", none, left[0]), ("of one provider", provider, left[1])] {
            self.unlinked(label, Vec::from([write]), expected).await.map_err(|_| duty())?;
            self.is_linked(&one, left).await.map_err(|_| duty())?;
            self.is_linked(&two, left).await.map_err(|_| duty())?;
        }
        self.link(&one, "to be ended at last").await?;
        for label in ["all", "all of none"] {
            self.unlinked(label, Vec::from([all.clone()]), expected).await.map_err(|_| duty())?;
            self.is_linked(&one, None).await.map_err(|_| duty())?;
        }
        self.is_linked(others, Some(other)).await.map_err(|_| duty())
    }

    /// Checks that an identity belongs to the first account that links it, however many link it.
    async fn another_accounts(
        &self,
        identity: &SocialIdentity,
        other: AccountId,
        expected: &mut Account,
    ) -> Result<(), NeglectedDuty> {
        let duty = NeglectedDuty::LinkOnce;
        self.done_for(self.exam.audience, Some(other), self.write(identity), NeglectedDuty::LinkIdentity)
            .await?;
        let writes = Vec::from([self.write(identity)]);
        self.refused("taken", writes, CommitRefusal::IdentityTaken, duty.clone()).await?;
        self.is_linked(identity, Some(other)).await.map_err(|_| duty.clone())?;

        let contested = self.identity("contested")?;
        let own = self.commit_of("contested", Vec::from([self.write(&contested)])).await?;
        let others = Commit { claim: None, account: Some(other), expected: None, ..own.clone() };
        let answers = together([&own, &others].into_iter().map(|commit| self.host.commit(commit))).await;
        one_is_done(answers, Committed::Refused(CommitRefusal::IdentityTaken), duty)?;
        let unlink = Write::UnlinkIdentity { identity: contested.clone(), is_last: false };
        // Either account may have it. The exam leaves its own account without it.
        if self.holder(self.exam.audience, &contested).await? == Some(self.exam.expected.id) {
            self.unlinked("contested no more", Vec::from([unlink]), expected).await?;
        }
        Ok(())
    }

    async fn unlinked(
        &self,
        label: &str,
        writes: Vec<Write>,
        expected: &mut Account,
    ) -> Result<(), NeglectedDuty> {
        let commit = self.commit_of(label, writes).await?;
        let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
        holds(answer == Committed::Done, NeglectedDuty::UnlinkIdentity)?;
        let left = commit.revision_after().ok_or(NeglectedDuty::UnlinkIdentity)?;
        holds(self.found().await?.revision == left, NeglectedDuty::UnlinkIdentity)?;
        expected.revision = left;
        Ok(())
    }

    pub(super) async fn link(&self, identity: &SocialIdentity, label: &str) -> Result<(), NeglectedDuty> {
        self.done(label, Vec::from([self.write(identity)]), NeglectedDuty::LinkIdentity).await
    }

    fn write(&self, identity: &SocialIdentity) -> Write {
        Write::LinkIdentity { identity: identity.clone(), linked_at: self.now(), linked_by: LINKED_BY }
    }

    /// An identity that no other account has.
    pub(super) fn identity(&self, label: &str) -> Result<SocialIdentity, NeglectedDuty> {
        let provider = Provider::new("exam").map_err(|_| NeglectedDuty::LinkIdentity)?;
        let uid = format!("{:032x}", u128::from_be_bytes(self.id(label)));
        SocialIdentity::new(provider, &uid).map_err(|_| NeglectedDuty::LinkIdentity)
    }

    /// Checks that an identity is linked to this account (or to none), in its tenant only.
    pub(super) async fn is_linked(
        &self,
        identity: &SocialIdentity,
        account: Option<AccountId>,
    ) -> Result<(), NeglectedDuty> {
        let Ok(elsewhere) = TenantId::new("nowhere-of-the-exam") else {
            return Err(NeglectedDuty::FindIdentity);
        };
        let audience = Audience { tenant: Some(elsewhere), ..self.exam.audience };
        let ask = FindAccount { audience, key: AccountKey::Identity(identity.clone()) };
        // The library never asks this of a tenant that does not exist, so a host may also give no answer.
        let found = self.host.find_account(&ask).await.ok().flatten();
        holds(found.is_none(), NeglectedDuty::FindIdentity)?;
        let holder = self.holder(self.exam.audience, identity).await?;
        holds(holder == account, NeglectedDuty::FindIdentity)
    }

    async fn holder(
        &self,
        audience: Audience,
        identity: &SocialIdentity,
    ) -> Result<Option<AccountId>, NeglectedDuty> {
        let ask = FindAccount { audience, key: AccountKey::Identity(identity.clone()) };
        let found = answered::<FindAccount, _>(self.host.find_account(&ask).await)?;
        Ok(found.map(|account| account.id))
    }

    async fn linked_to(&self, account: AccountId) -> Result<Vec<LinkedIdentity>, NeglectedDuty> {
        let ask = ListIdentities { audience: self.exam.audience, account };
        answered::<ListIdentities, _>(self.host.list_identities(&ask).await)
    }
}
