//! The flags of a test double.

use crate::cli::Cli;
use clap::{Args, CommandFactory as _, builder::BoolishValueParser, error::ErrorKind};
use std::path::{Path, PathBuf};

#[derive(Debug, Args)]
pub(crate) struct DevFlags {
    /// Be a test double: the demonstration, in memory, with routes under /dev/ by which a test reads codes, moves the clock and makes accounts.
    #[arg(
        long,
        env = "AUTHFLOW_DEV",
        value_parser = BoolishValueParser::new(),
        conflicts_with_all = [
            "config", "database", "keys", "sealing_keys", "signing_keys", "outbox", "accounts", "demo_on_network",
        ]
    )]
    dev: bool,

    /// The applications of a test double and their policies (TOML, as --config has them), beside those of the demonstration.
    #[arg(long, value_name = "FILE", env = "AUTHFLOW_DEV_CONFIG", requires = "dev")]
    dev_config: Option<PathBuf>,

    /// Keep the data of a test double in this folder, in files of its own, so that they outlive a restart.
    #[arg(long, value_name = "FOLDER", env = "AUTHFLOW_DEV_KEEP", requires = "dev")]
    dev_keep: Option<PathBuf>,
}

impl DevFlags {
    pub(crate) fn is_double(&self) -> bool {
        self.dev
    }

    pub(crate) fn config(&self) -> Option<&Path> {
        self.dev_config.as_deref()
    }

    pub(super) fn kept_in(&self) -> Option<&Path> {
        self.dev_keep.as_deref()
    }

    /// Refuses the parts of a command line that a test double does not take.
    pub(crate) fn check(&self, cli: &Cli) -> Result<(), clap::Error> {
        let conflict = |text: String| Err(Cli::command().error(ErrorKind::ArgumentConflict, text));
        if self.dev && !cli.listen.ip().is_loopback() {
            let listen = cli.listen;
            return conflict(format!(
                "--listen of a test double must be an address of loopback, not {listen}"
            ));
        }
        if self.dev && cli.command.is_some() {
            return conflict(
                "--dev must stand without a command: a test double has routes instead".to_owned(),
            );
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use clap::Parser as _;

    fn refusal(arguments: &[&str]) -> Option<clap::Error> {
        let read = Cli::try_parse_from([&["authflow-server"], arguments].concat());
        read.and_then(|cli| cli.dev.check(&cli)).err()
    }

    #[test]
    fn a_double_takes_nothing_of_a_service() {
        for [flag, value] in [
            ["--config", "c.toml"],
            ["--database", "sqlite:authflow.db"],
            ["--keys", "authflow-keys.toml"],
            ["--sealing-keys", "s.toml"],
            ["--signing-keys", "s.toml"],
            ["--outbox", "o.toml"],
            ["--accounts", "a.toml"],
            ["--listen", "0.0.0.0:0"],
            ["--listen", "[::]:8080"],
            ["--listen", "192.0.2.1:8080"],
        ] {
            let refused = refusal(&["--dev", flag, value]).unwrap_or_else(|| panic!("{flag} {value}"));
            assert_eq!(refused.exit_code(), 2);
            assert!(refused.to_string().contains(flag), "{refused}");
        }
        let refused = refusal(&["--dev", "--demo-on-network"]).unwrap();
        assert!(refused.exit_code() == 2 && refused.to_string().contains("--demo-on-network"));
        assert_eq!(refusal(&["--dev", "account", "list"]).unwrap().exit_code(), 2);
    }

    #[test]
    fn what_is_a_doubles_is_no_other_servers() {
        for flag in ["--dev-config", "--dev-keep"] {
            assert!(refusal(&["--dev", flag, "x", "--listen", "[::1]:0"]).is_none());
            let refused = refusal(&[flag, "x"]).unwrap();
            assert!(refused.exit_code() == 2 && refused.to_string().contains("--dev"), "{refused}");
        }
    }
}
