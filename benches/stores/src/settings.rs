//! What the environment may set.

use std::{env, path::PathBuf, str::FromStr};

pub(crate) struct Settings {
    /// Where the sockets of PostgreSQL and pgbouncer are: `STORES_POSTGRES`, which `run` sets.
    pub(crate) sockets: PathBuf,
    /// Where SQLite's files are made: `STORES_FOLDER`.
    pub(crate) folder: PathBuf,
    /// `STORES_ROUNDS`.
    pub(crate) rounds: usize,
    /// How many sign-ins and skips are made in a round; of the protected route it is four times as many: `STORES_CALLS`.
    pub(crate) calls: usize,
    /// How many are under way at once, each on a connection of its own: `STORES_AT_ONCE`.
    pub(crate) at_once: usize,
    /// How many sessions of others are in a store that has grown: `STORES_SESSIONS`.
    pub(crate) sessions: u32,
    /// Among how many applications the one is that is used, where they have grown: `STORES_APPLICATIONS`.
    pub(crate) applications: usize,
}

impl Settings {
    pub(crate) fn from_environment() -> Self {
        let sockets = env::var_os("STORES_POSTGRES").expect("STORES_POSTGRES names a folder of sockets");
        Self {
            sockets: sockets.into(),
            folder: env::var_os("STORES_FOLDER").map_or_else(env::temp_dir, PathBuf::from),
            rounds: number("STORES_ROUNDS", 7),
            calls: number("STORES_CALLS", 4_000),
            at_once: number("STORES_AT_ONCE", 16),
            sessions: number("STORES_SESSIONS", 1_000_000),
            applications: number("STORES_APPLICATIONS", 100_000),
        }
    }

    /// So many that nobody is asked for twice at once, and that nobody skips more than 80 times, of the 100 that a policy may allow: three
    /// services are on one database.
    pub(crate) fn people(&self) -> usize {
        (self.at_once * 32).max(self.rounds * self.calls * 3 / 80)
    }
}

fn number<T: FromStr>(name: &str, default: T) -> T {
    env::var(name).map_or(default, |text| text.parse().ok().expect("a number in the environment"))
}
