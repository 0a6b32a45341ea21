//! Contacts. A commit replaces one in one step with everything that ends with it, and two accounts never share one.

use super::{NeglectedDuty, Sitting, answered, holds};
use crate::{
    Host,
    account::{Account, AccountKey, ContactNames, FindAccount},
    contact::{Channel, EmailAddress, Mobile, Recipient},
    step::{CommitRefusal, Committed, Write},
};
use alloc::{format, vec::Vec};

impl<H: Host> Sitting<'_, H> {
    /// Replaces each contact, as a signed-in person does after a right code to the new contact.
    pub(super) async fn contacts(&self) -> Result<(), NeglectedDuty> {
        let mut expected = self.found().await?;
        for channel in Channel::ALL {
            let before = expected.stored_contact(channel);
            let new = self.new_contact(channel)?;
            let replace = || replacing(new.clone());
            // The last write is refused, so nothing of the first may stay.
            let spent = Vec::from([replace(), Write::RecordSkip { budget: 0 }]);
            let label = format!("no contact {channel:?}");
            if expected.password.is_some() {
                let refusal = CommitRefusal::SkipsSpent;
                self.refused(&label, spent, refusal, NeglectedDuty::CountSkips).await?;
                self.is_read(&expected).await.map_err(rolled_back)?;
            }
            self.rolled_back(&format!("contact of a changed account {channel:?}"), Vec::from([replace()]))
                .await?;

            let (label, changed) = (format!("contact {channel:?}"), Committed::Changed);
            self.race(&label, 2, replace(), changed, NeglectedDuty::ReplaceContact).await?;
            match &new {
                Recipient::Mobile(mobile) => expected.mobile = Some(mobile.clone()),
                Recipient::Email(email) => expected.email = Some(email.clone()),
            }
            expected.revision = expected.revision.next();
            self.is_read(&expected).await.map_err(|neglected| match neglected {
                NeglectedDuty::ReadAccount { .. } | NeglectedDuty::FindAccountBy(_) => {
                    NeglectedDuty::ReplaceContact
                }
                other => other,
            })?;
            if let Some(before) = before {
                holds(self.whose(before).await?.is_none(), NeglectedDuty::ReplaceContact)?;
            }
            self.taken_contact(channel).await?;
        }
        self.is_read(&expected).await.map_err(rolled_back)
    }

    /// Checks that no account can take a name of the other account: its contact of the channel, or its user name if that would be a contact.
    async fn taken_contact(&self, channel: Channel) -> Result<(), NeglectedDuty> {
        let other = &self.exam.other_account;
        let named = other.user_name.as_ref().and_then(|name| Recipient::new(channel, name.as_str()).ok());
        let taken = other.stored_contact(channel).into_iter().chain(named);
        for (at, contact) in taken.map(Recipient::in_one_spelling).enumerate() {
            let (label, write) = (format!("taken {channel:?} {at}"), replacing(contact));
            let refusal = CommitRefusal::ContactTaken;
            self.refused(&label, Vec::from([write]), refusal, NeglectedDuty::RefuseTaken).await?;
        }
        self.is_read(other).await.map_err(|neglected| match neglected {
            NeglectedDuty::ReadAccount { .. } => NeglectedDuty::RefuseTaken,
            other => other,
        })
    }

    /// A contact that no earlier exam had, in its one spelling.
    fn new_contact(&self, channel: Channel) -> Result<Recipient, NeglectedDuty> {
        let drawn = u128::from_be_bytes(self.id("new contact"));
        let new = match channel {
            Channel::Sms => {
                Mobile::new(&format!("+999{:011}", drawn % 100_000_000_000)).map(Recipient::Mobile)
            }
            Channel::Email => EmailAddress::new(&format!("new-{drawn}@example.com")).map(Recipient::Email),
        };
        new.map(Recipient::in_one_spelling).map_err(|_| NeglectedDuty::ReplaceContact)
    }

    async fn whose(&self, contact: Recipient) -> Result<Option<Account>, NeglectedDuty> {
        let key = AccountKey::Identifier(contact.into());
        let ask = FindAccount { audience: self.exam.audience, key };
        answered::<FindAccount, _>(self.host.find_account(&ask).await)
    }
}

/// Replaces a contact in a tenant without a plan for national numbers.
pub(super) fn replacing(contact: Recipient) -> Write {
    let names = ContactNames::of(&contact, None);
    Write::ReplaceContact { contact, names }
}

fn rolled_back(neglected: NeglectedDuty) -> NeglectedDuty {
    match neglected {
        NeglectedDuty::ReadAccount { .. } | NeglectedDuty::FindAccountBy(_) => NeglectedDuty::RollBack,
        other => other,
    }
}
