//! A sign-in, a skip and a protected route on each store, beside axum-login with tower-sessions. `run`, in this folder, builds it and starts the
//! database.

mod calls;
mod contender;
mod fill;
mod growth;
mod load;
mod ours;
mod peer;
mod processor;
mod relay;
mod round_trips;
mod rounds;
mod settings;
mod sweeps;

use settings::Settings;
use std::{env, process::ExitCode};

/// The reference server's.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

const USAGE: &str = "authflow-stores [growth]";

#[tokio::main]
async fn main() -> ExitCode {
    let settings = Settings::from_environment();
    let arguments: Vec<_> = env::args().skip(1).collect();
    match &arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [] => {
            let contenders = contender::all(&settings).await;
            rounds::run(&settings, &contenders).await;
            round_trips::run(&settings).await;
        }
        ["growth"] => growth::run(&settings).await,
        _ => {
            eprintln!("{USAGE}");
            return ExitCode::FAILURE;
        }
    }
    ExitCode::SUCCESS
}
