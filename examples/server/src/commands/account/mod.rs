//! Accounts.

mod add;
mod change;
mod enrol_totp;
mod import;
mod show;

pub(super) use import::ImportError;

use super::{CommandError, Site, output::Output, whom::Whom};
use authflow::{AccountId, TenantId};
use clap::Subcommand;
use std::num::NonZeroU32;

#[derive(Debug, Subcommand)]
pub(crate) enum AccountCommand {
    /// Make an account.
    Add(add::New),
    /// List accounts, in the order of their ids.
    List {
        /// Accounts of this tenant. Without it, those of ordinary applications.
        #[arg(long, value_name = "ID")]
        tenant: Option<TenantId>,
        /// Begin after this id.
        #[arg(long, value_name = "ID")]
        after: Option<AccountId>,
        /// The most accounts that are listed.
        #[arg(long, value_name = "NUMBER", default_value = "100")]
        at_most: NonZeroU32,
        #[command(flatten)]
        output: Output,
    },
    /// Show an account.
    Show(Named),
    /// Give an account the password that is on standard input. All its sessions end.
    SetPassword {
        #[command(flatten)]
        named: Named,
        /// Let the subject keep it: do not ask for another one at the next sign-in.
        #[arg(long)]
        permanent: bool,
    },
    /// Require a new password at the next sign-in. All sessions of the account end.
    ExpirePassword {
        #[command(flatten)]
        named: Named,
        /// Attackers know the password: it does not prove its own change if the account has anything else to prove it with.
        #[arg(long)]
        breached: bool,
    },
    /// Refuse every sign-in to an account. All its sessions end.
    Disable(Named),
    /// Allow sign-ins to an account again.
    Enable(Named),
    /// Give an account its guesses back.
    Unlock(Named),
    /// Give an account an authenticator, and print its URI: the secret is shown once. All sessions of the account end.
    EnrolTotp(enrol_totp::EnrolTotp),
    /// Import accounts from a file: all of it, or nothing.
    Import(import::Import),
}

#[derive(Debug, clap::Args)]
pub(crate) struct Named {
    #[command(flatten)]
    whom: Whom,
    #[command(flatten)]
    output: Output,
}

pub(super) async fn run(command: AccountCommand, site: &Site) -> Result<(), CommandError> {
    match command {
        AccountCommand::Add(new) => add::add(&new, site).await,
        AccountCommand::List { tenant, after, at_most, output } => {
            show::list(site, tenant, after, at_most, &output).await
        }
        AccountCommand::Show(named) => show::show(&named, site).await,
        AccountCommand::SetPassword { named, permanent } => {
            change::set_password(&named, permanent, site).await
        }
        AccountCommand::ExpirePassword { named, breached } => {
            change::expire_password(&named, breached, site).await
        }
        AccountCommand::Disable(named) => change::disable(&named, site).await,
        AccountCommand::Enable(named) => change::enable(&named, site).await,
        AccountCommand::Unlock(named) => change::unlock(&named, site).await,
        AccountCommand::EnrolTotp(enrol) => enrol_totp::enrol(&enrol, site).await,
        AccountCommand::Import(import) => import::import(&import, site).await,
    }
}
