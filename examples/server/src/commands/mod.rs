//! Commands that work on the database and the files of a server. A running server follows at its next request.

mod account;
mod check;
mod error;
mod keys;
mod output;
mod password_input;
mod sessions;
mod whom;

pub(crate) use error::CommandError;

use crate::{
    cli::Cli,
    demo,
    deployment::{Deployment, Makes},
    start::StartError,
    store::Store,
};
use authflow_sqlite::Upkeep;
use clap::Subcommand;

#[derive(Debug, Subcommand)]
pub(crate) enum Command {
    /// Make the tables, or bring them to this version, as their owner. Make the keys if there are none.
    Migrate,
    /// Make accounts, show them, and change who may sign in.
    #[command(subcommand)]
    Account(account::AccountCommand),
    /// List the sessions of an account, and end them.
    #[command(subcommand)]
    Sessions(sessions::SessionsCommand),
    /// List keys, rotate them, and remove those that are no longer used.
    #[command(subcommand)]
    Keys(keys::KeysCommand),
    /// Print what an owner should know about policies (against SP 800-63B-4 and ASVS 5.0), keys and the database.
    Check(check::Check),
}

/// The deployment and the store that a command works on.
struct Site {
    deployment: Deployment,
    store: Store,
}

impl Site {
    async fn open(cli: &Cli) -> Result<Self, CommandError> {
        if cli.database.is_in_memory() {
            return Err(StartError::InMemory.into());
        }
        let deployment = Deployment::read(cli, Makes::Nothing)?;
        let store = deployment.store(Upkeep::Nothing).await?;
        // Without the configuration, the policies would be those of the demonstration.
        if cli.config.is_none() && !demo::is_in(&store).await? {
            return Err(CommandError::NoConfiguration);
        }
        Ok(Self { deployment, store })
    }
}

pub(crate) async fn run(command: Command, cli: &Cli) -> Result<(), CommandError> {
    match command {
        Command::Migrate => Ok(Deployment::read(cli, Makes::All)?.migrate().await?),
        Command::Account(command) => account::run(command, &Site::open(cli).await?).await,
        Command::Sessions(command) => sessions::run(command, &Site::open(cli).await?).await,
        Command::Keys(command) => keys::run(command, cli, &Site::open(cli).await?).await,
        Command::Check(check) => check::check(&check, cli, &Site::open(cli).await?).await,
    }
}
