//! A login server on the authflow library: axum, SQLite or PostgreSQL, argon2. `README.md` says how to run it.

mod added_account;
mod banner;
mod call_keys;
mod calls;
mod cli;
mod client;
mod clock;
mod commands;
mod config;
mod database_url;
mod demo;
mod deployment;
mod dev;
mod entropy;
mod host;
mod http;
mod kept;
mod loopback_provider;
mod missing;
mod new_password;
#[cfg(test)]
mod off_the_workers;
mod operations;
mod outbox;
mod outliving;
mod page;
mod places;
mod postgres;
mod reread;
mod seeds;
mod serve;
mod served;
mod server_log;
mod signing_keys;
mod slider;
mod start;
mod store;
mod tenants;
mod times;
mod well_formed;

use mimalloc::MiMalloc;
use operations::LogFormat;
use std::{
    io::{self, Write as _},
    process::ExitCode,
};
use zeroizing_alloc::ZeroAlloc;

/// Wipes freed memory: passwords and tokens pass through buffers of hyper's and serde's, which wipe nothing themselves. The C library's
/// allocator is contended if one thread makes what another one frees.
#[global_allocator]
static ALLOCATOR: ZeroAlloc<MiMalloc> = ZeroAlloc(MiMalloc);

fn main() -> ExitCode {
    let mut cli = match cli::Cli::read() {
        Ok(cli) => cli,
        Err(error) => return told(&error, ExitCode::FAILURE),
    };
    let command = cli.command.take();
    // A command prints answers, so only warnings are logged beside them.
    let level = if command.is_some() { tracing::Level::WARN } else { tracing::Level::INFO };
    operations::to_standard_error(cli.log, level);
    let runtime = match tokio::runtime::Builder::new_multi_thread().enable_all().build() {
        Ok(runtime) => runtime,
        Err(error) => return told(&start::StartError::Runtime(error), ExitCode::FAILURE),
    };
    let ended = match command {
        None => {
            let format = cli.log;
            runtime.block_on(start::run(cli)).map_err(|error| not_started(&error, format))
        }
        Some(command) => {
            let run = runtime.block_on(commands::run(command, &cli));
            run.map_err(|error| told(&error, error.exit_code()))
        }
    };
    ended.map_or_else(|code| code, |()| ExitCode::SUCCESS)
}

/// Tells the error in the format of the log.
fn not_started(error: &start::StartError, format: LogFormat) -> ExitCode {
    match format {
        LogFormat::Text => told(error, ExitCode::FAILURE),
        LogFormat::Json => {
            tracing::error!(event = "not_started", %error);
            ExitCode::FAILURE
        }
    }
}

fn told(error: &dyn std::error::Error, code: ExitCode) -> ExitCode {
    let _ = writeln!(io::stderr(), "authflow-server: {error}");
    code
}
