//! The key ring, and the keys that seal secrets of authenticators.

use super::{CommandError, Site, output::Output};
use crate::{cli::Cli, times};
use authflow::{Application, Timestamp};
use authflow_keys::rotation::{KeyRingFile, SealingKeysFile};
use clap::Subcommand;
use serde::Serialize;
use std::{collections::BTreeMap, fmt, time::Duration};

#[derive(Debug, Subcommand)]
pub(crate) enum KeysCommand {
    /// List the keys, the use of each, and how many secrets need it.
    List {
        #[command(flatten)]
        output: Output,
    },
    /// Make a new key and use it. Servers follow on SIGHUP.
    Rotate {
        #[command(flatten)]
        which: Which,
        /// Only make it, so that all servers know it before one of them uses it.
        #[arg(long, conflicts_with_all = ["to", "keep"])]
        prepare: bool,
        /// Use this key, which all servers know by now.
        #[arg(long, value_name = "ID")]
        to: Option<String>,
        /// How long the old key still verifies. Without it, as long as the longest session of any application.
        #[arg(long, value_name = "DURATION", value_parser = times::duration, conflicts_with = "sealing")]
        keep: Option<Duration>,
        #[command(flatten)]
        output: Output,
    },
    /// Remove a key that is no longer used.
    Retire {
        /// The id of the key. Leave it out for the key that has no id.
        #[arg(required_unless_present = "no_id")]
        id: Option<String>,
        /// The key of the ring that has no id.
        #[arg(long, conflicts_with_all = ["id", "sealing"])]
        no_id: bool,
        #[command(flatten)]
        which: Which,
        /// Remove the key even if sessions under it may live. They end.
        #[arg(long, conflicts_with = "sealing")]
        early: bool,
        #[command(flatten)]
        output: Output,
    },
}

#[derive(Debug, clap::Args)]
pub(crate) struct Which {
    /// Work on the sealing keys. Without it, on the key ring.
    #[arg(long)]
    sealing: bool,
}

/// The clocks of servers that share a ring may differ by this much.
const SKEW_SECONDS: u64 = 120;

pub(super) async fn run(command: KeysCommand, cli: &Cli, site: &Site) -> Result<(), CommandError> {
    match command {
        KeysCommand::List { output } => Ok(output.print(&list(cli, site).await?)?),
        KeysCommand::Rotate { which: Which { sealing: true }, prepare, to, output, .. } => {
            let mut file = SealingKeysFile::read(&cli.sealing_keys)?;
            let key = match to {
                Some(id) => id,
                None => file.prepare()?,
            };
            if !prepare {
                file.promote(&key)?;
            }
            file.write(&cli.sealing_keys)?;
            Ok(output.print(&Changed { key, is_used: !prepare, retired: false })?)
        }
        KeysCommand::Rotate { prepare, to, keep, output, .. } => {
            let mut file = KeyRingFile::read(&cli.keys)?;
            let key = match to {
                Some(id) => id,
                None => file.prepare()?,
            };
            if !prepare {
                let applications = &site.deployment.config.applications;
                let keep = keep.map_or_else(|| longest_session(applications), |keep| keep.as_secs());
                file.promote(&key, site.deployment.clock.now().plus_seconds(keep))?;
            }
            file.write(&cli.keys)?;
            Ok(output.print(&Changed { key, is_used: !prepare, retired: false })?)
        }
        KeysCommand::Retire { id: Some(id), which: Which { sealing: true }, output, .. } => {
            let mut file = SealingKeysFile::read(&cli.sealing_keys)?;
            file.retire(&id)?;
            let needed = site.store.sealed_secrets().await?.into_iter().find(|(key, _)| *key == id);
            if let Some((_, count)) = needed.filter(|(_, count)| *count > 0) {
                return Err(CommandError::KeyIsNeeded { id, count });
            }
            file.write(&cli.sealing_keys)?;
            Ok(output.print(&Changed { key: id, is_used: false, retired: true })?)
        }
        KeysCommand::Retire { id, early, output, .. } => {
            let mut file = KeyRingFile::read(&cli.keys)?;
            let window = file.keys().find(|key| key.id == id.as_deref()).and_then(|key| key.verifies);
            let (now, is_prepared) = (site.deployment.clock.now(), Timestamp::MAX);
            if let Some((_, until)) =
                window.filter(|(_, until)| *until > now && *until != is_prepared && !early)
            {
                return Err(CommandError::KeyVerifies(until));
            }
            file.retire(id.as_deref())?;
            file.write(&cli.keys)?;
            Ok(output.print(&Changed { key: id.unwrap_or_else(none), is_used: false, retired: true })?)
        }
    }
}

fn none() -> String {
    "(no id)".to_owned()
}

fn longest_session(applications: &[Application]) -> u64 {
    let lives = applications.iter().map(|it| u64::from(it.policy.lifetimes.session_token().as_seconds()));
    lives.max().unwrap_or_default() + SKEW_SECONDS
}

async fn list(cli: &Cli, site: &Site) -> Result<Keys, CommandError> {
    let (ring, sealing) = (KeyRingFile::read(&cli.keys)?, SealingKeysFile::read(&cli.sealing_keys)?);
    let needed: BTreeMap<_, _> = site.store.sealed_secrets().await?.into_iter().collect();
    let ring = ring.keys().map(|key| RingKey {
        id: key.id.map(str::to_owned),
        does: if key.verifies.is_none() { "signs" } else { "verifies" },
        until: key
            .verifies
            .map(|(_, until)| until)
            .filter(|it| *it < Timestamp::MAX)
            .map(|it| it.to_string()),
    });
    let sealing = sealing.ids().enumerate().map(|(place, id)| SealingKey {
        id: id.to_owned(),
        does: if place == 0 { "seals" } else { "opens" },
        secrets: needed.get(id).copied().unwrap_or_default(),
    });
    Ok(Keys { key_ring: ring.collect(), sealing_keys: sealing.collect() })
}

#[derive(Serialize)]
struct Keys {
    key_ring: Vec<RingKey>,
    sealing_keys: Vec<SealingKey>,
}

#[derive(Serialize)]
struct RingKey {
    id: Option<String>,
    does: &'static str,
    until: Option<String>,
}

#[derive(Serialize)]
struct SealingKey {
    id: String,
    does: &'static str,
    secrets: i64,
}

#[derive(Serialize)]
struct Changed {
    key: String,
    is_used: bool,
    retired: bool,
}

impl fmt::Display for Keys {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "key ring")?;
        for RingKey { id, does, until } in &self.key_ring {
            write!(f, "\n  {:<20} {does}", id.clone().unwrap_or_else(none))?;
            if let Some(until) = until {
                write!(f, " until {until}")?;
            }
        }
        write!(f, "\nsealing keys")?;
        for SealingKey { id, does, secrets } in &self.sealing_keys {
            write!(f, "\n  {id:<20} {does}, {secrets} secrets need it")?;
        }
        Ok(())
    }
}

impl fmt::Display for Changed {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { key, .. } = self;
        match (self.is_used, self.retired) {
            (_, true) => {
                write!(f, "{key} is left out. Bring the file to every server, and send each SIGHUP.")
            }
            (true, _) => write!(f, "{key} is used. Bring the file to every server, and send each SIGHUP."),
            (false, _) => write!(
                f,
                "{key} is made. Bring the file to every server, send each SIGHUP, and then: keys rotate --to {key}"
            ),
        }
    }
}
