//! Processor time, by what Linux says of processes.

use crate::settings::Settings;
use std::{fs, os::unix::process::parent_id, process, time::Duration};

/// This program, PostgreSQL with its backends, and pgbouncer.
pub(crate) struct Processes {
    postmaster: u32,
}

impl Processes {
    pub(crate) fn of(settings: &Settings) -> Self {
        let file = settings.sockets.join("data/postmaster.pid");
        let text = fs::read_to_string(file).expect("a server that runs");
        Self { postmaster: text.lines().next().and_then(|line| line.parse().ok()).expect("its process") }
    }

    /// What they have used, the kernel's for them included.
    pub(crate) fn used(&self) -> Duration {
        /// Of Linux, on every architecture that matters here.
        const TICKS_A_SECOND: u64 = 100;
        let all = fs::read_dir("/proc").expect("processes").flatten();
        // One may have ended meanwhile.
        let stats = all.filter_map(|process| fs::read_to_string(process.path().join("stat")).ok());
        let ticks: u64 = stats.filter_map(|stat| self.ticks(&stat)).sum();
        Duration::from_millis(ticks * 1000 / TICKS_A_SECOND)
    }

    fn ticks(&self, stat: &str) -> Option<u64> {
        let (before, after) = stat.rsplit_once(')')?;
        let (pid, name) = before.split_once(" (")?;
        let fields: Vec<u64> =
            after.split_whitespace().skip(1).map(|field| field.parse().unwrap_or(0)).collect();
        let (pid, parent) = (pid.parse::<u32>().ok()?, u32::try_from(*fields.first()?).ok()?);
        let is_pooler = name == "pgbouncer" && parent == parent_id();
        let is_counted =
            pid == process::id() || pid == self.postmaster || parent == self.postmaster || is_pooler;
        // A backend that has ended is in its parent's time: without it, what was used would become less.
        let times = if pid == self.postmaster { 10..14 } else { 10..12 };
        is_counted.then(|| fields.get(times).map(|times| times.iter().sum())).flatten()
    }
}
