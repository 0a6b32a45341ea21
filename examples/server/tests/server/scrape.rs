//! The counters of a management listener.

use crate::{process::Server, wire::get};
use std::collections::BTreeSet;

/// The counters at one time.
pub(crate) struct Scrape(pub(crate) String);

impl Scrape {
    #[track_caller]
    pub(crate) fn of(server: &Server) -> Self {
        let reply = get(&server.management, "/metrics");
        assert_eq!(reply.status, 200);
        assert!(reply.has_header("content-type: application/openmetrics-text; version=1.0.0; charset=utf-8"));
        assert!(reply.body.ends_with("# EOF\n"));
        Self(reply.body)
    }

    /// The value of a series, or `None` if there is no such series.
    pub(crate) fn value(&self, series: &str) -> Option<f64> {
        let of = |line: &str| Some(line.strip_prefix(series)?.strip_prefix(' ')?.parse().unwrap());
        self.0.lines().find_map(of)
    }

    /// The names and labels of all series.
    pub(crate) fn series(&self) -> BTreeSet<String> {
        let samples = self.0.lines().filter(|line| !line.starts_with('#'));
        samples.map(|line| line.rsplit_once(' ').unwrap().0.to_owned()).collect()
    }
}
