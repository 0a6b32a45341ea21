//! The library's view of an account, and the question by which it asks for one.
//!
//! Every request asks for the account again, so that each step is based on what is true now:
//!
//! ```
//! use authflow::testkit::{World, demo};
//!
//! let mut world = World::new();
//! let warned = world.login("erin");
//!
//! // An administrator gives her another password before she skips. That is a new revision.
//! world.change("erin", |erin| {
//!     erin.password = Some(demo::password("Battery-Staple-8", demo::START))
//! });
//! assert_eq!(
//!     world.skip(warned.state_token()).status,
//!     400,
//!     "what was judged on the earlier one is over"
//! );
//!
//! // Names have one spelling, whoever types them.
//! assert_eq!(world.login("ＡＬＩＣＥ").text("status"), "SUCCESS");
//! ```

mod audit;
mod contact_names;
mod find;
mod identifier;
mod judge_profile;
mod member_name;
mod new_account;
mod profile;
mod profile_members;
mod revision;
mod subject;
mod user_name;

pub use audit::{NamesOfRow, SpellingFinding, audit};
pub use contact_names::ContactNames;
pub use find::{AccountKey, AmbiguousIdentifier, FindAccount};
pub use identifier::{Identifier, NameKind};
pub use judge_profile::{AcceptedProfile, JudgeProfile, ProfileFlaw, ProfileJudgement, ProfileRefusal};
pub use member_name::MemberName;
pub use new_account::NewAccount;
pub use profile::{Profile, ProfileError};
pub use profile_members::{InvalidMembers, ProfileMembers};
pub use revision::{InvalidRevision, Revision};
pub use subject::Subject;
pub use user_name::{InvalidUserName, UnfitUserName, UserName};

use crate::{
    AccountId, Moment, TenantId, Timestamp,
    contact::{Channel, EmailAddress, Mobile, Recipient},
    factor::{Factor, FactorSet, Totp},
    password::{Password, PasswordForm, Verifier},
    sealing::Owner,
    text::words::words,
};
use serde::{Deserialize, Serialize};

/// Whether an account may sign in at all.
///
/// ```
/// use authflow::{account::AccountStatus, testkit::World};
///
/// let mut world = World::new();
/// world.change("alice", |alice| alice.status = AccountStatus::Disabled);
/// let disabled = world.login("alice");
/// assert_eq!(disabled.parts(), world.login("nobody").parts(), "it reads as any wrong sign-in");
///
/// // In a column of text, and back.
/// assert_eq!(AccountStatus::Disabled.as_str().parse(), Ok(AccountStatus::Disabled));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AccountStatus {
    /// It may sign in.
    Active,
    /// Locked by an administrator. (The lock after too many wrong guesses is not a status: see
    /// [`AttemptRecord`](crate::guess::AttemptRecord).)
    Locked,
    /// Switched off.
    Disabled,
}

words!(AccountStatus, "the status of an account", { Active => "active", Locked => "locked", Disabled => "disabled" });

/// An account as it is now, from the host's store. Every field is a column, and each of them protects the account.
///
/// No field can be omitted, so a host that forgets a column does not compile. A new field in a later version is therefore a breaking change.
///
/// ```
/// use authflow::{
///     AccountId, Timestamp,
///     account::{Account, AccountStatus, Profile, Revision, UserName},
///     contact::Mobile,
///     factor::{FactorSet, Totp, TotpAlgorithm},
///     password::{Password, Verifier},
///     sealing::SealedSecret,
///     testkit::demo,
/// };
///
/// # fn read() -> Result<Account, Box<dyn std::error::Error>> {
/// // A row of a database: signed integers, texts and NULLs.
/// let totp_sealed = demo::totp(&demo::account("erin")).secret().as_str().to_owned();
/// let (revision, changed_at, must_change, totp_step) =
///     (3_i64, 1_700_000_000_i64, None::<&str>, Some(55_555_555_i64));
/// let account = Account {
///     id: AccountId::new("4711")?,
///     tenant: None,
///     revision: Revision::try_from(revision)?,
///     status: "active".parse::<AccountStatus>()?,
///     user_name: Some(UserName::new("erin")?),
///     password: Some(Password {
///         verifier: Verifier::new("$argon2id$…"),
///         changed_at: Timestamp::try_from(changed_at)?,
///         must_change: must_change.map(str::parse).transpose()?,
///         skips_used: 0,
///         form: "canonical".parse()?,
///     }),
///     mobile: Some(Mobile::new("+86-13800000000")?),
///     email: None,
///     totp: Some(Totp::new(
///         SealedSecret::new(&totp_sealed)?,
///         "sha1".parse()?,
///         6,
///         totp_step.map(u64::try_from).transpose()?,
///     )?),
///     enrolled: FactorSet::from_bits(8)?,
///     factors_changed_at: Timestamp::from_unix(0),
///     profile: Profile::from_json(r#"{"name":"Erin"}"#)?,
/// };
/// # Ok(account) }
/// # read().unwrap();
/// ```
///
/// Each of the following mistakes would let somebody in, and none of them compiles. The status is not read:
///
/// ```compile_fail,E0063
/// use authflow::account::Account;
///
/// fn read(row: Account) -> Account {
///     let Account {
///         id, tenant, revision, user_name, password, mobile, email,
///         totp, enrolled, factors_changed_at, profile, ..
///     } = row;
///     Account {
///         id, tenant, revision, user_name, password, mobile, email,
///         totp, enrolled, factors_changed_at, profile,
///     } // without status
/// }
/// ```
///
/// The enrolled factors, the authenticator, or the time of their change are not read:
///
/// ```compile_fail,E0063
/// use authflow::account::Account;
///
/// fn read(row: Account) -> Account {
///     let Account {
///         id, tenant, revision, status, user_name, password, mobile,
///         email, totp, factors_changed_at, profile, ..
///     } = row;
///     Account {
///         id, tenant, revision, status, user_name, password, mobile,
///         email, totp, factors_changed_at, profile,
///     } // without enrolled
/// }
/// ```
///
/// ```compile_fail,E0063
/// use authflow::account::Account;
///
/// fn read(row: Account) -> Account {
///     let Account {
///         id, tenant, revision, status, user_name, password, mobile,
///         email, enrolled, factors_changed_at, profile, ..
///     } = row;
///     Account {
///         id, tenant, revision, status, user_name, password, mobile,
///         email, enrolled, factors_changed_at, profile,
///     } // without totp
/// }
/// ```
///
/// ```compile_fail,E0063
/// use authflow::account::Account;
///
/// fn read(row: Account) -> Account {
///     let Account {
///         id, tenant, revision, status, user_name, password, mobile,
///         email, totp, enrolled, profile, ..
///     } = row;
///     Account {
///         id, tenant, revision, status, user_name, password, mobile,
///         email, totp, enrolled, profile,
///     } // without factors_changed_at
/// }
/// ```
///
/// A status or an account is made out of nothing:
///
/// ```compile_fail,E0599
/// authflow::account::AccountStatus::default();
/// ```
///
/// ```compile_fail,E0277
/// use authflow::account::Account;
/// fn read(id: authflow::AccountId) -> Account {
///     Account { id, ..Default::default() }
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Account {
    /// The host's stable id of the account. Do not give it to another account while sessions of this one may live. If you must, draw the
    /// [first revision](Revision::first) of the other account.
    pub id: AccountId,
    /// The tenant it belongs to; `None` where the application has no tenants.
    pub tenant: Option<TenantId>,
    /// The account's revision. It is drawn when the account is made. Every change of password, status, factors, mobile or e-mail address raises
    /// it. So does the end of a link to a social identity.
    pub revision: Revision,
    /// Whether the account may sign in.
    pub status: AccountStatus,
    /// Its user name, if it has one. No password may be equal to it.
    pub user_name: Option<UserName>,
    /// Its password, if one is set.
    pub password: Option<Password>,
    /// Its verified mobile number, in full (ITU-T E.164). Codes by SMS go there. A number without a country reaches nobody, and each request that
    /// finds one reports it with [`Event::NumberWithoutCountry`](crate::outcome::Event::NumberWithoutCountry).
    pub mobile: Option<Mobile>,
    /// Its verified e-mail address. Codes by e-mail go there.
    pub email: Option<EmailAddress>,
    /// Its time-based one-time password, with its secret [sealed](crate::sealing).
    pub totp: Option<Totp>,
    /// The factors that are asked for in addition to the first one. A factor is not asked for if the account has nothing to prove it with, such
    /// as a number for [`Factor::Sms`]. The subject then chooses among the other factors. Nobody can sign in to the account if none is left.
    pub enrolled: FactorSet,
    /// When a factor was last changed or removed, or 0 if none ever was. A session from before that time no longer counts as a bearer. The
    /// password has its own [`changed_at`](Password::changed_at), which counts too. This time does not change when the subject
    /// [replaces](crate::Engine::change_contact) a contact that is a second factor. In that case the revision decides.
    pub factors_changed_at: Timestamp,
    /// Claims for its id tokens.
    pub profile: Profile,
}

impl Account {
    /// An account that is made at this moment, with a user name and a password. It is active and in no tenant, and has no contacts and no second
    /// factor.
    ///
    /// Use it for somebody who signs up. State every column for a row that exists already. The verifier is made from the password's one spelling,
    /// which [`PasswordRules::accept`](crate::password::PasswordRules::accept) gives.
    ///
    /// ```
    /// use authflow::{
    ///     AccountId, Secret,
    ///     account::{Account, UserName},
    ///     password::{PasswordRules, Verifier},
    ///     testkit::{Clock, demo},
    /// };
    ///
    /// let moment = Clock::at(demo::START).moment(); // yours: Moment::now()?
    /// let name = UserName::for_new_account("erin")?;
    /// let rules = PasswordRules::default(); // of your policy
    /// let password = rules.accept(&Secret::new("correct horse"), Some(&name), None)?;
    /// let verifier = Verifier::new(password.expose()); // yours: hasher.hash(&password).await?
    /// let erin = Account::new(AccountId::new("4711")?, name, verifier, &moment);
    /// assert_eq!(erin.password.map(|password| password.changed_at), Some(moment.timestamp()));
    /// # Ok::<(), Box<dyn std::error::Error>>(())
    /// ```
    pub fn new(id: AccountId, user_name: UserName, verifier: Verifier, moment: &Moment) -> Self {
        Self {
            id,
            tenant: None,
            revision: Revision::first(moment),
            status: AccountStatus::Active,
            user_name: Some(user_name),
            password: Some(Password {
                verifier,
                changed_at: moment.timestamp(),
                must_change: None,
                skips_used: 0,
                form: PasswordForm::Canonical,
            }),
            mobile: None,
            email: None,
            totp: None,
            enrolled: FactorSet::EMPTY,
            factors_changed_at: Timestamp::from_unix(0),
            profile: Profile::default(),
        }
    }

    /// The owner under which the account's secrets are sealed.
    pub(crate) fn owner(&self) -> Owner {
        Owner { tenant: self.tenant, account: self.id }
    }

    /// The recipient of the account's codes by this channel.
    pub(crate) fn recipient(&self, channel: Channel) -> Option<Recipient> {
        match channel {
            Channel::Sms => self.reachable_mobile().cloned().map(Recipient::Mobile),
            Channel::Email => self.email.clone().map(Recipient::Email),
        }
    }

    /// The one spelling of [`recipient`](Self::recipient).
    pub(crate) fn normalised_recipient(&self, channel: Channel) -> Option<&str> {
        match channel {
            Channel::Sms => self.reachable_mobile().map(Mobile::normalised),
            Channel::Email => self.email.as_ref().map(EmailAddress::normalised),
        }
    }

    /// The account's contact for a channel as it is stored, even if no code can reach it.
    pub(crate) fn stored_contact(&self, channel: Channel) -> Option<Recipient> {
        match channel {
            Channel::Sms => self.mobile.clone().map(Recipient::Mobile),
            Channel::Email => self.email.clone().map(Recipient::Email),
        }
    }

    /// The account's mobile number, if it names its country. No code can reach a number that does not.
    fn reachable_mobile(&self) -> Option<&Mobile> {
        self.mobile.as_ref().filter(|mobile| mobile.is_international())
    }

    /// Whether the account has a number that no code can reach.
    pub(crate) fn has_unreachable_mobile(&self) -> bool {
        self.mobile.is_some() && self.reachable_mobile().is_none()
    }

    /// The enrolled factors, apart from the password, that the account has the means to prove.
    pub(crate) fn second_factors(&self) -> FactorSet {
        let at_hand = |factor: &Factor| match factor {
            Factor::Password | Factor::Federated => false,
            Factor::Sms => self.reachable_mobile().is_some(),
            Factor::Email => self.email.is_some(),
            Factor::Totp => self.totp.is_some(),
        };
        self.enrolled.iter().filter(at_hand).collect()
    }

    /// When any credential last changed.
    pub(crate) fn credentials_changed_at(&self) -> Timestamp {
        let password = self.password.as_ref().map_or(Timestamp::default(), |password| password.changed_at);
        self.factors_changed_at.max(password)
    }
}

#[cfg(any(test, feature = "testkit"))]
impl Account {
    /// An active account with nothing else. A test fills in the rest.
    ///
    /// # Panics
    /// When the text is no id.
    #[allow(clippy::panic, reason = "this is for tests, which fail by a panic")]
    #[track_caller]
    pub(crate) fn bare(id: &str) -> Self {
        let (Ok(id), Ok(revision)) = (AccountId::new(id), Revision::new(1)) else { panic!("{id} is no id") };
        Self {
            id,
            tenant: None,
            revision,
            status: AccountStatus::Active,
            user_name: None,
            password: None,
            mobile: None,
            email: None,
            totp: None,
            enrolled: FactorSet::EMPTY,
            factors_changed_at: Timestamp::from_unix(0),
            profile: Profile::default(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;

    #[test]
    fn an_account_prints_no_verifier() {
        let verifier = Verifier::new("$argon2id$secret");
        let password = Password {
            verifier,
            changed_at: Timestamp::from_unix(1),
            must_change: None,
            skips_used: 0,
            form: PasswordForm::Canonical,
        };
        let account = Account { password: Some(password), ..Account::bare("4711") };
        let printed = format!("{account:?}");
        assert!(printed.contains("4711") && !printed.contains("argon2"), "{printed}");
    }
}
