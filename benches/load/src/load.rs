//! One run of wrk.

use crate::{
    contender::{Contender, Running},
    world::{self, World},
};
use authflow_bench::sample::HEADERS;
use std::{path::Path, process::Command, time::Duration};

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    Check,
    Skip,
}

impl Call {
    pub(crate) const ALL: [Self; 2] = [Self::Check, Self::Skip];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Check => "check-exist",
            Self::Skip => "skip",
        }
    }
}

/// The measurements of a run.
#[derive(Clone, Copy)]
pub(crate) struct Measured {
    pub(crate) requests: u64,
    pub(crate) per_second: f64,
    /// The server's processor time, in microseconds for each request.
    pub(crate) processor: f64,
    /// The 99th percentile of latency, in milliseconds.
    pub(crate) slow: f64,
    /// Resident memory afterwards, in KiB.
    pub(crate) resident: u64,
}

/// Sends a call as often as it can. Panics if a single one was not answered with success.
pub(crate) fn send(
    call: Call,
    contender: Contender,
    (running, world): (&Running, &World),
    connections: u32,
    duration: Duration,
) -> Measured {
    let (path, header, kind, before) = match call {
        Call::Check => (world::CHECK, "Authorization", "ids", "Bearer "),
        Call::Skip => (world::SKIP, "X-state-token", "states", ""),
    };
    let script = Path::new(env!("CARGO_MANIFEST_DIR")).join("requests.lua");
    let mut wrk = Command::new("wrk");
    wrk.args(["--threads", "1", "--connections", &connections.to_string()])
        .args(["--duration", &format!("{}s", duration.as_secs()), "--timeout", "10s", "--script"])
        .arg(script);
    for (name, value) in HEADERS {
        wrk.args(["--header", &format!("{name}: {value}")]);
    }
    wrk.arg(format!("{}{path}", running.address)).args(["--", header]);
    wrk.arg(world.path(&format!("{}.{kind}", contender.tokens()))).arg(before);
    wrk.arg(if call == Call::Skip { "once" } else { "again" });

    let used_before = running.processor_time();
    let output = wrk.output().expect("wrk runs");
    let used = running.processor_time() - used_before;
    let said = String::from_utf8_lossy(&output.stdout);
    let problem = || format!("{said}\n{}", String::from_utf8_lossy(&output.stderr));
    let sent =
        said.lines().find_map(|line| line.strip_prefix("sent ")).unwrap_or_else(|| panic!("{}", problem()));
    let numbers: Vec<u64> = sent.split(' ').map(|number| number.parse().expect("a number")).collect();
    let [requests, microseconds, refused, broken, slow] = numbers[..] else { panic!("{sent}") };
    assert!(
        (refused, broken) == (0, 0),
        "{}, {}: {refused} refused and {broken} broken of {requests}\n{}",
        contender.name(),
        call.name(),
        problem()
    );
    Measured {
        requests,
        per_second: requests as f64 / (microseconds as f64 / 1e6),
        processor: used.as_micros() as f64 / requests as f64,
        slow: slow as f64 / 1e3,
        resident: running.resident(),
    }
}
