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

/// Names a file that has the URL of the database, with its password if there is one. It serves systems that mount secrets as files.
const DATABASE_FILE: &str = "AUTHFLOW_DATABASE_FILE";

/// A login server on the authflow library. Without a command, it serves.
///
/// Each flag of the server may also come from the environment: --admin-listen from AUTHFLOW_ADMIN_LISTEN. A flag wins over the environment, and the
/// environment wins over AUTHFLOW_DATABASE_FILE.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    /// The address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080", env = "AUTHFLOW_LISTEN")]
    pub(crate) listen: SocketAddr,

    /// The address of the management listener, which has /metrics, /readyz and /livez; port 0 picks a free one. Without it, there is no such
    /// listener.
    #[arg(long, value_name = "ADDR", env = "AUTHFLOW_ADMIN_LISTEN")]
    pub(crate) admin_listen: Option<SocketAddr>,

    /// The file for the audit stream, with one event in JSON on each line, or `-` for standard output. The file is appended to. Without it, there is
    /// no stream.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_AUDIT")]
    pub(crate) audit: Option<AuditTo>,

    /// The format of the log.
    #[arg(long, value_name = "FORMAT", default_value = "text", env = "AUTHFLOW_LOG")]
    pub(crate) log: LogFormat,

    /// Let the management listener be beyond loopback. There it shows how busy the server is to all who reach it.
    #[arg(long, env = "AUTHFLOW_ADMIN_ON_NETWORK", value_parser = BoolishValueParser::new())]
    pub(crate) admin_on_network: bool,

    /// The database of accounts, sessions and claims: sqlite:PATH, sqlite::memory: or postgres://… Give a URL with a password in the environment,
    /// which other users of the machine do not see.
    #[arg(
        long,
        global = true,
        value_name = "URL",
        env = "AUTHFLOW_DATABASE",
        hide_env_values = true,
        default_value = "sqlite:authflow.db"
    )]
    pub(crate) database: DatabaseUrl,

    /// The key ring (TOML). If there is none, it is made, readable by its owner alone.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "authflow-keys.toml",
        env = "AUTHFLOW_KEYS"
    )]
    pub(crate) keys: PathBuf,

    /// The keys that seal secrets of authenticators (TOML). If there are none, they are made, readable by their owner alone.
    #[arg(
        long,
        global = true,
        value_name = "FILE",
        default_value = "authflow-sealing-keys.toml",
        env = "AUTHFLOW_SEALING_KEYS"
    )]
    pub(crate) sealing_keys: PathBuf,

    /// The keys that sign id tokens (TOML beside PEM files). Without it, each application's derived key signs.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_SIGNING_KEYS")]
    pub(crate) signing_keys: Option<PathBuf>,

    /// The algorithm of the signing key that is made if there is no such file: RS256, PS256, ES256 or EdDSA.
    #[arg(long, value_name = "NAME", value_parser = signing_keys::algorithm, requires = "signing_keys", env = "AUTHFLOW_MAKE_SIGNING_KEY")]
    pub(crate) make_signing_key: Option<SignatureAlgorithm>,

    /// The mail server that sends codes (TOML). Without it, a demonstration logs them, and another server sends none.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_OUTBOX")]
    pub(crate) outbox: Option<PathBuf>,

    /// The applications and their policies (TOML). Without it, the server is a demonstration.
    #[arg(long, global = true, value_name = "FILE", env = "AUTHFLOW_CONFIG")]
    pub(crate) config: Option<PathBuf>,

    /// The accounts that are made if they do not exist (TOML). Accounts that exist stay as they are.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_ACCOUNTS")]
    pub(crate) accounts: Option<PathBuf>,

    #[command(flatten)]
    pub(crate) dev: DevFlags,

    /// Let a demonstration listen beyond loopback.
    #[arg(long, env = "AUTHFLOW_DEMO_ON_NETWORK", value_parser = BoolishValueParser::new())]
    pub(crate) demo_on_network: bool,

    /// The folder with the machine of a demonstration's page, if it was built. Without it, the page uses this server alone.
    #[arg(long, value_name = "FOLDER", default_value = "playground/dist", env = "AUTHFLOW_PLAYGROUND")]
    pub(crate) playground: PathBuf,

    #[command(subcommand)]
    pub(crate) command: Option<Command>,
}

/// The reason why [`DATABASE_FILE`] names no database.
#[derive(Debug, thiserror::Error)]
pub(crate) enum DatabaseFileError {
    #[error("{DATABASE_FILE} names {0}: {1}")]
    Unreadable(PathBuf, PrivateFileError),
    #[error("{DATABASE_FILE} names {0}: {1}")]
    Malformed(PathBuf, InvalidDatabaseUrl),
}

impl Cli {
    /// Reads the command line, the environment and the file, in this order. A misspelt argument ends the process with a message that says what must
    /// be there.
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

    /// Whether this is a demonstration. A test double is one, too.
    pub(crate) fn is_demo(&self) -> bool {
        self.config.is_none()
    }

    /// Whether this would show accounts with a public password to the network, without a flag that allows it.
    pub(crate) fn exposes_demo(&self) -> bool {
        self.is_demo() && !self.listen.ip().is_loopback() && !self.demo_on_network
    }
}

/// A credential of systemd's belongs to the service alone, because of its folder. Its mode may let a group read it if the service has its right by an
/// access list.
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
        // A file from an editor or from `echo` ends with a line end.
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

    /// The flags of commands are given on the command line only: `--early` in an environment would also apply to the next command.
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
