//! The parts of a new account, whatever names them: a command line, a row of an import, or a file of seeds.

use crate::{
    entropy::draw,
    times::{self, InvalidTime},
};
use authflow::{
    AccountId, InvalidId, OsEntropyUnavailable, TenantId, Timestamp, UnknownWord,
    account::{Account, AccountStatus, Profile, Revision, UnfitUserName, UserName},
    contact::{EmailAddress, InvalidContact, Mobile},
    factor::FactorSet,
    password::{Password, PasswordForm, Verifier},
};
use authflow_argon2::{Argon2Hasher, HasherError};
use data_encoding::HEXLOWER;

/// The names by which an account is found.
#[derive(Clone, Debug)]
pub(crate) struct Names {
    pub(crate) user_name: Option<UserName>,
    pub(crate) mobile: Option<Mobile>,
    pub(crate) email: Option<EmailAddress>,
}

/// The reason for which no account is made. It quotes nothing of the input.
#[derive(Debug, thiserror::Error)]
pub(crate) enum Unfit {
    #[error(transparent)]
    UserName(#[from] UnfitUserName),
    #[error("a mobile number must be +, a calling code and the number, as in +86-13800000000")]
    Mobile,
    #[error("an e-mail address must be one: {0}")]
    Email(InvalidContact),
    #[error(
        "an account must have something to be found by: a user name, a mobile number or an e-mail address"
    )]
    Nameless,
    #[error("status must be active, locked or disabled: {0}")]
    Status(#[from] UnknownWord),
    #[error("password_set_at: {0}")]
    SetAt(#[from] InvalidTime),
    #[error(
        "password_set_at must say when the password was set, or --password-set-at for every row that does not"
    )]
    NotSaid,
    #[error("password_set_at must not be later than now, and is {0}")]
    Later(Timestamp),
    #[error("a verifier must be one that somebody could sign in with: {0}")]
    Verifier(#[from] HasherError),
    #[error(transparent)]
    Id(#[from] InvalidId),
    #[error(transparent)]
    Entropy(#[from] OsEntropyUnavailable),
}

impl Names {
    pub(crate) fn of(
        user_name: Option<&str>,
        mobile: Option<&str>,
        email: Option<&str>,
    ) -> Result<Self, Unfit> {
        let user_name = user_name.map(UserName::for_new_account).transpose()?;
        let mobile = mobile.map(|text| Mobile::new(text).ok().filter(Mobile::is_international));
        let mobile = mobile.map(|read| read.ok_or(Unfit::Mobile)).transpose()?;
        let email = email.map(EmailAddress::new).transpose().map_err(Unfit::Email)?;
        match (&user_name, &mobile, &email) {
            (None, None, None) => Err(Unfit::Nameless),
            _ => Ok(Self { user_name, mobile, email }),
        }
    }

    /// Each name in its one spelling, with its kind.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (&'static str, &str)> {
        [
            ("user name", self.user_name.as_ref().map(UserName::normalised)),
            ("mobile number", self.mobile.as_ref().map(Mobile::normalised)),
            ("e-mail address", self.email.as_ref().map(EmailAddress::normalised)),
        ]
        .into_iter()
        .filter_map(|(what, key)| Some((what, key?)))
    }
}

/// A password that was set elsewhere, as a file gives it.
pub(crate) struct Brought<'a> {
    pub(crate) verifier: &'a str,
    pub(crate) set_at: Option<&'a str>,
}

impl Brought<'_> {
    /// The password. Its verifier is of the text as it was typed.
    pub(crate) fn password(
        &self,
        hasher: &Argon2Hasher,
        unless_said: Option<Timestamp>,
        now: Timestamp,
    ) -> Result<Password, Unfit> {
        let verifier = Verifier::new(self.verifier);
        hasher.accepts(&verifier)?;
        let changed_at = self.set_at.map(times::time).transpose()?.or(unless_said).ok_or(Unfit::NotSaid)?;
        if changed_at > now {
            return Err(Unfit::Later(changed_at));
        }
        let form = PasswordForm::AsTyped;
        Ok(Password { verifier, changed_at, must_change: None, skips_used: 0, form })
    }
}

/// All that the input gives of a new account.
pub(crate) struct AddedAccount {
    pub(crate) id: AccountId,
    pub(crate) tenant: Option<TenantId>,
    pub(crate) names: Names,
    pub(crate) status: AccountStatus,
    pub(crate) password: Option<Password>,
    pub(crate) profile: Profile,
}

impl AddedAccount {
    /// The account, with this revision. The store draws another one.
    pub(crate) fn account(self, first: Revision) -> Account {
        let Self { id, tenant, names: Names { user_name, mobile, email }, status, password, profile } = self;
        Account {
            id,
            tenant,
            revision: first,
            status,
            user_name,
            password,
            mobile,
            email,
            totp: None,
            enrolled: FactorSet::EMPTY,
            factors_changed_at: Timestamp::from_unix(0),
            profile,
        }
    }
}

/// An id that no account has had.
pub(crate) fn draw_id() -> Result<AccountId, Unfit> {
    Ok(AccountId::new(&HEXLOWER.encode(&*draw::<16>()?))?)
}
