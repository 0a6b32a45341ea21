//! The errors of commands.

use super::{account::ImportError, password_input::PasswordInputError};
use crate::{
    added_account::Unfit,
    demo::DemoError,
    new_password::{NotServed, RefusedPassword},
    start::StartError,
    store::StoreError,
};
use authflow::{
    AccountId, InvalidId, OsEntropyUnavailable, SessionId, TenantId, Timestamp,
    account::{InvalidUserName, ProfileError},
    factor::TotpError,
};
use authflow_argon2::HasherError;
use authflow_keys::{key_ring::KeyRingFileError, sealing_keys::SealingKeysFileError};
use std::{io, process::ExitCode};

/// The reason why a command did nothing, or printed nothing. No message has a password or a secret in it.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CommandError {
    #[error(transparent)]
    Start(#[from] StartError),
    #[error("the database is no demonstration's: say --config as its server does")]
    NoConfiguration,
    #[error(transparent)]
    Demo(#[from] DemoError),
    #[error("the database: {0}")]
    Store(#[from] StoreError),
    #[error("there is no account of that name{}", of(.0))]
    NobodyOfThatName(Box<Option<TenantId>>),
    #[error("there is no account {}{}", .0.0, of(&.0.1))]
    NobodyOfThatId(Box<(AccountId, Option<TenantId>)>),
    #[error("{0}")]
    Id(#[from] InvalidId),
    #[error("{0}")]
    TypedName(#[from] InvalidUserName),
    #[error("--profile: {0}")]
    Profile(#[from] ProfileError),
    #[error(transparent)]
    NotServed(#[from] NotServed),
    #[error("the id is another account's: nothing was made")]
    IdTaken,
    #[error(
        "the user name, number or address is another account's, in this spelling or another one: nothing was made"
    )]
    NameTaken,
    #[error("there must be a session {0} of theirs that lives, and there is none")]
    NoSuchSession(SessionId),
    #[error("there is an authenticator already: --replace lets it count no more")]
    HasAuthenticator,
    #[error(
        "a sealing key must be needed for nothing before it is left out, and {count} secrets of authenticators are sealed under {id}: a server that starts seals them anew"
    )]
    KeyIsNeeded { id: String, count: i64 },
    #[error("sessions under that key may live until {0}: --early ends them")]
    KeyVerifies(Timestamp),
    #[error("something was found")]
    Found,
    #[error("the key ring: {0}")]
    KeyRing(#[from] KeyRingFileError),
    #[error("the sealing keys: {0}")]
    SealingKeys(#[from] SealingKeysFileError),
    #[error("{0}")]
    Totp(#[from] TotpError),
    #[error("there is no password that could expire: set one first")]
    NoPassword,
    #[error("{0}")]
    PasswordInput(#[from] PasswordInputError),
    #[error("{0}: nothing was changed")]
    Password(#[from] RefusedPassword),
    #[error("{0}")]
    Unfit(#[from] Unfit),
    #[error("{0}")]
    Import(#[from] ImportError),
    #[error("the hasher: {0}")]
    Hasher(#[from] HasherError),
    #[error("{0}")]
    Entropy(#[from] OsEntropyUnavailable),
    #[error("what was asked for is done, and its answer cannot be written: {0}")]
    Output(#[from] io::Error),
}

impl CommandError {
    pub(super) fn nobody(account: AccountId, tenant: Option<TenantId>) -> Self {
        Self::NobodyOfThatId(Box::new((account, tenant)))
    }

    /// 3 if no account has that name, 4 if the change was made but could not be reported, 1 for every other error. An argument that
    /// cannot be parsed ends with 2.
    pub(crate) fn exit_code(&self) -> ExitCode {
        match self {
            Self::NobodyOfThatName(_) | Self::NobodyOfThatId(..) => ExitCode::from(3),
            Self::Output(_) => ExitCode::from(4),
            _ => ExitCode::FAILURE,
        }
    }
}

fn of(tenant: &Option<TenantId>) -> String {
    tenant.map_or_else(|| " without a tenant".to_owned(), |tenant| format!(" in the tenant {tenant}"))
}
