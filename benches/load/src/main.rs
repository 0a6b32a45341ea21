//! The reference server under load, beside what it is measured against. `run`, in this folder, builds and starts it all.

mod bare;
mod contender;
mod load;
mod memory;
mod mint;
mod plain;
mod reply;
mod rounds;
mod settings;
mod statements;
mod store;
mod world;

use settings::Settings;
use std::{env, path::Path, process::ExitCode};
use world::World;

/// The reference server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "authflow-load rounds | memory | mint FOLDER ACCOUNTS SKIPS | bare FOLDER | plain FOLDER";

#[tokio::main]
async fn main() -> ExitCode {
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["rounds"] => rounds::run(&Settings::from_environment()),
        ["memory"] => memory::run(&Settings::from_environment()),
        ["mint", folder, accounts, skips] => {
            let world = World::make(Path::new(folder), accounts.parse().expect("a number of accounts"));
            world.mint_skips(skips.parse().expect("a number of skips"));
        }
        ["bare", folder] => bare::serve(Path::new(folder)).await,
        ["plain", folder] => plain::serve(Path::new(folder)).await,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
