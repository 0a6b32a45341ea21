//! The three servers in turn, in several rounds, and the table of the results.

use crate::{
    contender::Contender,
    load::{self, Call, Measured},
    postgres,
    settings::Settings,
    sqlite,
    world::World,
};
use std::{collections::BTreeMap, process};

pub(crate) fn run(settings: &Settings) {
    sqlite::assert_they_are_the_servers();
    postgres::assert_they_are_the_stores();
    let folder = settings.folder.join(format!("authflow-load-{}", process::id()));
    let world = World::make(&folder, settings.accounts);
    let mut measured: BTreeMap<(usize, usize), Vec<Measured>> = BTreeMap::new();
    for round in 0..settings.rounds {
        world.mint_skips(settings.skips_a_run());
        for (which_call, call) in Call::ALL.into_iter().enumerate() {
            for place in 0..Contender::ALL.len() {
                // Each round begins with another server.
                let which = (place + round) % Contender::ALL.len();
                let run = one(settings, &world, call, Contender::ALL[which]);
                eprintln!(
                    "round {}: {}, {}: {:.0} a second",
                    round + 1,
                    call.name(),
                    Contender::ALL[which].name(),
                    run.per_second
                );
                measured.entry((which_call, which)).or_default().push(run);
            }
        }
    }
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
    print(settings, &measured);
}

fn one(settings: &Settings, world: &World, call: Call, contender: Contender) -> Measured {
    world.reset();
    let before = world.sessions();
    let running = contender.start(settings, world);
    let run = load::send(call, contender, (&running, world), settings.connections, settings.duration);
    drop(running);
    if call == Call::Skip {
        let opened = world.sessions() - before;
        assert!(opened >= run.requests, "{} answered without a session", contender.name());
    }
    run
}

fn print(settings: &Settings, measured: &BTreeMap<(usize, usize), Vec<Measured>>) {
    println!(
        "{} rounds of {} s, {} connections, {} accounts\n",
        settings.rounds,
        settings.duration.as_secs(),
        settings.connections,
        settings.accounts
    );
    println!(
        "| call | server | requests a second | of the bare handler's | server's processor, µs a request | 99 % within, ms | memory, MiB |"
    );
    println!("|---|---|--:|--:|--:|--:|--:|");
    for ((call, which), runs) in measured {
        let bare = &measured[&(*call, 0)];
        let ratios = runs.iter().zip(bare).map(|(run, bare)| run.per_second / bare.per_second * 100.0);
        println!(
            "| {} | {} | {} | {} % | {} | {} | {} |",
            Call::ALL[*call].name(),
            Contender::ALL[*which].name(),
            range(runs.iter().map(|run| run.per_second), 0),
            range(ratios, 0),
            range(runs.iter().map(|run| run.processor), 0),
            range(runs.iter().map(|run| run.slow), 1),
            range(runs.iter().map(|run| run.resident as f64 / 1024.0), 0),
        );
    }
}

/// The median, the least and the greatest.
fn range(values: impl Iterator<Item = f64>, digits: usize) -> String {
    let mut values: Vec<_> = values.collect();
    values.sort_by(f64::total_cmp);
    let (least, most) = (values[0], values[values.len() - 1]);
    format!("{:.digits$} ({least:.digits$}–{most:.digits$})", values[values.len() / 2])
}
