//! The whole of `Api` against an independent model of the flow, over random lives of a small world. The world has two applications in any of the
//! three dialects, two tenants, three accounts, two servers whose clocks differ, and devices that show a fingerprint, a cookie or nothing. The clock
//! jumps, an administrator acts, and the host's answers fail or get lost at any question. Keys are the ring's or outside. Servers restart, keys
//! rotate, and somebody writes to the database. People register, move their contacts, come in by a provider's identities and link them. Captchas are
//! the host's or pictures. Calls are signed or bear a token.
//!
//! The model (`table.rs`, `judge.rs`, `logins.rs`, `sessions.rs`, `registration.rs`, `contacts.rs`, `social.rs`, `trust.rs`, `captchas.rs`,
//! `write.rs`) is written from the documents and shares no code with the library. It says which answer every request must get, and which questions it
//! must ask, in order. The twelve invariants (`invariants.rs`) are judged as well, only from the facts that an onlooker sees. So are those of
//! newcomers (`newcomers.rs`), of contacts (`moves.rs`), of identities (`links.rs`), of captchas (`pictures.rs`) and of signed calls (`seals.rs`).
//!
//! 10,000 sequences are run, the same ones every time, or 2,000 in a debug build. `AUTHFLOW_MODEL_CASES=100000` runs more, and
//! `AUTHFLOW_MODEL_SEED=7` runs others. `-- --nocapture` prints what has been played, and how often. (Two six-digit codes are equal once in a million
//! times. The model calls that a fault of the library, so such a sequence fails under its seed.)

#![allow(unreachable_pub, reason = "the modules of one test binary")]

mod acts;
mod browser;
mod calls;
mod captchas;
mod cast;
mod chance;
mod contacts;
mod dialects;
mod drawn;
mod handed;
mod host;
mod invariants;
mod judge;
mod kept;
mod ledger;
mod life;
mod links;
mod logins;
mod machine;
mod moves;
mod newcomers;
mod observed;
mod own_routes;
mod pictures;
mod played;
mod registration;
mod rules;
mod seals;
mod search;
mod sessions;
mod social;
mod spelling;
mod state;
mod table;
mod trust;
mod truth;
mod wire;
mod write;

use calls::Happening;
use host::Host;
use machine::Flow;
use proptest::test_runner::{Config, RngSeed, TestError, TestRunner};
use proptest_state_machine::{ReferenceStateMachine, StateMachineTest};
use state::{Expected, Model};
use std::ops::Range;

/// One run of short lives, and one of long lives.
const RUNS: usize = 2;
/// In this many lives, everything is played.
const ENOUGH: u64 = 10_000;

struct Library;

impl StateMachineTest for Library {
    type SystemUnderTest = Host;
    type Reference = Flow;

    fn init_test(model: &Model) -> Host {
        Host::new(model)
    }

    fn apply(mut host: Host, model: &Model, happening: Happening) -> Host {
        let observed = host.happen(&happening);
        for (at, seen) in observed.iter().enumerate() {
            invariants::check(&host, seen);
            newcomers::check(&host, seen);
            moves::check(&host, seen);
            links::check(&host, seen);
            pictures::check(&host, seen);
            seals::check(&host, seen);
            if let Some(expected) = model.expected.get(at) {
                played::note(&host, seen, expected.reply);
            }
            host.note(seen);
        }
        assert_eq!(observed.len(), model.expected.len());
        for (seen, Expected { said, asked, .. }) in observed.iter().zip(&model.expected) {
            assert_eq!(
                (seen.reply.0, seen.reply.1.as_str()),
                (said.0, said.1.as_str()),
                "another reply to {:?}",
                seen.request
            );
            assert_eq!(&seen.asked, asked, "other questions for {:?}", seen.request);
        }
        host
    }

    fn check_invariants(host: &Host, model: &Model) {
        host.is_as(model);
    }
}

#[allow(clippy::disallowed_methods, reason = "how much to run is the developer's to say")]
fn number(name: &str, otherwise: u64) -> u64 {
    std::env::var(name).map_or(otherwise, |text| text.parse().expect("a number"))
}

/// Runs this share (in percent) of the sequences.
fn run(share: u64, lengths: Range<usize>) {
    let all = number("AUTHFLOW_MODEL_CASES", if cfg!(debug_assertions) { 2_000 } else { ENOUGH });
    let cases = all * share / 100;
    let config = Config {
        cases: u32::try_from(cases).unwrap(),
        rng_seed: RngSeed::Fixed(number("AUTHFLOW_MODEL_SEED", 4) * 100 + share),
        max_shrink_iters: u32::try_from(number("AUTHFLOW_MODEL_SHRINKS", 3_000)).unwrap(),
        failure_persistence: None,
        ..Config::default()
    };
    let mut runner = TestRunner::new(config.clone());
    let result = runner.run(&Flow::sequential_strategy(lengths), |(model, happenings, seen)| {
        Library::test_sequential(config.clone(), model, happenings, seen);
        Ok(())
    });
    match result {
        Ok(()) if all >= ENOUGH => played::is_over(RUNS),
        Ok(()) => {}
        Err(TestError::Fail(reason, (model, happenings, _))) => {
            let lines = happenings.iter().map(|happening| format!("\n  {happening:?}"));
            panic!("{reason}\nin {:?}\nfrom {:?}\nby{}", model.life, model.people, lines.collect::<String>())
        }
        Err(TestError::Abort(reason)) => panic!("{reason}"),
    }
}

#[test]
fn short_lives() {
    run(75, 4..24);
}

#[test]
fn long_lives() {
    run(25, 30..90);
}
