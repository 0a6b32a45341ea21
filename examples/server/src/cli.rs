//! The command line.

use crate::signing_keys;
use authflow::token::SignatureAlgorithm;
use authflow_sqlite::Place;
use clap::Parser;
use std::{fmt, net::SocketAddr, path::PathBuf, str::FromStr};

/// A login server on the authflow library.
#[derive(Debug, Parser)]
#[command(version)]
pub(crate) struct Cli {
    /// The address to listen on; port 0 picks a free one.
    #[arg(long, value_name = "ADDR", default_value = "127.0.0.1:8080")]
    pub(crate) listen: SocketAddr,

    /// Where accounts, sessions and claims are kept: sqlite:PATH or sqlite::memory:
    #[arg(long, value_name = "URL", default_value = "sqlite:authflow.db")]
    pub(crate) database: DatabaseUrl,

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

/// Where the database is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct DatabaseUrl(pub(crate) Place);

#[derive(Debug, thiserror::Error)]
#[error("a database is sqlite:PATH or sqlite::memory:")]
pub(crate) struct InvalidDatabaseUrl;

impl FromStr for DatabaseUrl {
    type Err = InvalidDatabaseUrl;

    fn from_str(text: &str) -> Result<Self, InvalidDatabaseUrl> {
        match text.strip_prefix("sqlite:") {
            Some(":memory:") => Ok(Self(Place::Memory)),
            None | Some("") => Err(InvalidDatabaseUrl),
            Some(path) => Ok(Self(Place::File(path.into()))),
        }
    }
}

impl fmt::Display for DatabaseUrl {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Place::Memory => f.write_str("sqlite::memory:"),
            Place::File(path) => write!(f, "sqlite:{}", path.display()),
        }
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
    fn urls_and_offsets() {
        assert_eq!(cli(&["--database", "sqlite::memory:"]).database.0, Place::Memory);
        assert_eq!(cli(&["--database", "sqlite:/a/b.db"]).database.0, Place::File("/a/b.db".into()));
        assert_eq!(cli(&["--now-offset", "-60"]).now_offset, -60);
        for wrong in ["postgres://x", "sqlite:", "authflow.db"] {
            assert!(Cli::try_parse_from(["authflow-server", "--database", wrong]).is_err(), "{wrong}");
        }
    }
}
