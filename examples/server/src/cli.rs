//! The command line.

use crate::{database_url::DatabaseUrl, signing_keys};
use authflow::token::SignatureAlgorithm;
use clap::Parser;
use std::{net::SocketAddr, path::PathBuf};

/// A login server on the authflow library.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    /// The address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Where accounts, sessions and claims are kept: sqlite:PATH, sqlite::memory: or postgres://… A URL with a password in it is better said by the
    /// environment, which others on the machine do not see.
    #[arg(
        long,
        value_name = "URL",
        env = "AUTHFLOW_DATABASE",
        hide_env_values = true,
        default_value = "sqlite:authflow.db"
    )]
    pub(crate) database: DatabaseUrl,

    /// Make the tables of a PostgreSQL, or bring them to this version, as their owner; make the keys where there are none; and stop.
    #[arg(long)]
    pub(crate) migrate: bool,

    /// The key ring (TOML). Made, readable by its owner alone, when there is none.
    #[arg(long, value_name = "FILE", default_value = "authflow-keys.toml")]
    pub(crate) keys: PathBuf,

    /// The keys that seal secrets of authenticators (TOML). Made, readable by its owner alone, when there is none.
    #[arg(long, value_name = "FILE", default_value = "authflow-sealing-keys.toml")]
    pub(crate) sealing_keys: PathBuf,

    /// The keys that sign id tokens instead of each application's derived one (TOML beside PEM files).
    #[arg(long, value_name = "FILE")]
    pub(crate) signing_keys: Option<PathBuf>,

    /// What to make a signing key for when there is no such file: RS256, PS256, ES256 or EdDSA.
    #[arg(long, value_name = "NAME", value_parser = signing_keys::algorithm, requires = "signing_keys")]
    pub(crate) make_signing_key: Option<SignatureAlgorithm>,

    /// The mail server that codes are sent by (TOML). Without it, a demonstration logs them, and another server sends none.
    #[arg(long, value_name = "FILE")]
    pub(crate) outbox: Option<PathBuf>,

    /// The applications and their policies (TOML). Without it, the server is a demonstration.
    #[arg(long, value_name = "FILE")]
    pub(crate) config: Option<PathBuf>,

    /// Add the demo applications and accounts, whose password everybody knows. On when there is no --config.
    #[arg(long)]
    demo: bool,

    /// Let a demonstration listen beyond loopback.
    #[arg(long)]
    pub(crate) demo_on_network: bool,

    /// Move a demonstration's clock by this many seconds, to show expiry. May be negative.
    #[arg(long, value_name = "SECONDS", default_value_t = 0, allow_hyphen_values = true)]
    pub(crate) now_offset: i64,
}

impl Cli {
    pub(crate) fn is_demo(&self) -> bool {
        self.demo || self.config.is_none()
    }

    /// Whether this would show accounts with a public password to the network, unasked.
    pub(crate) fn exposes_demo(&self) -> bool {
        self.is_demo() && !self.listen.ip().is_loopback() && !self.demo_on_network
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
        assert!(cli(&["--listen", "0.0.0.0:8080", "--config", "c.toml", "--demo"]).exposes_demo());
    }

    #[test]
    fn an_offset_may_be_negative() {
        assert_eq!(cli(&["--now-offset", "-60"]).now_offset, -60);
    }
}
