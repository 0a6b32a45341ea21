//! The reference server under load, beside the two servers that it is compared with. `run`, in this folder, builds and
//! starts it all.

mod bare;
mod contender;
mod load;
mod memory;
mod mint;
mod plain;
mod postgres;
mod reply;
mod rounds;
mod rows;
mod settings;
mod sqlite;
mod store;
mod world;

use settings::Settings;
use std::{env, path::Path, process::ExitCode};
use world::World;

/// The same allocator as the reference server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "authflow-load rounds | memory | mint FOLDER ACCOUNTS SKIPS | bare FOLDER | plain FOLDER";

fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rounds"] => rounds::run(&Settings::from_environment()),
        ["memory"] => memory::run(&Settings::from_environment()),
        ["mint", folder, accounts, skips] => {
            let world = World::make(Path::new(folder), accounts.parse().expect("a number of accounts"));
            world.mint_skips(skips.parse().expect("a number of skips"));
        }
        ["bare", folder] => serve(bare::serve(Path::new(folder))),
        ["plain", folder] => serve(plain::serve(Path::new(folder))),
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}

fn serve(server: impl Future<Output = ()>) {
    tokio::runtime::Runtime::new().expect("a runtime").block_on(server);
}
