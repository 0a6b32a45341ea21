//! Accounts that are made by a commit.

use super::{AT_ONCE, NeglectedDuty, Sitting, answered, holds, one_is_done, together::together};
use crate::{
    AccountId, Host, Secret,
    account::{
        Account, AccountKey, AccountStatus, ContactNames, FindAccount, NewAccount, Profile, Revision,
        UserName,
    },
    contact::{EmailAddress, Mobile, NumberingPlan, Recipient},
    factor::FactorSet,
    password::{PasswordMatch, Verifier, VerifyPassword},
    session::{EndSessions, SessionRecord},
    step::{Commit, CommitRefusal, Committed, Write},
    testkit::demo::good,
};
use alloc::{boxed::Box, format, string::String, vec::Vec};

const PASSWORD: &str = "Set-By-The-Exam-3";
const UNLIKE: NeglectedDuty = NeglectedDuty::CreateAccount("be read as it was written");
const TWICE: NeglectedDuty = NeglectedDuty::CreateAccount("have an id that no account has");
const SHARED: NeglectedDuty =
    NeglectedDuty::CreateAccount("have a contact and a user name that no account has");

const NUMBERED: NeglectedDuty =
    NeglectedDuty::CreateAccount("have a number that is nobody's user name, in whatever spelling");

/// The form of a number that an older table has as a user name.
#[derive(Clone, Copy)]
enum Written {
    /// With the country.
    InFull,
    /// Without the country, as it is dialled there.
    Nationally,
}

impl Written {
    fn label(self) -> &'static str {
        match self {
            Self::InFull => "named by a number",
            Self::Nationally => "named by a national number",
        }
    }
}

/// The plan for national numbers in an exam.
fn plan() -> NumberingPlan {
    good(NumberingPlan::new(999))
}

impl<H: Host> Sitting<'_, H> {
    /// Makes accounts of ids, names and contacts that no earlier exam had. The accounts stay in the store.
    pub(super) async fn registration(&self) -> Result<(), NeglectedDuty> {
        let [raced, written] = [self.newcomer("raced"), self.newcomer("written")];
        self.unmade(&self.newcomer("unmade")).await?;
        let raced = self.raced(&raced).await?;
        let written = self.written(written).await?;
        self.taken(&raced, &written).await
    }

    /// Makes accounts whose user names are numbers, as in older tables. One name is a number in an odd spelling. Another is a national number, which
    /// people of its country may type for the full number. No other account can take such a number.
    pub(super) async fn numbered(&self) -> Result<(), NeglectedDuty> {
        for written in [Written::InFull, Written::Nationally] {
            let label = written.label();
            let (national, typed) = self.number(written);
            let full = good(Mobile::new(&format!("+999{national}")));
            let named = NewAccount { user_name: Some(good(UserName::new(&typed))), ..self.newcomer(label) };
            holds(self.make(&named, Vec::new()).await? == Committed::Done, UNLIKE)?;
            self.is_made(&named).await?;
            let claimant = NewAccount {
                mobile: Some(full.clone()),
                email: None,
                ..self.newcomer("of a number in a name")
            };
            let taken = Committed::Refused(CommitRefusal::ContactTaken);
            holds(self.make(&claimant, Vec::new()).await? == taken, NUMBERED)?;
            holds(self.find(claimant.id).await?.is_none(), NeglectedDuty::RollBack)?;
            if self.exam.contacts {
                let names = ContactNames::of_both(Some(&full), None, Some(&plan()));
                let write = Write::ReplaceContact { contact: Recipient::Mobile(full), names };
                let refusal = CommitRefusal::ContactTaken;
                let label = format!("a number in a name: {label}");
                self.refused(&label, Vec::from([write]), refusal, NeglectedDuty::RefuseTaken).await?;
            }
        }
        Ok(())
    }

    /// A national number, and the text that somebody types for it.
    fn number(&self, written: Written) -> (String, String) {
        let national = format!("7{:010}", u128::from_be_bytes(self.id(written.label())) % 10_000_000_000);
        let (area, rest) = national.split_at_checked(3).unwrap_or_default();
        let country = match written {
            Written::InFull => "+999-",
            Written::Nationally => "",
        };
        let typed = format!("{country}{area} {rest}");
        (national, typed)
    }

    /// Checks that nothing is left of an account if its commit was refused for another write.
    async fn unmade(&self, new: &NewAccount) -> Result<(), NeglectedDuty> {
        let used = Write::UseCode(self.claim("code of the unmade"));
        self.done("the unmade's code", Vec::from([used.clone()]), NeglectedDuty::UseCode).await?;
        let refused = self.make(new, Vec::from([used])).await?;
        holds(refused == Committed::Refused(CommitRefusal::CodeUsed), NeglectedDuty::UseCode)?;
        holds(self.find(new.id).await?.is_none(), NeglectedDuty::RollBack)?;
        if self.exam.sessions {
            let there = self.record("there before the unmade").await?;
            let opened = Write::OpenSession(there);
            self.done("before the unmade", Vec::from([opened]), NeglectedDuty::KeepSession).await?;
            let again = SessionRecord { account: new.id, revision: new.revision, ..there };
            // A violated unique key may give no answer at all.
            let answer =
                self.host.commit(&self.commit_to_make(new, Vec::from([Write::OpenSession(again)]))).await;
            let refused = Committed::Refused(CommitRefusal::SessionExists);
            holds(
                answer.is_err() || answer.is_ok_and(|answer| answer == refused),
                NeglectedDuty::KeepSession,
            )?;
            holds(self.find(new.id).await?.is_none(), NeglectedDuty::RollBack)?;
            let end = Vec::from([Write::EndSessions(EndSessions::All)]);
            self.done("end before the unmade", end, NeglectedDuty::EndSession).await?;
        }
        Ok(())
    }

    /// Sends many commits at once for one contact, each with another id. Exactly one must make its account.
    async fn raced(&self, new: &NewAccount) -> Result<NewAccount, NeglectedDuty> {
        let of = |at: usize| {
            let id = AccountId::drawn(self.id(&format!("raced {at}")));
            let user_name = good(UserName::new(&format!("{}-{at}", self.name("raced"))));
            NewAccount { id, user_name: Some(user_name), ..new.clone() }
        };
        let all: Vec<_> = (0..AT_ONCE).map(of).collect();
        let commits: Vec<_> = all.iter().map(|new| self.commit_to_make(new, Vec::new())).collect();
        let outcomes = together(commits.iter().map(|commit| self.host.commit(commit))).await;
        one_is_done(outcomes, Committed::Refused(CommitRefusal::ContactTaken), SHARED)?;
        let mut made = Vec::new();
        for new in all {
            if self.find(new.id).await?.is_some() {
                made.push(new);
            }
        }
        match <[NewAccount; 1]>::try_from(made) {
            Ok([made]) => {
                self.is_made(&made).await?;
                Ok(made)
            }
            Err(_) => Err(SHARED),
        }
    }

    /// Makes an account with a password, and with the session of the same commit.
    async fn written(&self, new: NewAccount) -> Result<NewAccount, NeglectedDuty> {
        let mobile = u128::from_be_bytes(self.id("mobile")) % 10_000_000_000;
        let new = NewAccount {
            mobile: Some(good(Mobile::new(&format!("+999{mobile:010}")))),
            email: None,
            password: Some(Secret::new(PASSWORD)),
            profile: good(Profile::from_json(r#"{"name":"Fay"}"#)),
            ..new
        };
        let record = SessionRecord {
            account: new.id,
            revision: new.revision,
            ..self.record("of the registered").await?
        };
        let opens = self.exam.sessions.then_some(Write::OpenSession(record));
        holds(self.make(&new, opens.into_iter().collect()).await? == Committed::Done, UNLIKE)?;
        self.is_made(&new).await?;
        if self.exam.sessions {
            holds(self.check(&record).await? == Some(record), NeglectedDuty::KeepSession)?;
            let end = Write::EndSessions(EndSessions::All);
            self.done_for(self.exam.audience, Some(new.id), end, NeglectedDuty::EndSession).await?;
        }
        Ok(new)
    }

    /// Checks that no new account can take an account's id or any of its names, in whatever spelling. The account that has them must stay as it is.
    async fn taken(&self, there: &NewAccount, reachable: &NewAccount) -> Result<(), NeglectedDuty> {
        let fresh = |label: &str| self.newcomer(label);
        let upper = |text: &str| text.to_uppercase();
        let email = there.email.as_ref().map(|email| good(EmailAddress::new(&upper(email.as_str()))));
        let mobile = reachable.mobile.clone();
        let name = there.user_name.as_ref().map(|name| good(UserName::new(&upper(name.as_str()))));
        for (new, refusal, duty) in [
            (there.clone(), CommitRefusal::AccountExists, TWICE),
            (NewAccount { id: there.id, ..fresh("of an id") }, CommitRefusal::AccountExists, TWICE),
            (NewAccount { email, ..fresh("of a contact") }, CommitRefusal::ContactTaken, SHARED),
            (NewAccount { mobile, ..fresh("of a number") }, CommitRefusal::ContactTaken, SHARED),
            (NewAccount { user_name: name, ..fresh("of a name") }, CommitRefusal::UserNameTaken, SHARED),
        ] {
            holds(self.make(&new, Vec::new()).await? == Committed::Refused(refusal), duty)?;
            holds(new.id == there.id || self.find(new.id).await?.is_none(), NeglectedDuty::RollBack)?;
        }
        self.is_made(there).await
    }

    fn name(&self, label: &str) -> String {
        format!("exam-{:032x}", u128::from_be_bytes(self.id(label)))
    }

    fn newcomer(&self, label: &str) -> NewAccount {
        let name = self.name(label);
        let drawn = Revision::new(u64::from_be_bytes(*self.id(label).first_chunk().unwrap_or(&[0; 8])) >> 1);
        NewAccount {
            id: AccountId::drawn(self.id(label)),
            revision: good(drawn),
            status: AccountStatus::Active,
            user_name: Some(good(UserName::new(&name))),
            mobile: None,
            email: Some(good(EmailAddress::new(&format!("{name}@example.com")))),
            contact_names: ContactNames::default(),
            password: None,
            created_at: self.now(),
            enrolled: FactorSet::EMPTY,
            profile: Profile::default(),
        }
    }

    fn commit_to_make(&self, new: &NewAccount, others: Vec<Write>) -> Commit {
        let contact_names = ContactNames::of_both(new.mobile.as_ref(), new.email.as_ref(), Some(&plan()));
        let create = Write::CreateAccount(Box::new(NewAccount { contact_names, ..new.clone() }));
        let writes = [create].into_iter().chain(others).collect();
        Commit { claim: None, audience: self.exam.audience, account: Some(new.id), expected: None, writes }
    }

    async fn make(&self, new: &NewAccount, others: Vec<Write>) -> Result<Committed, NeglectedDuty> {
        answered::<Commit, _>(self.host.commit(&self.commit_to_make(new, others)).await)
    }

    async fn find(&self, id: AccountId) -> Result<Option<Account>, NeglectedDuty> {
        let ask = FindAccount { audience: self.exam.audience, key: AccountKey::Id(id) };
        answered::<FindAccount, _>(self.host.find_account(&ask).await)
    }

    /// Checks that the account is found by all of its names, with every column, and that its password matches. The host decides how the password is
    /// hashed.
    async fn is_made(&self, new: &NewAccount) -> Result<(), NeglectedDuty> {
        let found = self.find(new.id).await?.ok_or(UNLIKE)?;
        let stored = found.password.map(|password| password.verifier);
        let verifier = stored.clone().unwrap_or_else(|| Verifier::new(""));
        self.is_read(&new.as_account(self.exam.audience.tenant, |_| verifier)).await?;
        if let (Some(verifier), Some(password)) = (stored, &new.password) {
            let (account, presented) = (Some(new.id), password.clone());
            let ask = VerifyPassword { account, verifier: Some(verifier), presented, permit: None };
            let found = answered::<VerifyPassword, _>(self.host.verify_password(&ask).await)?;
            holds(found == PasswordMatch::Matches, NeglectedDuty::VerifyPassword)?;
        }
        Ok(())
    }
}
