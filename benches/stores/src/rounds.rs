//! All contenders in turns, and what came of it.

use crate::{
    calls,
    contender::{Contender, Service},
    load::{Measured, measure},
    processor::Processes,
    settings::Settings,
};
use axum::http::StatusCode;
use std::sync::Arc;

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Call {
    SignIn,
    Skip,
    Route,
}

impl Call {
    pub(crate) const ALL: [Self; 3] = [Self::SignIn, Self::Skip, Self::Route];

    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::SignIn => "sign in",
            Self::Skip => "skip",
            Self::Route => "protected route",
        }
    }
}

/// What a call was measured at in one round. There are as many of a call and a contender as there are rounds, in their order.
pub(crate) struct Run {
    pub(crate) contender: usize,
    pub(crate) call: Call,
    pub(crate) measured: Measured,
}

pub(crate) async fn run(settings: &Settings, contenders: &[Contender]) {
    print(contenders, &measure_all(settings, contenders).await);
}

/// Who comes first changes from round to round.
pub(crate) async fn measure_all(settings: &Settings, contenders: &[Contender]) -> Vec<Run> {
    let processes = Processes::of(settings);
    let mut runs = Vec::new();
    for round in 0..settings.rounds {
        for turn in 0..contenders.len() {
            let contender = (round + turn) % contenders.len();
            let measured = turn_of(&contenders[contender], settings, &processes).await;
            runs.extend(measured.into_iter().map(|(call, measured)| Run { contender, call, measured }));
        }
    }
    runs
}

fn print(contenders: &[Contender], runs: &[Run]) {
    println!(
        "| call | service | calls a second | median, ms | 99 % within, ms | processor, µs a call |\n|---|---|--:|--:|--:|--:|"
    );
    for call in Call::ALL {
        for (number, contender) in contenders.iter().enumerate() {
            let of: Vec<_> = runs.iter().filter(|run| (run.contender, run.call) == (number, call)).collect();
            // Nobody counts guesses there and claims anything: its sign-in is no peer of ours.
            if of.is_empty() || (contender.service, call) == (Service::Peer, Call::SignIn) {
                continue;
            }
            let row = |value: fn(&Measured) -> f64, digits| {
                range(of.iter().map(|run| value(&run.measured)), digits)
            };
            let (rate, median, slow) =
                (row(|it| it.per_second, 0), row(|it| it.median, 2), row(|it| it.slow, 2));
            let processor = row(|it| it.processor, 0);
            println!("| {} | {} | {rate} | {median} | {slow} | {processor} |", call.name(), contender.name);
        }
    }
}

/// Every sign-in opens a session, every skip uses a state token, and every session is used at the route.
async fn turn_of(contender: &Contender, settings: &Settings, processes: &Processes) -> Vec<(Call, Measured)> {
    let Settings { calls, at_once, .. } = *settings;
    let (people, service) = (settings.people(), contender.service);
    let sign_in = |name: fn(usize) -> String| {
        let router = contender.router.clone();
        move |number: usize| {
            let router = router.clone();
            async move {
                let answer =
                    calls::send(&router, calls::sign_in(&name(number % people), calls::PASSWORD)).await;
                assert_eq!(answer.status, StatusCode::OK);
                answer
            }
        }
    };
    let (signed_in, answers) = measure(processes, (calls, at_once), sign_in(calls::fresh)).await;
    let mut measured = vec![(Call::SignIn, signed_in)];

    if service == Service::Authflow {
        let (_, pending) = measure(processes, (calls, at_once), sign_in(calls::expiring)).await;
        let states: Arc<Vec<_>> =
            Arc::new(pending.iter().map(|answer| answer.member("state_token")).collect());
        let router = contender.router.clone();
        let skip = move |number: usize| {
            let (router, states) = (router.clone(), Arc::clone(&states));
            async move {
                let answer = calls::send(&router, calls::skip(&states[number])).await;
                assert_eq!(answer.status, StatusCode::OK);
            }
        };
        measured.push((Call::Skip, measure(processes, (calls, at_once), skip).await.0));
    }

    let sessions: Arc<Vec<_>> = Arc::new(answers.iter().map(|answer| service.session(answer)).collect());
    let router = contender.router.clone();
    let route = move |number: usize| {
        let (router, sessions) = (router.clone(), Arc::clone(&sessions));
        async move {
            let answer = calls::send(&router, service.route(&sessions[number % sessions.len()])).await;
            assert_eq!(answer.status, StatusCode::OK);
        }
    };
    measured.push((Call::Route, measure(processes, (calls * 4, at_once), route).await.0));
    measured
}

/// The median, and in brackets the range.
pub(crate) fn range(values: impl Iterator<Item = f64>, digits: usize) -> String {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let (least, median, most) = (values[0], values[values.len() / 2], values[values.len() - 1]);
    format!("{median:.digits$} ({least:.digits$}–{most:.digits$})")
}
