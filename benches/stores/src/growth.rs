//! The same calls with little in the store and one application, and with much of either: shown as the ratio of one run.

use crate::{
    calls::{self, PASSWORD},
    contender::{self, Contender, GROWN, OURS, Service},
    fill::{self, Copies},
    load::Measured,
    ours,
    rounds::{self, Call, Run, range},
    settings::Settings,
    sweeps,
};
use authflow_postgres::Statements;
use axum::http::StatusCode;

/// One that has grown, and its place and that of the one that it grew from among all contenders.
struct Grown {
    name: String,
    few: usize,
    many: usize,
}

pub(crate) async fn run(settings: &Settings) {
    let Settings { sockets, folder, at_once, sessions, applications, .. } = settings;
    let people = settings.people();
    let url = |database| contender::url(sockets, contender::PORT, database);
    let [few_file, many_file] = ["few.db", "many.db"].map(|name| folder.join(name));
    let (few, many) = (ours::sqlite(&few_file, people).await, ours::sqlite(&many_file, people).await);
    ours::make(&url(OURS), people).await;
    ours::make(&url(GROWN), people).await;
    let connected = |database, statements| {
        let url = url(database);
        async move { ours::postgres(&url, *at_once, statements).await }
    };
    let of_few = connected(OURS, Statements::Unprepared).await;
    let of_many = connected(GROWN, Statements::Unprepared).await;

    let contenders = [
        ours::router(few.clone()),
        ours::router(many.clone()),
        ours::among(few.clone(), *applications),
        ours::looked_up(few.clone(), *applications),
        ours::router(of_few.clone()),
        ours::router(of_many.clone()),
        ours::router(connected(OURS, Statements::Prepared).await),
        ours::router(connected(GROWN, Statements::Prepared).await),
    ]
    .map(|router| Contender { name: "authflow", router, service: Service::Authflow });
    let grown = [
        (format!("SQLite, {sessions} sessions"), 0, 1),
        (format!("SQLite, {applications} applications in a list"), 0, 2),
        (format!("SQLite, {applications} applications that the host looks up"), 0, 3),
        (format!("PostgreSQL, {sessions} sessions"), 4, 5),
        (format!("PostgreSQL, prepared, {sessions} sessions"), 6, 7),
    ]
    .map(|(name, few, many)| Grown { name, few, many });

    // Each has one to copy, and two of them many copies.
    for contender in &contenders {
        let answer = calls::send(&contender.router, calls::sign_in(&calls::fresh(0), PASSWORD)).await;
        assert_eq!(answer.status, StatusCode::OK);
    }
    fill::sqlite(&many_file, Copies::Live, *sessions).await;
    fill::postgres(&url(GROWN), Copies::Live, *sessions).await;

    print(&grown, &rounds::measure_all(settings, &contenders).await);

    println!("\n| a sweep of {} sessions | few, ms | many, ms |\n|---|--:|--:|", sweeps::AT_ONCE);
    for file in [&few_file, &many_file] {
        fill::sqlite(file, Copies::Over, sweeps::ALL).await;
    }
    println!("| SQLite | {} | {} |", sweeps::measure(&few).await, sweeps::measure(&many).await);
    for database in [OURS, GROWN] {
        fill::postgres(&url(database), Copies::Over, sweeps::ALL).await;
    }
    println!("| PostgreSQL | {} | {} |", sweeps::measure(&of_few).await, sweeps::measure(&of_many).await);
}

fn print(grown: &[Grown], runs: &[Run]) {
    println!(
        "| call | what has grown | processor, µs a call, before | after | × | median, ms, before | after | × |\n|---|---|--:|--:|--:|--:|--:|--:|"
    );
    for call in Call::ALL {
        for Grown { name, few, many } in grown {
            let row = |value: fn(&Measured) -> f64, digits| {
                let of = |contender| {
                    let all = runs.iter().filter(move |run| (run.contender, run.call) == (contender, call));
                    all.map(move |run| value(&run.measured))
                };
                let ratios = of(*many).zip(of(*few)).map(|(many, few)| many / few);
                format!("{} | {} | {}", range(of(*few), digits), range(of(*many), digits), range(ratios, 2))
            };
            let (processor, median) = (row(|it| it.processor, 0), row(|it| it.median, 2));
            println!("| {} | {name} | {processor} | {median} |", call.name());
        }
    }
}
