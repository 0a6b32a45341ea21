//! The counters. Every label is a word of this program or of the library. Nothing that a client sends makes a series, and no series names an
//! account.

use super::Load;
use authflow::{
    administration::Swept,
    outcome::{Event, Outcome, ProofRefusal},
};
use prometheus_client::{
    encoding::text,
    metrics::{
        counter::Counter,
        family::Family,
        gauge::Gauge,
        histogram::{Histogram, exponential_buckets},
    },
    registry::{Registry, Unit},
};
use std::{sync::Arc, time::Duration};

/// Labels are static words, so there are only as many series as the program has words.
type Labels<const N: usize> = [(&'static str, &'static str); N];
type Counters<const N: usize> = Family<Labels<N>, Counter>;
type Histograms<const N: usize> = Family<Labels<N>, Histogram, fn() -> Histogram>;

/// The counters of this process. A clone has the same counters.
#[derive(Clone)]
pub(crate) struct Metrics(Arc<Counted>);

struct Counted {
    registry: Registry,
    requests: Counters<2>,
    request_duration: Histograms<1>,
    question_duration: Histograms<1>,
    questions_unanswered: Counters<1>,
    events: Counters<1>,
    guesses_refused: Counters<2>,
    locks: Counters<1>,
    replays: Counters<1>,
    skips: Counter,
    sessions: Counters<1>,
    reloads: Counters<1>,
    swept: Counters<1>,
    sweeps_failed: Counter,
    audit_lost: Counter,
    calls: Family<Labels<1>, Gauge>,
    hasher: Family<Labels<1>, Gauge>,
}

/// Whether a reload took the new files.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reloaded {
    Done,
    /// The old configuration and keys stay.
    Failed,
}

/// The changes of sessions that are counted.
const ISSUED: &str = "issued";
const REFRESHED: &str = "refreshed";
const ENDED: &str = "ended";
const REUSED: &str = "reused";

impl Metrics {
    pub(crate) fn new() -> Self {
        let mut registry = Registry::with_prefix("authflow");
        let histograms = || Family::new_with_constructor(histogram as fn() -> Histogram);
        let mut counted = Counted {
            registry: Registry::default(),
            requests: Family::default(),
            request_duration: histograms(),
            question_duration: histograms(),
            questions_unanswered: Family::default(),
            events: Family::default(),
            guesses_refused: Family::default(),
            locks: Family::default(),
            replays: Family::default(),
            skips: Counter::default(),
            sessions: Family::default(),
            reloads: Family::default(),
            swept: Family::default(),
            sweeps_failed: Counter::default(),
            audit_lost: Counter::default(),
            calls: Family::default(),
            hasher: Family::default(),
        };
        let it = &counted;
        registry.register(
            "requests",
            "Answered requests, by the pattern of their route and by status; 'none' where the client hung up",
            it.requests.clone(),
        );
        registry.register_with_unit(
            "request_duration",
            "From the head of a request to its answer",
            Unit::Seconds,
            it.request_duration.clone(),
        );
        registry.register_with_unit(
            "question_duration",
            "From a question of the library to the answer of the store, the hasher or another part",
            Unit::Seconds,
            it.question_duration.clone(),
        );
        registry.register(
            "questions_unanswered",
            "Questions that a part did not answer: the client was told that the system is busy",
            it.questions_unanswered.clone(),
        );
        registry.register("events", "What happened, by the names of the library's events", it.events.clone());
        registry.register(
            "guesses_refused",
            "Proofs that were refused, by factor and reason",
            it.guesses_refused.clone(),
        );
        registry.register(
            "locks",
            "Wrong guesses that were the last before an account's factor was locked, by factor",
            it.locks.clone(),
        );
        registry.register("replays", "Things that count once and came again, by event", it.replays.clone());
        registry.register("skips", "Changes of a password that were skipped", it.skips.clone());
        registry.register(
            "sessions",
            "Sessions, by what became of them; 'ended' counts one where all of somebody's end",
            it.sessions.clone(),
        );
        registry.register("reloads", "Reloads of keys and configuration, by result", it.reloads.clone());
        registry.register("swept_rows", "Rows that were over and are forgotten, by kind", it.swept.clone());
        registry.register(
            "sweeps_failed",
            "Sweeps that the database did not carry out",
            it.sweeps_failed.clone(),
        );
        registry.register(
            "audit_lost",
            "Records of the audit stream that could not be written",
            it.audit_lost.clone(),
        );
        registry.register("calls", "Calls that are in progress, and how many may be", it.calls.clone());
        registry.register("hasher", "Passwords that have a place at the hasher or a core of it, how many of each there are, and how many wait for a core", it.hasher.clone());
        counted.registry = registry;
        let metrics = Self(Arc::new(counted));
        metrics.begin_at_zero();
        metrics
    }

    /// Series start at zero, because an alert on an increase needs a value before the increase.
    fn begin_at_zero(&self) {
        let it = &self.0;
        for name in Event::NAMES {
            drop(it.events.get_or_create(&[("event", name)]));
        }
        for result in [Reloaded::Done, Reloaded::Failed] {
            drop(it.reloads.get_or_create(&[("result", result.word())]));
        }
        for change in [ISSUED, REFRESHED, ENDED, REUSED] {
            drop(it.sessions.get_or_create(&[("change", change)]));
        }
    }

    pub(crate) fn request(&self, route: &'static str, status: &'static str, took: Duration) {
        self.0.requests.get_or_create(&[("route", route), ("status", status)]).inc();
        self.0.request_duration.get_or_create(&[("route", route)]).observe(took.as_secs_f64());
    }

    pub(crate) fn question(&self, name: &'static str, took: Duration) {
        self.0.question_duration.get_or_create(&[("question", name)]).observe(took.as_secs_f64());
    }

    pub(crate) fn unanswered(&self, question: &'static str) {
        self.0.questions_unanswered.get_or_create(&[("question", question)]).inc();
    }

    pub(crate) fn outcome(&self, outcome: &Outcome) {
        for event in &outcome.events {
            self.event(event, outcome.facts.attempts_left);
        }
    }

    fn event(&self, event: &Event, attempts_left: Option<u32>) {
        let it = &self.0;
        let name = event.name();
        it.events.get_or_create(&[("event", name)]).inc();
        let session = |change| {
            it.sessions.get_or_create(&[("change", change)]).inc();
        };
        match event {
            Event::ProofRefused { account, factor, reason } => {
                let factor = factor.as_str();
                it.guesses_refused.get_or_create(&[("factor", factor), ("reason", reason.as_str())]).inc();
                // A locked account is not locked again. A name that no account has is not counted.
                if account.is_some() && attempts_left == Some(0) && *reason != ProofRefusal::Locked {
                    it.locks.get_or_create(&[("factor", factor)]).inc();
                }
            }
            Event::PasswordSkipped { .. } => {
                it.skips.inc();
            }
            Event::SignedIn { .. } => session(ISSUED),
            Event::SessionRefreshed { .. } => session(REFRESHED),
            Event::SessionsEnded { .. } => session(ENDED),
            Event::SessionReused { .. } => session(REUSED),
            _ => {}
        }
        if event.reason().is_some_and(|reason| matches!(reason, "replayed" | "captcha_replayed")) {
            it.replays.get_or_create(&[("event", name)]).inc();
        }
    }

    pub(crate) fn reload(&self, result: Reloaded) {
        self.0.reloads.get_or_create(&[("result", result.word())]).inc();
    }

    pub(crate) fn swept(&self, swept: &Swept) {
        let Swept { claims, sessions, codes, sends, guesses_of_nobody } = *swept;
        let kinds = [
            ("claims", claims),
            ("sessions", sessions),
            ("codes", codes),
            ("sends", sends),
            ("guesses_of_nobody", guesses_of_nobody),
        ];
        for (kind, rows) in kinds {
            self.0.swept.get_or_create(&[("kind", kind)]).inc_by(rows.into());
        }
    }

    pub(crate) fn sweep_failed(&self) {
        self.0.sweeps_failed.inc();
    }

    pub(crate) fn audit_lost(&self) {
        self.0.audit_lost.inc();
    }

    /// All counters as OpenMetrics text, with the present load.
    pub(crate) fn text(&self, load: &Load) -> Result<String, std::fmt::Error> {
        let Load { calls, most_calls, hasher } = *load;
        for (state, value) in [("in_progress", calls), ("most", most_calls)] {
            self.0.calls.get_or_create(&[("state", state)]).set(number(value));
        }
        let hashing = [
            ("places_taken", hasher.places_taken),
            ("places", hasher.places),
            ("cores_taken", hasher.cores_taken),
            ("cores", hasher.cores),
            // A request that makes a verifier has a core and no place.
            ("waiting", hasher.places_taken.saturating_sub(hasher.cores_taken)),
        ];
        for (state, value) in hashing {
            self.0.hasher.get_or_create(&[("state", state)]).set(number(value));
        }
        let mut text = String::new();
        text::encode(&mut text, &self.0.registry)?;
        Ok(text)
    }
}

impl Reloaded {
    const fn word(self) -> &'static str {
        match self {
            Self::Done => "done",
            Self::Failed => "failed",
        }
    }
}

/// The buckets go from half a millisecond to 16 seconds: a read of SQLite, a hash, the longest wait of a call.
fn histogram() -> Histogram {
    Histogram::new(exponential_buckets(0.0005, 2.0, 16))
}

fn number(count: usize) -> i64 {
    i64::try_from(count).unwrap_or(i64::MAX)
}
