//! The reference server's memory over many requests.

use crate::{
    contender::Contender,
    load::{self, Call},
    settings::Settings,
    world::{SKIPS_EACH, World},
};
use std::process;

pub(crate) fn run(settings: &Settings) {
    let folder = settings.folder.join(format!("authflow-load-{}", process::id()));
    // These skips suffice even if every request were a skip.
    let accounts = u32::try_from(settings.requests / u64::from(SKIPS_EACH)).expect("not so many") * 2;
    let world = World::make(&folder, accounts);
    world.reset();
    let running = Contender::Authflow.start(settings, &world);
    println!("| requests | of them skips | memory, KiB |\n|--:|--:|--:|\n| 0 | 0 | {} |", running.resident());
    let (mut sent, mut skips) = (0, 0);
    while sent < settings.requests {
        for call in Call::ALL {
            if call == Call::Skip {
                world.mint_skips(settings.skips_a_run());
            }
            let run = load::send(
                call,
                Contender::Authflow,
                (&running, &world),
                settings.connections,
                settings.duration,
            );
            sent += run.requests;
            skips += if call == Call::Skip { run.requests } else { 0 };
        }
        println!("| {sent} | {skips} | {} |", running.resident());
    }
    drop(running);
    std::fs::remove_dir_all(folder).expect("the folder can be removed");
}
