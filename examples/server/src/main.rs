//! A login server on the authflow library: axum, SQLite or PostgreSQL, argon2. `README.md` says how to run it.

mod banner;
mod calls;
mod cli;
mod client;
mod clock;
mod config;
mod database_url;
mod demo;
mod host;
mod http;
mod outbox;
mod outliving;
mod places;
mod postgres;
mod serve;
mod signing_keys;
mod start;
mod store;
mod tenants;
mod well_formed;

use clap::Parser as _;
use mimalloc::MiMalloc;
use std::{
    io::{self, IsTerminal as _, Write as _},
    process::ExitCode,
};
use tracing_subscriber::{filter::Targets, layer::SubscriberExt as _, util::SubscriberInitExt as _};
use zeroizing_alloc::ZeroAlloc;

/// Wipes what is freed: passwords and tokens pass through buffers of hyper's and serde's, which wipe nothing themselves. What one thread
/// makes and another one frees is contended in the C library's.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

fn main() -> ExitCode {
    let cli = cli::Cli::parse();
    log_to_standard_error();
    let runtime = tokio::runtime::Builder::new_multi_thread().enable_all().build();
    match runtime.map_err(start::StartError::Runtime).and_then(|runtime| runtime.block_on(start::run(cli))) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            let _ = writeln!(io::stderr(), "authflow-server: {error}");
            ExitCode::FAILURE
        }
    }
}

/// `RUST_LOG` takes levels and `target=level` pairs.
fn log_to_standard_error() {
    let wanted = std::env::var("RUST_LOG").ok().and_then(|text| text.parse::<Targets>().ok());
    let filter = wanted.unwrap_or_else(|| Targets::new().with_default(tracing::Level::INFO));
    let lines =
        tracing_subscriber::fmt::layer().with_writer(io::stderr).with_ansi(io::stderr().is_terminal());
    tracing_subscriber::registry().with(lines).with(filter).init();
}
