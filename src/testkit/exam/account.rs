//! Accounts: found by all of their names, with every column, in their own tenant only.

use super::{NeglectedDuty, Sitting, answered, column::Column, holds};
use crate::{
    AccountId, Audience, Host, TenantId,
    account::{Account, AccountKey, AccountStatus, FindAccount, Identifier, UserName},
    step::{Commit, Committed},
};
use alloc::vec::Vec;

impl<H: Host> Sitting<'_, H> {
    /// Checks that the exam can be taken on the given accounts.
    pub(super) fn is_fit(&self) -> Result<(), NeglectedDuty> {
        let Self { exam, .. } = self;
        let (account, other) = (&exam.expected, &exam.other_account);
        let in_tenant = |account: &Account| account.tenant == exam.audience.tenant;
        for (is_so, wanted) in [
            (account.status == AccountStatus::Active, "the account must be active"),
            (other.status != AccountStatus::Active, "the other account must be locked or disabled"),
            (account.id != other.id, "the other account must have another id"),
            (in_tenant(account) && in_tenant(other), "both accounts must be of the audience's tenant"),
            (
                exam.other_application != Some(exam.audience.client_id),
                "the other application must have another client id",
            ),
        ] {
            holds(is_so, NeglectedDuty::UnfitExam(wanted))?;
        }
        Ok(())
    }

    /// Checks that both accounts are read as they are, and that no account is found by another id or in another tenant.
    pub(super) async fn accounts(&self) -> Result<(), NeglectedDuty> {
        self.is_read(&self.exam.expected).await?;
        self.is_read(&self.exam.other_account).await?;
        let (Ok(nobody), Ok(elsewhere)) =
            (AccountId::new("nobody-of-the-exam"), TenantId::new("nowhere-of-the-exam"))
        else {
            return Err(NeglectedDuty::FindAccount);
        };
        let audience = Audience { tenant: Some(elsewhere), ..self.exam.audience };
        for (audience, id) in [(self.exam.audience, nobody), (audience, self.exam.expected.id)] {
            let ask = FindAccount { audience, key: AccountKey::Id(id) };
            // The library never asks for these, so a host may also give no answer.
            let found = self.host.find_account(&ask).await.ok().flatten();
            holds(found.is_none(), NeglectedDuty::FindAccount)?;
        }
        Ok(())
    }

    /// Checks that nothing is committed for an account that is not active.
    pub(super) async fn status(&self) -> Result<(), NeglectedDuty> {
        let other = &self.exam.other_account;
        let commit = Commit {
            claim: Some(self.claim("not active")),
            audience: self.exam.audience,
            account: Some(other.id),
            expected: Some(other.revision),
            writes: Vec::new(),
        };
        let answer = answered::<Commit, _>(self.host.commit(&commit).await)?;
        holds(answer == Committed::Changed, NeglectedDuty::CompareStatus)?;
        self.done("not active", Vec::new(), NeglectedDuty::RollBack).await
    }

    /// Checks that an account is read as `expected` by each of its names.
    pub(super) async fn is_read(&self, expected: &Account) -> Result<(), NeglectedDuty> {
        for (by, key) in keys(expected) {
            let ask = FindAccount { audience: self.exam.audience, key };
            let found = answered::<FindAccount, _>(self.host.find_account(&ask).await)?;
            let found = found.ok_or(NeglectedDuty::FindAccountBy(by))?;
            let pairs = Column::all_of(expected).into_iter().zip(Column::all_of(&found));
            if let Some((expected, found)) = pairs.into_iter().find(|(expected, found)| expected != found) {
                return Err(NeglectedDuty::ReadAccount {
                    by,
                    field: expected.name,
                    expected: expected.shown("the one that was given to the exam"),
                    found: found.shown("another one"),
                });
            }
        }
        Ok(())
    }
}

/// Everything that an account can be found by.
fn keys(account: &Account) -> Vec<(&'static str, AccountKey)> {
    let mut keys = Vec::from([("id", AccountKey::Id(account.id))]);
    let mut typed = |by, identifier| keys.push((by, AccountKey::Identifier(identifier)));
    let any = |text: &str| UserName::new(text).ok().map(Identifier::of_any);
    if let Some(name) = &account.user_name {
        typed("user name", name.clone().into());
    }
    if let Some(mobile) = &account.mobile {
        typed("mobile", mobile.clone().into());
        any(mobile.as_str()).into_iter().for_each(|any| typed("mobile as any identifier", any));
    }
    if let Some(email) = &account.email {
        typed("e-mail address", email.clone().into());
        any(email.as_str()).into_iter().for_each(|any| typed("e-mail address as any identifier", any));
    }
    keys
}
