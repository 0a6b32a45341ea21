//! Counts the happenings that were played. A model that never gets anywhere agrees with everything. So each end of each call, and each situation
//! that is listed, must have been reached often.

use super::{
    calls::{FORGED, How, Reply},
    cast::{DEVICES, Shown},
    dialects::Dialect,
    host::Host,
    ledger::{Ledger, Sort},
    links,
    observed::Observed,
    rules::SKEW,
};
use std::{
    cell::RefCell,
    collections::BTreeMap,
    sync::{Mutex, PoisonError},
};

type Times = BTreeMap<(String, String), u32>;

thread_local! {
    /// The number of times that each call has ended in each reply, and each situation in each of its ends.
    static PLAYED: RefCell<Times> = RefCell::default();
}

/// The same numbers for all runs that are over, and the number of those runs.
static ALL: Mutex<(Times, usize)> = Mutex::new((Times::new(), 0));

/// Notes a request that the host has not noted yet.
pub fn note(host: &Host, seen: &Observed, reply: Reply) {
    let call = if seen.is_again() { "again" } else { seen.request.call.name() };
    let end = match reply {
        Reply::EMPTY => "nothing",
        Reply(200, id) if id.starts_with("id-") => "a subject",
        Reply(_, name) => name,
    };
    let mut rows = vec![(call.to_owned(), end.to_owned())];
    let mut row = |what: &str, end: &str| rows.push((what.to_owned(), end.to_owned()));
    let dialect = match host.life.dialects[seen.request.caller.app] {
        Dialect::Ciam => "CIAM",
        Dialect::Eiam => "EIAM",
        Dialect::OneAccess => "OneAccess",
    };
    row(dialect, end);
    let shown = |device: usize| match DEVICES[device] {
        Shown::Fingerprint(_) => "a fingerprint",
        Shown::Cookie(_) => "a cookie",
        Shown::Nothing => "nothing shown",
    };
    let device = seen.request.caller.device;
    if seen.says("SUCCESS") {
        row("signed in by", shown(device));
    }
    if seen.request.call.token() == Some(FORGED) {
        row("forged", if seen.asked.contains(&"VerifyBytes") { "an outside signature" } else { end });
    }
    if let Some(token) = seen.token.as_ref().and_then(|text| host.ledger.tokens.get(text)) {
        let (by, there) = (token.by.device, token.server);
        if by != device && seen.reply.0 == 400 {
            row("refused elsewhere", shown(by));
        }
        if there != seen.request.server && host.life.ahead != 0 {
            let is_early = token.issued > seen.now + SKEW;
            row("of the other server", if is_early { "from too far ahead" } else { end });
        }
        if host.life.signs_outside && token.sort == Sort::Id && seen.asked.contains(&"VerifyBytes") {
            row("verified outside", end);
        }
    }
    if host.life.signs_outside && seen.asked.contains(&"SignBytes") {
        row("signed outside", end);
    }
    if let Some(failing) = seen.request.failing.filter(|it| seen.asked.contains(&it.question)) {
        let how = match failing.how {
            How::Unavailable => "unavailable",
            How::AnswerLost => "its answer lost",
            How::NoKey => "no key",
            How::NoSignature => "no signature",
            How::NoEnd => "no end",
        };
        row(failing.question, how);
    }
    for wrote in &seen.wrote {
        row("written", wrote);
    }
    for how in links::refused_here(host, seen) {
        row("a link of the other application's", how);
    }
    if let Some(((sort, _), told)) = Ledger::told(seen)
        && host.ledger.told.contains_key(&(sort, seen.request.caller.app))
    {
        row("compared", sort);
        row("compared", if told.2.is_empty() { "writing nothing" } else { "with what is written" });
    }
    PLAYED.with_borrow_mut(|played| rows.into_iter().for_each(|row| *played.entry(row).or_default() += 1));
}

/// Each row must be played at least this often in ten thousand lives. The rarest is played some seven times, so one run in a thousand misses it by
/// chance.
const OFTEN: u32 = 1;

/// The happenings that must have been played: calls with their ends, then the situations. Each line is a row.
const ROWS: &str = include_str!("played.txt");

/// Notes that a run is over. After the last run, asserts that everything was played.
pub fn is_over(runs: usize) {
    let mut all = ALL.lock().unwrap_or_else(PoisonError::into_inner);
    for (row, times) in PLAYED.take() {
        *all.0.entry(row).or_default() += times;
    }
    all.1 += 1;
    if all.1 == runs {
        is_rich(&all.0);
    }
}

fn is_rich(played: &Times) {
    for ((what, end), times) in played {
        println!("{times:8}  {what}: {end}");
    }
    let lines = ROWS.lines().map(|line| line.split_once(": ").expect("a row is `what: end, end`"));
    let rows = lines.flat_map(|(what, ends)| ends.split(", ").map(move |end| (what, end)));
    let times =
        |(what, end): (&str, &str)| played.get(&(what.into(), end.into())).copied().unwrap_or_default();
    let seldom: Vec<_> = rows.map(|row| (row, times(row))).filter(|(_, times)| *times < OFTEN).collect();
    assert!(seldom.is_empty(), "played too seldom: {seldom:?}");
}
