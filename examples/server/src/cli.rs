//! The command line.

use crate::{
    commands::Command,
    database_url::{DatabaseUrl, InvalidDatabaseUrl},
    dev::DevFlags,
    operations::{AuditTo, LogFormat},
    signing_keys,
};
use authflow::token::SignatureAlgorithm;
use authflow_keys::private_file::{self, PrivateFileError};
use clap::{
    CommandFactory as _, FromArgMatches as _, Parser, builder::BoolishValueParser, parser::ValueSource,
};
use std::{
    env,
    ffi::OsString,
    fs,
    net::SocketAddr,
    path::{Path, PathBuf},
};
use zeroize::Zeroizing;

/// Names a file with the URL of the database in it, which may have a password: for where secrets are mounted.
const DATABASE_FILE: &str = "AUTHFLOW_DATABASE_FILE";

/// A login server on the authflow library. Without a command, it serves.
///
/// Each flag of its own is also said by the environment: --admin-listen by AUTHFLOW_ADMIN_LISTEN. A flag wins over the environment, and that over AUTHFLOW_DATABASE_FILE.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    /// The address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "AUTHFLOW_LISTEN")]
    pub(crate) listen: SocketAddr,

    /// The address of the management listener, which has /metrics, /readyz and /livez; port 0 picks a free one. Without it, there is none.
    #[arg(long, value_name = "ADDR", env = "AUTHFLOW_ADMIN_LISTEN")]
    pub(crate) admin_listen: Option<SocketAddr>,

    /// Where to record what happens, as JSON, an event a line: a file, which is added to, or `-` for standard output. Without it, nowhere.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_AUDIT")]
    pub(crate) audit: Option<AuditTo>,

    /// How the log is written.
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "AUTHFLOW_LOG")]
    pub(crate) log: LogFormat,

    /// Let the management listener be beyond loopback, where it shows to whoever reaches it how much goes on.
    #[arg(long, env = "AUTHFLOW_ADMIN_ON_NETWORK", value_parser = BoolishValueParser::new())]
    pub(crate) admin_on_network: bool,

    /// Where accounts, sessions and claims are kept: sqlite:PATH, sqlite::memory: or postgres://… A URL with a password in it is better said by the
    /// environment, which others on the machine do not see.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "AUTHFLOW_DATABASE",
        hide_env_values = true,
        default_value = "sqlite:authflow.db"
    )]
    pub(crate) database: DatabaseUrl,

    /// The key ring (TOML). Made, readable by its owner alone, when there is none.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "authflow-keys.toml",
        env = "AUTHFLOW_KEYS"
    )]
    pub(crate) keys: PathBuf,

    /// The keys that seal secrets of authenticators (TOML). Made, readable by its owner alone, when there is none.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "authflow-sealing-keys.toml",
        env = "AUTHFLOW_SEALING_KEYS"
    )]
    pub(crate) sealing_keys: PathBuf,

    /// The keys that sign id tokens instead of each application's derived one (TOML beside PEM files).
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_SIGNING_KEYS")]
    pub(crate) signing_keys: Option<PathBuf>,

    /// What to make a signing key for when there is no such file: RS256, PS256, ES256 or EdDSA.
    #[arg(long, value_name = "NAME", value_parser = signing_keys::algorithm, requires = "signing_keys", env = "AUTHFLOW_MAKE_SIGNING_KEY")]
    pub(crate) make_signing_key: Option<SignatureAlgorithm>,

    /// The mail server that codes are sent by (TOML). Without it, a demonstration logs them, and another server sends none.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_OUTBOX")]
    pub(crate) outbox: Option<PathBuf>,

    /// The applications and their policies (TOML). Without it, the server is a demonstration.
    #[arg(long, global = true, value_name = "FILE", env = "AUTHFLOW_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// Accounts to be made where they are not there (TOML). Those that are there are left as they are.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_ACCOUNTS")]
    pub(crate) accounts: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) dev: DevFlags,

    /// Let a demonstration listen beyond loopback.
    #[arg(long, env = "AUTHFLOW_DEMO_ON_NETWORK", value_parser = BoolishValueParser::new())]
    pub(crate) demo_on_network: bool,

    /// Where the machine of a demonstration's page was built; without it, the page plays against this server alone.
    #[arg(long, value_name = "FOLDER", default_value = "playground/dist", env = "AUTHFLOW_PLAYGROUND")]
    pub(crate) playground: PathBuf,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// Why [`DATABASE_FILE`] says no database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseFileError {
    #[error("{DATABASE_FILE} names {0}: {1}")]
    Unreadable(PathBuf, PrivateFileError),
    #[error("{DATABASE_FILE} names {0}: {1}")]
    Malformed(PathBuf, InvalidDatabaseUrl),
}

impl Cli {
    /// From the command line, the environment and the file, in this order. What is misspelt ends the process, with what must be there.
    pub(crate) fn read() -> Result<Self, DatabaseFileError> {
        let matches = Self::command().get_matches();
        let mut cli = Self::from_arg_matches(&matches).unwrap_or_else(|error| error.exit());
        if let Err(error) = cli.dev.check(&cli) {
            error.exit();
        }
        let is_said = matches.value_source("database") != Some(ValueSource::DefaultValue);
        if let (false, Some(file)) = (is_said || cli.dev.is_double(), env::var_os(DATABASE_FILE)) {
            cli.database = database_of(file)?;
        }
        Ok(cli)
    }

    /// The file of the applications, if there is one.
    pub(crate) fn config_file(&self) -> Option<&Path> {
        self.config.as_deref().or(self.dev.config())
    }

    /// A test double is one, too.
    pub(crate) fn is_demo(&self) -> bool {
        self.config.is_none()
    }

    /// Whether this would show accounts with a public password to the network, unasked.
    pub(crate) fn exposes_demo(&self) -> bool {
        self.is_demo() && !self.listen.ip().is_loopback() && !self.demo_on_network
    }
}

/// A credential of systemd's is the service's alone by the folder that it lies in; its mode may say that a group reads it, where the service has its
/// right by an access list.
fn read(path: &Path) -> Result<Zeroizing<String>, PrivateFileError> {
    match env::var_os("CREDENTIALS_DIRECTORY") {
        Some(folder) if path.parent() == Some(Path::new(&folder)) => {
            Ok(Zeroizing::new(fs::read_to_string(path)?))
        }
        _ => private_file::read(path),
    }
}

fn database_of(file: OsString) -> Result<DatabaseUrl, DatabaseFileError> {
    let path = PathBuf::from(file);
    match read(&path) {
        // A file that an editor or `echo` has written ends a line.
        Ok(text) => text.trim_end().parse().map_err(|error| DatabaseFileError::Malformed(path, error)),
        Err(error) => Err(DatabaseFileError::Unreadable(path, error)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cli(arguments: &[&str]) -> Cli {
        Cli::try_parse_from([&["authflow-server"], arguments].concat()).unwrap()
    }

    #[test]
    fn a_demo_stays_on_loopback_unless_told_otherwise() {
        assert!(!cli(&[]).exposes_demo());
        assert!(!cli(&["--listen", "[::1]:0"]).exposes_demo());
        assert!(cli(&["--listen", "0.0.0.0:8080"]).exposes_demo());
        assert!(!cli(&["--listen", "0.0.0.0:8080", "--demo-on-network"]).exposes_demo());
        assert!(!cli(&["--listen", "0.0.0.0:8080", "--config", "c.toml"]).exposes_demo());
    }

    /// Those of commands are said aloud: `--early` in an environment would be there for the next command too.
    #[test]
    fn every_flag_of_the_server_is_said_by_the_environment_too() {
        let command = Cli::command();
        let flags: Vec<_> = command.get_arguments().filter(|flag| flag.get_long().is_some()).collect();
        assert!(flags.len() >= 17);
        let readme = include_str!("../README.md");
        for flag in flags {
            let (long, id) = (flag.get_long().unwrap(), flag.get_id().as_str());
            if ["help", "version"].contains(&long) {
                continue;
            }
            let variable = format!("AUTHFLOW_{}", id.to_uppercase());
            assert_eq!(flag.get_env().and_then(|name| name.to_str()), Some(&*variable), "--{long}");
            assert!(readme.contains(&format!("| `--{long}")), "--{long} has a row in the README");
        }
    }
}
