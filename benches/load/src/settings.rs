//! The settings, which the environment may give.

use std::{env, path::PathBuf, str::FromStr, time::Duration};

pub(crate) struct Settings {
    /// The path of the reference server's binary: `SERVER`.
    pub(crate) server: PathBuf,
    /// The folder where databases are made: `LOAD_FOLDER`.
    pub(crate) folder: PathBuf,
    /// The number of rounds: `LOAD_ROUNDS`.
    pub(crate) rounds: usize,
    /// How long each run lasts: `LOAD_SECONDS`.
    pub(crate) duration: Duration,
    /// The number of wrk's connections: `LOAD_CONNECTIONS`.
    pub(crate) connections: u32,
    /// The number of accounts, each with a hundred skips: `LOAD_ACCOUNTS`.
    pub(crate) accounts: u32,
    /// How many requests the run that watches memory sends: `LOAD_REQUESTS`.
    pub(crate) requests: u64,
}

impl Settings {
    pub(crate) fn from_environment() -> Self {
        Self {
            server: env::var_os("SERVER").expect("SERVER names the reference server's binary").into(),
            folder: env::var_os("LOAD_FOLDER").map_or_else(env::temp_dir, PathBuf::from),
            rounds: number("LOAD_ROUNDS", 15),
            duration: Duration::from_secs(number("LOAD_SECONDS", 1)),
            connections: number("LOAD_CONNECTIONS", 64),
            accounts: number("LOAD_ACCOUNTS", 2_000),
            requests: number("LOAD_REQUESTS", 1_000_000),
        }
    }

    /// The number of skips for one run: more than any contender gets through.
    pub(crate) fn skips_a_run(&self) -> u32 {
        const MOST_A_SECOND: u32 = 30_000;
        let seconds = u32::try_from(self.duration.as_secs()).expect("a few seconds");
        (MOST_A_SECOND * seconds).min(self.accounts * crate::world::SKIPS_EACH)
    }
}

fn number<T: FromStr>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| text.parse().ok().expect("a number in the environment"))
}
