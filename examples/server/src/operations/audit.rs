//! The audit stream: the library's events, as one JSON object on each line.

use super::{Metrics, record::Record};
use authflow::outcome::Outcome;
use std::{
    fmt,
    fs::OpenOptions,
    io::{self, Write},
    path::{Path, PathBuf},
    str::FromStr,
    sync::mpsc::{self, Receiver, SyncSender, TrySendError},
    thread,
    time::{Duration, Instant},
};

/// The most records that wait to be written. Records beyond that are lost, and counted.
const WAITING: usize = 8192;
/// The longest wait of a reload or a stop. A service manager gives either of them more time.
const LONGEST_WAIT: Duration = Duration::from_secs(5);
const PAUSE: Duration = Duration::from_millis(10);

/// The destination of the stream.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum AuditTo {
    StandardOutput,
    File(PathBuf),
}

impl FromStr for AuditTo {
    type Err = std::convert::Infallible;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        Ok(if text == "-" { Self::StandardOutput } else { Self::File(text.into()) })
    }
}

impl fmt::Display for AuditTo {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::StandardOutput => f.write_str("-"),
            Self::File(path) => path.display().fmt(f),
        }
    }
}

/// Records events. A clone writes to the same stream. A separate thread does the writing, so a slow disk holds up no
/// call.
#[derive(Clone)]
pub(crate) struct Audit {
    work: SyncSender<Work>,
    metrics: Metrics,
}

enum Work {
    Record(Vec<u8>),
    /// Opens the file again, because it may have been moved away.
    Reopen,
    /// Answers when all records before it are written.
    Flush(SyncSender<()>),
}

impl Audit {
    /// Appends to the file. If there is none, makes it, readable by its owner alone.
    pub(crate) fn start(to: AuditTo, metrics: Metrics) -> io::Result<Self> {
        let stream = open(&to)?;
        let (work, waiting) = mpsc::sync_channel(WAITING);
        let lost = metrics.clone();
        thread::Builder::new().name("audit".into()).spawn(move || write_all(stream, &to, &waiting, &lost))?;
        Ok(Self { work, metrics })
    }

    pub(crate) fn record(&self, outcome: &Outcome) {
        for event in &outcome.events {
            let sent = Record::of(event, outcome).line().map(|line| self.work.try_send(Work::Record(line)));
            match sent {
                Some(Ok(())) => {}
                None | Some(Err(TrySendError::Full(_) | TrySendError::Disconnected(_))) => {
                    self.metrics.audit_lost();
                }
            }
        }
    }

    /// Opens the file again, and writes to a new one if the old one was moved away.
    pub(crate) fn reopen(&self) {
        if !self.send(Work::Reopen, Instant::now() + LONGEST_WAIT) {
            tracing::error!(
                event = "audit_not_reopened",
                "the audit stream takes nothing, and goes on where it was"
            );
        }
    }

    /// Blocks the thread until all records are written, or until the stream has stood still for too long.
    pub(crate) fn flush(&self) {
        self.flush_within(LONGEST_WAIT);
    }

    fn flush_within(&self, longest: Duration) {
        let (until, (done, is_done)) = (Instant::now() + longest, mpsc::sync_channel(1));
        let is_sent = self.send(Work::Flush(done), until);
        if !is_sent || is_done.recv_timeout(until.saturating_duration_since(Instant::now())).is_err() {
            tracing::error!(
                event = "audit_lost",
                "the audit stream takes nothing, and records that wait are lost"
            );
        }
    }

    /// Whether there was a place for it in time. If a pipe is not read, it must hold up neither a reload nor a stop.
    fn send(&self, mut work: Work, until: Instant) -> bool {
        loop {
            work = match self.work.try_send(work) {
                Ok(()) => return true,
                Err(TrySendError::Full(work)) if Instant::now() < until => work,
                Err(TrySendError::Full(_) | TrySendError::Disconnected(_)) => return false,
            };
            thread::sleep(PAUSE);
        }
    }
}

fn open(to: &AuditTo) -> io::Result<Box<dyn Write + Send>> {
    match to {
        AuditTo::StandardOutput => Ok(Box::new(io::stdout())),
        AuditTo::File(path) => Ok(Box::new(open_file(path)?)),
    }
}

fn open_file(path: &Path) -> io::Result<std::fs::File> {
    let mut options = OpenOptions::new();
    options.append(true).create(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::OpenOptionsExt as _;
        options.mode(0o600);
    }
    options.open(path)
}

fn write_all(mut stream: Box<dyn Write + Send>, to: &AuditTo, waiting: &Receiver<Work>, metrics: &Metrics) {
    let mut was_lost = false;
    while let Ok(work) = waiting.recv() {
        match work {
            Work::Record(line) => {
                let written = stream.write_all(&line).and_then(|()| stream.flush());
                if let Err(error) = &written {
                    metrics.audit_lost();
                    // The loss is logged once, not with every record of a full disk.
                    if !was_lost {
                        tracing::error!(event = "audit_lost", %error, "the audit stream cannot be written");
                    }
                }
                was_lost = written.is_err();
            }
            Work::Reopen => match open(to) {
                Ok(opened) => stream = opened,
                Err(error) => {
                    tracing::error!(event = "audit_not_reopened", %error, "the audit stream goes on where it was");
                }
            },
            Work::Flush(done) => {
                let _ = done.send(());
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use authflow::{
        outcome::Event,
        testkit::{Call, World, demo},
    };
    use serde_json::Value;
    use std::{collections::BTreeSet, fs};

    const PAGE: &str = include_str!("../../OPERATIONS.md");

    /// The first cells of the table under a heading.
    fn rows(heading: &str) -> BTreeSet<&'static str> {
        let section = PAGE.split(heading).nth(1).unwrap().split("\n#").next().unwrap();
        let rows = section.lines().filter_map(|line| line.strip_prefix("| `")?.split_once('`'));
        rows.map(|(first, rest)| {
            let cells: Vec<_> = rest.split(" | ").map(|cell| cell.trim_matches(['|', ' '])).collect();
            assert!(
                cells.len() == 3 && cells.iter().skip(1).all(|cell| !cell.is_empty()),
                "{first}: {cells:?}"
            );
            first
        })
        .collect()
    }

    #[test]
    fn every_event_of_the_library_has_its_row_and_no_row_is_of_another() {
        assert_eq!(rows("\n## What each event means\n"), Event::NAMES.iter().copied().collect());
    }

    #[test]
    fn a_record_has_the_members_of_the_schema_and_no_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("audit");
        let audit = Audit::start(AuditTo::File(path.clone()), Metrics::new()).unwrap();
        let mut world = World::new();
        for password in ["hunter2", demo::PASSWORD] {
            let moment = world.moment();
            let step = world.api.handle(&Call::login("alice", password).request(), moment);
            let host = std::sync::Mutex::new(world.host.clone());
            let outcome = authflow::drive_blocking(step, &host).unwrap();
            audit.record(&outcome);
        }
        audit.flush();
        let text = fs::read_to_string(&path).unwrap();
        let records: Vec<Value> = text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        assert_eq!(records.len(), 2, "{text}");
        assert_eq!((&records[0]["event"], &records[0]["reason"]), (&"proof_refused".into(), &"wrong".into()));
        assert_eq!((&records[0]["v"], &records[0]["factor"]), (&1.into(), &"password".into()));
        assert_eq!(
            (&records[1]["event"], &records[1]["factors"][0]),
            (&"signed_in".into(), &"password".into())
        );
        assert_eq!(records[0]["account"], records[1]["account"]);
        assert!(records[1]["session"].is_string() && records[1]["at"].as_str().unwrap().ends_with('Z'));
        assert!(!text.contains("hunter2") && !text.contains(demo::PASSWORD) && !text.contains("alice@"));
        let members = rows("\n## The audit stream\n");
        let all = records.iter().flat_map(|record| record.as_object().unwrap().keys());
        assert!(all.clone().all(|member| members.contains(&**member)), "{members:?}");

        fs::rename(&path, folder.path().join("audit.1")).unwrap();
        audit.reopen();
        let moment = world.moment();
        let step = world.api.handle(&Call::login("alice", "hunter2").request(), moment);
        audit.record(&authflow::drive_blocking(step, &std::sync::Mutex::new(world.host.clone())).unwrap());
        audit.flush();
        assert_eq!(fs::read_to_string(&path).unwrap().lines().count(), 1, "a new file");
    }

    /// Such a stream is a pipe that is not read.
    #[test]
    fn a_stream_that_takes_nothing_holds_up_neither_a_reload_nor_a_stop() {
        for taken in [0, 1] {
            let (work, _waiting) = mpsc::sync_channel(1);
            let audit = Audit { work, metrics: Metrics::new() };
            (0..taken).for_each(|_| audit.work.try_send(Work::Record(Vec::new())).unwrap());
            assert_eq!(audit.send(Work::Reopen, Instant::now()), taken == 0, "its place is the only one");
            let (told, hears) = mpsc::sync_channel(1);
            thread::spawn(move || {
                audit.flush_within(Duration::ZERO);
                told.send(())
            });
            assert_eq!(hears.recv_timeout(LONGEST_WAIT), Ok(()));
        }
    }
}
